"""The clock of the rules: hard ones every half minute, so that a deed is told within a minute; Sigma rules nightly."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import Cancelled, JobKind, Progress
from kuramori.watch.detecting.hard_rules import hard_rules_run
from kuramori.watch.detecting.sigma_acts import rule_try, rules_take_in
from kuramori.watch.detecting.sigma_night import sigma_run
from kuramori.watch.job_names import HARD_RULES, SIGMA_IMPORT, SIGMA_NIGHT, SIGMA_TEST
from kuramori.watch.models import SigmaRule


def run_hard_rules(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Let the hard rules look at what came in, whoever took it in: watched folders, hand-ins, the syslog receiver."""
    report = hard_rules_run()
    return {"alerts": len(report.alerts), "beyond": report.beyond}


def run_sigma_import(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take a set of Sigma rules in; the upload goes away when that is done. Without a path: Kuramori's own."""
    path = Path(arguments["path"]) if arguments["path"] else None
    told = {name: arguments[name] for name in ("name", "file", "why")}
    try:
        taken = rules_take_in(path=path, by=_asker(progress), tell=progress.report, **told)
    except (Refused, Cancelled):
        _remove(path)
        raise
    _remove(path)
    return {"rows": taken.documents, "accepted": taken.accepted, "rejected": taken.refused}


def run_sigma_test(progress: Progress, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Try a rule on the past; its numbers stand on its page alone."""
    rule = SigmaRule.objects.standing().select_related("taken_in").get(pk=arguments["rule"])
    rule_try(rule=rule, days=arguments["days"], by=_asker(progress))
    return {}


def run_sigma_night(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Apply the Sigma rules that are on; how many alerts that raised would tell who knows of all but his own (H3)."""
    sigma_run()
    return {}


def _remove(path: Path | None) -> None:
    """After a crash it must still be there: the job begins anew."""
    if path is not None:
        path.unlink(missing_ok=True)
        path.parent.rmdir()


def _asker(progress: Progress) -> Actor:
    job = progress.job
    return Actor(kind=ActorKind.PERSON, id=job.asked_by, name=job.asked_by_name) if job.asked_by else SYSTEM


JOBS = (
    JobKind(name=SIGMA_IMPORT, title=_("Take Sigma rules in"), run=run_sigma_import),
    JobKind(name=SIGMA_TEST, title=_("Try a Sigma rule on the past"), run=run_sigma_test, is_quiet=True),
    JobKind(name=SIGMA_NIGHT, title=_("Apply the Sigma rules at night"), run=run_sigma_night, every=timedelta(days=1)),
    JobKind(
        name=HARD_RULES,
        title=_("Apply the hard rules to new logs"),
        run=run_hard_rules,
        every=timedelta(seconds=30),
        is_prompt=True,
    ),
)
