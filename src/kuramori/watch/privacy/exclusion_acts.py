"""Each step of an exclusion: asked for, agreed to or refused by somebody else, taken back or ended.

The person it is about is never a subject: only the offices see the list, and his history is read by others, too.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, people_visible_to, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.watch.models import Exclusion
from kuramori.watch.numbering import numbers
from kuramori.watch.privacy.exclusion_rules import ExclusionKind, ExclusionStanding, ExclusionState, longest, may_judge
from kuramori.watch.watching.standing import company_day


@dataclass(frozen=True, kw_only=True)
class Excluded:
    """Who is asked for: a person with all his names, or an account by its kind of name."""

    person: Person | None = None
    namespace: str = ""
    raw: str = ""


def exclusion_add(
    *, who: Excluded, kind: str, ground: str, reason: str, valid_from: date, valid_to: date, by: Actor,
    sources: tuple[str, ...] = (), why: str = "",
) -> Exclusion:  # fmt: skip
    """Ask that somebody's events be left out; it has no effect until another one of the office agrees.

    Raises Refused about oneself, without a reason, for days gone by or more than a year, for single logs where events
    are only not evaluated, and while a request about the same one waits.
    """
    asker = people_visible_to(viewer_of_system()).filter(pk=by.id).first() if by.id else None
    if asker is None:
        raise Refused(_("Only a person can ask this or decide on it."), _("Sign in with your own account."))
    _demand(who, asker, kind, sources, reason)
    _demand_days(valid_from, valid_to)
    with act("watch.exclusion.add", by=by, why=why or reason) as this:
        same = Exclusion.objects.standing().filter(person=who.person, namespace=who.namespace, raw=who.raw)
        if same.filter(state=ExclusionState.WAITING, valid_to__gte=company_day()).exists():
            raise Refused(_("A request about this one waits already."), _("Decide on it, or take it back."))
        exclusion = Exclusion(
            number=next(numbers(Exclusion, "E", localdate().year)),
            person=who.person,
            namespace=who.namespace,
            raw=who.raw,
            kind=kind,
            sources=list(sources),
            ground=ground,
            reason=reason.strip(),
            valid_from=valid_from,
            valid_to=valid_to,
            state=ExclusionState.WAITING,
            asked_by=asker,
        )
        exclusion.save()
        this.about(exclusion)
    return exclusion


def _demand(who: Excluded, asker: Person, kind: str, sources: tuple[str, ...], reason: str) -> None:
    if (who.person is None) == (not who.raw.strip()) or bool(who.raw) != bool(who.namespace):
        raise Refused(_("Name either a person, or an account with its kind of name."))
    if who.person is not None and who.person.pk == asker.pk:
        raise Refused(_("Nobody can ask this about himself."))
    if not reason.strip():
        raise Refused(_("An exclusion needs a reason."), _("Write one sentence: whom it protects, and from what."))
    if sources and kind != ExclusionKind.NOT_TAKEN_IN:
        raise Refused(_("Who is not evaluated is so in all logs."), _("Choose no logs, or that nothing is taken in."))


def _demand_days(first: date, last: date) -> None:
    if first < company_day():
        raise Refused(_("An exclusion begins today or later."), _("It must not hide what lies behind."))
    if last < first:
        raise Refused(_("The last day lies before the first."))
    if last > longest(first):
        raise Refused(_("An exclusion holds for a year at most."), _("Ask anew before it ends; it is decided anew."))


def exclusion_approve(*, exclusion: Exclusion, person: Person | None, reason: str, by: Actor) -> Exclusion:
    """Agree; it is in force from its first day, or from today when that has gone by.

    Raises Refused for who asked and the person it is about, without a reason, and for what does not wait any more.
    """
    with act("watch.exclusion.approve", by=by, why=reason, subjects=[exclusion]):
        current = _decided(exclusion, person, reason)
        current.state = ExclusionState.APPROVED
        current.valid_from = max(current.valid_from, company_day())
        current.save()
    return current


def exclusion_refuse(*, exclusion: Exclusion, person: Person | None, reason: str, by: Actor) -> Exclusion:
    """Refuse; the events are evaluated as everybody's. Raises Refused as `exclusion_approve` does."""
    with act("watch.exclusion.refuse", by=by, why=reason, subjects=[exclusion]):
        current = _decided(exclusion, person, reason)
        current.state = ExclusionState.REFUSED
        current.save()
    return current


def _decided(exclusion: Exclusion, person: Person | None, reason: str) -> Exclusion:
    """Write down who decides; two who decide at once take turns."""
    if not reason.strip():
        raise Refused(_("A decision needs a reason."), _("Write one sentence: why, or why not."))
    current: Exclusion = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
    if current.standing(company_day()) is not ExclusionStanding.WAITING:
        raise Refused(_("Nobody decides on this request any more."), _("Its page says where it stands."))
    if person is None or not may_judge(person.pk, asker=current.asked_by_id, concerned=current.person_id):
        raise Refused(_("You cannot decide on this request."), _("Somebody else of the offices decides."))
    current.decided_by, current.decision = person, reason.strip()
    return current


def exclusion_retire(*, exclusion: Exclusion, by: Actor, why: str) -> Exclusion:
    """Take a request back, or end an exclusion with today; the days it covered stay covered."""
    with act("watch.exclusion.retire", by=by, why=why, subjects=[exclusion]):
        current: Exclusion = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
        current.retire()
    return current
