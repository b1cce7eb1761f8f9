"""Holds stop whatever makes away with evidence, and are found by nobody whom they concern (SYS-16, EVD-10, LEV-10)."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine

from kuramori.directory.acts.people import engagement_end
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.acts.holds import hold_add, hold_edit, hold_retire, keeping_term_set, separations_place
from kuramori.evidence.api import held, refuse_if_held
from kuramori.evidence.hold_jobs import run_separations
from kuramori.evidence.keeping import holds_on, separations_due
from kuramori.evidence.models import Hold, KeepingTerm, SeparationHold
from kuramori.evidence.queries.holds import holds_visible_to, separations_visible_to
from kuramori.evidence.rules.holds import add_months
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, Subject
from kuramori.kernel.imports.storage import FILE, keep, let_go, place
from kuramori.kernel.keeping import Purge, is_kept, refuse_if_kept
from kuramori.kernel.ledger import changes_of, entries_about, read
from kuramori.kernel.models import Entry, EntrySubject
from kuramori.kernel.permissions import Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECRET = Subject("register.secret", UUID(int=77), "配合比")


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company():
    here = Company()
    here.give(here.chihiro, Role.LEGAL)
    here.give(here.botan, Role.LEGAL)
    here.give(here.daichi, Role.AUDITOR)
    return here


@pytest.fixture
def place_on(company):
    def some(*held_subjects, **values):
        by = company.viewer(company.chihiro).actor
        return hold_add(matter="B社への漏えい", held=held_subjects, by=by, why="訴訟の準備", **values)

    return some


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 11, 20), 1, date(2026, 12, 20)),
        (date(2027, 2, 28), -6, date(2026, 8, 28)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
    ],
)
def test_months_end_on_days_that_exist(day, months, then):
    assert add_months(day, months) == then


def test_what_a_hold_names_is_kept_and_what_it_does_not_name_is_not(company, place_on):
    assert not held([company.botan.pk], NOON)
    place_on(company.botan.as_subject(), SECRET)
    assert held([company.botan.pk], NOON)
    assert held([company.akari.pk, SECRET.id], NOON)
    assert not held([company.akari.pk], NOON)
    assert is_kept(Purge()), "what may speak of anybody is kept while anything is"


def test_a_hold_without_names_keeps_everything_of_its_days(company, place_on):
    place_on(covers_from=date(2026, 4, 1), covers_to=date(2026, 9, 30))
    days = [(None, None), (date(2026, 9, 30), date(2026, 12, 1)), (None, date(2026, 4, 1)), (date(2026, 5, 1), None)]
    assert all(is_kept(Purge(subjects=frozenset({company.akari.pk}), first=a, last=z)) for a, z in days)
    assert not is_kept(Purge(first=date(2026, 10, 1)))
    assert not is_kept(Purge(last=date(2026, 3, 31)))


def test_it_holds_from_its_placing_to_its_last_day_or_its_release(company, place_on):
    hold = place_on(company.botan.as_subject(), until=TODAY)
    subjects = [company.botan.pk]
    assert not held(subjects, NOON - DAY)
    assert held(subjects, datetime(2026, 11, 20, 14, 59, tzinfo=UTC)), "the day ends at the company's midnight"
    assert not held(subjects, datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
    with time_machine.travel(NOON + DAY / 24, tick=False):
        hold_retire(hold=Hold.objects.get(), by=SYSTEM, why="和解した")
    assert held(subjects, NOON), "as of then it was in force"
    assert not held(subjects, NOON + DAY / 12)
    assert Hold.objects.get(pk=hold.pk).release_reason == "和解した"


def test_it_is_extended_and_never_narrowed(company, place_on):
    hold = place_on(company.botan.as_subject(), covers_from=date(2026, 4, 1), covers_to=date(2026, 9, 30))
    days = {"covers_from": date(2026, 1, 1), "covers_to": None, "until": None}
    with time_machine.travel(NOON + DAY, tick=False):
        hold_edit(hold=hold, matter="B社", held=[SECRET, company.botan.as_subject()], **days, by=SYSTEM, why="広げる")
        assert held([SECRET.id], NOON + DAY)
        for worse in (
            {"covers_from": date(2026, 2, 1)},
            {"covers_to": TODAY},
            {"covers_from": None, "covers_to": TODAY},
        ):
            with pytest.raises(Refused, match="広げること"):
                hold_edit(hold=hold, matter="B社", **(days | worse), by=SYSTEM, why="狭める")
    assert hold.subjects.count() == 2


def test_what_keeps_everything_is_not_narrowed_to_one_person_either(company, place_on):
    hold = place_on()
    with time_machine.travel(NOON + DAY, tick=False), pytest.raises(Refused, match="すべて"):
        hold_edit(
            hold=hold, matter="B社へ", held=[SECRET], covers_from=None, covers_to=None, until=None, by=SYSTEM, why="x"
        )
    assert held([company.akari.pk], NOON)


def test_nobody_places_one_on_himself(company, place_on):
    with pytest.raises(Refused, match="自分自身"):
        place_on(company.chihiro.as_subject())
    assert not Hold.objects.exists()


def test_the_ledger_links_no_person_and_no_secret_to_a_hold(company, place_on):
    before = set(Entry.objects.values_list("pk", flat=True))
    hold = place_on(company.botan.as_subject(), SECRET)
    hold_edit(hold=hold, matter="B社", covers_from=None, covers_to=None, until=None, by=SYSTEM, why="x")
    hold_retire(hold=hold, by=SYSTEM, why="済み")
    mine = Entry.objects.exclude(pk__in=before)
    assert mine.count() == 3
    named = set(EntrySubject.objects.filter(entry__in=mine).values_list("subject_id", flat=True))
    assert named.isdisjoint({company.botan.pk, SECRET.id})
    for entry in mine:
        body = bytes(entry.body).decode()
        assert not [word for word in (str(company.botan.pk), str(SECRET.id), "牡丹", "訴訟", "漏えい") if word in body]
    assert entries_about(hold.pk).count() == 3
    assert [c.fields["subject_id"][1] for c in changes_of(mine.order_by("seq").first()) if "subject_id" in c.fields]


def test_who_is_concerned_sees_no_hold_of_his_own_though_he_may_see_others(company, place_on):
    place_on(company.botan.as_subject())
    other = place_on(company.akari.as_subject())
    seen = {p: set(holds_visible_to(company.viewer(p))) for p in (company.chihiro, company.botan, company.daichi)}
    assert len(seen[company.chihiro]) == len(seen[company.daichi]) == 2
    assert seen[company.botan] == {other}
    assert not holds_visible_to(company.viewer(company.akari)).exists()


def test_the_refusal_names_the_matter_to_who_may_know_and_nothing_to_others(company, place_on):
    place_on(company.botan.as_subject())
    subjects = [company.botan.pk]
    with pytest.raises(Refused, match="B社への漏えい"):
        refuse_if_held(company.viewer(company.chihiro), subjects, NOON)
    words = set()
    for person in (company.botan, company.akari):
        with pytest.raises(Refused) as refusal:
            refuse_if_held(company.viewer(person), subjects, NOON)
        words.add((str(refusal.value.message), str(refusal.value.next_step)))
    assert len(words) == 1
    assert "保全" not in str(words)
    refuse_if_held(company.viewer(company.akari), [company.akari.pk], NOON)


def test_whoever_has_left_is_kept_six_months_and_then_no_longer(company):
    assert run_separations(None, {}) == {"placed": 0}
    assert not Entry.objects.filter(verb="evidence.separation.place").exists()
    engagement_end(engagement=company.engagement(company.botan), today=TODAY, last=TODAY - DAY, by=SYSTEM, why="退職")
    assert run_separations(None, {}) == {"placed": 1}
    assert run_separations(None, {}) == {"placed": 0}, "each leave once"
    kept = SeparationHold.objects.get()
    assert (kept.person, kept.until) == (company.botan, date(2027, 5, 19))
    subjects = [company.botan.pk]
    assert held(subjects, NOON + 5 * 30 * DAY)
    assert held(subjects, datetime(2027, 5, 18, 14, 59, tzinfo=UTC))
    assert not held(subjects, datetime(2027, 5, 18, 15, 0, tzinfo=UTC))
    with pytest.raises(Refused, match="保管が必要"):
        refuse_if_kept(Purge(subjects=frozenset(subjects)))
    assert not is_kept(Purge()), "an upload of nobody knows whom is not kept for every leaver"


def test_the_company_decides_for_how_long_and_who_is_kept_already_keeps_his_day(company):
    engagement_end(engagement=company.engagement(company.botan), today=TODAY, last=TODAY - DAY, by=SYSTEM, why="退職")
    separations_place(by=SYSTEM)
    keeping_term_set(months=12, by=SYSTEM, why="訴訟が多い")
    engagement_end(engagement=company.engagement(company.akari), today=TODAY, last=TODAY - DAY, by=SYSTEM, why="退職")
    separations_place(by=SYSTEM)
    assert sorted(s.until for s in SeparationHold.objects.all()) == [date(2027, 5, 19), date(2027, 11, 19)]
    keeping_term_set(months=3, by=SYSTEM, why="短くする")
    assert KeepingTerm.objects.get().months == 3
    assert not separations_due(TODAY)
    assert separations_place(people=[company.daichi], by=SYSTEM) == [], "who has not left is not kept"
    for months in (0, 121):
        with pytest.raises(Refused):
            keeping_term_set(months=months, by=SYSTEM, why="x")
    entry = read(entries_about(KeepingTerm.objects.get().pk))[0]
    assert (entry.verb, entry.notes["months"], entry.why) == ("evidence.separation.edit", 3, "短くする")


def test_separations_are_seen_by_those_who_may_see_holds(company):
    engagement_end(engagement=company.engagement(company.botan), today=TODAY, last=TODAY - DAY, by=SYSTEM, why="退職")
    separations_place(by=SYSTEM)
    assert separations_visible_to(company.viewer(company.chihiro)).count() == 1
    assert not separations_visible_to(company.viewer(company.akari)).exists()


def test_an_upload_of_the_days_is_kept_until_the_hold_is_released(company, place_on):
    run = UUID(int=(int(NOON.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | 5)
    keep(run, [b"a"], name="名簿.csv")
    hold = place_on(company.botan.as_subject(), covers_to=TODAY)
    assert not let_go(run)
    assert place(run, FILE).exists()
    later = UUID(int=(int((NOON + DAY).timestamp() * 1000) << 80) | uuid4().int >> 48)
    keep(later, [b"a"], name="名簿.csv")
    assert let_go(later, FILE), "of a day that the hold does not cover"
    assert not place(later, FILE).exists()
    hold_retire(hold=hold, by=SYSTEM, why="済み")
    with time_machine.travel(NOON + DAY, tick=False):
        assert let_go(run)
    assert not place(run, FILE).exists()


def test_asking_for_days_finds_each_hold_once(company, place_on):
    place_on(company.botan.as_subject(), SECRET)
    assert holds_on(Purge(subjects=frozenset({company.botan.pk, SECRET.id})), NOON).count() == 1
