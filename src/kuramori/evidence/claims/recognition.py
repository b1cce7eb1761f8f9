"""A person's recognition timeline: the reason for opening it, and what it shows for a day (EVD-03, EVD-04)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.directory.api import Person, people_visible_to, viewer_of_system
from kuramori.evidence.acts.holds import hold_add
from kuramori.evidence.claims.acts import timeline_open
from kuramori.evidence.claims.forms import TimelineForm
from kuramori.evidence.claims.known import known_claims
from kuramori.evidence.claims.matrix import claim_matrix
from kuramori.evidence.claims.persons import (
    LOOK_BACK,
    SECRET_KIND,
    PersonAsked,
    asked_about,
    is_after_notice,
    person_exhibits,
)
from kuramori.evidence.claims.queries import opened_timeline
from kuramori.evidence.forms.custody import WhyForm
from kuramori.evidence.models import OpenedTimeline
from kuramori.evidence.queries.holds import holds_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sealing import seals
from kuramori.evidence.views.trail import crumbs
from kuramori.evidence.visibility import page_of, record_seen
from kuramori.kernel.acts import Refused, Subject
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit
from kuramori.kernel.wording import moment

INTENT = "intent"
SIGNS = {"recognition": "eye", "access": "folder-open", "taking": "usb", INTENT: "triangle-alert", "notice": "flag"}


@page(Permission.TIMELINE_VIEW)
def ask(request: ViewedRequest) -> HttpResponse:
    """Ask whose timeline is opened and why, for one secret (`?secret=`) or all in sight; then open it for a day."""
    viewer = request.viewer
    form = TimelineForm(viewer, request.POST or None, initial=_asked_for(request))
    known = people_visible_to(viewer_of_system())
    me = known.filter(pk=viewer.person_id).first() if viewer.person_id else None
    if me is None:
        raise Refused(_("Only a person can be shown a timeline."), _("Sign in with your own account."))
    if request.method == "POST" and form.is_valid():
        return redirect("evidence:timeline", pk=_open(viewer, me, form).pk)
    context = {
        "title": _("Open a recognition timeline"),
        "form": form,
        "effects": [
            _("You, and nobody else, see this person's timeline for 24 hours."),
            _("Your name and your reason stand in the ledger; the person's own history does not tell it."),
        ],
        "action": _("Open the timeline"),
        "back": reverse("evidence:home"),
        "crumbs": crumbs(),
    }
    return render(request, "evidence/recognition_ask.html", context, status=422 if form.errors else 200)


def _asked_for(request: ViewedRequest) -> dict[str, str | None]:
    """Return what the page that led here has told: a secret, and a person whom the viewer may see."""
    first: dict[str, str | None] = {"secret": request.GET.get("secret")}
    try:
        person = people_visible_to(request.viewer).filter(pk=UUID(request.GET.get("person", ""))).first()
    except ValueError:
        return first
    return first | {"number": person.number} if person else first


def _open(viewer: Viewer, me: Person, form: TimelineForm) -> OpenedTimeline:
    data = form.cleaned_data
    secret = data["secret"]
    if form.person is None or (secret and record_seen(viewer, Subject(SECRET_KIND, secret)) is None):
        raise Http404
    return timeline_open(
        person=form.person,
        secret_id=secret,
        opened_by=me,
        noticed_on=data["noticed_on"],
        by=viewer.actor,
        why=data["why"],
    )


@page(Permission.TIMELINE_VIEW)
def timeline(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show what a person was shown, opened and did, in order; then what speaks for intent, and against it."""
    viewer = request.viewer
    opened = opened_timeline(viewer, pk)
    if opened is None:
        raise Http404
    secret = record_seen(viewer, Subject(SECRET_KIND, opened.secret_id)) if opened.secret_id else None
    subject = secret.as_subject() if secret else None
    today = localdate(timezone=viewer.zone)
    asked = asked_about(viewer, opened.person.as_subject(), subject, noticed_on=opened.noticed_on, today=today)
    found = person_exhibits(viewer, asked)
    context = {
        "title": _("Recognition timeline: %(name)s") % {"name": opened.person.shown},
        "secret": secret,
        "secret_url": page_of(secret) if secret else "",
        "asked": asked,
        "opened": opened,
        "holds": holds_visible_to(viewer).filter(subjects__subject_id=opened.person_id, retired_at=None),
        "hold_form": WhyForm() if viewer.may(Permission.HOLD_ADD) else None,
        "until": moment(opened.expires_at, viewer),
        "reason": opened.reason,
        "crumbs": crumbs(),
        **_told(viewer, asked, found),
    }
    if subject is not None:
        chosen = known_claims().named(request.GET.get("claim", ""))
        context["claims"] = [(each.code, each.title.of(viewer.language)) for each in known_claims().claims]
        context["claim_code"] = chosen.code
        (context["matrix"],) = claim_matrix(subject, viewer, [chosen], today, extra=found)
    return render(request, "evidence/recognition.html", context)


@page(Permission.HOLD_ADD)
@require_POST
def preserve(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Preserve the evidence about the person, and the secret, of an open timeline, for as far back as it reaches."""
    viewer = request.viewer
    opened, form = opened_timeline(viewer, pk), WhyForm(request.POST)
    if opened is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("Say why the evidence is preserved."))
        return redirect("evidence:timeline", pk=pk)
    secret = record_seen(viewer, Subject(SECRET_KIND, opened.secret_id)) if opened.secret_id else None
    hold_add(
        matter=_("Suspicion about %(subject)s") % {"subject": secret or opened.person.shown},
        held=[each.as_subject() for each in (opened.person, secret) if each is not None],
        covers_from=localdate(timezone=viewer.zone) - LOOK_BACK,
        by=viewer.actor,
        why=form.cleaned_data["why"],
    )
    messages.success(request, _("The evidence is preserved, and copies go into custody."))
    return redirect("evidence:timeline", pk=pk)


def _told(viewer: Viewer, asked: PersonAsked, found: Sequence[Exhibit]) -> dict[str, Any]:
    """Return the lines before and after notice, and the indicators of intent, the weightiest first."""
    sealed = seals(each.entry_id for each in found if each.entry_id)
    lines = [(each, _line(each, viewer, sealed)) for each in found]
    indicators = sorted((pair for pair in lines if pair[0].element == INTENT), key=lambda pair: -pair[0].weight)
    return {
        "before": [line for each, line in lines if not is_after_notice(asked, each, viewer)],
        "after": [line for each, line in lines if is_after_notice(asked, each, viewer)],
        "indicators": [line | {"weight": each.weight, "against": str(each.against)} for each, line in indicators],
    }


def _line(exhibit: Exhibit, viewer: Viewer, sealed: dict[UUID, Any]) -> dict[str, Any]:
    seal = sealed.get(exhibit.entry_id) if exhibit.entry_id else None
    return {
        "sentence": f"{exhibit.title}: {exhibit.statement}",
        "at": moment(exhibit.at, viewer) if exhibit.at else "",
        "iso": exhibit.at.isoformat() if exhibit.at else "",
        "sign": SIGNS.get(exhibit.element, "circle-dot"),
        "tone": "warn" if exhibit.element == INTENT else "",
        "url": exhibit.url,
        "proof": _("entry %(index)s") % {"index": seal.index} if seal else "",
    }
