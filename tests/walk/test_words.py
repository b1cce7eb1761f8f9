"""No page shows a word that a translator did not get."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from kuramori.directory.models import Account
from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.room import role_permissions
from tests.walk.routes import plain_routes
from tests.walk.words import bare_words, pseudo_language

AKARI = "佐倉 灯里"
MAIL = "akari@example.jp"
LAZY = gettext_lazy("Search")


class EverythingAllowed:
    """Stands where the directory's middleware stands: Akari, with every permission there is."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        granted = frozenset().union(*role_permissions().values())
        actor = Actor(kind=ActorKind.PERSON, id=request.user.pk, name=AKARI)
        request.viewer = Viewer(
            actor=actor, person_id=None, permissions=granted, company_wide=granted, roles=frozenset(Role), language="en"
        )
        return self.get_response(request)


@pytest.fixture
def akari(db, settings):
    """A browser in which Akari is signed in and may see everything."""
    seat = "kuramori.directory.middleware.ViewerMiddleware"
    settings.MIDDLEWARE = [f"{__name__}.EverythingAllowed" if each == seat else each for each in settings.MIDDLEWARE]
    account = Account(email=MAIL, language="en")
    account.set_password("not used here")
    account.save()
    client = Client(headers={"accept-language": "en"}, raise_request_exception=True)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("route", plain_routes())
def test_every_page_is_drawn_in_words_that_can_be_translated(akari, route):
    with pseudo_language():
        answer = akari.get(reverse(route))
    if answer.status_code != 200 or not answer.get("content-type", "").startswith("text/html"):
        return
    assert bare_words(answer.content.decode(), names=frozenset({AKARI, MAIL, "testserver"})) == []


def test_the_pseudo_language_marks_what_is_translated_now_and_later():
    with pseudo_language():
        assert gettext("Search") == "⟦Search⟧"
        assert str(LAZY) == "⟦Search⟧"
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
