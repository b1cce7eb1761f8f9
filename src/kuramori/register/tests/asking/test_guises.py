"""Never the requester himself, in no guise; offices that change hands while a request waits; nobody left (A5)."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from kuramori.approvals.acts import request_approve, request_ask, request_refuse, request_reroute
from kuramori.approvals.deputies import deputy_add, deputy_retire
from kuramori.approvals.jobs import round_of_requests
from kuramori.approvals.kinds import Asked
from kuramori.approvals.models import Deputy, Notice, Occasion, Request, Seat
from kuramori.approvals.queries import right_of, waiting_for, without_deciders
from kuramori.approvals.routing import route
from kuramori.approvals.rules.standing import State
from kuramori.approvals.tests.ringi.room import BY_BOSS, BY_TWO
from kuramori.directory.acts.people import engagement_end, person_edit
from kuramori.directory.acts.roles import role_end
from kuramori.directory.acts.units import unit_edit
from kuramori.directory.api import actor_of
from kuramori.directory.models import Assignment, RoleAssignment
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.jobs import Progress
from kuramori.kernel.jobs import ask as ask_job
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_edit
from kuramori.register.tests.asking.conftest import seen

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def before(request):
    """Before whom a request lies, by name."""
    return {seat.person.name for seat in Seat.objects.standing().filter(request=request).select_related("person")}


def refused_to(company, request, *people):
    """Say that none of them can decide, by the page's question or by the act."""
    for person in people:
        viewer = company.viewer(person, now())
        assert right_of(viewer, request) is None, person
        assert request not in waiting_for(viewer)
        with pytest.raises(Refused, match="この申請を判断する"):
            request_approve(asking=request, seen=seen(request), by=viewer)
    assert Request.objects.get(pk=request.pk).state == State.WAITING


def stands_in(company, absent, deputy, *, by=None, days=(TODAY, TODAY + 7 * DAY)):
    return deputy_add(person=absent, deputy=deputy, starts_on=days[0], ends_on=days[1], by=actor_of(by or absent))


def test_the_keeper_who_asks_for_somebody_passes_it_to_the_head_of_the_unit(company, ask):
    request = ask(company.akari, reader=company.chihiro)
    assert (before(request), request.office, request.place) == ({"牧野 牡丹"}, "unit_head", 1)
    refused_to(company, request, company.akari, company.chihiro, company.daichi, company.emi)
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.botan))


def test_the_keeper_for_whom_a_colleague_asks_does_not_decide_either(company, ask):
    request = ask(company.chihiro, reader=company.akari)
    refused_to(company, request, company.akari, company.chihiro)
    assert before(request) == {"牧野 牡丹"}


def test_the_head_of_his_own_unit_who_keeps_the_secret_asks_who_stands_above(company, secret, ask):
    secret_edit(secret=secret, keeper=company.botan, by=SYSTEM)
    unit_edit(unit=company.research, head=company.emi, by=SYSTEM)
    request = ask(company.botan, reader=company.chihiro)
    assert before(request) == {"江見 笑"}
    refused_to(company, request, company.botan, company.chihiro)


def test_a_second_number_of_the_same_human_is_himself(company, secret, ask):
    """Re-hired, seconded back, an administrator's account: one mail address or account name is one human."""
    twin = company.person("B-9", "遠山 千尋", "トオヤマ チヒロ", "Chihiro Toyama", company.materials)
    assert twin.mail == company.chihiro.mail
    secret_edit(secret=secret, keeper=twin, by=SYSTEM)
    request = ask()
    refused_to(company, request, twin, company.chihiro)
    assert before(request) == {"牧野 牡丹"}
    person_edit(person=twin, mail="", account_name="ctoyama", by=SYSTEM)
    person_edit(person=company.chihiro, account_name=" CTOYAMA".strip(), by=SYSTEM)
    refused_to(company, request, twin)


def test_a_deputy_decides_in_the_place_of_the_absent_and_both_names_are_kept(company, ask, clock):
    request = ask()
    stands_in(company, company.akari, company.emi)
    emi = company.viewer(company.emi)
    assert list(waiting_for(emi)) == [request]
    decided = request_approve(asking=request, seen=seen(request), by=emi)
    vote = decided.votes.get()
    assert (vote.person, vote.on_behalf_of) == (company.emi, company.akari)
    (entry,) = read(entries_about(request.pk).filter(verb="approvals.request.approve"))
    assert str(company.akari.pk) in str(entry), "the ledger keeps for whom"
    later = ask(until="2027-01-31")
    clock.shift(8 * DAY)
    refused_to(company, later, company.emi)


def test_who_asks_is_nobodys_deputy_in_it_and_names_none(company, ask):
    stands_in(company, company.akari, company.chihiro)
    request = ask()
    refused_to(company, request, company.chihiro)
    row = Request.objects.get().seats.get()
    assert row.person == company.akari, "it still lies before the keeper himself"
    office = ask(company.daichi, reader=company.emi)
    deputy_retire(deputy=Deputy.objects.standing().get(), by=SYSTEM, why="x")
    stands_in(company, company.akari, company.chihiro, by=company.daichi)
    refused_to(company, office, company.chihiro, company.daichi)
    assert right_of(company.viewer(company.akari), office) is not None


def test_a_deputy_of_a_deputy_decides_nothing(company, ask):
    stands_in(company, company.akari, company.emi)
    stands_in(company, company.emi, company.botan)
    request = ask()
    refused_to(company, request, company.botan)
    assert right_of(company.viewer(company.emi), request) is not None


def paper(company, who, kind, *, concerned=None):
    asked = Asked(detail={"title": who.name}, concerned=concerned.pk if concerned else None)
    return request_ask(kind=kind, asked=asked, why="x", by=company.viewer(who, now()))


def test_the_boss_of_himself_answers_to_the_head_above(company):
    assert before(paper(company, company.akari, BY_BOSS)) == {"牧野 牡丹"}
    assert before(paper(company, company.botan, BY_BOSS)) == {"大地 監査"}, "no head above: the office"
    unit_edit(unit=company.research, head=company.botan, by=SYSTEM)
    unit_edit(unit=company.top, head=company.emi, by=SYSTEM)
    asked = paper(company, company.botan, BY_BOSS, concerned=company.akari)
    assert before(asked) == {"江見 笑"}, "he heads both: one further up"
    assert before(paper(company, company.emi, BY_BOSS)) == {"大地 監査"}
    refused_to(company, asked, company.botan)


def test_the_boss_whom_the_assignment_names_comes_before_the_head(company):
    place = Assignment.objects.known().get(person=company.akari)
    with act("directory.assignment.correct", by=SYSTEM):
        place.corrected(boss=company.daichi)
    assert before(paper(company, company.akari, BY_BOSS)) == {"大地 監査"}


def test_of_a_committee_two_have_to_agree_the_requester_is_left_out_and_no_voice_counts_twice(company):
    members = (company.akari, company.botan, company.chihiro)
    for person in members:
        company.give(person, Role.COMMITTEE_MEMBER)
    request = paper(company, company.akari, BY_TWO)
    assert (before(request), request.needs) == ({"牧野 牡丹", "遠山 千尋"}, 2)
    refused_to(company, request, company.akari, company.daichi)
    botan, chihiro = company.viewer(company.botan), company.viewer(company.chihiro)
    once = request_approve(asking=request, seen=seen(request), by=botan)
    assert once.state == State.WAITING
    assert list(waiting_for(botan)) == []
    stands_in(company, company.chihiro, company.botan)
    refused_to(company, request, company.botan)
    assert not Entry.objects.filter(verb="ringi.paper.publish").exists()
    done = request_approve(asking=request, seen=seen(request), by=chihiro)
    assert (done.state, done.votes.count()) == (State.APPROVED, 2)
    (last,) = read(entries_about(request.pk).filter(verb="approvals.request.approve")[:1])
    assert last.notes["title"] == company.akari.name, "the room's act is part of the last approval"


def test_one_refusal_of_a_committee_refuses(company):
    for person in (company.akari, company.botan, company.chihiro):
        company.give(person, Role.COMMITTEE_MEMBER)
    request = paper(company, company.emi, BY_TWO)
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    refused = request_refuse(asking=request, seen=seen(request), by=company.viewer(company.botan), reason="x")
    assert refused.state == State.REFUSED


def test_a_member_who_agreed_and_left_counts_and_a_committee_that_shrank_passes_it_on_afresh(company, clock):
    for person in (company.akari, company.botan):
        company.give(person, Role.COMMITTEE_MEMBER)
    request, other = paper(company, company.chihiro, BY_TWO), paper(company, company.emi, BY_TWO)
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    role_end(role=RoleAssignment.objects.known().get(person=company.akari), last=TODAY, by=SYSTEM)
    clock.shift(DAY)
    assert right_of(company.viewer(company.botan, now()), request) is not None, "one has agreed already"
    request_reroute(asking=request, by=SYSTEM)
    assert request_reroute(asking=other, by=SYSTEM).office == "information_manager", "two cannot be had any more"
    assert Notice.objects.filter(person=company.emi, occasion=Occasion.PASSED_ON).count() == 1
    assert before(other) == {"大地 監査"}
    request_approve(asking=other, seen=seen(other), by=company.viewer(company.daichi, now()))


def test_what_a_member_agreed_to_does_not_count_for_the_office_that_it_was_passed_on_to(company, clock):
    for person in (company.akari, company.botan):
        company.give(person, Role.COMMITTEE_MEMBER)
    request = paper(company, company.chihiro, BY_TWO)
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    for role in RoleAssignment.objects.known().filter(role=Role.COMMITTEE_MEMBER):
        role_end(role=role, last=TODAY, by=SYSTEM)
    clock.shift(DAY)
    passed_on = request_reroute(asking=request, by=SYSTEM)
    assert (passed_on.state, passed_on.needs, before(request)) == (State.WAITING, 1, {"大地 監査"})


def test_nobody_is_asked_a_second_time_it_goes_to_the_next_who_has_not_spoken(company, clock):
    """A member who agreed holds the office to which it is passed on: the executive decides, it is not stuck."""
    for person in (company.akari, company.botan):
        company.give(person, Role.COMMITTEE_MEMBER)
    request = paper(company, company.chihiro, BY_TWO)
    company.give(company.akari, Role.INFORMATION_MANAGER)
    role_end(role=RoleAssignment.objects.known().get(person=company.daichi), last=TODAY, by=SYSTEM)
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    role_end(
        role=RoleAssignment.objects.known().get(person=company.botan, role=Role.COMMITTEE_MEMBER), last=TODAY, by=SYSTEM
    )
    clock.shift(DAY)
    passed_on = request_reroute(asking=request, by=SYSTEM)
    assert (passed_on.office, before(request)) == ("executive", {"江見 笑"})
    refused_to(company, request, company.akari, company.botan)
    done = request_approve(asking=request, seen=seen(request), by=company.viewer(company.emi, now()))
    assert done.state == State.APPROVED


def test_a_deputys_vote_spends_the_voice_of_the_absent_when_a_committee_shrinks(company, clock):
    for person in (company.akari, company.botan):
        company.give(person, Role.COMMITTEE_MEMBER)
    stands_in(company, company.akari, company.emi)
    request = paper(company, company.chihiro, BY_TWO)
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.emi))
    role_end(
        role=RoleAssignment.objects.known().get(person=company.botan, role=Role.COMMITTEE_MEMBER), last=TODAY, by=SYSTEM
    )
    clock.shift(DAY)
    refused_to(company, request, company.akari, company.emi)
    assert request_reroute(asking=request, by=SYSTEM).office == "information_manager"
    refused_to(company, request, company.botan)


def test_a_keeper_who_leaves_or_hands_over_is_followed_and_the_newcomer_is_told(company, secret, ask, clock):
    request = ask()
    secret_edit(secret=secret, keeper=company.emi, by=SYSTEM)
    assert right_of(company.viewer(company.akari), request) is None, "at once, before anybody has re-routed"
    assert right_of(company.viewer(company.emi), request) is not None
    assert request_reroute(asking=request, by=SYSTEM) is not None
    refused_to(company, request, company.akari)
    assert request_reroute(asking=request, by=SYSTEM) is None, "it lies there already"
    assert before(request) == {"江見 笑"}
    assert Notice.objects.filter(person=company.emi, occasion=Occasion.TO_DECIDE).count() == 1
    engagement_end(engagement=company.engagement(company.emi), last=TODAY, today=TODAY, by=SYSTEM)
    clock.shift(DAY)
    assert right_of(company.viewer(company.akari, now()), request) is None
    request_reroute(asking=request, by=SYSTEM)
    found = Request.objects.get()
    assert (before(request), found.office, found.place) == ({"牧野 牡丹"}, "unit_head", 1)


def test_unanswered_for_half_of_its_time_it_lies_before_the_next_as_well(company, ask, clock):
    request = ask()
    clock.move_to(request.escalates_at - timedelta(seconds=1))
    assert request_reroute(asking=request, by=SYSTEM) is None
    clock.move_to(request.escalates_at)
    request_reroute(asking=request, by=SYSTEM)
    assert before(request) == {"佐倉 灯里", "牧野 牡丹"}
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.botan, now()))


def test_when_nobody_is_left_it_is_shown_to_the_office_and_goes_on_with_the_next_holder(company, secret, ask, clock):
    unit_edit(unit=company.materials, head=None, by=SYSTEM)
    request = ask()
    secret_edit(secret=secret, keeper=None, tier="b", by=SYSTEM)
    for role in RoleAssignment.objects.known():
        role_end(role=role, last=TODAY, by=SYSTEM)
    clock.shift(DAY)
    request_reroute(asking=request, by=SYSTEM)
    assert (before(request), route(request).chosen) == (set(), None)
    assert request_reroute(asking=request, by=SYSTEM) is None, "still nobody: nothing to write"
    company.give(company.emi, Role.INFORMATION_MANAGER)
    clock.shift(DAY)
    office = company.viewer(company.emi, now())
    assert list(without_deciders(office)) == [request]
    assert list(without_deciders(company.viewer(company.akari, now()))) == []
    request_reroute(asking=request, by=SYSTEM)
    assert before(request) == {"江見 笑"}
    assert list(without_deciders(office)) == []


def test_what_nobody_could_decide_is_not_even_asked(company, secret, ask, clock):
    unit_edit(unit=company.materials, head=None, by=SYSTEM)
    for role in RoleAssignment.objects.known():
        role_end(role=role, last=TODAY, by=SYSTEM)
    secret_edit(secret=secret, keeper=company.chihiro, by=SYSTEM)
    clock.shift(DAY)
    with pytest.raises(Refused, match="判断できる人が社内にいません"):
        ask()
    assert not Request.objects.exists()


def test_the_round_writes_down_what_expired_and_lays_the_rest_right(company, secret, ask, clock):
    old = ask()
    clock.shift(13 * DAY)
    young = ask(reader=company.emi)
    secret_edit(secret=secret, keeper=company.emi, by=SYSTEM)
    other = ask(reader=company.daichi)
    clock.shift(DAY)
    told = round_of_requests(Progress(ask_job("approvals.round", viewer=None)), {})
    assert told == {"expired": 1, "rerouted": 1}
    states = {one.pk: one.state for one in Request.objects.all()}
    assert states == {old.pk: State.EXPIRED, young.pk: State.WAITING, other.pk: State.WAITING}
    assert before(young) == {"牧野 牡丹"}, "for whom it is, keeps it now"
    assert round_of_requests(Progress(ask_job("approvals.round", viewer=None)), {}) == {"expired": 0, "rerouted": 0}
