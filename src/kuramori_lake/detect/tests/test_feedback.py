"""What people decided moves a reason: bounded, told beside it, and only for whom it was decided (DET-13, H6)."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.detect import DEFAULT, detect, weigh
from kuramori_lake.detect.feedback import heeded
from kuramori_lake.detect.findings import Code, Reason
from kuramori_lake.detect.settings import Feedback, Settings
from kuramori_lake.detect.tests.office import PROJECT, TODAY, Diary, papers

WHO = SimpleNamespace(person_id="p1", unit="u1")
factors = st.lists(st.floats(0.01, 10), min_size=1, max_size=8)


def reason(strength=0.4, code=Code.BULK_READ):
    return Reason(code=code, strength=strength, numbers={"own_now": 900}, query="SELECT 1", parameters={"n": 1})


def decision(factor=0.5, code="bulk_read", person="p1", unit=None, mark="D-1"):
    return Feedback(code=code, person_id=person, unit=unit, factor=factor, mark=mark)


def after(*decisions, strength=0.4, code=Code.BULK_READ):
    return heeded([reason(strength, code)], WHO, Settings(feedback=decisions))


def test_without_a_decision_a_reason_stays_as_it_is():
    assert after() == [reason()]


def test_a_lowered_reason_is_followed_by_the_line_that_says_so():
    lowered, trace = after(decision(0.5))
    assert (lowered.strength, lowered.numbers, lowered.query) == (0.2, {"own_now": 900}, "SELECT 1")
    assert (trace.code, trace.strength) == (Code.FEEDBACK, -0.2)
    assert trace.numbers == {
        "reason": "bulk_read", "factor": 0.5, "before": 0.4, "after": 0.2, "decisions": "D-1", "lowered_by": 0.2,
    }  # fmt: skip


def test_a_raised_reason_is_told_too_and_its_line_lowers_nothing():
    raised, trace = after(decision(1.25))
    assert raised.strength == 0.5
    assert (trace.strength, trace.numbers["lowered_by"], trace.numbers["after"]) == (0.0, 0.0, 0.5)


def test_every_decision_that_counted_is_named():
    _moved, trace = after(decision(0.5, mark="D-1"), decision(1.25, person=None, unit="u1", mark="D-2"))
    assert trace.numbers["decisions"] == "D-1, D-2"
    assert trace.numbers["factor"] == 0.625


@pytest.mark.parametrize(
    "other",
    [
        decision(person="p2"),
        decision(person=None, unit="u2"),
        decision(code="off_hours"),
        decision(person="p2", unit="u2"),
        decision(person=None, unit=None),
    ],
)
def test_what_was_decided_of_others_or_of_other_reasons_moves_nothing(other):
    assert after(other) == [reason()]


def test_a_decision_for_the_unit_counts_for_whoever_is_in_it():
    assert after(decision(person=None, unit="u1"))[0].strength == 0.2


@pytest.mark.parametrize("strength", [0.0, -0.3])
def test_what_does_not_speak_against_anybody_is_not_moved(strength):
    assert after(decision(), strength=strength) == [reason(strength)]


@given(factors=factors, strength=st.floats(0.001, 0.95))
def test_however_many_decisions_a_reason_stays_within_its_bounds(factors, strength):
    """H6: nobody talks a detector to sleep, and no decision makes a reason a certainty."""
    moved, factor = weigh.decided(strength, factors, DEFAULT)
    assert DEFAULT.feedback_least <= factor <= DEFAULT.feedback_most
    assert strength * DEFAULT.feedback_least - 1e-9 <= moved <= max(strength, weigh.CERTAIN) + 1e-9
    assert moved <= strength * DEFAULT.feedback_most + 1e-9


@given(factors=factors)
def test_the_order_of_decisions_changes_nothing(factors):
    there, _factor = weigh.decided(0.4, factors, DEFAULT)
    back, _factor = weigh.decided(0.4, reversed(factors), DEFAULT)
    assert there == pytest.approx(back)


def test_raising_never_lowers_what_was_nearly_certain():
    assert weigh.decided(0.94, [1.25], DEFAULT)[0] == weigh.CERTAIN


def test_other_reasons_keep_their_place_and_their_strength():
    reasons = [reason(), reason(0.3, Code.OFF_HOURS), reason(-0.1, Code.ALONE)]
    moved = heeded(reasons, WHO, Settings(feedback=(decision(code="off_hours"),)))
    assert [each.code for each in moved] == [Code.BULK_READ, Code.OFF_HOURS, Code.FEEDBACK, Code.ALONE]
    assert (moved[0], moved[-1]) == (reasons[0], reasons[-1])


# in a whole run


def found_with(office, *decisions):
    (finding,) = detect(office, as_of=TODAY, settings=Settings(feedback=decisions))
    return finding, {each.code: each for each in finding.reasons}


def test_in_a_whole_run_a_decision_lowers_the_score_and_is_told_among_the_reasons(office, tmp_path):
    friday = date(2026, 11, 13)
    theft = Diary().reads("akari", friday, papers(PROJECT, 300), hour=22)
    theft.reads("akari", friday + timedelta(days=1), papers(PROJECT, 100, since=300), hour=15).into(
        office, tmp_path, "theft"
    )
    plain, before = found_with(office)
    lowered, after_one = found_with(office, decision(0.5, person="akari", mark="D-2026-0001"))
    assert lowered.score < plain.score
    assert after_one[Code.BULK_READ].strength == pytest.approx(before[Code.BULK_READ].strength / 2, abs=1e-3)
    assert after_one[Code.FEEDBACK].numbers["decisions"] == "D-2026-0001"
    assert Code.FEEDBACK not in before
    colleague = decision(0.5, person="botan", mark="D-of-a-colleague")
    raised, after_two = found_with(office, decision(1.25, person="akari", mark="D-1"), colleague)
    assert raised.score > plain.score
    assert after_two[Code.FEEDBACK].numbers["decisions"] == "D-1"
