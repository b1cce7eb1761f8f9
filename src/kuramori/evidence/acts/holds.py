"""Placing, extending and releasing holds, and keeping what is known of those who have left (SYS-16, EVD-10).

The subjects of these entries are the hold itself and nothing else: see `models.holds`.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, company_today
from kuramori.evidence.keeping import separation_months, separations_due
from kuramori.evidence.models import HeldSubject, Hold, KeepingTerm, SeparationHold
from kuramori.evidence.rules.holds import add_months
from kuramori.kernel import jobs
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, Subject, act
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.turns import alone

SNAPSHOT = "evidence.snapshot"
LONGEST_MONTHS = 120


def hold_add(
    *,
    matter: str,
    held: Iterable[Subject],
    covers_from: date | None = None,
    covers_to: date | None = None,
    until: date | None = None,
    by: Actor,
    why: str,
) -> Hold:
    """Place a hold, and have what it preserves copied into custody at once (LEV-10).

    Without any, everything of those days is kept. Raises Refused on oneself.
    """
    with act("evidence.hold.add", by=by, why=why) as this:
        hold = Hold(matter=matter, reason=why, covers_from=covers_from, covers_to=covers_to, until=until)
        hold.placed_by_id = by.id if by.id and Person.objects.filter(pk=by.id).exists() else None
        hold.save()
        this.about(hold)
        _hold_these(hold, held, by)
        snapshot_ask(hold=hold, by=by)
    return hold


def hold_edit(
    *,
    hold: Hold,
    matter: str,
    held: Iterable[Subject] = (),
    covers_from: date | None,
    covers_to: date | None,
    until: date | None,
    by: Actor,
    why: str,
) -> Hold:
    """Extend a hold: to further people and secrets, or days. It never lets go of somebody; releasing it does."""
    with act("evidence.hold.edit", by=by, why=why, subjects=[hold]):
        _refuse_less(hold, covers_from, covers_to)
        hold.matter, hold.covers_from, hold.covers_to, hold.until = matter, covers_from, covers_to, until
        hold.save()
        if _hold_these(hold, held, by):
            snapshot_ask(hold=hold, by=by)
    return hold


def hold_retire(*, hold: Hold, by: Actor, why: str) -> Hold:
    """Release a hold; what lies in custody stays there until it is purged."""
    with act("evidence.hold.retire", by=by, why=why, subjects=[hold]):
        hold.release_reason = why
        hold.retire()
    return hold


def snapshot_ask(*, hold: Hold, by: Actor) -> None:
    """Queue the copying of what a hold preserves; the job tells nobody but who asked that it runs."""
    jobs.ask(SNAPSHOT, viewer=Viewer(actor=by, person_id=by.id), hold=str(hold.pk))


def separations_place(*, people: Sequence[Person] | None = None, by: Actor) -> list[SeparationHold]:
    """Keep what is known of those who have left, for the company's time of keeping; each leave is taken once."""
    months = separation_months()
    with act("evidence.separation.place", by=by) as this:
        found = separations_due(company_today()) if people is None else people
        placed = []
        for person in found:
            if person.left_on is not None:
                until = add_months(person.left_on, months)
                placed.append(SeparationHold(person=person, left_on=person.left_on, until=until))
                placed[-1].save()
        this.note("count", len(placed), in_clear=True)
    return placed


def keeping_term_set(*, months: int, by: Actor, why: str) -> KeepingTerm:
    """Decide for how long data are kept after separation; those that are kept already keep their day."""
    if not 0 < months <= LONGEST_MONTHS:
        raise Refused(_("Between 1 and 120 months."))
    with act("evidence.separation.edit", by=by, why=why) as this:
        alone("keeping term")
        term = KeepingTerm.objects.first() or KeepingTerm()
        term.months = months
        term.save()
        this.about(term)
        this.note("months", months, in_clear=True)
    return term


def _hold_these(hold: Hold, held: Iterable[Subject], by: Actor) -> bool:
    """Add what is not held yet; say whether anything was added."""
    known: set[UUID] = set(hold.subjects.values_list("subject_id", flat=True))
    new = {subject.id: subject for subject in held if subject.id not in known}
    if by.id in new:
        raise Refused(_("Nobody places a preservation on himself."), _("Ask another person of the legal department."))
    if new and not known and hold.updated_at != hold.created_at:
        raise Refused(_("This preservation keeps everything of its days already."), _("Place another one."))
    for subject in new.values():
        HeldSubject(hold=hold, kind=subject.kind, subject_id=subject.id).save()
    return bool(new)


def _refuse_less(hold: Hold, covers_from: date | None, covers_to: date | None) -> None:
    """Refuse days that would leave out some that are preserved."""
    later = covers_from is not None and (hold.covers_from is None or covers_from > hold.covers_from)
    sooner = covers_to is not None and (hold.covers_to is None or covers_to < hold.covers_to)
    if later or sooner:
        raise Refused(_("A preservation is only ever extended."), _("Place another one for the shorter time."))
