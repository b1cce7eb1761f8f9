"""Is everything running as it must: for the page, the command `kuramori check`, and whoever watches from outside."""

import shutil
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import viewer_of_system
from kuramori.kernel import guards
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.pages import OPEN, ViewedRequest, page
from kuramori.kernel.wording import moment
from kuramori.site.findings import Finding, State
from kuramori.site.proof_state import backup_finding, ledger_finding, stamp_finding, witness_finding
from kuramori.site.rules import Permission

GIB = 2**30
LEAST_FREE = 2 * GIB
LONGEST_WAIT = timedelta(minutes=5)


def database() -> Finding:
    """Say whether the database answers, and which it is."""
    part = gettext_lazy("Database")
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return Finding(
            part=part, state=State.BAD, words=str(error), next_step=_("Start the database, check its address.")
        )
    return Finding(part=part, state=State.OK, words=_("answers"))


def triggers() -> Finding:
    """Say whether the database's guards stand."""
    part, absent = gettext_lazy("Guards of the database"), guards.missing()
    if absent:
        step = _("Run “kuramori ledger check”, then “kuramori migrate”.")
        words = _("%(count)s are missing or altered") % {"count": len(absent)}
        return Finding(part=part, state=State.BAD, words=words, next_step=step)
    return Finding(part=part, state=State.OK, words=_("all %(count)s stand") % {"count": len(guards.wanted())})


def storage() -> Finding:
    """Say how much room the data folder has."""
    free = shutil.disk_usage(settings.DATA).free
    words = _("%(free).1f GiB free") % {"free": free / GIB}
    state = State.OK if free > LEAST_FREE else State.WARN if free > LEAST_FREE / 8 else State.BAD
    step = "" if state is State.OK else _("Free space: acts are refused when the disk is full.")
    return Finding(part=gettext_lazy("Storage"), state=state, words=words, next_step=step)


def jobs() -> Finding:
    """Say whether long work is being done."""
    part = gettext_lazy("Jobs")
    waiting = Job.objects.filter(state=JobState.WAITING).order_by("asked_at").first()
    if waiting is not None and now() - waiting.asked_at > LONGEST_WAIT:
        step = _("Is the worker running? “kuramori serve” starts it.")
        words = _("a job waits since %(at)s") % {"at": moment(waiting.asked_at, viewer_of_system())}
        return Finding(part=part, state=State.BAD, words=words, next_step=step)
    failed = Job.objects.filter(state=JobState.FAILED, ended_at__gte=now() - timedelta(days=1)).count()
    words = _("%(count)s failed within a day") % {"count": failed}
    return Finding(part=part, state=State.WARN if failed else State.OK, words=words)


PARTS: tuple[Callable[[], Finding], ...] = (database, triggers, storage, jobs)


def findings() -> list[Finding]:
    """Look at every part; when the database does not answer, at nothing else."""
    first = database()
    if first.state is State.BAD:
        return [first]
    rest = [look() for look in PARTS[1:]]
    viewer = viewer_of_system()
    about_proof = (ledger_finding, witness_finding, stamp_finding, backup_finding)
    return [first, *rest, *(look(viewer) for look in about_proof)]


def worst(found: list[Finding]) -> State:
    """Return the worst state among the findings."""
    return max((finding.state for finding in found), key=list(State).index)


@page(Permission.HEALTH_VIEW)
def health(request: ViewedRequest) -> HttpResponse:
    """Show how every part is doing."""
    found = findings()
    return render(request, "site/health.html", {"title": _("Health"), "findings": found, "worst": worst(found)})


@page(OPEN)
def favicon(_request: ViewedRequest) -> HttpResponse:
    """Point to the icon: browsers ask for this address wherever no page names one."""
    return redirect(static("site/icon.svg"), permanent=True)


@page(OPEN)
def alive(_request: ViewedRequest) -> HttpResponse:
    """Answer a load balancer: 200 while the database answers and the guards stand, else 503; nothing more is told."""
    state = worst([database(), triggers()])
    return JsonResponse({"state": state}, status=503 if state is State.BAD else 200)
