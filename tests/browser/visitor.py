"""Somebody in front of a browser, in Japanese or English; what the browser complains of is kept."""

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Response, expect

DESKS = {
    "analyst": ("セキュリティ分析担当", "security analyst"),
    "auditor": ("監査人", "auditor"),
    "employee": ("従業員", "employee"),
    "hr": ("人事", "HR"),
    "legal": ("法務", "legal"),
    "manager": ("秘密情報管理事務局", "information manager"),
    "privacy": ("個人情報保護管理者", "privacy officer"),
}
DESK, PHONE = 1440, 390
"""Widths of a page in CSS pixels."""
LOOKS = [("light", DESK), ("dark", PHONE)]
"""Each theme and each width once: contrast goes with the theme, what scrolls sideways with the width."""


class Visitor:
    """One browser, one language, one address. Words are given in both languages; he reads his own."""

    def __init__(self, page: Page, address: str, language: str) -> None:
        self.page = page
        self.address = address
        self.language = language
        self.complaints: list[str] = []
        page.on("console", lambda told: self._complain(told.type in {"error", "warning"}, told.text))
        page.on("pageerror", lambda error: self._complain(True, str(error)))
        page.on("request", lambda asked: self._complain(self._is_foreign(asked.url), f"asked for {asked.url}"))
        page.on("response", lambda got: self._complain(got.status >= 400, f"{got.status} {got.url}"))

    def words(self, ja: str, en: str) -> str:
        return ja if self.language == "ja" else en

    def goes(self, path: str) -> Response:
        """Open an address; the page must be there."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer

    def sits(self, desk: str) -> None:
        """Sign in on the demo's page as the first holder of a role."""
        self.goes("/demo/")
        role = self.page.get_by_role("term").filter(has_text=self.words(*DESKS[desk]))
        row = self.page.locator("dl.facts > div").filter(has=role)
        row.get_by_role("button").first.click()
        expect(self.page).to_have_url(f"{self.address}/")

    def walks(self, step: int, ja: str, en: str) -> None:
        """Take a step of the story on the demo's page."""
        self.goes("/demo/")
        self.page.locator(".walk > li").nth(step - 1).get_by_role("button", name=self.words(ja, en)).click()

    def follows(self, ja: str, en: str, *, within: str = "main", nth: int = 0) -> None:
        """Click the link that says so."""
        self.page.locator(within).get_by_role("link", name=self.words(ja, en)).nth(nth).click()

    def presses(self, ja: str, en: str, *, within: str = "main") -> None:
        """Click the button that says so."""
        self.page.locator(within).get_by_role("button", name=self.words(ja, en)).first.click()

    def field(self, ja: str, en: str, *, within: str = "main") -> Locator:
        return self.page.locator(within).get_by_label(self.words(ja, en)).first

    def sees(self, ja: str, en: str, *, within: str = "main") -> None:
        expect(self.page.locator(within).first).to_contain_text(self.words(ja, en))

    def misses(self, *texts: str) -> None:
        """Find the texts nowhere in the page, visible or not."""
        assert [text for text in texts if text in self.page.content()] == []

    def card(self, ja: str, en: str) -> Locator:
        """The card with this heading."""
        heading = self.page.get_by_role("heading", name=self.words(ja, en), exact=True)
        return self.page.locator("section.card").filter(has=heading)

    def status_of(self, path: str) -> int:
        """What the server answers at an address that is not to be seen."""
        return int(self.page.request.get(self.address + path).status)

    def _complain(self, is_wrong: bool, words: str) -> None:
        if is_wrong:
            self.complaints.append(words)

    def _is_foreign(self, url: str) -> bool:
        told = urlsplit(url)
        return told.scheme not in {"data", "blob"} and f"{told.scheme}://{told.netloc}" != self.address


def faults_of_look(page: Page, theme: str, width: int) -> list[Any]:
    """What axe finds in a page, nothing ignored, and whether it scrolls sideways."""
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    found: list[Any] = [
        (one["id"], [node["html"][:200] for node in one["nodes"]]) for one in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("scrolls sideways")
    return [(theme, width, fault) for fault in found]
