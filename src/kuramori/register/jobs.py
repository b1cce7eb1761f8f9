"""The long work of this room: the readiness drill (EVD-12)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.directory.api import viewer_of_system
from kuramori.evidence.api import drill
from kuramori.kernel import jobs
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import JobKind, Progress
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Viewer
from kuramori.register.models import Secret
from kuramori.register.queries import secret_seen, secrets_visible_to
from kuramori.register.rules import Permission, Tier

DRILL = "register.drill"


def ask_drill(viewer: Viewer, secret: Secret) -> Job:
    """Queue a drill on one secret for who asks; each quarter one is drawn by lot among those of tier A."""
    return jobs.ask(DRILL, viewer=viewer, title=secret.number, secret=str(secret.pk))


def run_drill(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Pretend a leak of the secret that was asked for, or of one drawn by lot; nothing while there is no tier A."""
    viewer = jobs.viewer_of(progress.job) if progress.job.asked_by else viewer_of_system()
    viewer.demand(Permission.SECRET_PROVE)
    if "secret" in arguments:
        secret = secret_seen(viewer, UUID(arguments["secret"]))
        if secret is None:
            raise Refused(_("You may no longer see what this drill is about."))
    else:
        secret = secrets_visible_to(viewer).filter(tier=Tier.A, retired_at=None).order_by("?").first()
    if secret is None:
        return {}
    ended = drill(secret.as_subject(), viewer, tier=secret.tier)
    return {"url": reverse("register:secret-plan", args=[secret.pk]), "percent": ended.percent}


JOBS = (JobKind(name=DRILL, title=gettext_lazy("Readiness drill"), run=run_drill, every=timedelta(days=91)),)
