"""Which door of duties opens to whom: for each role each page, read as an auditor would read it (GOV-11, GOV-12)."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.duties.models import Duty, State, Task
from kuramori.duties.rules.permissions import Permission
from kuramori.duties.tests.asked import opened, task_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import role_permissions

WHO = ("asked", "colleague", "boss", "office", "hr", "auditor", "admin")
READS = {  # the page, and how it answers to each of them
    "duties:home": (200, 200, 200, 200, 200, 200, 200),
    "duties:feeds": (200, 200, 200, 200, 200, 200, 200),
    "duties:task-list": (200, 200, 200, 200, 200, 200, 200),
    "duties:task-detail": (200, 404, 200, 200, 200, 200, 404),
    "duties:task-history": (200, 404, 200, 200, 200, 200, 404),
    "duties:task-report": (200, 404, 409, 409, 409, 409, 404),
    "duties:task-exempt": (403, 403, 200, 200, 200, 403, 403),
    "duties:duty-list": (403, 403, 403, 200, 200, 200, 403),
    "duties:duty-detail": (403, 403, 403, 200, 200, 200, 403),
    "duties:duty-add": (403, 403, 403, 200, 200, 403, 403),
    "duties:duty-edit": (403, 403, 403, 200, 200, 403, 403),
    "duties:duty-retire": (403, 403, 403, 200, 200, 403, 403),
    "duties:duty-open": (403, 403, 403, 200, 200, 403, 403),
}
WRITES = {  # where something is sent that would change something
    "duties:task-report": {"words": "済み"},
    "duties:task-exempt": {"reason": "休業"},
    "duties:duty-add": {"title": "x"},
    "duties:duty-retire": {"why": "x"},
    "duties:duty-open": {},
}


@pytest.fixture
def people(company):
    """Each of them, signed in; the one who is asked is Akari."""
    hr = company.person("A-5", "人見 司", "ヒトミ ツカサ", "Tsukasa Hitomi", company.sales)
    auditor = company.person("A-6", "監物 守", "ケンモツ マモル", "Mamoru Kenmotsu", company.sales)
    admin = company.person("A-7", "管 理", "カン オサム", "Osamu Kan", company.sales)
    colleague = company.person("A-8", "同 僚", "ドウ リョウ", "Ryo Do", company.materials)
    company.give(hr, Role.HR)
    company.give(auditor, Role.AUDITOR)
    company.give(admin, Role.SYSTEM_ADMINISTRATOR)
    found = {
        "asked": company.akari, "colleague": colleague, "boss": company.botan, "office": company.chihiro,
        "hr": hr, "auditor": auditor, "admin": admin,
    }  # fmt: skip
    for person in found.values():
        account_open(person=person, at=now(), by=SYSTEM)
    return found


def browser(person):
    client = Client(headers={"accept-language": "ja"})
    account = get_user_model().objects.get(person=person)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name, task):
    if name in {"duties:home", "duties:feeds", "duties:task-list", "duties:duty-list", "duties:duty-add"}:
        return reverse(name)
    return reverse(name, args=[task.pk if ":task-" in name else task.duty_id])


def test_each_page_opens_to_exactly_those(company, people):
    opened(audience="person", person=company.akari)
    task = task_of(company.akari)
    browsers = {who: browser(people[who]) for who in WHO}
    found = {
        name: tuple(browsers[who].get(address(name, task), follow=False).status_code for who in WHO) for name in READS
    }
    assert found == READS


def test_nothing_that_somebody_may_not_do_is_done_by_sending_it(company, people):
    opened(audience="person", person=company.akari)
    task = task_of(company.akari)
    before = Entry.objects.count()
    for name, data in WRITES.items():
        for who, answer in zip(WHO, READS[name], strict=True):
            if answer != 200:
                assert browser(people[who]).post(address(name, task), data).status_code == answer, (name, who)
    assert Entry.objects.count() == before, "not even an attempt leaves a change"
    assert task_of(company.akari).state == State.OPEN
    assert Duty.objects.standing().count() == 1


def test_a_list_shows_each_only_what_is_his_to_see(company, people):
    opened()
    seen = {who: browser(people[who]).get(reverse("duties:task-list")).content.decode() for who in WHO}
    names = {who: people[who].name for who in WHO}
    for who in ("asked", "colleague", "admin"):
        others = [name for other, name in names.items() if other != who]
        rows = seen[who].split("<tbody", 1)[1]
        assert not [name for name in others if name in rows], who
    assert names["asked"] in seen["boss"]
    assert names["colleague"] in seen["boss"]
    assert names["hr"] not in seen["boss"].split("<tbody", 1)[1], "not one of his unit"
    assert all(name in seen["auditor"] for name in names.values())
    assert Task.objects.count() == len(names) + 1


def test_who_runs_the_system_holds_nothing_of_this_room_but_what_everybody_holds():
    held = role_permissions()[Role.SYSTEM_ADMINISTRATOR] & set(Permission)
    assert held == frozenset()
    assert Permission.TASK_EXEMPT not in role_permissions()[Role.AUDITOR], "who audits decides nothing"
    assert Permission.TASK_VIEW_ALL not in role_permissions()[Role.EMPLOYEE]
    writers = {Permission.DUTY_ADD, Permission.DUTY_EDIT, Permission.DUTY_RETIRE}
    may_write = {role for role, given in role_permissions().items() if given & writers}
    assert may_write == {Role.HR, Role.INFORMATION_MANAGER}
