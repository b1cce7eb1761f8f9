"""Each step of a watch-list entry: asked for, agreed to by two offices, refused, taken back, looked at (DET-08).

The person concerned is never a subject: neither his history nor his file says that somebody asked.
"""

from dataclasses import dataclass

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role
from kuramori.watch.models.watching import EntryStateChoice, OfficeChoice, WatchApproval, WatchEntry
from kuramori.watch.numbering import drawn
from kuramori.watch.rules.watching import (
    KINDS,
    MOST_DAYS,
    WAITS_FOR,
    Office,
    Standing,
    is_agreed,
    is_other,
    last_day,
    office_of,
)
from kuramori.watch.watching.standing import company_day


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for: whom it is about, why, what was noticed, why nothing milder will do, what counts more."""

    person: Person
    reason: str
    milder: str
    kinds: tuple[str, ...]
    days: int
    signals: tuple[str, ...] = ()
    renews: WatchEntry | None = None


def entry_ask(*, asked: Asked, asker: Person, by: Actor) -> WatchEntry:
    """Ask that somebody be looked at more closely; it waits seven days for both offices.

    Raises Refused about oneself, without reason, milder means or kinds of reason, for more than 90 days, and while
    one's own earlier request about the same person waits. Others' requests are not told.
    """
    _demand(asked, asker)
    with act("watch.entry.ask", by=by, why=asked.reason) as this:
        for earlier in WatchEntry.objects.filter(person=asked.person, asked_by=asker, state=EntryStateChoice.WAITING):
            if earlier.standing(now(), company_day()) is Standing.WAITING:
                raise Refused(_("You have asked for this person already."), _("Wait for the offices, or take it back."))
        entry = WatchEntry(
            number=next(drawn(WatchEntry, "W", company_day().year)),
            person=asked.person,
            asked_by=asker,
            reason=asked.reason.strip(),
            signals=list(asked.signals),
            milder=asked.milder.strip(),
            kinds=list(asked.kinds),
            days=asked.days,
            waits_until=now() + WAITS_FOR,
            renews=asked.renews,
        )
        entry.save()
        this.about(entry)
    return entry


def _demand(asked: Asked, asker: Person) -> None:
    if asked.person.pk == asker.pk:
        raise Refused(_("Nobody can ask this about himself."))
    if not asked.reason.strip() or not asked.milder.strip():
        raise Refused(_("Somebody is looked at more closely for a reason only, and when nothing milder will do."))
    if not asked.kinds or not set(asked.kinds) <= set(KINDS):
        raise Refused(_("Say which kinds of reason count more."))
    if not 1 <= asked.days <= MOST_DAYS:
        raise Refused(_("An entry holds for %(days)s days at most.") % {"days": MOST_DAYS}, _("Renew it when it ends."))


def entry_approve(*, entry: WatchEntry, person: Person, roles: frozenset[Role], reason: str, by: Actor) -> WatchEntry:
    """Agree for one's office; with the second office it takes effect today, for the days asked.

    Raises Refused for who asked, the person concerned, whoever decided before and an office that did, in the same
    words; without a reason; and for a request that does not wait any more.
    """
    with act("watch.entry.approve", by=by, why=reason, subjects=[entry]) as this:
        current = _decided(entry, person, roles, reason, agrees=True)
        offices = {Office(each.office) for each in current.approvals.all()}
        this.note("offices", len(offices), in_clear=True)
        if is_agreed(offices):
            current.state, current.starts_on = EntryStateChoice.ACTIVE, company_day()
            current.ends_on = last_day(company_day(), current.days)
            current.save()
    return current


def entry_refuse(*, entry: WatchEntry, person: Person, roles: frozenset[Role], reason: str, by: Actor) -> WatchEntry:
    """Refuse for one's office: one is enough. Raises Refused as `entry_approve` does."""
    with act("watch.entry.refuse", by=by, why=reason, subjects=[entry]):
        current = _decided(entry, person, roles, reason, agrees=False)
        current.state = EntryStateChoice.REFUSED
        current.save()
    return current


def _decided(entry: WatchEntry, person: Person, roles: frozenset[Role], reason: str, *, agrees: bool) -> WatchEntry:
    """Write down what one office says; two who decide at once take turns."""
    if not reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write one sentence: why, or why not."))
    current: WatchEntry = WatchEntry.objects.select_for_update().get(pk=entry.pk)
    if current.standing(now(), company_day()) is not Standing.WAITING:
        raise Refused(_("Nobody decides on this request any more."), _("Its page says where it stands."))
    before = list(current.approvals.all())
    office = office_of(roles, {Office(each.office) for each in before})
    deciders = {each.by_id for each in before}
    is_free = is_other(person.pk, asker=current.asked_by_id, concerned=current.person_id, deciders=deciders)
    if office is None or not is_free:
        raise Refused(_("You cannot decide on this request."), _("Somebody else of the offices decides."))
    WatchApproval(entry=current, office=OfficeChoice(office), by=person, agrees=agrees, reason=reason.strip()).save()
    return current


def entry_withdraw(*, entry: WatchEntry, reason: str, by: Actor) -> WatchEntry:
    """Take a request back, or end an entry today. Raises Refused without a reason, and for one that is over."""
    if not reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write one sentence: why, or why not."))
    with act("watch.entry.withdraw", by=by, why=reason, subjects=[entry]):
        current: WatchEntry = WatchEntry.objects.select_for_update().get(pk=entry.pk)
        if current.standing(now(), company_day()) not in {Standing.WAITING, Standing.ACTIVE}:
            raise Refused(_("This entry is over."), _("Its page says where it stands."))
        current.state, current.ended_reason = EntryStateChoice.WITHDRAWN, reason.strip()
        current.save()
    return current


def entry_look(*, entry: WatchEntry, by: Actor) -> None:
    """Write down that somebody had the person shown: every look is logged (DET-08)."""
    with act("watch.entry.look", by=by, subjects=[entry]):
        pass
