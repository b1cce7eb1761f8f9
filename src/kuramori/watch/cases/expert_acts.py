"""Letting an expert from outside read one case until a day, and ending it (DET-15)."""

from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.watch.models import Case, ExpertAccess

LONGEST: Final = timedelta(days=90)


def expert_add(*, case: Case, expert: Person, until: date, today: date, reason: str, by: Actor) -> ExpertAccess:
    """Let somebody read a case until a day (included), 90 days ahead at most.

    He sees it once he holds the role of a forensic expert. Raises Refused without a reason, for another day, and for
    the person whom the case is about: in the same words as for a stranger, so that nothing is told.
    """
    if not reason.strip():
        raise Refused(_("An outsider reads a case for a reason only."), _("Write what the expert is to find out."))
    if not today <= until <= today + LONGEST:
        raise Refused(_("Between today and 90 days from now."), _("Open it anew when the work takes longer."))
    if expert.pk in {case.person_id, by.id}:
        raise Refused(_("This person cannot read this case."), _("Choose somebody else."))
    with act("watch.expert.add", by=by, why=reason, subjects=[case]) as this:
        this.note("until", until.isoformat(), in_clear=True)
        access = ExpertAccess(case=case, expert=expert, until=until, reason=reason.strip())
        access.save()
    return access


def expert_end(*, access: ExpertAccess, by: Actor, why: str) -> ExpertAccess:
    """End an expert's reading now; what he opened is closed to him with the same stroke."""
    if access.retired_at is not None:
        raise Refused(_("This was ended already."))
    with act("watch.expert.end", by=by, why=why, subjects=[access.case]):
        access.retire()
    return access
