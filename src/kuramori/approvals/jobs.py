"""Scheduled work of requests: what has expired, before whom the rest lies, and the mails."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.acts import request_expire, request_reroute
from kuramori.approvals.mails import send_waiting
from kuramori.approvals.models import Request
from kuramori.approvals.rules.standing import State
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import JobKind, Progress


def round_of_requests(progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Write down what has expired; lay what waits before those who may decide now. Who was faster wins: acts ask."""
    waiting = Request.objects.filter(state=State.WAITING)
    expired = rerouted = 0
    for request in waiting.filter(expires_at__lte=now()).order_by("expires_at"):
        with suppress(Refused):
            request_expire(asking=request, by=SYSTEM)
            expired += 1
    standing = waiting.filter(expires_at__gt=now()).order_by("id")
    for done, request in enumerate(standing.iterator(chunk_size=500)):
        with suppress(Refused):
            rerouted += request_reroute(asking=request, by=SYSTEM) is not None
        progress.report(done)
    return {"expired": expired, "rerouted": rerouted}


def mails_of_requests(_progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send what waits to be written."""
    return send_waiting()


JOBS = (
    JobKind(
        name="approvals.round",
        title=_("Requests: who decides now"),
        run=round_of_requests,
        every=timedelta(minutes=5),
    ),
    JobKind(
        name="approvals.mails",
        title=_("Requests: mails"),
        run=mails_of_requests,
        every=timedelta(minutes=1),
        is_prompt=True,
    ),
)
