"""What the register asks of people: the stocktaking of the secrets they keep (CLS-05)."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.register.queries import due_for_stocktaking

SHOWN = 50
URGENT_AFTER = 30


def stocktaking_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the overdue stocktakings of the viewer's own secrets, the oldest first, at most 50."""
    return [
        Duty(
            title=_("Stocktaking: %(secret)s") % {"secret": secret},
            url=reverse("register:secret-confirm", args=[secret.pk]),
            due=secret.next_stocktaking,
            kind=_("stocktaking"),
            urgent=secret.next_stocktaking is not None and (today - secret.next_stocktaking).days > URGENT_AFTER,
        )
        for secret in due_for_stocktaking(viewer, today)[:SHOWN]
    ]
