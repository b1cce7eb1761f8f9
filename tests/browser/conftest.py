"""One demo company for all walks, and a visitor in each language."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.house import House, built, served
from tests.browser.visitor import Visitor

LOCALES = {"ja": "ja-JP", "en": "en-US"}
PATIENCE = 60_000  # milliseconds for a page, and for what is expected on it; this machine may be busy
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo company, built and served once."""
    with served(built(tmp_path_factory.mktemp("demo") / "data")) as found:
        yield found


@pytest.fixture(params=["ja", "en"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive(house: House, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Arrive]:
    """Open a browser of one's own; at the end no browser may have complained."""
    came: list[Visitor] = []

    def arrives(language: str = "ja", **context: Any) -> Visitor:
        opened = browser.new_context(**{**browser_context_args, "locale": LOCALES[language], **context})
        opened.set_default_timeout(PATIENCE)
        came.append(Visitor(opened.new_page(), house.address, language))
        return came[-1]

    yield arrives
    for one in came:
        one.page.context.close()
    assert [one.complaints for one in came if one.complaints] == []


@pytest.fixture
def visitor(arrive: Arrive, language: str) -> Visitor:
    """A visitor who reads Japanese, then one who reads English."""
    return arrive(language)
