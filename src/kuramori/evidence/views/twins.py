"""Twins of a bundle beside each other: the same exhibits, and what each reader is not shown."""

from typing import Any

from django.utils.translation import gettext as _

from kuramori.evidence.bundles.choices import EXHIBIT
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.order_form import KEPT
from kuramori.evidence.bundles.report import reason_words
from kuramori.evidence.bundles.variants import variants
from kuramori.evidence.models import Bundle
from kuramori.evidence.queries.bundles import twins_of
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment

MOST = 5
NOTHING = "–"


def compared(viewer: Viewer, bundle: Bundle) -> dict[str, Any] | None:
    """Return a bundle and its newest twins as columns, a line for each thing in which they may differ; None: no twin.

    What one of them withholds is counted by reason, need-to-know among them: it is in all of them alike.
    """
    twins = list(twins_of(viewer, bundle)[:MOST])
    if not twins:
        return None
    both, language = [bundle, *twins], viewer.language
    orders = [_order(each) for each in both]
    reasons = sorted({reason for each in both for reason in each.withheld})
    lines = [
        (_("Made"), [moment(each.created_at, viewer) for each in both]),
        (_("Withheld as a kind"), [_kinds(each) for each in orders]),
        (_("Why it is withheld"), [each.withhold_why or NOTHING for each in orders]),
        (_("Exhibits withheld whole"), [_exhibits(each) for each in orders]),
        *((reason_words(one), [f"{each.withheld.get(one, 0):,}" for each in both]) for one in reasons),
        (_("Encrypted for"), [str(len(each.recipients)) if each.recipients else NOTHING for each in orders]),
        (_("Ledger entries shown"), [f"{each.entries:,}" for each in both]),
    ]
    heads = [(each, variants()[each.variant].title[language], each == bundle) for each in both]
    return {"heads": heads, "lines": lines}


def _order(bundle: Bundle) -> Order:
    return Order.of_json(bundle.order | {"subject": [bundle.subject_kind, str(bundle.subject_id), ""], "why": ""})


def _kinds(order: Order) -> str:
    return ", ".join(str(label) for kind, label in KEPT if kind in order.withhold) or NOTHING


def _exhibits(order: Order) -> str:
    return f"{sum(what.startswith(f'{EXHIBIT}:') for what, _reason in order.choices):,}"
