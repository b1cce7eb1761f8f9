"""A preservation tips nobody off: every door, as the held person who is himself of the legal department (SYS-16)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from kuramori.directory.acts.people import engagement_end
from kuramori.directory.api import Account
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.acts.holds import SNAPSHOT, hold_add, separations_place
from kuramori.evidence.bundles.asking import PERSON, write_bundle
from kuramori.evidence.models import KeepingTerm, SeparationHold
from kuramori.evidence.registers import holds, separations
from kuramori.kernel import jobs as work
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Subject
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role
from kuramori.kernel.registers.tests.suite import RegisterSuite, made
from kuramori.kernel.room import role_permissions

pytestmark = pytest.mark.django_db
EVERYTHING = frozenset().union(*role_permissions().values()) | {"evidence:hold:export"}


@pytest.fixture(autouse=True)
def noon():
    """Let the clock run: two changes of a record must differ in their time."""
    with time_machine.travel(NOON):
        yield


def office():
    here = Company()
    for person in (here.chihiro, here.botan):
        here.give(person, Role.LEGAL)
        here.give(person, Role.INFORMATION_MANAGER)
    return here


class TestHolds(RegisterSuite):
    """Chihiro places holds on Botan, who holds the very same roles."""

    register = holds
    entered = {"matter": "C社", "people": "A-1 botan@example.jp", "why": "訴訟"}
    changed = {"matter": "漏えい 0", "people": "A-1", "until": "2027-03-31", "why": "見直し"}
    required = ("matter", "why")
    searched = ("漏えい", 3)

    @pytest.fixture(autouse=True)
    def _people(self, db):  # noqa: ARG002  (asks for the database)
        self.company = office()
        chihiro, botan = (self.company.viewer(p) for p in (self.company.chihiro, self.company.botan))
        self.insider = _with_everything(chihiro)
        self.stranger = _with_everything(botan)

    def make(self, count):
        held = [self.company.botan.as_subject()]
        return [hold_add(matter=f"漏えい {n}", held=held, by=self.insider.actor, why="試験") for n in range(count)]

    # an older edit than the one shown keeps its matter; what the kit types over it must only extend
    def test_a_conflict_shows_what_somebody_else_did_and_loses_nothing(self):
        record = self.make(1)[0]
        stale = self.token_of(record)
        self.post("edit", record, {**self.entered, "as_of": stale, "why": "先に"})
        answer = self.post("edit", record, {**self.changed, "as_of": stale})
        assert (answer.status_code, [line.why for line in answer.context["conflict"]]) == (422, ["先に"])

    def test_its_page_names_people_and_secrets_only_to_who_may_see_them(self):
        (hold,) = self.make(1)
        page = self.get("detail", hold).content.decode()
        assert "牧野 牡丹" in page
        both = [self.company.botan.as_subject(), Subject("register.secret", self.company.akari.pk, "配合比")]
        hold = hold_add(matter="秘密", held=both, by=self.insider.actor, why="試験")
        page = self.get("detail", hold).content.decode()
        assert "閲覧権限なし" in page
        assert "配合比" not in page

    def test_days_in_the_wrong_order_and_unknown_people_are_told_at_their_field(self):
        data = {**self.entered, "people": "A-9", "secrets": "S-404", "covers_from": "2026-02-01"}
        answer = self.post("add", data=data | {"covers_to": "2026-01-01"})
        assert answer.status_code == 422
        assert set(answer.context["form"].errors) == {"people", "secrets", "covers_to"}
        answer = self.post("add", data={**self.entered, "people": "A-3"})
        assert answer.status_code == 422
        assert "自分自身" in answer.content.decode()

    def test_its_state_is_told_in_words(self):
        hold, ended, released = self.make(3)
        self.post("edit", ended, {"matter": "終", "until": "2026-11-19", "as_of": self.token_of(ended), "why": "x"})
        self.post("retire", released, {"why": "和解"})
        pages = [self.get("detail", each).content.decode() for each in (hold, ended, released)]
        assert ["有効" in pages[0], "終了" in pages[1], "解除済み" in pages[2], "和解" in pages[2]] == [True] * 4


class TestSeparations(RegisterSuite):
    register = separations
    filtered = {"kept_on": ("2027-05-20", 1)}

    test_out_of_scope_it_is_not_found_by_any_door = None
    test_out_of_scope_neither_list_count_search_nor_export_betrays_it = None

    @pytest.fixture(autouse=True)
    def _people(self, db):  # noqa: ARG002  (asks for the database)
        self.company = office()
        self.insider = self.stranger = _with_everything(self.company.viewer(self.company.chihiro))

    def make(self, count):
        first = date(2026, 10, 1)
        days = [(first - n * timedelta(days=1), date(2027, 5, 21) - n * timedelta(days=1)) for n in range(count)]
        rows = [SeparationHold(person=self.company.botan, left_on=left, until=until) for left, until in days]
        return made(rows, SYSTEM, "evidence.separation.place")


def _with_everything(viewer):
    return replace(viewer, permissions=EVERYTHING, company_wide=EVERYTHING)


@pytest.fixture
def browse(client):
    def sign_in(person):
        account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


@pytest.fixture
def preserved():
    """Chihiro has placed a hold on Botan; both are legal, and Botan runs the system besides."""
    here = office()
    here.give(here.botan, Role.SYSTEM_ADMINISTRATOR)
    here.hold = hold_add(
        matter="D社の件", held=[here.botan.as_subject()], by=here.viewer(here.chihiro).actor, why="訴訟の準備"
    )
    return here


PLAIN = (
    "evidence:home", "evidence:hold-list", "evidence:separation-list", "evidence:bundles", "kernel:jobs", "home",
    "inbox", "health",
)  # fmt: skip


def test_the_held_person_walks_every_page_and_finds_nothing(preserved, browse):
    browser, words = browse(preserved.botan), ("D社の件", "訴訟の準備", str(preserved.hold.pk))
    addresses = [reverse(name) for name in PLAIN]
    addresses += [f"{reverse('evidence:hold-list')}?q=D社の", f"{reverse('evidence:hold-list')}?retired=yes"]
    addresses += [f"{reverse('search')}?q=D社の"]
    addresses += [reverse(f"directory:person-{each}", args=[preserved.botan.pk]) for each in ("detail", "history")]
    addresses += [reverse(f"directory:person-{each}", args=[preserved.chihiro.pk]) for each in ("detail", "history")]
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        assert not [word for word in words if word in answer.content.decode()], address
    for entry in entries_about(preserved.hold.pk):
        assert browser.get(reverse("evidence:entry", args=[entry.id])).status_code == 404
    for name in ("hold-detail", "hold-history", "hold-edit", "hold-retire"):
        assert browser.get(reverse(f"evidence:{name}", args=[preserved.hold.pk])).status_code == 404
    assert browser.post(reverse("evidence:hold-retire", args=[preserved.hold.pk]), {"why": "x"}).status_code == 404
    assert browser.post(reverse("evidence:hold-export"), {"format": "csv"}).status_code == 403


def test_his_colleague_finds_it_and_reads_its_entry(preserved, browse):
    browser = browse(preserved.chihiro)
    assert "D社の件" in browser.get(reverse("evidence:hold-list")).content.decode()
    entry = entries_about(preserved.hold.pk).get()
    page = browser.get(reverse("evidence:entry", args=[entry.id])).content.decode()
    assert "遠山 千尋 が保全「D社の件」を始めました" in page
    for address in (f"directory:person-{name}" for name in ("detail", "history")):
        assert "D社" not in browser.get(reverse(address, args=[preserved.botan.pk])).content.decode()


@pytest.mark.parametrize("about", ["botan", "chihiro"])
def test_no_bundle_about_the_held_person_or_about_who_placed_it_tells(preserved, about, tmp_path):
    person = getattr(preserved, about)
    viewer = preserved.viewer(preserved.botan)
    out = tmp_path / "bundle"
    write_bundle(viewer, kind=PERSON, subject=person.as_subject(), ids=[person.pk], out=out, why="確認")
    told = "".join(f.read_text(errors="replace") for f in out.rglob("*") if f.is_file() and f.name != "verify.py")
    assert str(preserved.hold.pk) not in told
    assert "evidence.hold" not in told


def test_quiet_work_is_seen_by_who_asked_alone(preserved, browse):
    loud, quiet = work.ask("evidence.check", viewer=None), Job.objects.get(kind=SNAPSHOT)
    assert set(work.jobs_seen_by(preserved.viewer(preserved.botan))) == {loud}
    assert set(work.jobs_seen_by(preserved.viewer(preserved.chihiro))) == {quiet}
    assert browse(preserved.botan).get(reverse("kernel:job", args=[quiet.pk])).status_code == 404
    assert work.viewer_of(quiet).person_id == preserved.chihiro.pk


def test_the_time_of_keeping_is_decided_by_the_office(browse):
    here = office()
    here.give(here.daichi, Role.AUDITOR)
    address = reverse("evidence:keeping-term")
    assert browse(here.daichi).get(address).status_code == 403
    browser = browse(here.chihiro)
    assert 'value="6"' in browser.get(address).content.decode()
    assert browser.post(address, {"months": "500", "why": "x"}).status_code == 422
    assert browser.post(address, {"months": "12", "why": "長い訴訟"}).status_code == 302
    assert KeepingTerm.objects.get().months == 12
    engagement_end(engagement=here.engagement(here.akari), today=TODAY, last=date(2026, 11, 1), by=SYSTEM, why="退職")
    (kept,) = separations_place(by=SYSTEM)
    page = browser.get(reverse("evidence:separation-detail", args=[kept.pk])).content.decode()
    assert (address in page, "2027-11-01" in page, kept.left_on < TODAY) == (True, True, True)
    assert (
        address not in browse(here.daichi).get(reverse("evidence:separation-detail", args=[kept.pk])).content.decode()
    )
    assert Entry.objects.filter(verb="evidence.separation.edit").count() == 1
