"""What time stamps ask of those who look after them: silence, clocks that differ, certificates that end."""

from datetime import date

from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.rules.stamps import URGENT_WITHIN, Standing
from kuramori.evidence.stamps.queries import renewal_due, standing_authorities
from kuramori.evidence.stamps.wording import state_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty


def stamp_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return what is to be done about time stamps: silent authorities, clocks over 5 s apart, renewal (RFC 4998)."""
    if not viewer.may(Permission.AUTHORITY_EDIT):
        return []
    moment = now()
    titles = {
        Standing.SILENT: _("%(name)s gives no time stamp: bring it back or take another"),
        Standing.CLOCK_OFF: _("Clock differs from %(name)s by more than 5 seconds: check the server's clock"),
    }
    duties = [
        Duty(
            title=titles[state] % {"name": authority},
            url=reverse("evidence:authority-detail", args=[authority.pk]),
            due=today,
            kind=_("time stamp"),
            urgent=state is Standing.SILENT,
        )
        for authority in standing_authorities(viewer)
        if (state := state_of(authority, moment)) in titles
    ]
    ends = renewal_due(viewer, moment)
    if ends is not None:
        duties.append(
            Duty(
                title=_("Renew the time stamps: have the ledger stamped under a certificate that lives longer"),
                url=reverse("evidence:authority-list"),
                due=localdate(ends, timezone=viewer.zone),
                kind=_("time stamp"),
                urgent=ends - moment < URGENT_WITHIN,
            )
        )
    return duties
