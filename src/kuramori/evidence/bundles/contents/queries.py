"""Orders that a viewer is putting together, and what was found for them, a page at a time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from kuramori.evidence.bundles.choices import Chosen, kind_of_place, of_group, of_member
from kuramori.evidence.bundles.contents.looking import kept
from kuramori.evidence.bundles.contents.orders import as_order
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.selection import leaves_of, members_open, opened
from kuramori.evidence.bundles.withholding import text_of
from kuramori.evidence.models import Bundle, BundleOrder
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.visibility import record_seen
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer

SHORT = 160


@dataclass(frozen=True, kw_only=True)
class OpenMember:
    """A member of an entry that would be shown: its text, cut, and why it is kept back, None when it is not."""

    index: int
    at: Any
    place: str
    text: str
    what: str
    why: str | None


def orders_seen_by(viewer: Viewer) -> QuerySet[BundleOrder]:
    """Return the viewer's own orders that wait to be given, newest first; nobody looks into another's."""
    rows: QuerySet[BundleOrder] = BundleOrder.objects.filter(retired_at=None).order_by("-created_at")
    if viewer.person_id is None or not viewer.may(Permission.BUNDLE_ORDER):
        return rows.none()
    return rows.filter(asked_by=viewer.person_id)


def order_seen(viewer: Viewer, pk: UUID) -> BundleOrder | None:
    """Return an order if it is the viewer's, and he may still have the bundle made and see what it is about."""
    row = orders_seen_by(viewer).filter(pk=pk).first()
    if row is None or not viewer.may(row.order.get("permission", "")):
        return None
    return row if record_seen(viewer, Subject(row.subject_kind, row.subject_id)) is not None else None


def open_orders(viewer: Viewer) -> list[BundleOrder]:
    """Return the viewer's orders of which no bundle was made yet."""
    done = Bundle.objects.values("pk")
    return list(orders_seen_by(viewer).exclude(bundle_id__in=done))


def contents_seen(viewer: Viewer, row: BundleOrder) -> Mapping[str, Any] | None:
    """Return what was found for an order that is the viewer's, None when nobody has looked yet."""
    return kept(row.pk) if row.asked_by == viewer.person_id else None


def group_members(
    viewer: Viewer, row: BundleOrder, *, verb: str, place: str, after: int, most: int
) -> tuple[list[OpenMember], int | None]:
    """Return members at a place in acts of a verb from the ledger index `after` on, and where the next page begins."""
    found = contents_seen(viewer, row)
    if found is None:
        return [], None
    order, parts = as_order(row), frozenset(map(UUID, found["parts"]))
    leaves = leaves_of(order, frozenset(map(UUID, found["more"]))).filter(entry__verb=verb, index__gte=after)
    places = list(leaves.order_by("index").values_list("index", "entry_id").distinct()[: most + 1])
    later = places[most][0] if len(places) > most else None
    return list(_members(order, places[:most], parts, place, Chosen(reasons=dict(row.choices)))), later


def _shown(value: Any) -> str:
    """Return what a member says in one line; a changed field holds what it was and what it became."""
    if isinstance(value, list):
        return " → ".join(_shown(each) or "–" for each in value)
    return "" if value is None else text_of(value) or str(value)


def _members(
    order: Order, places: Sequence[tuple[int, int]], parts: frozenset[UUID], kind: str, chosen: Chosen
) -> Iterator[OpenMember]:
    for entry in opened(places):
        verb = entry.entry.verb
        for place, value, _is_person in members_open(order, entry, parts):
            if kind_of_place(place) == kind:
                text = _shown(value)
                yield OpenMember(
                    index=entry.index,
                    at=entry.entry.at,
                    place=place,
                    text=f"{text[:SHORT]}…" if len(text) > SHORT else text,
                    what=of_member(entry.index, place),
                    why=chosen.reasons.get(of_member(entry.index, place)) or chosen.reasons.get(of_group(verb, place)),
                )
