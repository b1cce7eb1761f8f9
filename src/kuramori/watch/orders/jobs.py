"""The clock of monitoring orders: what was marked and kept by nobody is erased."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.jobs import JobKind, Progress
from kuramori.watch.orders.acts import orders_erase


def run_orders(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Erase what is due; once more on the same day does nothing."""
    return {"erased": orders_erase()}


JOBS = (
    JobKind(
        name="watch.orders",
        title=_("Erase what monitoring orders left"),
        run=run_orders,
        every=timedelta(hours=6),
        is_quiet=True,
        is_prompt=True,
    ),
)
