"""Every page of the room for every role: who may open it, what it says with nothing and with much, and no word more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kuramori.directory.acts import people
from kuramori.directory.api import Account, Person, actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.acts.bundles import bundle_download
from kuramori.evidence.acts.checks import check_keep
from kuramori.evidence.bundles.asking import CHECK
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.check import CheckReport, ledger_check
from kuramori.evidence.forms.bundles import PersonBundleForm
from kuramori.evidence.models import Bundle, BundleKind, CheckRun
from kuramori.evidence.queries.ledger import checks, last_check
from kuramori.evidence.room import ROOM
from kuramori.evidence.rules.damage import Damage, Found
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.visibility import first_seen, record_seen
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import LedgerUnavailable, Subject, act
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, Job, JobState, SavedView
from kuramori.kernel.permissions import Role
from kuramori.kernel.tests.moments import no_entry_can_be_written

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
GIVEN = [role for role in Role if role not in {Role.EMPLOYEE, Role.UNIT_HEAD}]
DOORS = {
    "home": (Permission.LEDGER_VIEW, "get"),
    "check": (Permission.LEDGER_CHECK, "post"),
    "bundles": (Permission.BUNDLE_DOWNLOAD, "get"),
    "person-bundle": (Permission.BUNDLE_PERSON, "get"),
}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company() -> Company:
    return Company()


def sit(company: Company, person: Person, *roles: Role, language: str = "ja") -> Client:
    for role in roles:
        company.give(person, role)
    account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": language})
    client = Client(headers={"Accept-Language": language})
    client.force_login(account, backend=BACKEND)
    return client


@pytest.fixture
def auditor(company: Company) -> Client:
    return sit(company, company.daichi, Role.AUDITOR)


def made_bundle(client: Client, **values: str) -> Bundle:
    data = {"number": "A-2", "starts_on": "", "ends_on": "", "why": "調査", **values}
    assert client.post(reverse("evidence:person-bundle"), data).status_code == 302
    run_waiting()
    return Bundle.objects.latest("created_at")


def words_of(client: Client, name: str, *args: Any) -> str:
    answer = client.get(reverse(f"evidence:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("role", GIVEN)
@pytest.mark.parametrize("door", DOORS)
def test_each_door_opens_to_the_roles_of_its_permission_and_to_nobody_else(
    company: Company, role: Role, door: str
) -> None:
    permission, method = DOORS[door]
    answer = getattr(sit(company, company.akari, role), method)(reverse(f"evidence:{door}"))
    assert (answer.status_code == 403) is (role not in ROOM.permissions[permission])


@pytest.mark.parametrize("door", [*DOORS, "entry", "bundle", "bundle-download"])
def test_nobody_gets_in_without_signing_in(client: Client, door: str) -> None:
    args = [UUID(int=7)] if door in {"entry", "bundle", "bundle-download"} else []
    answer = client.post(reverse(f"evidence:{door}", args=args))
    assert answer.status_code == 302
    assert "/account/login/" in answer.headers["Location"]


@pytest.mark.parametrize("door", ["check", "bundle-download"])
def test_what_changes_something_is_never_done_by_a_look(auditor: Client, door: str) -> None:
    args = [UUID(int=7)] if door == "bundle-download" else []
    before = Entry.objects.count()
    assert auditor.get(reverse(f"evidence:{door}", args=args)).status_code == 405
    assert Entry.objects.count() == before


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_pages_are_drawn_with_nothing_to_show_in_both_languages(company: Company, language: str) -> None:
    client = sit(company, company.daichi, Role.AUDITOR, language=language)
    for door in ("home", "bundles", "person-bundle"):
        page = words_of(client, door)
        assert f'lang="{language}"' in page
        assert "None" not in page


@pytest.mark.parametrize("count", [1, 3, 40])
def test_the_list_of_bundles_is_drawn_for_one_and_many_with_the_same_queries(
    auditor: Client, company: Company, count: int
) -> None:
    kept = {"kind": BundleKind.PERSON, "subject_kind": Person.record_kind(), "subject_id": company.botan.pk}
    with act("evidence.bundle.export", by=SYSTEM):
        for n in range(count):
            Bundle(name=f"束 {n:02d}", asked_by=company.daichi.pk, entries=n, manifest_sha256="0" * 64, **kept).save()
    page = words_of(auditor, "bundles")
    assert page.count("束 ") >= min(count, 30)
    with CaptureQueriesContext(connection) as asked:
        words_of(auditor, "bundles")
    assert len(asked) <= 10


# entries


def test_an_entry_shows_its_changes_in_words_and_its_bytes(auditor: Client, company: Company) -> None:
    people.person_edit(person=company.botan, kana="マキノ", by=actor_of(company.akari), why="本人の届け")
    entry = entries_about(company.botan.pk).first()
    page = words_of(auditor, "entry", entry.id)
    assert "本人の届け" in page
    assert "マキノ" in page
    assert "&quot;verb&quot;:&quot;directory.person.edit&quot;" in page
    assert "sealed" not in page


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_words_of_an_entry_are_never_markup(auditor: Client, company: Company, evil: str) -> None:
    people.person_edit(person=company.botan, romaji=evil, by=SYSTEM, why=evil)
    page = words_of(auditor, "entry", entries_about(company.botan.pk).first().id)
    assert evil not in page
    assert "&lt;" in page


@pytest.mark.parametrize("role", [Role.HR, Role.IP, Role.EXECUTIVE, Role.SYSTEM_ADMINISTRATOR, Role.KEEPER])
def test_no_other_role_reads_entries(company: Company, role: Role) -> None:
    entry = entries_about(company.botan.pk).first()
    assert sit(company, company.akari, role).get(reverse("evidence:entry", args=[entry.id])).status_code == 403


def test_an_entry_about_several_is_shown_to_who_may_see_one_of_them(auditor: Client, company: Company, write) -> None:
    del write
    later = company.person("A-9", "新井 恵", "アライ メグミ", "Megumi Arai", company.sales, TODAY.replace(month=12))
    hidden = entries_about(later.pk).first()
    assert auditor.get(reverse("evidence:entry", args=[hidden.id])).status_code == 404
    with act("kernel.view.share", by=SYSTEM, subjects=[later, company.botan]):
        SavedView(name="一覧", register="r", person_id=company.botan.pk).save()
    both = Entry.objects.order_by("-seq").first()
    assert auditor.get(reverse("evidence:entry", args=[both.id])).status_code == 200


def test_kinds_without_a_register_are_seen_by_nobody(company: Company) -> None:
    viewer = company.viewer(company.daichi)
    unknown = Subject("kernel.savedview", UUID(int=1), "?")
    assert record_seen(viewer, unknown) is None
    assert record_seen(viewer, company.botan.as_subject()) == company.botan
    assert record_seen(viewer, company.materials.as_subject()) == company.materials
    assert first_seen(viewer, [unknown, company.botan.as_subject()]) == company.botan
    assert first_seen(viewer, []) is None


# fetching


def test_each_fetch_is_one_act_that_names_who_and_about_whom(auditor: Client, company: Company) -> None:
    bundle = made_bundle(auditor)
    for _ in range(2):
        answer = auditor.post(reverse("evidence:bundle-download", args=[bundle.pk]))
        assert b"".join(answer.streaming_content)[:2] == b"PK"
    fetched = [e for e in read(entries_about(company.botan.pk)) if e.verb == "evidence.bundle.download"]
    assert [each.actor_name for each in fetched] == ["大地 監査"] * 2


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.LEGAL, 200), (Role.INFORMATION_MANAGER, 200), (Role.AUDITOR, 404), (Role.IP, 404), (Role.HR, 403)],
)
def test_who_may_fetch_another_s_bundle(auditor: Client, company: Company, role: Role, status: int) -> None:
    bundle = made_bundle(auditor)
    other = sit(company, company.akari, role)
    before = Entry.objects.count()
    answer = other.post(reverse("evidence:bundle-download", args=[bundle.pk]))
    assert answer.status_code == status
    assert not answer.streaming or b"".join(answer.streaming_content).startswith(b"PK")
    assert Entry.objects.count() == before + (status == 200)


def test_without_its_entry_there_is_no_file(auditor: Client, company: Company) -> None:
    bundle = made_bundle(auditor)
    with no_entry_can_be_written(), pytest.raises(LedgerUnavailable):
        bundle_download(bundle=bundle, path=bundle_file(bundle.pk), by=actor_of(company.daichi))


def test_the_bundle_s_page_says_what_it_is_and_how_it_is_sealed(auditor: Client) -> None:
    bundle = made_bundle(auditor, starts_on="2026-11-01", ends_on="2026-11-20")
    page = words_of(auditor, "bundle", bundle.pk)
    assert bundle.manifest_sha256 in page
    assert "2026-11-01" in page
    assert reverse("evidence:bundle-download", args=[bundle.pk]) in page


# asking


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"number": ""}, "number"),
        ({"number": "Z-9"}, "number"),
        ({"why": ""}, "why"),
        ({"why": "x" * 501}, "why"),
        ({"starts_on": "2026-13-01"}, "starts_on"),
        ({"starts_on": "2026-11-02", "ends_on": "2026-11-01"}, "ends_on"),
    ],
)
def test_a_bundle_that_makes_no_sense_is_not_asked_for(company: Company, values: dict, wrong: str) -> None:
    data = {"number": "A-2", "starts_on": "", "ends_on": "", "why": "調査"} | values
    form = PersonBundleForm(company.viewer(company.daichi), data)
    assert not form.is_valid()
    assert set(form.errors) == {wrong}


def test_the_first_and_last_day_may_be_one(company: Company) -> None:
    data = {"number": " A-2 ", "starts_on": "2026-11-01", "ends_on": "2026-11-01", "why": "調査"}
    form = PersonBundleForm(company.viewer(company.daichi), data)
    assert form.is_valid()
    assert form.person == company.botan


def test_nobody_asks_about_whom_he_may_not_know(company: Company) -> None:
    company.person("A-9", "新井 恵", "アライ メグミ", "Megumi Arai", company.sales, TODAY.replace(month=12))
    data = {"number": "A-9", "starts_on": "", "ends_on": "", "why": "調査"}
    assert not PersonBundleForm(company.viewer(company.daichi), data).is_valid()


# checks


def report(*found: Found) -> CheckReport:
    return CheckReport(entries=12, root="00" * 32, seconds=1.5, found=found)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_findings_stand_on_the_page_in_words_worst_first(company: Company, language: str) -> None:
    check_keep(report=report(Found(damage=Damage.EDITED, index=3), Found(damage=Damage.WAITING)), by=SYSTEM)
    page = words_of(sit(company, company.daichi, Role.AUDITOR, language=language), "home")
    assert {"ja": "改変", "en": "an entry was edited"}[language] in page or language == "ja"
    assert "3" in page


def test_thousands_of_findings_do_not_fill_the_page(auditor: Client) -> None:
    check_keep(report=report(*(Found(damage=Damage.EDITED, index=n, detail=f"no{n}x") for n in range(900))), by=SYSTEM)
    page = words_of(auditor, "home")
    assert "no29x" in page
    assert "no30x" not in page


def test_a_check_is_kept_with_what_it_found_and_stays(company: Company) -> None:
    viewer = company.viewer(company.daichi)
    assert last_check(viewer) is None
    bad = check_keep(report=report(Found(damage=Damage.DELETED, index=6, detail="x")), by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        good = check_keep(report=ledger_check(), by=SYSTEM)
    assert list(checks(viewer)) == [good, bad]
    assert last_check(viewer) == good
    assert CheckRun.objects.get(pk=bad.pk).found == [{"damage": "deleted", "index": 6, "detail": "x"}]
    notes = read(entries_about(bad.pk))[0].notes
    assert (notes["entries"], notes["found"], notes["root"]) == (12, 1, "00" * 32)
    assert (bad.first_bad, bad.milliseconds, str(bad)) == (6, 1500, "12")


def test_the_job_of_the_check_tells_what_it_found_and_where_to_look(auditor: Client) -> None:
    seal_now()
    auditor.post(reverse("evidence:check"))
    run_waiting()
    job = Job.objects.get(kind=CHECK)
    assert job.state == JobState.DONE
    assert job.result == {"url": reverse("evidence:home"), "found": 0, "first_bad": None}


@pytest.mark.parametrize("values", [{}, {"found": (Found(damage=Damage.WAITING),)}])
def test_a_report_without_an_index_has_no_first_bad(values: dict[str, Any]) -> None:
    made: Callable[..., CheckReport] = CheckReport
    told = made(**({"entries": 0, "root": "", "seconds": 0.0, "found": ()} | values))
    assert told.first_bad is None
    assert told.is_sound is (not values)
