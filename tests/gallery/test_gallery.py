"""Every part of a page at once, in a real browser: axe finds nothing, the policy blocks nothing, nothing overflows."""

from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import RequestFactory
from django.utils import translation
from playwright.sync_api import Page, Route

from tests.gallery.figures import everything

pytestmark = pytest.mark.browser
ADDRESS = "http://kuramori.invalid/"
POLICY = "default-src 'self'; img-src 'self' data:"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
TEMPLATE = Path(__file__).with_name("gallery.html")


class Reader(NamedTuple):
    """Who looks: language, brightness, width in CSS pixels."""

    language: str
    theme: str
    width: int


READERS = [
    Reader("ja", "light", 1440),
    Reader("ja", "dark", 1440),
    Reader("en", "light", 390),
    Reader("ja", "dark", 390),
]


def gallery(reader: Reader) -> str:
    """Draw the page as this reader gets it."""
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(is_authenticated=True, get_username=lambda: "akari@example.jp")
    request.viewer = SimpleNamespace(actor=SimpleNamespace(name="佐倉 灯里"))
    # the request is part of the context and not its source: no context processor asks a database for the frame
    context = {**everything(), "request": request, "theme": reader.theme}
    with translation.override(reader.language):
        return engines["django"].from_string(TEMPLATE.read_text(encoding="utf-8")).render(context)


def serve(page: Page, html: str) -> list[str]:
    """Answer the page's requests from memory under our policy; returns what the browser complains about."""
    complaints: list[str] = []

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS)
        if not path:
            headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=html, headers=headers)
        elif (found := finders.find(path.removeprefix("static/"))) and path.startswith("static/"):
            route.fulfill(body=Path(found).read_bytes(), headers={"Content-Type": TYPES[Path(found).suffix]})
        else:
            complaints.append(f"not ours: {route.request.url}")
            route.abort()

    page.route("**/*", answer)
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.fixture(params=READERS, ids=lambda reader: "-".join(map(str, reader)))
def seen(request: pytest.FixtureRequest, page: Page) -> Page:
    """Open the gallery as each reader; a complaint of the browser is a fault of ours."""
    reader: Reader = request.param
    complaints = serve(page, gallery(reader))
    page.set_viewport_size({"width": reader.width, "height": 900})
    page.goto(ADDRESS)
    assert complaints == []
    return page


def test_axe_finds_nothing_with_everything_unfolded(seen: Page) -> None:
    seen.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
    found = Axe().run(seen).response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []


def test_page_never_scrolls_sideways(seen: Page) -> None:
    assert seen.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_controls_are_large_enough_to_hit(seen: Page) -> None:
    """WCAG 2.2, 2.5.8: 24 by 24 CSS pixels, but for links inside a line of text."""
    small = seen.evaluate(
        """() => [...document.querySelectorAll('button, .btn, .n, .tabs a, .crumbs a, .picked a, select, summary')]
            .map(one => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 24 || box.width < 20)).map(([html]) => html)"""
    )
    assert small == []


@pytest.fixture
def desk(page: Page) -> Page:
    """Open the gallery once, on a desk."""
    serve(page, gallery(READERS[0]))
    page.goto(ADDRESS)
    return page


def test_slash_finds_the_search_but_stays_a_letter_while_writing(desk: Page) -> None:
    desk.keyboard.press("/")
    search = desk.locator("#q")
    assert search.evaluate("one => one === document.activeElement")
    desk.keyboard.type("a/b?")
    assert search.input_value() == "a/b?"


def test_question_mark_shows_the_keys_and_escape_hides_them(desk: Page) -> None:
    desk.keyboard.press("?")
    assert desk.locator("#keys").is_visible()
    desk.keyboard.press("Escape")
    assert desk.locator("#keys").is_hidden()


def test_search_icon_leaves_the_placeholder_alone(desk: Page) -> None:
    icon = desk.locator(".find > .i").bounding_box()
    field = desk.locator("#q")
    assert icon
    padding = field.evaluate("one => parseFloat(getComputedStyle(one).paddingLeft)")
    assert icon["x"] + icon["width"] < (field.bounding_box() or icon)["x"] + padding


def test_account_opens_and_closes_without_our_script(desk: Page) -> None:
    desk.get_by_role("button", name="アカウント").click()
    assert desk.locator("#account").is_visible()
    found = Axe().run(desk).response["violations"]
    assert [one["id"] for one in found] == []
    desk.keyboard.press("Escape")
    assert desk.locator("#account").is_hidden()


def test_phone_unfolds_its_menu_without_our_script(page: Page) -> None:
    serve(page, gallery(Reader("ja", "light", 390)))
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(ADDRESS)
    link = page.get_by_role("link", name="秘密情報台帳").and_(page.locator(".n"))
    assert link.count() == 0
    page.locator(".fold > summary").click()
    assert link.is_visible()


def test_print_leaves_the_frame_away(desk: Page) -> None:
    desk.emulate_media(media="print")
    assert desk.locator(".side").is_hidden()
    assert desk.locator(".top").is_hidden()
    assert desk.locator("main h1").is_visible()
