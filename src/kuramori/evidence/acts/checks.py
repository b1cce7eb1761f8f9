"""Keeping what a check found."""

from kuramori.evidence.check import CheckReport
from kuramori.evidence.models import CheckRun
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import act


def check_keep(*, report: CheckReport, by: Actor) -> CheckRun:
    """Keep what a check found; the entry says in clear over how many entries, with which root."""
    run = CheckRun(
        entries=report.entries,
        root=report.root,
        milliseconds=round(report.seconds * 1000),
        first_bad=report.first_bad,
        found=[{"damage": each.damage, "index": each.index, "detail": each.detail} for each in report.found],
        outside=[each.as_json() for each in report.outside],
        custody=report.custody.as_json() if report.custody else {},
    )
    with act("evidence.check.run", by=by, subjects=[run]) as this:
        run.save()
        this.note("entries", report.entries, in_clear=True)
        this.note("root", report.root, in_clear=True)
        this.note("found", len(report.found), in_clear=True)
    return run
