"""Every change of a request: asked, approved, refused, withdrawn; expired and passed on by the system."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.entitled import over, right_to_decide
from kuramori.approvals.kinds import Asked, Granted, RequestKind, kinds
from kuramori.approvals.models import Occasion, Request, Seat, Vote
from kuramori.approvals.notices import queue
from kuramori.approvals.numbering import drawn
from kuramori.approvals.routing import Routed, asked_of, deputies_now, lies_right, route, route_new, seat_for
from kuramori.approvals.rules.routing import Seat as Right
from kuramori.approvals.rules.standing import State, Verdict, escalates_at, outcome, standing_at
from kuramori.approvals.showing import Seen, demand_unchanged, seen_in
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Act, Refused, act, current
from kuramori.kernel.permissions import Forbidden, Viewer

MOST_WAITING = 100
"""Requests of one person that may wait at once: a flood of them would hide one (O4)."""


def request_ask(*, kind: RequestKind, asked: Asked, why: str, by: Viewer) -> Request:
    """Ask for what a kind offers; it lies before whoever may decide from this moment on.

    Raises Forbidden for who may not ask this; Refused without a reason, for what he has asked already, when too much
    of his waits, and when nobody in the company could decide.
    """
    if by.person_id is None or not by.may(kind.permission):
        raise Forbidden(kind.permission)
    if not why.strip():
        raise Refused(_("A request needs a reason."), _("Write one sentence: what it is needed for."))
    with act("approvals.request.ask", by=by.actor, why=why) as this:
        _demand_new(kind, asked, by.person_id)
        routed = route_new(kind, asked, by.person_id)
        if routed.chosen is None:
            raise Refused(
                _("Nobody in the company can decide on this now."),
                _("Tell the information manager: somebody has to hold that office."),
            )
        expires = this.at + timedelta(days=kind.days)
        asking = Request(
            number=drawn(_year()), kind=kind.name, detail=dict(asked.detail), why=why.strip(),
            asked_by_id=by.person_id, concerned_id=asked.concerned, state=State.WAITING, expires_at=expires,
            escalates_at=escalates_at(this.at, expires), office=routed.chosen.office, place=routed.chosen.place,
            needs=routed.chosen.needs,
        )  # fmt: skip
        if asked.subject is not None:
            asking.subject_kind, asking.subject_id = asked.subject.kind, asked.subject.id
        seen = seen_in(asking, kind.shown(asked))
        asking.content, asking.digest = [list(pair) for pair in seen.content], seen.digest
        asking.save()
        _about(this, asking)
        this.note("digest", asking.digest, in_clear=True)
        _seat(asking, routed)
        if asking.place and not kind.conceals:
            queue(asking, [asking.asked_by_id], Occasion.PASSED_ON)
    return asking


def request_approve(*, asking: Request, seen: Seen, by: Viewer, reason: str = "") -> Request:
    """Approve what was shown; with the last approval that is needed, the room's own act happens in the same moment.

    Raises ChangedSinceShown when what was shown is not what stands now; Refused for who may not decide, for what does
    not wait any more, and whatever the room's act refuses: then nothing was decided.
    """
    right = right_to_decide(asking, by)
    with act("approvals.request.approve", by=_actor(by, right), why=reason) as this:
        found = _decide(this, asking, seen, right, Vote(verdict=Verdict.APPROVE, reason=reason.strip()))
        if found.state == State.APPROVED:
            asked = asked_of(found)
            kinds()[found.kind].grant(
                Granted(request_id=found.pk, number=found.number, asked=asked, why=found.why, by=this.by)
            )
    return found


def request_refuse(*, asking: Request, seen: Seen, by: Viewer, reason: str) -> Request:
    """Refuse, with the reason for who asked. Raises as `request_approve` does, and without a reason."""
    if not reason.strip():
        raise Refused(_("A refusal needs a reason."), _("Write one sentence: why not."))
    right = right_to_decide(asking, by)
    with act("approvals.request.refuse", by=_actor(by, right), why=reason) as this:
        return _decide(this, asking, seen, right, Vote(verdict=Verdict.REFUSE, reason=reason.strip()))


def request_withdraw(*, asking: Request, by: Viewer, why: str = "") -> Request:
    """Take one's own request back while it waits. Raises Refused for somebody else's and for what does not wait."""
    if by.person_id is None or by.person_id != asking.asked_by_id:
        raise Refused(_("Only who asked can take a request back."), _("Who may decide can refuse it."))
    with act("approvals.request.withdraw", by=by.actor, why=why) as this:
        found = _waiting(asking, names=False)
        _about(this, found)
        _end(found, State.WITHDRAWN)
    return found


def request_expire(*, asking: Request, by: Actor) -> Request:
    """Write down that a request's time has passed, and tell who asked. Raises Refused when it has not, or it ended."""
    with act("approvals.request.expire", by=by) as this:
        found = _locked(asking)
        if found.state != State.WAITING or this.at < found.expires_at:
            raise over(found, this.at)
        _about(this, found)
        _end(found, State.EXPIRED)
        queue(found, [found.asked_by_id], Occasion.EXPIRED)
    return found


def request_reroute(*, asking: Request, by: Actor) -> Request | None:
    """Lay a waiting request before those who may decide now; None when it lies there already.

    Somebody left, lost or got the office, or nobody answered in half of the time. Who asked is told when it was
    passed on, also to nobody: then it stands in the office's overview until somebody holds an office again.
    Raises Refused for what does not wait any more.
    """
    if lies_right(asking, route(asking)):
        return None
    with act("approvals.request.reroute", by=by) as this:
        found = _waiting(asking)
        routed, before = route(found), found.place
        if routed.chosen is not None:
            found.office, found.place, found.needs = routed.chosen.office, routed.chosen.place, routed.chosen.needs
        _about(this, found)
        found.save()
        _seat(found, routed)
        if (found.place > before or not routed.people) and not kinds()[found.kind].conceals:
            queue(found, [found.asked_by_id], Occasion.PASSED_ON)
    return found


def _demand_new(kind: RequestKind, asked: Asked, asker: UUID) -> None:
    waiting = Request.objects.filter(asked_by=asker, state=State.WAITING, expires_at__gt=current().at)
    same = waiting.filter(kind=kind.name, detail=dict(asked.detail), concerned=asked.concerned).first()
    if same is not None:
        raise Refused(
            _("You have asked exactly this already: %(number)s.") % {"number": same.number},
            _("Wait for the decision, or take it back."),
        )
    if waiting.count() >= MOST_WAITING:
        raise Refused(_("Too many of your requests wait already."), _("Take back what is not needed any more."))


def _year() -> int:
    """Return the company's year."""
    return current().at.astimezone(ZoneInfo(settings.COMPANY_ZONE)).year


def _actor(by: Viewer, right: Right) -> Actor:
    return replace(by.actor, on_behalf_of=right.on_behalf_of)


def _decide(this: Act, asking: Request, seen: Seen, right: Right, vote: Vote) -> Request:
    """Write the vote down and what all votes come to. Who decides at the same moment waits here, and is told then."""
    found = _waiting(asking)
    if seat_for(right.decider, route(found)) != right:
        raise Refused(_("You cannot decide on this request any more."), _("Its page says before whom it lies."))
    vote.digest = demand_unchanged(found, seen)
    vote.request, vote.person_id, vote.on_behalf_of_id = found, right.decider, right.on_behalf_of
    vote.asked_by_id, vote.place = found.asked_by_id, found.place
    vote.save()
    said = [Verdict(each) for each in found.votes.filter(place=found.place).values_list("verdict", flat=True)]
    _about(this, found)
    this.note("digest", vote.digest, in_clear=True)
    this.note("count", said.count(Verdict.APPROVE))
    this.note("needs", found.needs)
    state = outcome(said, needs=found.needs)
    if state is not State.WAITING:
        _end(found, state)
        queue(found, [found.asked_by_id], Occasion.DECIDED)
    return found


def _locked(asking: Request) -> Request:
    found: Request = Request.objects.select_for_update().get(pk=asking.pk)
    return found


def _waiting(asking: Request, *, names: bool = True) -> Request:
    """Return the row, locked until the act ends. Raises Refused when nobody decides on it any more."""
    found, at = _locked(asking), current().at
    if standing_at(State(found.state), expires_at=found.expires_at, at=at) is not State.WAITING:
        raise over(found, at, names=names)
    return found


def _about(this: Act, asking: Request) -> None:
    """Name what the entry is about: the request, and what it is about itself."""
    this.about(asking)
    subject = asked_of(asking).subject
    if subject is not None:
        this.about(subject)


def _end(asking: Request, state: State) -> None:
    asking.state, asking.decided_at = state, current().at
    asking.save()


def _seat(asking: Request, routed: Routed) -> None:
    """Lay the request before those who may decide, take it from those who may not any more; newcomers are told."""
    wanted = set(routed.people)
    for seat in asking.seats.standing():
        if seat.person_id in wanted:
            wanted.discard(seat.person_id)
        else:
            seat.retire()
    for person in sorted(wanted):
        Seat(request=asking, person_id=person, office=asking.office).save()
    queue(asking, sorted(wanted | deputies_now(routed).keys()) if wanted else [], Occasion.TO_DECIDE)
