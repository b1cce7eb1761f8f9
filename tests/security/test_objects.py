"""Whoever may not know a thing gets the same answer as for a thing that is not there (A1), at every address.

The addresses come from the URL configuration, so a new page is tried without being listed. For each kind of id in an
address a real object is made; a page whose ids are not known here fails until they are.
"""

import re
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from kuramori.directory.api import actor_of
from kuramori.evidence.api import statement_add
from kuramori.kernel.acts import act
from kuramori.kernel.jobs import ask, kinds
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.permissions import Role
from tests.security.conftest import TITLE
from tests.walk.routes import routes

OURS = {
    name: pattern for name, pattern, asks in routes() if asks and pattern.callback.__module__.startswith("kuramori.")
}
SECRETS = sorted(name for name in OURS if name.startswith("register:secret"))
ALONE = {  # pages of something that belongs to one person
    "kernel:job": "job",
    "kernel:job-cancel": "job",
    "kernel:view-retire": "view",
}
TRIED = [*SECRETS, *ALONE]
UNSTABLE = re.compile(r'value="[^"]{64}"|"X-CSRFToken": "[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f-]{17}')
ROLES = [role for role in Role if role not in {Role.INFORMATION_MANAGER, Role.AUDITOR}]


@pytest.fixture
def things(company, secret) -> dict[str, object]:
    viewer = company.viewer(company.akari)
    with act("kernel.view.save", by=actor_of(company.akari)):
        view = SavedView(register="register:secret", name=TITLE, person_id=company.akari.pk)
        view.save()
    job = ask(min(kinds()), viewer=viewer, title=TITLE)
    about, said = (
        secret.as_subject(),
        {"kind": "testimony", "said_by": "x", "text": TITLE, "said_on": secret.identified_on},
    )
    item = statement_add(about=about, recorded_by=None, element="act", by=actor_of(company.akari), **said)
    return {"secret": secret, "job": job, "view": view, "row": secret.scopes.get(), "item": item}


def addresses(name: str, things) -> tuple[str, str]:
    """Return the address of the page for the real thing, and for one that is not there."""
    thing = things[ALONE.get(name, "secret")]
    real, none = {}, {}
    for argument in OURS[name].pattern.converters:
        real[argument], none[argument] = (thing if argument == "pk" else things[argument]).pk, uuid4()
    return reverse(name, kwargs=real), reverse(name, kwargs=none)


def answers(browser: Client, address: str) -> list[tuple[int, str]]:
    found = [browser.get(address), browser.post(address, {"why": "x", "id": address.split("/")[-2]})]
    return [(each.status_code, UNSTABLE.sub("", each.content.decode())) for each in found]


@pytest.mark.parametrize("name", TRIED)
def test_a_stranger_cannot_tell_it_from_one_that_is_not_there(name, things, sign_in, company):
    browser, entries = sign_in(company.chihiro), Entry.objects.count()
    real, none = addresses(name, things)
    assert answers(browser, real) == answers(browser, none)
    assert {status for status, _page in answers(browser, real)} <= {403, 404, 405}
    assert all(TITLE not in page for _status, page in answers(browser, real))
    assert Entry.objects.count() == entries, "nothing was done"


@pytest.mark.parametrize("role", ROLES, ids=str)
def test_a_role_alone_opens_no_secret(role, things, sign_in, company):
    """All but the two offices that answer for every secret: need-to-know binds administrators and directors too."""
    company.give(company.chihiro, role)
    browser = sign_in(company.chihiro)
    for name in SECRETS:
        real, none = addresses(name, things)
        assert answers(browser, real) == answers(browser, none), name


@pytest.mark.parametrize("name", TRIED)
def test_who_is_not_signed_in_is_sent_to_sign_in_for_real_and_for_missing_things_alike(name, things):
    for address in addresses(name, things):
        for answer in (Client().get(address), Client().post(address)):
            assert answer.status_code in {302, 405}
            assert answer.status_code == 405 or answer["location"].startswith(reverse(settings.LOGIN_URL))


def test_every_page_of_an_object_is_tried_here_or_has_its_own_suite():
    """Registers of the directory and of governance hold what everybody may know; RegisterSuite tries each of them.

    Duties are tried in the room's own tests, with who is asked, his boss and strangers.
    Requests with who asked and who decides.
    """
    known = {
        name
        for name in OURS
        if re.match(r"(register:secret|approvals:|directory:|governance:|duties:|kernel:import|watch:|evidence:)", name)
    }
    assert set(OURS) - known - set(ALONE) == set()
