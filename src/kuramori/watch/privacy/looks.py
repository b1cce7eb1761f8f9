"""Who looked at whom or what: the acts by which somebody of the office came nearer to a person (SYS-20, H4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import override

from kuramori.directory.api import leavers, viewer_of_system
from kuramori.kernel.ledger import ReadEntry, read
from kuramori.kernel.models import Entry, EntrySubject
from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import Alert, Case, MonitoringOrder, TimelineOpening
from kuramori.watch.models.watching import WatchEntry
from kuramori.watch.pseudonyms import pseudonym
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.privacy import Quarter

PAGE = 50
LOOK_BACK = "watch.look_back.open"
LEFT_WITHIN, LEAVES_WITHIN = timedelta(days=800), timedelta(days=400)


class Look(StrEnum):
    """How somebody came nearer to a person."""

    NAME_SHOWN = "name_shown"
    NAME_ASKED = "name_asked"
    NAME_REFUSED = "name_refused"
    TIMELINE = "timeline"
    LOOK_BACK = "look_back"
    EXPERT = "expert"
    WATCH_ASKED = "watch_asked"
    WATCH_AGREED = "watch_agreed"
    WATCH_SEEN = "watch_seen"
    ORDER_ASKED = "order_asked"
    ORDER_AGREED = "order_agreed"
    ORDER_SEEN = "order_seen"


VERBS: Mapping[str, Look] = {
    "watch.alert.unseal": Look.NAME_SHOWN,
    "watch.unsealing.grant": Look.NAME_SHOWN,
    "watch.unsealing.ask": Look.NAME_ASKED,
    "watch.unsealing.refuse": Look.NAME_REFUSED,
    "watch.timeline.open": Look.TIMELINE,
    LOOK_BACK: Look.LOOK_BACK,
    "watch.expert.add": Look.EXPERT,
    "watch.entry.ask": Look.WATCH_ASKED,
    "watch.entry.approve": Look.WATCH_AGREED,
    "watch.entry.look": Look.WATCH_SEEN,
    "watch.order.ask": Look.ORDER_ASKED,
    "watch.order.approve": Look.ORDER_AGREED,
    "watch.order.look": Look.ORDER_SEEN,
}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which looks are asked for: local days of the viewer, both included; `kind` and `by` narrow them."""

    since: date
    until: date
    kind: Look | None = None
    by: UUID | None = None


def looks_visible_to(viewer: Viewer, choice: Choice) -> QuerySet[Entry]:
    """Return the acts, newest first; never one that concerns the auditor himself, or he would learn of his alert."""
    if not viewer.may(Permission.LOOK_VIEW):
        return Entry.objects.none()
    verbs = [verb for verb, kind in VERBS.items() if choice.kind in {None, kind}]
    first = datetime.combine(choice.since, time.min, viewer.zone)
    after = datetime.combine(choice.until + timedelta(days=1), time.min, viewer.zone)
    found = Entry.objects.filter(verb__in=verbs, at__gte=first, at__lt=after)
    if choice.by is not None:
        found = found.filter(actor_id=choice.by)
    if viewer.person_id is not None:
        found = found.exclude(Exists(_concerning(viewer.person_id))).exclude(seq__in=_own_look_backs(viewer, found))
    return found.order_by("-seq")


def _concerning(person: UUID) -> QuerySet[EntrySubject]:
    """Return what makes an entry one about a person: alerts, cases, timelines, the watch list, himself."""
    own = Q(subject_id__in=Alert.objects.filter(person=person).values("pk"))
    own |= Q(subject_id__in=Case.objects.filter(person=person).values("pk")) | Q(subject_id=person)
    own |= Q(subject_id__in=WatchEntry.objects.filter(person=person).values("pk"))
    own |= Q(subject_id__in=MonitoringOrder.objects.filter(person=person).values("pk"))
    own |= Q(subject_id__in=TimelineOpening.objects.filter(person=person).values("pk"))
    return EntrySubject.objects.filter(own, entry=OuterRef("pk"))


def look_back_code(line: UUID, person: UUID) -> str:
    """Return by what an entry names a leaver who was looked back on: the code of his pseudonym, in any language."""
    with override("en"):
        return pseudonym(f"leaver:{line}", person).rpartition(" ")[2]


def _own_look_backs(viewer: Viewer, found: QuerySet[Entry]) -> list[int]:
    """Return the look-backs on the viewer himself: such an entry has no subject that would tell."""
    today = localdate(timezone=viewer.zone)
    lines = leavers(viewer_of_system(), today - LEFT_WITHIN, today + LEAVES_WITHIN)
    own = {look_back_code(each.engagement_line, each.person_id) for each in lines if each.person_id == viewer.person_id}
    if not own:
        return []
    noted = read(found.filter(verb=LOOK_BACK).select_related("disclosure"))
    return [each.entry.seq for each in noted if each.notes.get("whom") in own]


def looks_page(viewer: Viewer, choice: Choice, before: int | None) -> tuple[list[ReadEntry], str]:
    """Return one page of looks, and the cursor of the next ("" at the end)."""
    found = looks_visible_to(viewer, choice)
    if before is not None:
        found = found.filter(seq__lt=before)
    rows = list(found.select_related("disclosure")[: PAGE + 1])
    more = str(rows[PAGE - 1].seq) if len(rows) > PAGE else ""
    return read(rows[:PAGE]), more


def looks_by_person(viewer: Viewer, choice: Choice) -> dict[UUID, int]:
    """Return how often each person looked, the most first: whoever looks much more than others is asked why."""
    counted = looks_visible_to(viewer, choice).exclude(actor_id=None).order_by().values("actor_id")
    rows = counted.annotate(count=Count("seq")).order_by("-count", "actor_id").values_list("actor_id", "count")
    return {person: count for person, count in rows if person is not None}


def looks_in(viewer: Viewer, quarters: Iterable[Quarter]) -> dict[Quarter, dict[Look, int]]:
    """Return how often each kind of look happened in whole quarters, the whole company: for everybody's own page."""
    if not viewer.may(Permission.CHARTER_VIEW):
        return {}
    return {quarter: _counted(viewer, quarter) for quarter in quarters}


def _counted(viewer: Viewer, quarter: Quarter) -> dict[Look, int]:
    first = datetime.combine(quarter.first, time.min, viewer.zone)
    after = datetime.combine(quarter.next.first, time.min, viewer.zone)
    rows = (
        Entry.objects.filter(verb__in=VERBS, at__gte=first, at__lt=after).values_list("verb").annotate(n=Count("seq"))
    )
    counts = dict.fromkeys(Look, 0)
    for verb, count in rows.order_by():
        counts[VERBS[verb]] += count
    return counts
