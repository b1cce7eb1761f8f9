"""Make the pictures of the README and of the walk again: docs/images, from the full demo company.

    python -m tools.screenshots [NAME …] [--data DIR]

Needs chromium. Without --data the demo company is built in a folder of its own, which takes a minute or two.
"""

import argparse
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.house import DEMO, FULL, House, built, served
from tests.browser.visitor import DESK, PHONE, Visitor
from tests.conftest import QUIET

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
LOCALES = {"ja": "ja-JP", "en": "en-US"}
LARGEST = 250_000  # bytes of one picture
CHECK = """
import django
django.setup()
from kuramori.directory.api import viewer_of_system
from kuramori.evidence.api import ask_check
from kuramori.kernel.jobs import run_waiting
ask_check(viewer_of_system())
run_waiting()
"""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A page as somebody sees it, after `first` was done there; `height` in CSS pixels."""

    name: str
    desk: str
    path: str
    height: int = 1000
    first: Callable[[Visitor, Path], None] = lambda _visitor, _bag: None


def open_timeline(visitor: Visitor, _bag: Path) -> None:
    """Open a recognition timeline: it needs a reason."""
    visitor.page.locator("#id_why").fill(visitor.words("訴訟の準備", "A lawsuit is in sight"))
    visitor.presses("経緯を開く", "Open the timeline")


def verify(visitor: Visitor, bag: Path) -> None:
    """Have the page in a bundle verify it, in the visitor's language."""
    visitor.page.get_by_role("button", name=visitor.words("日本語", "English")).click()
    visitor.page.locator("#folder").set_input_files(bag)
    visitor.page.locator("#result").wait_for(timeout=120_000)


PICTURES = (
    Picture(name="demo", desk="", path="/demo/", height=800),
    Picture(name="home", desk="manager", path="/"),
    Picture(name="register", desk="manager", path="/register/secrets/?tier=a", height=900),
    Picture(name="secret", desk="manager", path="/register/secrets/{secret_id}/", height=1080),
    Picture(name="proof", desk="manager", path="/register/secrets/{secret_id}/proof/", height=920),
    Picture(name="alert", desk="analyst", path="/watch/alerts/{alert}/", height=1120),
    Picture(name="look-back", desk="hr", path="/watch/leavers/{line}/"),
    Picture(name="evidence", desk="auditor", path="/evidence/"),
    Picture(
        name="timeline",
        desk="legal",
        path="/evidence/timelines/?person={person}&secret={secret_id}",
        height=900,
        first=open_timeline,
    ),
    Picture(name="worksheet", desk="legal", path="/register/secrets/{secret_id}/worksheet/", height=900),
    Picture(name="sealed", desk="legal", path="/evidence/bundles/{bundle}/", height=760),
    Picture(name="bundle", desk="", path="data/index.{language}.html"),
    Picture(name="verify", desk="", path="verify/verify.html", height=1000, first=verify),
)
ALSO_DARK = {"proof", "alert"}
ALSO_ON_A_PHONE = {"home", "alert", "proof"}


def looks(picture: Picture) -> Iterator[tuple[str, str, str, int, int]]:
    """Yield the file's name, language, brightness, width and height for each look that a picture is taken in."""
    for language in LOCALES:
        yield f"{picture.name}-{language}.png", language, "light", DESK, picture.height
    if picture.name in ALSO_DARK:
        yield f"{picture.name}-ja-dark.png", "ja", "dark", DESK, picture.height
    if picture.name in ALSO_ON_A_PHONE:
        yield f"{picture.name}-ja-phone.png", "ja", "light", PHONE, 844


@contextmanager
def visiting(browser: Browser, house: House, language: str, theme: str, size: tuple[int, int]) -> Iterator[Visitor]:
    """Open a browser window of this language, brightness and size."""
    context = browser.new_context(
        locale=LOCALES[language],
        timezone_id="Asia/Tokyo",
        color_scheme=theme,  # type: ignore[arg-type]
        viewport={"width": size[0], "height": size[1]},
    )
    try:
        yield Visitor(context.new_page(), house.address, language)
    finally:
        context.close()


def take(browser: Browser, house: House, bag: Path, picture: Picture) -> None:
    """Take a picture in each of its looks."""
    for file, language, theme, width, height in looks(picture):
        with visiting(browser, house, language, theme, (width, height)) as visitor:
            path = picture.path.format(**house.story, line=house.leaver_line, language=language)
            if picture.desk:
                visitor.sits(picture.desk)
            visitor.page.goto(house.address + path if path.startswith("/") else (bag / path).as_uri())
            picture.first(visitor, bag)
            visitor.page.wait_for_load_state("networkidle")
            visitor.page.screenshot(path=IMAGES / file)
            size = (IMAGES / file).stat().st_size
            print(f"{file}  {size:,} bytes{'  TOO LARGE' if size > LARGEST else ''}")


def main() -> None:
    """Build and serve the demo company, then take the pictures that were named, or all."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("names", nargs="*")
    wanted.add_argument("--data", type=Path)
    given = wanted.parse_args()
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        house = House(given.data) if given.data else built(Path(folder) / "data", FULL)
        bag = Path(folder) / "bag"
        house.run("bundle", "secret", house.story["secret"], "--out", bag, check=True)
        house.python("-c", CHECK, env=DEMO, check=True)  # as a night would have
        with served(house), sync_playwright() as play:
            browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=QUIET)
            for picture in PICTURES:
                if not given.names or picture.name in given.names:
                    take(browser, house, bag, picture)
            browser.close()


if __name__ == "__main__":
    main()
