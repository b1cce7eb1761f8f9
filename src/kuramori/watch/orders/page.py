"""What the page of an order says: its facts with names as far as they are open, the offices, the marked lines."""

from typing import Any

from django.utils.translation import gettext as _

from kuramori.directory.api import sites
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.cases.timelines import Choice, Whose, channel_choices, lines
from kuramori.watch.masking import masked, names_of
from kuramori.watch.models import MonitoringOrder, TimelineOpening
from kuramori.watch.orders.duties import wait_in_words
from kuramori.watch.queries.orders import knows_name, order_called
from kuramori.watch.rules.orders import shown_since, waited

Fact = tuple[str, str, str]


def facts_of(viewer: Viewer, order: MonitoringOrder) -> list[Fact]:
    """Return what is asked, and how long each step took; words that name the person are masked where he is sealed."""
    is_named = knows_name(viewer, order)
    names = frozenset() if is_named or not order.person_id else names_of(order.person_id)
    channels, places = dict(channel_choices()), {str(site.pk): str(site) for site in sites(viewer)}
    facts = [
        (_("what it is about"), str(order.get_kind_display())),
        (_("subject"), str(order.person.shown) if is_named and order.person else order_called(viewer, order)),
        (_("alert"), order.alert.number if order.alert else ""),
        (_("asked by"), str(order.asked_by.shown)),
        (_("asked at"), moment(order.created_at, viewer)),
        (_("reason"), masked(order.reason, names)),
        (_("clause of the charter"), order.clause),
        (_("why nothing milder will do"), masked(order.milder, names)),
        (_("channels"), " / ".join(str(channels.get(each, each)) for each in order.channels)),
        (_("sites"), " / ".join(places.get(each, "–") for each in order.sites)),
        (_("for how many days"), str(order.days)),
        (_("in force since"), moment(order.active_at, viewer) if order.active_at else ""),
        (_("from report to order"), wait_in_words(waited(order.created_at, order.active_at))),
        (_("shows"), f"{shown_since(order.starts_on)} – {order.ends_on}" if order.starts_on else ""),
        (_("why it was taken back"), masked(order.ended_reason, names)),
        (_("kept under"), order.case.number if order.case else ""),
        (_("settled at"), moment(order.settled_at, viewer) if order.settled_at else ""),
    ]
    return [(name, value, "") for name, value in facts if value]


def approvals_in(viewer: Viewer, order: MonitoringOrder) -> list[dict[str, Any]]:
    """Return what each office said, and how long after the report."""
    names = frozenset() if knows_name(viewer, order) or not order.person_id else names_of(order.person_id)
    return [
        {
            "office": each.get_office_display(),
            "who": str(each.by.shown),
            "at": moment(each.created_at, viewer),
            "after": wait_in_words(waited(order.created_at, each.created_at)),
            "agrees": each.agrees,
            "reason": masked(each.reason, names),
        }
        for each in order.approvals.all()
    ]


def marked_lines(viewer: Viewer, order: MonitoringOrder) -> list[str]:
    """Return the marked lines of an order as text, the newest first, as its timeline showed them to this viewer."""
    marks = tuple(order.marks.filter(event__isnull=False).values_list("event", flat=True))
    if not marks or order.starts_on is None or order.ends_on is None:
        return []
    opening = TimelineOpening(order=order, person_id=order.person_id, secret=order.secret)
    whose = Whose(opening=opening, called=order_called(viewer, order), is_open=False)
    rows, _older = lines(viewer, whose, Choice(since=shown_since(order.starts_on), until=order.ends_on, only=marks))
    return ["  ".join(filter(None, (row["at"], row["deed"], row["what"], row["where"], row["source"]))) for row in rows]
