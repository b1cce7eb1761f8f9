"""The order that a row stands for."""

from typing import Any

from kuramori.evidence.bundles.order import Order
from kuramori.evidence.models import Bundle, BundleOrder


def as_order(row: BundleOrder, **values: Any) -> Order:
    """Return the order that a row stands for, with other members (as in JSON) if need be."""
    subject = [row.subject_kind, str(row.subject_id), row.name]
    told = row.order | {"id": str(row.pk), "kind": row.kind, "subject": subject, "why": row.why}
    return Order.of_json(told | {"choices": row.choices} | values)


def is_made(row: BundleOrder) -> bool:
    """Say whether the bundle that was ordered stands in the ledger."""
    return row.bundle_id is not None and Bundle.objects.filter(pk=row.bundle_id).exists()
