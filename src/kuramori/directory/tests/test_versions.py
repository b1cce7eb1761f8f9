"""Facts with two times: what we knew then stays what we knew then, whatever is corrected later."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuramori.directory.acts import people
from kuramori.directory.models import Assignment, Overwritten
from kuramori.directory.queries.history import who_was_where
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.directory.viewing import viewer_of_system
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act

FIRST = date(2020, 4, 1)


def place(company: Company) -> Assignment:
    return Assignment.objects.known().get(person=company.akari)


def where(company: Company, day: date, known_at: datetime | None = None) -> list:
    found = who_was_where(viewer_of_system(), day, known_at, people=[company.akari.pk])
    return [each.unit_id for each in found]


def test_a_correction_adds_a_version_and_leaves_the_former_readable(company: Company, clock) -> None:
    clock.shift(timedelta(hours=1))
    people.assignment_correct(assignment=place(company), unit=company.sales, by=SYSTEM, why="typing error")
    clock.shift(timedelta(hours=1))
    assert where(company, TODAY) == [company.sales.pk]
    assert where(company, TODAY, NOON + timedelta(minutes=30)) == [company.materials.pk]
    assert where(company, TODAY, NOON + timedelta(hours=1)) == [company.sales.pk]
    assert where(company, TODAY, NOON - timedelta(days=1)) == []


def test_a_version_cannot_be_overwritten(company: Company) -> None:
    version = place(company)
    version.position = "課長"
    with pytest.raises(Overwritten), act("directory.assignment.correct", by=SYSTEM):
        version.save()


def test_a_correction_that_changes_nothing_adds_nothing(company: Company) -> None:
    before = Assignment.objects.count()
    people.assignment_correct(assignment=place(company), unit=company.materials, by=SYSTEM, why="again")
    assert Assignment.objects.count() == before


def test_undoing_a_closing_adds_a_version_and_keeps_what_was_believed_between(company: Company, clock) -> None:
    clock.shift(timedelta(hours=1))
    with act("directory.assignment.correct", by=SYSTEM):
        place(company).withdraw()
    closed = Assignment.objects.get(person=company.akari)
    clock.shift(timedelta(hours=1))
    with act("kernel.import.undo", by=SYSTEM):
        closed.recorded_to = None
        closed.save()
    assert where(company, TODAY) == [company.materials.pk]
    assert where(company, TODAY, NOON + timedelta(hours=1, minutes=30)) == []
    assert where(company, TODAY, NOON) == [company.materials.pk]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    corrections=st.lists(
        st.tuples(st.sampled_from(["materials", "sales", "top"]), st.integers(0, 3), st.integers(0, 4)), max_size=5
    )
)
def test_who_was_where_agrees_with_a_diary_kept_beside_it(company: Company, corrections) -> None:
    """Each correction says: unit, first day, length in days (4: open). The diary keeps every state ever believed."""
    start = place(company).recorded_from + timedelta(days=2)  # after everything a former example wrote
    believed: list[tuple[datetime, str, date, date | None]] = []
    for step, (unit, offset, length) in enumerate(corrections):
        first = FIRST + timedelta(days=offset)
        last = None if length == 4 else first + timedelta(days=length)
        with time_machine.travel(start + timedelta(hours=step), tick=False):
            people.assignment_correct(
                assignment=place(company),
                unit=getattr(company, unit),
                starts_on=first,
                ends_on=last,
                by=SYSTEM,
                why="?",
            )
        believed.append((start + timedelta(hours=step), unit, first, last))
    with time_machine.travel(start + timedelta(days=1), tick=False):
        for count in range(len(believed)):
            at, unit, first, last = believed[count]
            for day in [FIRST + timedelta(days=n) for n in range(-1, 9)]:
                expected = first <= day and (last is None or day <= last)
                assert (where(company, day, at) == [getattr(company, unit).pk]) is expected, (day, at)
        people.assignment_correct(
            assignment=place(company), unit=company.materials, starts_on=FIRST, ends_on=None, by=SYSTEM, why="back"
        )


def test_recorded_times_are_utc(company: Company) -> None:
    assert place(company).recorded_from.tzinfo == UTC
