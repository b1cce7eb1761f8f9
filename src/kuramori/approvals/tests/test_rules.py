"""The rules of requests, over all cases: who decides, what is bound, where a request stands."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.approvals.rules.binding import Changed, changes, digest_of
from kuramori.approvals.rules.routing import (
    NOBODY,
    Away,
    Chosen,
    Office,
    Seat,
    Step,
    Voice,
    choose,
    seat_of,
    stand_ins,
)
from kuramori.approvals.rules.standing import State, Verdict, escalates_at, outcome, standing_at
from kuramori.kernel.canonical import CanonicalError

PEOPLE = [UUID(int=number) for number in range(1, 9)]
A, B, C, D, E, *_rest = PEOPLE
groups = st.frozensets(st.sampled_from(PEOPLE))
steps = st.lists(st.builds(Step, office=st.sampled_from(Office), people=groups, needs=st.integers(1, 4)), max_size=5)
voices = st.builds(Voice, place=st.integers(0, 4), people=groups.filter(bool))
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)
AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
KEEPER = Step(office=Office.KEEPER, people=frozenset({A}))
HEAD = Step(office=Office.UNIT_HEAD, people=frozenset({B}))
COMMITTEE = Step(office=Office.COMMITTEE, people=frozenset({A, B, C}), needs=2)


def spoke(*people, place=0):
    return Voice(place=place, people=frozenset(people))


def away(person, deputy, *, named_by=None, first=TODAY, last=TODAY):
    return Away(person=person, deputy=deputy, first=first, last=last, named_by=named_by or person)


@given(steps=steps, barred=groups, voices=st.lists(voices, max_size=4), is_late=st.booleans())
def test_whoever_is_chosen_can_decide_and_enough_of_them_have_not_spoken(steps, barred, voices, is_late):
    spoken = NOBODY.union(*(voice.people for voice in voices))

    def lacks(place, step):
        """Say how many voices a step lacks even when all speak who still may."""
        said = sum(voice.place == place for voice in voices)
        return step.needs - said - len(step.people - barred - spoken)

    able = [
        place for place, step in enumerate(steps) if lacks(place, step) <= 0 and step.people - barred - spoken
    ]  # fmt: skip
    chosen = choose(steps, barred=barred, voices=voices, is_late=is_late)
    assert (chosen is None) == (able == [])
    if chosen is None:
        return
    assert chosen.place in able
    assert not chosen.people & barred
    assert chosen.people - spoken, "somebody can still speak"
    if not is_late:
        assert chosen.place == able[0], "the first that can"
        assert chosen.people <= steps[able[0]].people


@given(steps=steps, barred=groups)
def test_to_bar_more_never_lets_more_decide_at_the_same_step(steps, barred):
    free, bound = choose(steps, barred=NOBODY), choose(steps, barred=barred)
    if free and bound and free.place == bound.place:
        assert bound.people <= free.people
    assert bound is None or (free is not None and bound.place >= free.place)


def test_the_requesters_own_office_passes_to_the_next_and_a_committee_goes_on_without_him():
    assert choose([KEEPER, HEAD], barred=frozenset({A})).place == 1
    smaller = choose([COMMITTEE, HEAD], barred=frozenset({A}))
    assert (smaller.people, smaller.needs, smaller.place) == (frozenset({B, C}), 2, 0)
    assert choose([COMMITTEE, HEAD], barred=frozenset({A, C})).office is Office.UNIT_HEAD, "two cannot be had any more"
    assert choose([KEEPER], barred=frozenset({A})) is None


def test_who_has_voted_and_left_still_counts_towards_the_number_that_has_to_agree():
    left = Step(office=Office.COMMITTEE, people=frozenset({B}), needs=2)
    assert choose([left, HEAD], barred=NOBODY).place == 1
    assert choose([left, HEAD], barred=NOBODY, voices=[spoke(A)]).place == 0
    assert choose([left], barred=NOBODY, voices=[spoke(A, place=1)]) is None, "not what was said elsewhere"


def test_an_absent_members_voice_is_spent_by_his_deputy():
    members = Step(office=Office.COMMITTEE, people=frozenset({A, B}), needs=2)
    by_deputy = spoke(D, A)
    assert choose([members], barred=NOBODY, voices=[by_deputy]).people == {A, B}, "it still lies before him, to be read"
    only_he = Step(office=Office.COMMITTEE, people=frozenset({A}), needs=2)
    assert choose([only_he, HEAD], barred=NOBODY, voices=[by_deputy]).office is Office.UNIT_HEAD


def test_who_has_spoken_elsewhere_is_passed_over_and_the_next_decides():
    small = Step(office=Office.COMMITTEE, people=frozenset({B}), needs=3)
    office = Step(office=Office.INFORMATION_MANAGER, people=frozenset({A}))
    executive = Step(office=Office.EXECUTIVE, people=frozenset({A, C}))
    chosen = choose([small, office, executive], barred=NOBODY, voices=[spoke(A)])
    assert (chosen.place, chosen.people) == (2, frozenset({C}))
    assert choose([small, office], barred=NOBODY, voices=[spoke(A)]) is None, "nobody: the office is told"


def test_unanswered_it_goes_to_the_next_as_well_but_a_committees_stays_with_it():
    chosen = choose([KEEPER, Step(office=Office.BOSS, people=NOBODY), HEAD], barred=NOBODY, is_late=True)
    assert (chosen.people, chosen.place, chosen.office) == (frozenset({A, B}), 2, Office.UNIT_HEAD)
    assert choose([COMMITTEE, HEAD], barred=NOBODY, is_late=True).place == 0
    assert choose([KEEPER, COMMITTEE], barred=NOBODY, is_late=True).place == 0, "one voice is never turned into two"
    assert choose([KEEPER, KEEPER], barred=NOBODY, is_late=True).place == 0, "the same person is nobody further"


@given(aways=st.lists(st.builds(
    Away, person=st.sampled_from(PEOPLE), deputy=st.sampled_from(PEOPLE),
    first=st.dates(TODAY - 2 * DAY, TODAY + 2 * DAY), last=st.dates(TODAY - 2 * DAY, TODAY + 2 * DAY),
    named_by=st.none() | st.sampled_from(PEOPLE),
), max_size=8), barred=groups, present=groups)  # fmt: skip
def test_no_deputy_is_barred_absent_out_of_his_days_or_named_by_who_asks(aways, barred, present):
    found = stand_ins(aways, today=TODAY, barred=barred, present=present)
    for deputy, principals in found.items():
        assert deputy in present - barred
        assert not principals & barred
        for principal in principals:
            assert any(
                (one.person, one.deputy) == (principal, deputy) and one.first <= TODAY <= one.last for one in aways
            )


def test_a_deputy_does_not_pass_it_on_so_no_chain_leads_back_to_the_requester():
    chain = [away(A, B), away(B, C)]
    found = stand_ins(chain, today=TODAY, barred=NOBODY, present=PEOPLE)
    assert found == {B: frozenset({A}), C: frozenset({B})}
    chosen = Chosen(place=0, office=Office.KEEPER, people=frozenset({A}), needs=1)
    seats = {
        who: seat_of(who, chosen, barred=NOBODY, principals=found.get(who, NOBODY), voted=NOBODY) for who in (A, B, C)
    }
    assert seats == {A: Seat(decider=A), B: Seat(decider=B, on_behalf_of=A), C: None}


@pytest.mark.parametrize(
    ("row", "stands_in"),
    [
        (away(A, B), True),
        (away(A, B, named_by=D), True),
        (away(A, B, named_by=C), False),  # C asks: he does not choose who decides
        (away(A, C), False),  # C asks: not as a deputy either
        (away(C, B), False),  # nobody decides in the place of who asks
        (away(A, B, last=TODAY - DAY, first=TODAY - DAY), False),
        (away(A, B, first=TODAY + DAY, last=TODAY + DAY), False),
        (away(A, E), False),  # who does not work here today
    ],
)
def test_who_stands_in_when_c_asks(row, stands_in):
    assert bool(stand_ins([row], today=TODAY, barred=frozenset({C}), present=frozenset({A, B, C, D}))) is stands_in


@given(who=st.none() | st.sampled_from(PEOPLE), people=groups, barred=groups, principals=groups, voted=groups)
def test_a_right_to_decide_is_ones_own_or_an_absent_persons_never_a_barred_ones_never_twice(
    who, people, barred, principals, voted
):
    chosen = Chosen(place=0, office=Office.NAMED, people=people - barred, needs=1)
    right = seat_of(who, chosen, barred=barred, principals=principals, voted=voted)
    if right is None:
        return
    assert right.decider == who
    assert who not in barred | voted
    holder = right.on_behalf_of or right.decider
    assert holder in people - barred
    assert right.on_behalf_of is None or right.on_behalf_of in principals - voted


def test_without_anybody_to_decide_or_without_a_person_there_is_no_right():
    assert seat_of(A, None, barred=NOBODY, principals=NOBODY, voted=NOBODY) is None
    chosen = Chosen(place=0, office=Office.KEEPER, people=frozenset({A}), needs=1)
    assert seat_of(None, chosen, barred=NOBODY, principals=frozenset({A}), voted=NOBODY) is None
    assert seat_of(B, chosen, barred=NOBODY, principals=frozenset({A}), voted=frozenset({A})) is None


texts = st.text(max_size=8)
contents = st.dictionaries(texts, texts, max_size=5).map(lambda told: list(told.items()))


def digest(content, **other):
    told = {"number": "R-1", "kind": "k", "detail": {"a": "b"}, "why": "w"} | other
    return digest_of(content=content, **told)


@given(shown=contents, now=contents)
def test_equal_content_has_one_digest_and_what_differs_is_named(shown, now):
    assert (digest(shown) == digest(now)) == (shown == now)
    changed = changes(shown, now)
    assert {one.name for one in changed} == {
        name for name in dict(shown) | dict(now) if dict(shown).get(name) != dict(now).get(name)
    }
    assert all(
        (dict(shown).get(one.name, ""), dict(now).get(one.name, "")) == (one.before, one.after) for one in changed
    )


def test_a_line_that_comes_or_goes_is_a_change():
    assert changes([("a", "1"), ("b", "2")], [("c", "3"), ("a", "1")]) == [
        Changed(name="c", before="", after="3"),
        Changed(name="b", before="2", after=""),
    ]


def test_number_kind_details_and_reason_are_bound_too_and_the_digest_is_known():
    plain = digest([("title", "電解液")])
    others = ({"number": "R-2"}, {"kind": "x"}, {"detail": {}}, {"why": ""})
    assert len({plain, *(digest([("title", "電解液")], **other) for other in others)}) == 5
    assert plain == digest((("title", "電解液"),)), "tuples and lists are the same content"
    assert plain == "b6b799df09921f87041830e98e61d320a32aa0848a151a14be62368815b4b49e"
    with pytest.raises(CanonicalError):
        digest([("title", "\ud800")])


@given(verdicts=st.lists(st.sampled_from(Verdict), max_size=8), needs=st.integers(1, 5))
def test_one_refusal_refuses_and_so_many_approvals_approve(verdicts, needs):
    state = outcome(verdicts, needs=needs)
    assert (state is State.REFUSED) == (Verdict.REFUSE in verdicts)
    assert (state is State.APPROVED) == (Verdict.REFUSE not in verdicts and len(verdicts) >= needs)
    assert state in {State.APPROVED, State.REFUSED, State.WAITING}


@pytest.mark.parametrize("state", State)
def test_time_ends_only_what_waits_and_to_the_second(state):
    def at(moment):
        return standing_at(state, expires_at=AT, at=moment)

    assert at(AT - timedelta(microseconds=1)) is state
    assert at(AT) is (State.EXPIRED if state is State.WAITING else state)


@given(st.timedeltas(timedelta(seconds=2), timedelta(days=400)))
def test_it_goes_further_up_while_there_is_as_much_time_left_as_has_passed(span):
    middle = escalates_at(AT, AT + span)
    assert AT < middle < AT + span
    assert abs((middle - AT) - (AT + span - middle)) <= timedelta(microseconds=1)
