"""Every change of a blind spot: named with an owner, changed, closed."""

from typing import Any

from kuramori.kernel.actors import Actor
from kuramori.kernel.one_record import record_retire, record_write
from kuramori.watch.models import CoverageGap


def gap_add(*, by: Actor, why: str = "", **values: Any) -> CoverageGap:
    """Name a blind spot, who sees to it, and what comes next."""
    return record_write(CoverageGap(), "watch.gap.add", by=by, why=why, values=values)


def gap_edit(*, gap: CoverageGap, by: Actor, why: str = "", **values: Any) -> CoverageGap:
    """Change who sees to a blind spot, or what was decided."""
    return record_write(gap, "watch.gap.edit", by=by, why=why, values=values)


def gap_retire(*, gap: CoverageGap, by: Actor, why: str) -> CoverageGap:
    """Close a blind spot: the way is seen now, or is no more."""
    return record_retire(gap, "watch.gap.retire", by=by, why=why)
