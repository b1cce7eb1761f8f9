"""No page shows a word that a translator did not get."""

import pytest
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from kuramori.evidence.api import known_claims, variants
from kuramori.kernel.room import role_permissions
from kuramori_lake.detect import RULES
from tests.walk.people import AKARI, MAIL, walker
from tests.walk.routes import plain_routes
from tests.walk.words import bare_words, pseudo_language

LAZY = gettext_lazy("Search")
NAMES = (AKARI, AKARI[0], MAIL, "testserver")  # the second is the sign beside her name


def claim_words() -> tuple[str, ...]:
    """The texts of claims, readers of bundles and hard rules: their files hold both languages, the longest first."""
    found = {text for claim in known_claims().claims for words in claim.words() for text in (words.ja, words.en)}
    found |= {title for variant in variants().values() for title in variant.title.values()}
    found |= {title for rule in RULES for title in rule.title}
    return tuple(sorted(found, key=len, reverse=True))


@pytest.fixture
def akari(db, settings):
    """A browser in which Akari is signed in and may see everything."""
    return walker(settings, granted=frozenset().union(*role_permissions().values()))


@pytest.mark.parametrize("route", plain_routes())
def test_every_page_is_drawn_in_words_that_can_be_translated(akari, route):
    with pseudo_language():
        answer = akari.get(reverse(route))
    if answer.status_code == 200 and answer.get("content-type", "").startswith("text/html"):
        assert bare_words(answer.content.decode(), names=(*claim_words(), *NAMES)) == []


def test_the_pseudo_language_marks_what_is_translated_now_and_later():
    with pseudo_language():
        assert gettext("Search").startswith("⟦")
        assert str(LAZY).startswith("⟦")
    assert "⟦" not in gettext("Search")


@pytest.mark.parametrize(
    ("page", "bare"),
    [
        ("<p>⟦Search⟧ 12 xlsx</p>", []),
        ("<p>⟦by ⟦Akari⟧ today⟧</p>", []),
        ("<p>⟦Search⟧ again</p>", ["again"]),
        ('<a title="Close">⟦x⟧</a>', ["Close"]),
        ('<html lang="en"><kbd>Esc</kbd><p lang="ja">秘密</p><p>秘密</p></html>', ["秘密"]),
    ],
)
def test_words_outside_the_brackets_are_found(page, bare):
    assert bare_words(page) == bare
