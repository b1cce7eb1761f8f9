"""The clock of the hard rules: every half minute, beside long work, so that a deed is told within a minute."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.jobs import JobKind, Progress
from kuramori.watch.detecting.hard_rules import hard_rules_run
from kuramori.watch.job_names import HARD_RULES


def run_hard_rules(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Let the hard rules look at what came in, whoever took it in: watched folders, hand-ins, the syslog receiver."""
    report = hard_rules_run()
    return {"alerts": len(report.alerts), "beyond": report.beyond}


JOBS = (
    JobKind(
        name=HARD_RULES,
        title=_("Apply the hard rules to new logs"),
        run=run_hard_rules,
        every=timedelta(seconds=30),
        is_prompt=True,
    ),
)
