"""The pages of bundles: their list, one, and the order for one about a person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.directory.api import Person, subjects_of_person
from kuramori.evidence.acts import bundles as acts
from kuramori.evidence.asking import PERSON, ask_bundle
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.forms.bundles import PersonBundleForm
from kuramori.evidence.models import Bundle
from kuramori.evidence.queries.bundles import bundle_entry, bundles_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sealing import seals
from kuramori.evidence.views.trail import crumbs
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment

FEW = 30


@page(Permission.BUNDLE_DOWNLOAD)
def bundles(request: ViewedRequest) -> HttpResponse:
    """List the bundles the viewer may fetch, newest first."""
    rows = [bundle_row(each, request.viewer) for each in bundles_visible_to(request.viewer)[:FEW]]
    context = {
        "title": _("Evidence bundles"),
        "bundles": rows,
        "may_person": request.viewer.may(Permission.BUNDLE_PERSON),
        "crumbs": crumbs(),
    }
    return render(request, "evidence/bundles.html", context)


@page(Permission.BUNDLE_DOWNLOAD)
def bundle(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show a bundle: what is in it, its digest, and the button that fetches it."""
    found = _bundle(request.viewer, pk)
    entry_id = bundle_entry(request.viewer, found)
    context = {
        "title": found.name,
        "bundle": found,
        "row": bundle_row(found, request.viewer),
        "seal": seals([entry_id]).get(entry_id) if entry_id else None,
        "is_there": bundle_file(pk).exists(),
        "crumbs": [*crumbs(), {"title": _("Evidence bundles"), "url": reverse("evidence:bundles")}],
    }
    return render(request, "evidence/bundle.html", context)


@page(Permission.BUNDLE_DOWNLOAD)
@require_POST
def bundle_download(request: ViewedRequest, pk: UUID) -> HttpResponseBase:
    """Hand the file over; reading it is an act."""
    found, path = _bundle(request.viewer, pk), bundle_file(pk)
    if not path.exists():
        raise Http404
    file = acts.bundle_download(bundle=found, path=path, by=request.viewer.actor)
    return FileResponse(file, as_attachment=True, filename=f"kuramori-{pk}.zip")


@page(Permission.BUNDLE_PERSON)
def person_bundle(request: ViewedRequest) -> HttpResponse:
    """Ask for a bundle about a person and a period, with a reason."""
    form = PersonBundleForm(request.viewer, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        job = _ask_person(request.viewer, form.person, form.cleaned_data)
        messages.success(request, _("The bundle is being made."))
        return redirect("kernel:job", job.pk)
    context = {
        "title": _("Bundle about a person"),
        "form": form,
        "action": _("Make the bundle"),
        "back": reverse("evidence:home"),
        "crumbs": crumbs(),
    }
    return render(request, "evidence/person_bundle.html", context)


def _ask_person(viewer: Viewer, person: Person, data: dict[str, Any]) -> Any:
    return ask_bundle(
        viewer,
        kind=PERSON,
        subject=person.as_subject(),
        ids=subjects_of_person(viewer, person),
        permission=Permission.BUNDLE_PERSON,
        why=data["why"],
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
    )


def _bundle(viewer: Viewer, pk: UUID) -> Bundle:
    found = bundles_visible_to(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def bundle_row(found: Bundle, viewer: Viewer) -> dict[str, Any]:
    """Return a bundle as the lists show it: when it was made, over which period."""
    days = [at.astimezone(viewer.zone).strftime("%Y-%m-%d") if at else "" for at in (found.starts_at, found.ends_at)]
    return {
        "bundle": found,
        "made_at": moment(found.created_at, viewer),
        "period": " – ".join(days) if any(days) else _("all"),
    }
