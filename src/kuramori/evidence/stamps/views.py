"""The pages of time stamps that the register kit cannot draw: ask now, check one, and its files."""

from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kuramori.evidence.models import Stamp
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.stamps.asking import STAMP
from kuramori.evidence.stamps.judging import chain_pem
from kuramori.evidence.stamps.queries import stamped_head, stamps_visible_to
from kuramori.evidence.views.trail import crumbs
from kuramori.kernel import jobs
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer

TYPES = {"reply": "application/timestamp-reply", "chain": "application/x-pem-file", "head": "text/plain; charset=utf-8"}
NAMES = {"reply": "{slug}.tsr", "chain": "{slug}.pem", "head": "checkpoint.txt"}


@page(Permission.AUTHORITY_EDIT)
def ask(request: ViewedRequest) -> HttpResponse:
    """Have the newest head stamped now, even if nothing was done since the last token."""
    if request.method == "POST":
        job = jobs.ask(STAMP, viewer=request.viewer, at_once=True)
        messages.success(request, _("The authorities are being asked."))
        return redirect("kernel:job", job.pk)
    effect = _("Each authority is asked to stamp the newest signed head, and whatever else waits for it.")
    context = {"title": _("Ask now"), "form": Form(), "effects": [effect], "action": _("Ask now"), "crumbs": crumbs()}
    return render(request, "evidence/ask.html", context | {"back": reverse("evidence:authority-list")})


@page(Permission.STAMP_VIEW)
@require_safe
def check(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show the files of a time stamp, and the commands by which anybody checks it without us."""
    stamp = get_object_or_404(stamps_visible_to(request.viewer), pk=pk)
    context = {
        "title": _("Check it with OpenSSL"),
        "stamp": stamp,
        "parts": [
            {
                "name": NAMES[name].format(slug=stamp.authority.slug),
                "url": reverse("evidence:stamp-part", args=[pk, name]),
            }
            for name in _parts(request.viewer, stamp)
        ],
        "stamped_file": "tagmanifest-sha256.txt" if stamp.bundle else NAMES["head"],
        "seconds": int(stamp.gen_time.timestamp()) if stamp.gen_time else None,
        "crumbs": [*crumbs(), {"title": _("Time stamps"), "url": reverse("evidence:stamp-list")}],
    }
    return render(request, "evidence/stamp_check.html", context)


@page(Permission.STAMP_VIEW)
@require_safe
def part(request: ViewedRequest, pk: UUID, part: str) -> HttpResponse:
    """Hand over a file of a time stamp: the raw reply, the chain of certificates, or the head that was stamped."""
    stamp = get_object_or_404(stamps_visible_to(request.viewer), pk=pk)
    parts = _parts(request.viewer, stamp)
    if part not in parts:
        raise Http404
    name = NAMES[part].format(slug=stamp.authority.slug)
    return HttpResponse(
        parts[part], content_type=TYPES[part], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _parts(viewer: Viewer, stamp: Stamp) -> dict[str, bytes]:
    """Return the files of a reply; a refused one has no chain that could be trusted, only the root it failed."""
    reply, roots = bytes(stamp.reply), stamp.authority.roots_pem
    parts = {"reply": reply, "chain": roots.encode() if stamp.refusal else chain_pem(reply, roots)}
    head = stamped_head(viewer, stamp)
    return parts if head is None else parts | {"head": head}
