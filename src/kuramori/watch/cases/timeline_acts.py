"""Opening a timeline across all channels: for one person, for a reason, for a day."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.register.api import Secret
from kuramori.watch.models import Alert, Case, MonitoringOrder, TimelineOpening
from kuramori.watch.queries.charters import is_watched

OPEN_FOR: Final = timedelta(hours=24)


def timeline_open(
    *,
    opener: Person | None,
    reason: str,
    case: Case | None = None,
    alert: Alert | None = None,
    secret: Secret | None = None,
    leaver: tuple[UUID, UUID] | None = None,
    order: MonitoringOrder | None = None,
    by: Actor,
) -> TimelineOpening:
    """Open the timeline of a case's or an alert's person, of a leaver (his id, his engagement's line), or of a secret.

    Or of whatever a monitoring order is about; whether it is in force, who calls has asked.

    The person is no subject of the entry. Raises Refused without a reason, for an account without a person, for
    oneself, and for a person whom no valid charter covers.
    """
    about = case or alert or order
    person = about.person_id if about else leaver[0] if leaver else None
    if opener is None:
        raise Refused(_("Only a person can be shown a timeline."), _("Sign in with your own account."))
    if not reason.strip():
        raise Refused(_("A timeline is opened for a reason only."), _("Write what you want to find out."))
    if person == opener.pk:
        raise Refused(_("Nobody opens his own timeline here."), _("What is kept of you is shown on your own page."))
    system = viewer_of_system()
    if person is not None and not is_watched(system, person, localdate(timezone=system.zone)):
        raise Refused(
            _("No valid monitoring charter lets this person be looked at."),
            _("Once the charter of the site is valid again, open it anew."),
        )
    known = [each for each in (case, alert, secret, order) if each is not None]
    with act("watch.timeline.open", by=by, why=reason, subjects=known):
        opening = TimelineOpening(
            person_id=person,
            secret=order.secret if order else secret,
            case=case,
            alert=alert,
            order=order,
            line=leaver[1] if leaver else None,
            by=opener,
            reason=reason.strip(),
            expires_at=now() + OPEN_FOR,
        )
        opening.save()
    return opening
