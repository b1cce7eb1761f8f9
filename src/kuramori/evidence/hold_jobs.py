"""The long work of holds: copying into custody, keeping what is known of leavers, erasing what may be erased."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from kuramori.directory.api import viewer_of_system
from kuramori.evidence.acts.custody import snapshot_keep
from kuramori.evidence.acts.erasure import ERASE, erasure_carry_out
from kuramori.evidence.acts.holds import SNAPSHOT, separations_place
from kuramori.evidence.erasing import find, scrub, whom_of
from kuramori.evidence.keeping import company_day, separations_due
from kuramori.evidence.models import CustodyItem, Erasure
from kuramori.evidence.overwriting import OVERWRITTEN, SCRUB, is_overwriting_due
from kuramori.evidence.queries.holds import holds_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.snapshots import collect
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import JobKind, Progress, viewer_of


def run_snapshot(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Copy what a hold preserves into custody; killed before its act, it begins anew and leaves nothing twice."""
    began_at, job = now(), progress.job
    viewer = viewer_of(job) if job.asked_by else viewer_of_system()
    hold = holds_visible_to(viewer).filter(pk=arguments["hold"], retired_at=None).first()
    if hold is None:
        raise Refused(_("This preservation was released."))
    if CustodyItem.objects.filter(file__startswith=f"{job.pk}/").exists():
        return {}
    with override(viewer.language):  # what is collected is named for who asked, whatever the worker speaks
        collected = collect(hold, job.pk, viewer, progress.report)
    return {"items": len(snapshot_keep(hold=hold, collected=collected, by=viewer.actor, began_at=began_at))}


def run_separations(_progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keep what is known of those who have left since (EVD-10)."""
    return {"placed": len(separations_place(by=SYSTEM)) if separations_due(company_day(now())) else 0}


def run_erase(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Carry an erasure out; the ledger is read before the act, the database's files are rewritten by a job after it."""
    viewer = viewer_of(progress.job)
    viewer.demand(Permission.ERASURE_EDIT)
    erasure = Erasure.objects.get(pk=arguments["erasure"])
    if erasure.done_at is None:
        found = []
        for hit in find(whom_of(erasure.person)):
            found.append(hit)
            progress.report(len(found))
        erasure_carry_out(erasure=erasure, by=viewer.actor, found=found)
    jobs.ask(SCRUB, viewer=None)
    return {}


def run_scrub(_progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Overwrite what erasures took, unless that was done since the last one; refused today, it is tried tomorrow."""
    if not is_overwriting_due():
        return {}
    scrub()
    return {OVERWRITTEN: True}


HOLD_JOBS = (
    JobKind(name=SCRUB, title=gettext_lazy("Overwriting what was erased"), run=run_scrub, every=timedelta(days=1)),
    JobKind(name=ERASE, title=gettext_lazy("Erasure by law"), run=run_erase, is_quiet=True),
    JobKind(name=SNAPSHOT, title=gettext_lazy("Copying into custody"), run=run_snapshot, is_quiet=True),
    JobKind(
        name="evidence.separations",
        title=gettext_lazy("Keep what is known of leavers"),
        run=run_separations,
        every=timedelta(days=1),
    ),
)
