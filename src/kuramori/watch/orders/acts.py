"""Each step of a monitoring order: asked for, decided, taken back, lines marked, kept under a case or erased (DET-14).

The person concerned is never a subject: neither his history nor his file says that somebody asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, viewer_of_system
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.cases.acts import case_step
from kuramori.watch.models import (
    Alert,
    Case,
    KindChoice,
    MonitoringOrder,
    OrderApproval,
    OrderMark,
    OrderOfficeChoice,
    OrderStateChoice,
)
from kuramori.watch.numbering import drawn
from kuramori.watch.orders.standing import charters_holding, free_office, is_covered, needed_for, overdue_orders
from kuramori.watch.queries.charters import watched_places
from kuramori.watch.rules.cases import CaseState
from kuramori.watch.rules.orders import MOST_DAYS, MOST_MARKS, Kind, Office, ends_by
from kuramori.watch.rules.watching import WAITS_FOR, Standing
from kuramori.watch.watching.standing import company_day

NO_CHARTER = _("No valid monitoring charter covers what is asked.")
CHARTER_FIRST = _("Nobody is monitored without one: the office for information management sets it.")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for: whom or what it is about, on which clause, why, why nothing milder will do, how far.

    A person or an alert's person, a secret, or what a log calls a document or a device; `sites` count for all but
    people, who are seen where they work.
    """

    kind: Kind
    reason: str
    clause: str
    milder: str
    channels: tuple[str, ...]
    days: int
    person: Person | None = None
    alert: Alert | None = None
    secret: Secret | None = None
    thing: str = ""
    sites: tuple[UUID, ...] = ()


def order_ask(*, asked: Asked, asker: Person, by: Actor) -> MonitoringOrder:
    """Ask for monitoring; it waits seven days for the offices.

    Raises Refused about oneself, without subject, reason, clause, milder means or channels, for more than 90 days,
    without a valid charter, and while one's own earlier request about the same waits. Others' requests are not told.
    """
    person = asked.alert.person_id if asked.alert else asked.person.pk if asked.person else None
    _demand(asked, asker, person)
    sites = _sites(asked, person)
    with act("watch.order.ask", by=by, why=asked.reason) as this:
        order = MonitoringOrder(
            number=next(drawn(MonitoringOrder, "M", company_day().year)),
            kind=KindChoice(asked.kind),
            person_id=person,
            alert=asked.alert,
            secret=asked.secret,
            thing=asked.thing.strip(),
            channels=list(asked.channels),
            sites=[str(site) for site in sites],
            asked_by=asker,
            reason=asked.reason.strip(),
            clause=asked.clause.strip(),
            milder=asked.milder.strip(),
            days=asked.days,
            waits_until=now() + WAITS_FOR,
        )
        _refuse_again(order)
        order.save()
        this.about(order)
    return order


def _demand(asked: Asked, asker: Person, person: UUID | None) -> None:
    subjects = [person is not None, asked.secret is not None, bool(asked.thing.strip())]
    fits = {Kind.PERSON: subjects[0], Kind.SECRET: subjects[1]}.get(asked.kind, subjects[2])
    if not fits or sum(subjects) != 1:
        raise Refused(_("Say whom or what the order is about."))
    if person == asker.pk:
        raise Refused(_("Nobody can ask this about himself."))
    if not asked.reason.strip() or not asked.milder.strip() or not asked.clause.strip():
        raise Refused(_("Monitoring has a reason and a clause of the charter, and nothing milder will do."))
    if not asked.channels:
        raise Refused(_("Choose at least one channel."))
    if not 1 <= asked.days <= MOST_DAYS:
        raise Refused(_("An order holds for %(days)s days at most.") % {"days": MOST_DAYS})


def _sites(asked: Asked, person: UUID | None) -> tuple[UUID, ...]:
    """Return the sites of an order: a person's own, else those asked for; all of them under a charter of today."""
    wanted: tuple[UUID | None, ...] = asked.sites
    if person is not None:
        place = watched_places(viewer_of_system(), [person], company_day()).get(person)
        wanted = (place.site_id,) if place else ()
    sites = tuple(site for site in wanted if site is not None)
    if not sites or set(charters_holding(sites, company_day())) != set(sites):
        raise Refused(NO_CHARTER, CHARTER_FIRST)
    return sites


def _refuse_again(order: MonitoringOrder) -> None:
    earlier = MonitoringOrder.objects.filter(
        asked_by=order.asked_by, state=OrderStateChoice.WAITING, kind=order.kind,
        person=order.person_id, secret=order.secret_id, thing=order.thing,
    )  # fmt: skip
    if any(each.standing(now(), company_day()) is Standing.WAITING for each in earlier):
        raise Refused(_("You have asked for this already."), _("Wait for the offices, or take it back."))


def order_approve(
    *, order: MonitoringOrder, person: Person, roles: frozenset[Role], reason: str, by: Actor
) -> MonitoringOrder:
    """Agree for one's office; with the last office it takes effect at once, at most as long as the charters hold.

    Raises Refused for who asked, the person concerned, whoever decided before and an office that did, in the same
    words; without a reason; for a request that does not wait any more; and when the charters hold no longer.
    """
    with act("watch.order.approve", by=by, why=reason, subjects=[order]) as this:
        current = _decided(order, person, roles, reason, agrees=True)
        if not is_covered(current, company_day()):
            raise Refused(NO_CHARTER, CHARTER_FIRST)
        offices = {Office(each.office) for each in current.approvals.all()}
        missing = needed_for(current) - offices
        this.note("missing", len(missing), in_clear=True)
        if not missing:
            _take_effect(current)
    return current


def _take_effect(order: MonitoringOrder) -> None:
    charters = charters_holding(order.site_ids, company_day()).values()
    order.state, order.active_at, order.starts_on = OrderStateChoice.ACTIVE, now(), company_day()
    order.ends_on = ends_by(order.starts_on, order.days, (each.valid_to for each in charters))
    order.charters = sorted(str(each.pk) for each in charters)
    order.save()


def order_refuse(
    *, order: MonitoringOrder, person: Person, roles: frozenset[Role], reason: str, by: Actor
) -> MonitoringOrder:
    """Refuse for one's office: one is enough. Raises Refused as `order_approve` does, but for the charters."""
    with act("watch.order.refuse", by=by, why=reason, subjects=[order]):
        current = _decided(order, person, roles, reason, agrees=False)
        current.state = OrderStateChoice.REFUSED
        current.save()
    return current


def _decided(
    order: MonitoringOrder, person: Person, roles: frozenset[Role], reason: str, *, agrees: bool
) -> MonitoringOrder:
    """Write down what one office says; two who decide at once take turns."""
    current = _waiting(order, reason, {Standing.WAITING})
    office = free_office(current, person.pk, roles)
    if office is None:
        raise Refused(_("You cannot decide on this request."), _("Somebody else of the offices decides."))
    OrderApproval(
        order=current, office=OrderOfficeChoice(office), by=person, agrees=agrees, reason=reason.strip()
    ).save()
    return current


def _waiting(order: MonitoringOrder, reason: str, standings: set[Standing]) -> MonitoringOrder:
    """Return the order as it is now, held for this act. Raises Refused without a reason and for one that is past it."""
    if not reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write one sentence: why, or why not."))
    current: MonitoringOrder = MonitoringOrder.objects.select_for_update().get(pk=order.pk)
    if current.standing(now(), company_day()) not in standings:
        raise Refused(_("Nobody decides on this request any more."), _("Its page says where it stands."))
    return current


def order_withdraw(*, order: MonitoringOrder, reason: str, by: Actor) -> MonitoringOrder:
    """Take a request back, or end an order now. Raises Refused without a reason, and for one that is over."""
    with act("watch.order.withdraw", by=by, why=reason, subjects=[order]):
        current = _waiting(order, reason, {Standing.WAITING, Standing.ACTIVE})
        if current.active_at is not None:
            current.ends_on = company_day()
        current.state, current.ended_reason = OrderStateChoice.WITHDRAWN, reason.strip()
        current.save()
    return current


def order_look(*, order: MonitoringOrder, by: Actor) -> None:
    """Write down that somebody read an order with the person's name."""
    with act("watch.order.look", by=by, subjects=[order]):
        pass


def order_mark(*, order: MonitoringOrder, events: Iterable[int], person: Person, by: Actor) -> int:
    """Mark lines of the timeline by the numbers of their events, each once; return how many are new.

    Raises Refused when the order is not in force, without a line, and for more than 100 of one order.
    """
    with act("watch.order.mark", by=by, subjects=[order]) as this:
        current: MonitoringOrder = MonitoringOrder.objects.select_for_update().get(pk=order.pk)
        if current.standing(now(), company_day()) is not Standing.ACTIVE:
            raise Refused(_("This order is over: nothing more is marked in it."))
        wanted = set(events)
        if not wanted:
            raise Refused(_("Choose at least one line."))
        known = set(current.marks.values_list("event", flat=True))
        new = sorted(wanted - known)
        if len(known | wanted) > MOST_MARKS:
            raise Refused(_("At most %(most)s lines are marked in an order.") % {"most": MOST_MARKS})
        for event in new:
            OrderMark(order=current, event=event, by=person).save()
        this.note("lines", len(new), in_clear=True)
    return len(new)


def order_keep(
    *, order: MonitoringOrder, case: Case, lines: Iterable[str], reason: str, person: Person, by: Actor
) -> MonitoringOrder:
    """Keep the marked lines of an ended order as a note on a case; the marks themselves go.

    Raises Refused without a reason, for an order that is not over or settled, for one without marked lines, and for
    a case about another person.
    """
    told = list(lines)
    if not told:
        raise Refused(_("No line was marked: there is nothing to keep."), _("Erase it instead."))
    if order.person_id is not None and case.person_id != order.person_id:
        raise Refused(_("This case is about something else."), _("Choose the case to which the order belongs."))
    with act("watch.order.keep", by=by, why=reason, subjects=[order]) as this:
        current = _over(order, reason)
        this.note("lines", len(told), in_clear=True)
        text = "\n".join((f"{current.number}: {reason.strip()}", *told))
        case_step(
            case=case, state=CaseState(case.state), reason=text, assignee=case.assignee, due_on=case.due_on,
            author=person, by=by,
        )  # fmt: skip
        current.case = case
        _settle(current)
    return current


def order_erase(*, order: MonitoringOrder, reason: str, by: Actor) -> MonitoringOrder:
    """Take the numbers of the marked lines out of an ended order. Raises Refused as `order_keep` does."""
    with act("watch.order.erase", by=by, why=reason, subjects=[order]) as this:
        current = _over(order, reason)
        this.note("lines", current.marks.filter(event__isnull=False).count(), in_clear=True)
        _settle(current)
    return current


def orders_erase(*, by: Actor = SYSTEM) -> int:
    """Erase the marks of every order whose end lies more than 14 days back; return how many orders."""
    late = overdue_orders(company_day())
    for order in late:
        order_erase(order=order, reason=str(_("Nobody kept it within 14 days.")), by=by)
    return len(late)


def _over(order: MonitoringOrder, reason: str) -> MonitoringOrder:
    current = _waiting(order, reason, {Standing.ENDED, Standing.WITHDRAWN})
    if current.active_at is None or current.settled_at is not None:
        raise Refused(_("This order is settled, or was never in force."), _("Its page says where it stands."))
    return current


def _settle(order: MonitoringOrder) -> None:
    for mark in order.marks.filter(event__isnull=False):
        mark.event = None
        mark.retire()
    order.settled_at = now()
    order.save()
