"""What duties put into the inbox: one's own tasks, and what went up the line to one."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kuramori.duties.queries import due_from, gone_up_to
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty

SHOWN = 50


def task_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the viewer's own tasks, at most 50, and one line for all that went up the line to him."""
    found = [
        Duty(
            title=task.duty.title,
            url=reverse("duties:task-detail", args=[task.pk]),
            due=task.due_on,
            kind=_("duty"),
            urgent=task.due_on < today,
        )
        for task in due_from(viewer)[:SHOWN]
    ]
    told = gone_up_to(viewer).order_by().count()
    if told:
        words = ngettext("%(count)s late task came up to you", "%(count)s late tasks came up to you", told)
        url = reverse("duties:home")
        found.append(Duty(title=words % {"count": told}, url=url, due=today, kind=_("duty"), urgent=True))
    return found
