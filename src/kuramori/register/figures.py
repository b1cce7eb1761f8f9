"""The register in figures, for the dashboard: always of what the viewer may see."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from kuramori.governance.api import Level, levels_in_force
from kuramori.kernel.permissions import Viewer
from kuramori.register.models import Secret, TierChoice
from kuramori.register.queries import secrets_visible_to
from kuramori.register.rules import NON_PUBLIC_CHECK_MONTHS, add_months


@dataclass(frozen=True, kw_only=True)
class Figures:
    """How many secrets stand in the register, how many are due, how many cannot yet be proved."""

    total: int
    by_level: tuple[tuple[Level, int], ...]
    counted: int
    due: int
    incomplete: int
    tier_a: int

    @property
    def counted_share(self) -> float:
        """Return the share of secrets whose stocktaking is not overdue, 0 to 1."""
        return self.counted / self.total if self.total else 1.0


def lacking(today: date) -> Q:
    """Return the gaps of `rules.gaps` as a condition, as far as its own row tells: not places, not scope."""
    oldest_check = add_months(today, -NON_PUBLIC_CHECK_MONTHS)
    return (
        Q(keeper=None)
        | Q(usefulness="")
        | Q(non_public="")
        | Q(non_public_checked_on=None)
        | Q(non_public_checked_on__lt=oldest_check)
        | Q(next_stocktaking__lt=today)
        | Q(tier=TierChoice.A, valued_on=None)
    )


def figures(viewer: Viewer, *, today: date) -> Figures:
    """Return the figures of what the viewer sees; two queries and the levels."""
    rows = secrets_visible_to(viewer).filter(retired_at=None).select_related(None).order_by()
    sums = rows.aggregate(
        total=Count("pk"),
        due=Count("pk", filter=Q(next_stocktaking__lt=today)),
        tier_a=Count("pk", filter=Q(tier=TierChoice.A)),
        incomplete=Count("pk", filter=Q(tier=TierChoice.A) & lacking(today)),
    )
    per_level = dict(rows.values_list("level_id").annotate(Count("pk")))
    by_level = tuple((level, per_level.get(level.pk, 0)) for level in levels_in_force(viewer))
    return Figures(by_level=by_level, counted=sums["total"] - sums["due"], **sums)


def registered_by_month(viewer: Viewer, *, today: date, months: int = 12) -> list[tuple[date, dict[str, int]]]:
    """Return for each of the last months, the oldest first, how many secrets of each level code were registered."""
    first = add_months(today.replace(day=1), 1 - months)
    rows = secrets_visible_to(viewer).filter(identified_on__gte=first).select_related(None).order_by()
    counted = rows.annotate(month=TruncMonth("identified_on")).values_list("month", "level__code").annotate(Count("pk"))
    found: dict[date, dict[str, int]] = {add_months(first, n): {} for n in range(months)}
    for month, code, count in counted:
        if month in found:
            found[month][code] = count
    return list(found.items())


def recently_changed(viewer: Viewer, *, limit: int = 8) -> list[Secret]:
    """Return the secrets in sight that were changed last."""
    return list(secrets_visible_to(viewer).filter(retired_at=None).order_by("-updated_at", "-pk")[:limit])
