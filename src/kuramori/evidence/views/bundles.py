"""The pages of bundles: their list, one, and the order for one about a person."""

from typing import Any
from uuid import UUID

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.directory.api import Person, subjects_of_person
from kuramori.evidence.acts import bundles as acts
from kuramori.evidence.bundles.asking import PERSON, ask_bundle, ask_twin
from kuramori.evidence.bundles.contents.queries import open_orders
from kuramori.evidence.bundles.order_form import DeliveryForm
from kuramori.evidence.bundles.place import delivered_file
from kuramori.evidence.bundles.variants import variants
from kuramori.evidence.forms.bundles import PersonBundleForm
from kuramori.evidence.models import Bundle
from kuramori.evidence.queries.bundles import bundle_entry, bundles_visible_to, may_make_twin
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sealing import seals
from kuramori.evidence.views.trail import crumbs
from kuramori.evidence.views.twins import compared
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.wording import moment

FEW = 30


@page(Permission.BUNDLE_DOWNLOAD)
def bundles(request: ViewedRequest) -> HttpResponse:
    """List the bundles the viewer may fetch, newest first."""
    rows = [bundle_row(each, request.viewer) for each in bundles_visible_to(request.viewer)[:FEW]]
    context = {
        "title": _("Evidence bundles"),
        "bundles": rows,
        "orders": [(each, moment(each.created_at, request.viewer)) for each in open_orders(request.viewer)],
        "may_person": request.viewer.may(Permission.BUNDLE_PERSON),
        "crumbs": crumbs(),
    }
    return render(request, "evidence/bundles.html", context)


@page(Permission.BUNDLE_DOWNLOAD)
def bundle(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show a bundle: what is in it, its digest, and the button that fetches it."""
    found = _bundle(request.viewer, pk)
    acts_of = [bundle_entry(request.viewer, found, verb) for verb in ("export", "finish")]
    sealed = seals(each for each in acts_of if each)
    context = {
        "title": found.name,
        "bundle": found,
        "row": bundle_row(found, request.viewer),
        "seals": [sealed.get(each) if each else None for each in acts_of],
        "is_there": delivered_file(pk) is not None,
        "is_locked": bool(found.order.get("recipients")),
        "twins": compared(request.viewer, found),
        "may_twin": may_make_twin(request.viewer, found),
        "crumbs": [*crumbs(), {"title": _("Evidence bundles"), "url": reverse("evidence:bundles")}],
    }
    return render(request, "evidence/bundle.html", context)


@page(Permission.BUNDLE_DOWNLOAD)
@require_POST
def bundle_download(request: ViewedRequest, pk: UUID) -> HttpResponseBase:
    """Hand the file over; reading it is an act."""
    found, path = _bundle(request.viewer, pk), delivered_file(pk)
    if path is None:
        raise Http404
    file = acts.bundle_download(bundle=found, path=path, by=request.viewer.actor)
    return FileResponse(file, as_attachment=True, filename=f"kuramori-{path.name}")


@page(Permission.BUNDLE_DOWNLOAD)
def bundle_twin(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Ask for a twin of a bundle: the same exhibits, for another reader."""
    found = _bundle(request.viewer, pk)
    if not may_make_twin(request.viewer, found):
        raise Forbidden(found.permission)
    form = DeliveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        look, why = "look" in request.POST, form.cleaned_data["why"]
        job = ask_twin(request.viewer, found, why=why, delivery=form.delivery, look=look)
        return redirect("kernel:job", job.pk)
    context = {"title": _("Twin of a bundle"), "form": form, "name": found.name}
    back = reverse("evidence:bundle", args=[pk])
    trail = [*crumbs(), {"title": found.name, "url": back}]
    return render(request, "evidence/bundle_twin.html", context | {"back": back, "crumbs": trail})


@page(Permission.BUNDLE_PERSON)
def person_bundle(request: ViewedRequest) -> HttpResponse:
    """Ask for a bundle about a person and a period, with a reason."""
    form = PersonBundleForm(request.viewer, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.person is not None:
        job = _ask_person(request.viewer, form.person, form, look="look" in request.POST)
        return redirect("kernel:job", job.pk)
    context = {
        "title": _("Bundle about a person"),
        "form": form,
        "back": reverse("evidence:home"),
        "crumbs": crumbs(),
    }
    return render(request, "evidence/person_bundle.html", context)


def _ask_person(viewer: Viewer, person: Person, form: PersonBundleForm, *, look: bool) -> Any:
    data = form.cleaned_data
    return ask_bundle(
        viewer,
        kind=PERSON,
        subject=person.as_subject(),
        ids=subjects_of_person(viewer, person),
        permission=Permission.BUNDLE_PERSON,
        why=data["why"],
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        delivery=form.delivery,
        look=look,
    )


def _bundle(viewer: Viewer, pk: UUID) -> Bundle:
    found = bundles_visible_to(viewer).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def bundle_row(found: Bundle, viewer: Viewer) -> dict[str, Any]:
    """Return a bundle as the lists show it: when it was made, over which period."""
    language = get_language() or "ja"
    days = [at.astimezone(viewer.zone).strftime("%Y-%m-%d") if at else "" for at in (found.starts_at, found.ends_at)]
    return {
        "bundle": found,
        "variant": variants()[found.variant].title["ja" if language.startswith("ja") else "en"],
        "made_at": moment(found.created_at, viewer),
        "period": " – ".join(days) if any(days) else _("all"),
    }
