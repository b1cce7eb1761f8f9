"""The pages of a review: what is shown, a verdict on its lines, the signature, the committee."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.directory.api import Person, people_visible_to, viewer_of_system
from kuramori.kernel.acts import Refused
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.acts.reviews import review_call, review_judge, review_sign
from kuramori.watch.models.reviews import Answer, Review
from kuramori.watch.queries.reviews import line_of, may_sign, reviews_visible_to, sheets_of, unit_standing
from kuramori.watch.reviews.forms import CallForm, SignForm, VerdictForm
from kuramori.watch.reviews.pages import sheet_words, state_words
from kuramori.watch.reviews.register import reviews
from kuramori.watch.reviews.sheets import SheetSeen
from kuramori.watch.rules.permissions import Permission


def _seen(request: ViewedRequest, pk: UUID) -> Review:
    """Return the review if it lies in the viewer's sight; all others do not exist for him."""
    review = reviews_visible_to(request.viewer).filter(pk=pk).first()
    if review is None:
        raise Http404
    return review


def _signable(request: ViewedRequest, pk: UUID) -> tuple[Review, Person]:
    """Return the review and who signs; Refused for who sees it but is not asked."""
    review = _seen(request, pk)
    me = _me(request.viewer)
    if me is None or not may_sign(request.viewer, review):
        raise Refused(
            _("This review is not asked of you."), _("Who answers for it stands on its page; he can ask for help.")
        )
    return review, me


def _me(viewer: Viewer) -> Person | None:
    return people_visible_to(viewer_of_system()).filter(pk=viewer.person_id).first() if viewer.person_id else None


def _sheet(viewer: Viewer, review: Review, ordinal: int) -> SheetSeen:
    found = next((each for each in sheets_of(viewer, review) if each.sheet.ordinal == ordinal), None)
    if found is None:
        raise Http404
    return found


@page(Permission.REVIEW_VIEW)
def detail(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show coverage first, then the lines with their verdicts, then who signed what."""
    viewer, review = request.viewer, _seen(request, pk)
    asked = may_sign(viewer, review)
    sheets = [sheet_words(viewer, each, may_judge=asked) for each in sheets_of(viewer, review)]
    state = state_words(viewer, review)
    context: dict[str, Any] = state | {
        "title": f"{review.get_kind_display()} {review.number}",
        "review": review,
        "crumbs": [{"title": reviews.title, "url": reviews.url("list")}],
        "sheets": sheets,
        "may_sign": asked,
        "may_audit": viewer.may(Permission.REVIEW_AUDIT),
        "may_call": viewer.may(Permission.REVIEW_CALL) and not state["committee"],
        "due": moment(review.due_at, viewer),
        "verdicts": [choice for choice in Answer.choices if choice[0] != Answer.OPEN],
    }
    return render(request, "watch/reviews/review.html", context)


@page(Permission.REVIEW_OVERSEE)
def units(request: ViewedRequest) -> HttpResponse:
    """Show how each unit keeps up with its own logs."""
    context = {
        "title": _("Departments and their own logs"),
        "crumbs": [{"title": reviews.title, "url": reviews.url("list")}],
        "rows": unit_standing(request.viewer),
    }
    return render(request, "watch/reviews/units.html", context)


@page(Permission.REVIEW_SIGN)
@require_POST
def judge(request: ViewedRequest, pk: UUID, item: UUID) -> HttpResponse:
    """Decide on one line."""
    review, me = _signable(request, pk)
    form = VerdictForm(request.POST)
    line = line_of(request.viewer, review, item)
    if line is None:
        raise Http404
    if not form.is_valid():
        raise Refused(_("Choose one of the verdicts."))
    verdict, note = Answer(form.cleaned_data["verdict"]), form.cleaned_data["note"]
    review_judge(review=review, items=[line], verdict=verdict, note=note, judge=me, by=request.viewer.actor)
    return redirect(f"{reverse('watch:review-detail', args=[pk])}#line-{item}")


@page(Permission.REVIEW_SIGN)
@require_POST
def judge_rest(request: ViewedRequest, pk: UUID, ordinal: int) -> HttpResponse:
    """Say of all lines without a verdict that they are in the ordinary course."""
    review, me = _signable(request, pk)
    waiting = [line for _who, line in _sheet(request.viewer, review, ordinal).lines if line.verdict == Answer.OPEN]
    if waiting:
        review_judge(review=review, items=waiting, verdict=Answer.ORDINARY, note="", judge=me, by=request.viewer.actor)
    return redirect(f"{reverse('watch:review-detail', args=[pk])}#sheet-{ordinal}")


@page(Permission.REVIEW_SIGN)
@require_POST
def sign(request: ViewedRequest, pk: UUID, ordinal: int) -> HttpResponse:
    """Sign exactly what the page showed."""
    review, me = _signable(request, pk)
    form = SignForm(request.POST)
    if not form.is_valid():
        raise Refused(_("The page did not say what you were shown."), _("Read the page again, then sign."))
    review_sign(
        review=review,
        seen=_sheet(request.viewer, review, ordinal),
        digest=form.cleaned_data["digest"],
        statement=form.cleaned_data["statement"],
        signer=me,
        by=request.viewer.actor,
    )
    messages.success(request, _("You signed what was shown to you."))
    return redirect("watch:review-detail", pk=pk)


@page(Permission.REVIEW_CALL)
def call(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Put a review before the committee, with a reason."""
    review, form = _seen(request, pk), CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        review_call(review=review, reason=form.cleaned_data["reason"], by=request.viewer.actor)
        messages.success(request, _("The committee finds this review in its inbox."))
        return redirect("watch:review-detail", pk=pk)
    context = {
        "title": _("Put %(number)s before the committee") % {"number": review.number},
        "form": form,
        "effects": [_("The members of the committee see this review and may sign it."),
                    _("Your reason stands in the ledger. Names stay sealed.")],
        "action": _("Put it before the committee"),
        "back": reverse("watch:review-detail", args=[pk]),
    }  # fmt: skip
    return render(request, "watch/confirm.html", context, status=422 if form.errors else 200)
