"""The clock of the patrols: seal what came in, erase what is over, sweep what stands for nothing."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import JobKind, Progress
from kuramori.watch.job_names import PATROL
from kuramori.watch.models import PatrolHit
from kuramori.watch.patrols import captures
from kuramori.watch.patrols.acts import hits_erase, hits_seal
from kuramori.watch.watching.standing import company_day


def captures_sweep() -> int:
    """Take away files that no live post stands for: of a failed import, a broken-off erasure; return how many.

    Younger than a day they are left: their import may still be running.
    """
    live = set(PatrolHit.objects.filter(erased_at=None).values_list("pk", flat=True))
    over = [each for each in captures.kept() if each not in live and _age_hours(each.int) >= 24]  # noqa: PLR2004
    for each in over:
        captures.erase(each)
    return len(over)


def _age_hours(uuid7_int: int) -> float:
    return (now().timestamp() - (uuid7_int >> 80) / 1000) / 3600


def run_patrol(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is due; once more on the same day does nothing."""
    return {
        "sealed": hits_seal(by=SYSTEM),
        "erased": hits_erase(today=company_day(), by=SYSTEM),
        "swept": captures_sweep(),
    }


JOBS = (JobKind(name=PATROL, title=_("Seal and erase posts"), run=run_patrol, every=timedelta(hours=1)),)
