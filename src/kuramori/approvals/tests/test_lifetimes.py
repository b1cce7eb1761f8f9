"""Whole lives of a request, played at random: offices change hands, people vote, time passes (rules alone)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kuramori.approvals.rules.routing import NOBODY, Office, Step, Voice, choose, seat_of
from kuramori.approvals.rules.standing import State, Verdict, escalates_at, outcome, standing_at

PEOPLE = [UUID(int=number) for number in range(1, 7)]
ASKED = datetime(2026, 11, 20, 3, tzinfo=UTC)
EXPIRES = ASKED + timedelta(days=14)
who = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """One request, a committee of which two have to agree, then the head, then the office."""

    @initialize(asker=who, twin=st.none() | who, committee=st.frozensets(who), head=who, office=who)
    def asked(self, asker, twin, committee, head, office):
        self.barred = frozenset({asker, twin} - {None})
        self.holders = [set(committee), {head}, {office}]
        self.votes, self.at, self.ended = [], ASKED, State.WAITING
        self.route()

    def route(self):
        kinds = (Office.COMMITTEE, Office.UNIT_HEAD, Office.INFORMATION_MANAGER)
        steps = [
            Step(office=office, people=frozenset(people), needs=2 if office is Office.COMMITTEE else 1)
            for office, people in zip(kinds, self.holders, strict=True)
        ]
        voices = [Voice(place=place, people=frozenset({person})) for person, place, _said in self.votes]
        late = self.at >= escalates_at(ASKED, EXPIRES)
        self.chosen = choose(steps, barred=self.barred, voices=voices, is_late=late)

    def right_of(self, person):
        voted = frozenset(each for each, _place, _said in self.votes)
        return seat_of(person, self.chosen, barred=self.barred, principals=NOBODY, voted=voted)

    @property
    def state(self):
        return standing_at(self.ended, expires_at=EXPIRES, at=self.at)

    @rule(place=st.integers(0, 2), person=who, comes=st.booleans())
    def an_office_changes_hands(self, place, person, comes):
        (self.holders[place].add if comes else self.holders[place].discard)(person)
        if self.state is State.WAITING:
            self.route()

    @rule(hours=st.integers(1, 100))
    def time_passes(self, hours):
        self.at += timedelta(hours=hours)
        if self.state is State.WAITING:
            self.route()

    @precondition(lambda self: self.state is State.WAITING)
    @rule(person=who, said=st.sampled_from(Verdict))
    def somebody_says(self, person, said):
        if self.right_of(person) is None:
            return
        self.votes.append((person, self.chosen.place, said))
        counted = [each for _person, place, each in self.votes if place == self.chosen.place]
        self.ended = outcome(counted, needs=self.chosen.needs)

    @invariant()
    def nobody_barred_has_spoken_and_nobody_twice(self):
        spoke = [person for person, _place, _said in self.votes]
        assert not self.barred & set(spoke)
        assert len(spoke) == len(set(spoke))

    @invariant()
    def approved_is_only_what_enough_of_one_office_agreed_to_and_nobody_of_it_refused(self):
        last = self.votes[-1][1] if self.votes else None
        of_office = [said for _person, place, said in self.votes if place == last]
        if self.ended is State.APPROVED:
            assert Verdict.REFUSE not in of_office
            assert len(of_office) >= (2 if last == 0 else 1)
        if self.ended is State.REFUSED:
            assert of_office[-1] is Verdict.REFUSE

    @invariant()
    def what_has_ended_stays_ended_and_what_waits_can_be_decided_if_anybody_else_holds_an_office(self):
        if self.ended is not State.WAITING:
            assert self.state is self.ended
            return
        voted = {person for person, _place, _said in self.votes}
        if self.state is State.WAITING and (self.holders[1] | self.holders[2]) - self.barred - voted:
            assert self.chosen is not None

    @invariant()
    def what_waits_before_a_step_waits_before_somebody_who_can_still_speak(self):
        if self.state is State.WAITING and self.chosen is not None:
            assert any(self.right_of(person) for person in PEOPLE), (self.chosen, self.votes)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
