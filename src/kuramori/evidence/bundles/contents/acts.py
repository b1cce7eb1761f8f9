"""Every write of an order that is being put together: what is chosen to be kept back, by whom and why, is on record.

The subject of the bundle is no subject of these acts: whoever reads a person's history must not be warned by them.
"""

from collections.abc import Collection
from contextlib import AbstractContextManager
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.evidence.bundles.choices import is_choice
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.models import BundleOrder
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Act, Refused, act

MOST_CHOICES = 2_000
_ELSEWHERE = ("id", "kind", "subject", "why", "choices", "contents")


def order_add(*, order: Order, asked_by: UUID | None, by: Actor) -> BundleOrder:
    """Begin to put a bundle together; nothing is sealed or handed out by it."""
    about = order.subject
    row = BundleOrder(kind=order.kind, subject_kind=about.kind, subject_id=about.id, name=about.name, why=order.why)
    row.asked_by, row.order = asked_by, _members(order)
    with act("evidence.bundleorder.add", by=by, why=order.why, subjects=[row]):
        row.save()
    return row


def order_edit(*, row: BundleOrder, order: Order, by: Actor) -> BundleOrder:
    """Change for whom a bundle is made, what it argues and what is kept back as a kind, or look at it anew."""
    with act("evidence.bundleorder.edit", by=by, subjects=[row]):
        row.order, row.bundle_id = _members(order), None
        row.save()
    return row


def order_withhold(*, row: BundleOrder, what: Collection[str], by: Actor, why: str) -> BundleOrder:
    """Keep parts back with a reason that the reader of the bundle is shown; one chosen before gets the new reason.

    Raises Refused without a reason, for words that are no choice, and when there are too many to be read by anybody.
    """
    if not why.strip():
        raise Refused(_("Say why: the reader is told that something is missing."))
    if not what or not all(map(is_choice, what)):
        raise Refused(_("Nothing was chosen."), _("Tick what is to be withheld."))
    reasons = dict(row.choices) | dict.fromkeys(what, why.strip())
    if len(reasons) > MOST_CHOICES:
        raise Refused(
            _("That would be more than %(most)s single choices.") % {"most": f"{MOST_CHOICES:,}"},
            _("Withhold a whole kind, or a group of entries at once."),
        )
    with _changing("evidence.bundleorder.withhold", row, by=by, why=why) as this:
        row.choices = sorted(map(list, reasons.items()))
        row.save()
        this.note("count", len(set(what)), in_clear=True)
    return row


def order_show(*, row: BundleOrder, what: Collection[str], by: Actor) -> BundleOrder:
    """Take choices back: what they kept back is shown again. Raises Refused when none of them was there."""
    left = [each for each in row.choices if each[0] not in set(what)]
    if len(left) == len(row.choices):
        raise Refused(_("Nothing was chosen."), _("Tick what is to be shown again."))
    with _changing("evidence.bundleorder.show", row, by=by) as this:
        this.note("count", len(row.choices) - len(left), in_clear=True)
        row.choices = left
        row.save()
    return row


def order_place(*, row: BundleOrder, bundle_id: UUID, by: Actor) -> BundleOrder:
    """Give the order: from now on nothing of it changes, unless it cannot be made."""
    with _changing("evidence.bundleorder.place", row, by=by):
        row.bundle_id = bundle_id
        row.save()
    return row


def order_retire(*, row: BundleOrder, by: Actor) -> BundleOrder:
    """Give an order up before it was given."""
    with _changing("evidence.bundleorder.retire", row, by=by):
        row.retire()
    return row


def _changing(verb: str, row: BundleOrder, *, by: Actor, why: str = "") -> AbstractContextManager[Act]:
    if row.bundle_id is not None:
        raise Refused(_("This order was given already."), _("Make a twin of the bundle to show more or less of it."))
    return act(verb, by=by, why=why, subjects=[row])


def _members(order: Order) -> dict[str, object]:
    return {name: value for name, value in order.as_json().items() if name not in _ELSEWHERE}
