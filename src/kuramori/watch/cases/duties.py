"""What cases ask of people: those they took, those nobody took, and settled ones that stir again."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kuramori.kernel.paging import at_most
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Duty
from kuramori.watch.cases.queries import cases_due, cases_stirred, cases_untaken

SHOWN = 50


def case_duties(viewer: Viewer, today: date) -> list[Duty]:
    """Return the cases that the viewer took, due on their day; those nobody took, and settled ones that stir again."""
    duties = [
        Duty(
            title=_("Case %(number)s: decide") % {"number": case.number},
            url=reverse("watch:case-detail", args=[case.pk]),
            due=case.due_on,
            kind=pgettext("watch", "case"),
            urgent=case.due_on <= today,
        )
        for case in cases_due(viewer)[:SHOWN]
    ]
    if (count := at_most(cases_untaken(viewer))) != "0":
        words = _("%(count)s cases that nobody has taken") % {"count": count}
        duties.append(Duty(title=words, url=f"{reverse('watch:case-list')}?state=open", due=today))
    duties += [
        Duty(
            title=_("Settled case %(number)s: an alert weighs more now") % {"number": case.number},
            url=reverse("watch:case-detail", args=[case.pk]),
            due=today,
            kind=pgettext("watch", "case"),
            urgent=True,
        )
        for case in cases_stirred(viewer)[:SHOWN]
    ]
    return duties
