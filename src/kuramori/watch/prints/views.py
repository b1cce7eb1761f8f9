"""The page of the index of documents: what was compared, what could not be read and why, when it is done next."""

from collections import Counter
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.kernel.jobs import ask
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.job_names import DOCUMENTS
from kuramori.watch.prints.place import documents_place, place_state
from kuramori.watch.prints.queries import SHOWN, Standing, documents_standing
from kuramori.watch.prints.register import documents
from kuramori.watch.prints.wording import REFUSALS
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.fingerprint.laid import Laid
from kuramori_lake.fingerprint.laying import Why


@page(Permission.DOCUMENT_VIEW)
def overview(request: ViewedRequest) -> HttpResponse:
    """Show the last comparison with counts that add up, and each file that is not in the index."""
    viewer = request.viewer
    standing = documents_standing(viewer)
    may_run = viewer.may(Permission.DOCUMENT_RUN)
    context = {
        "title": _("Documents of secrets"),
        "crumbs": [{"title": _("Health of the log sources"), "url": reverse("watch:health")}],
        "place": str(documents_place()) if may_run else "",
        "state": place_state(),
        "standing": standing,
        "facts": _facts(viewer, standing) if standing else [],
        "reasons": _reasons(standing.rejected) if standing else [],
        "rows": [_row(each, standing.seen, may_run=may_run) for each in standing.rejected[:SHOWN]] if standing else [],
        "more": max(len(standing.rejected) - SHOWN, 0) if standing else 0,
        "list_url": documents.url("list"),
        "may_run": may_run and standing is not None and not standing.is_running,
    }
    return render(request, "watch/prints/overview.html", context)


def _facts(viewer: Viewer, standing: Standing) -> list[tuple[str, str, str]]:
    """Return when it was compared and is next, and the digest over what is in the index."""
    last = standing.last
    return [
        (_("last comparison"), moment(last.created_at, viewer) if last else _("never"), ""),
        (_("next comparison"), _("is running") if standing.is_running else moment(standing.next_at, viewer), ""),
        (_("taken out of the index"), f"{last.removed:,}" if last else "–", ""),
        (_("SHA-256 of the index"), last.digest if last else "–", ""),
    ]


def _reasons(rejected: Iterable[Laid]) -> list[dict[str, Any]]:
    """Return how many files were rejected for which reason, the most frequent first."""
    counts = Counter(each.reason for each in rejected)
    return [
        {"word": REFUSALS[reason].word, "step": REFUSALS[reason].step, "count": count}
        for reason, count in counts.most_common()
    ]


def _row(file: Laid, seen: frozenset[UUID], *, may_run: bool) -> dict[str, Any]:
    """Return one rejected file: its name only for who may see the secret, a folder's of no secret for who tends it."""
    is_seen = bool(file.secret_id) and UUID(file.secret_id) in seen
    is_loose = file.reason == Why.BESIDE or (not file.folder and may_run)
    return {
        "folder": file.folder if file.secret_id or may_run else "",
        "path": file.path if is_seen or (is_loose and may_run) else "",
        "reason": REFUSALS[file.reason].word,
    }


@page(Permission.DOCUMENT_RUN)
@require_POST
def run(request: ViewedRequest) -> HttpResponse:
    """Ask for a comparison now; one that runs or waits already is enough."""
    standing = documents_standing(request.viewer)
    if standing is not None and standing.is_running:
        messages.info(request, _("A comparison is running already."))
        return redirect("watch:documents")
    return redirect("kernel:job", pk=ask(DOCUMENTS, viewer=request.viewer).pk)
