"""The pages of the witnesses: hold now, print a head, read one back."""

from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kuramori.evidence.keys import verifier_keys
from kuramori.evidence.models import KindChoice
from kuramori.evidence.queries.ledger import ledger_state
from kuramori.evidence.rules.note import NoteError
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.views.trail import crumbs
from kuramori.evidence.witnessing.acts import witnesses as acts
from kuramori.evidence.witnessing.forms import HeadForm
from kuramori.evidence.witnessing.queries import covered_at, read_head, witnesses_visible_to
from kuramori.evidence.witnessing.rounds import look
from kuramori.evidence.witnessing.rules.paper import grouped, head_in, note_of, query_of
from kuramori.kernel.pages import OPEN, ViewedRequest, page
from kuramori.kernel.wording import moment


@page(Permission.WITNESS_EDIT)
def hold(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Have a witness hold the newest head at once, after a question: a mailbox gets a mail by it."""
    witness = get_object_or_404(witnesses_visible_to(request.viewer).exclude(kind=KindChoice.PRINT), pk=pk)
    back = reverse("evidence:witness-detail", args=[pk])
    if request.method == "POST":
        state = look(witness, at_once=True)
        if state.against or state.failure:
            messages.error(request, state.failure or _("It contradicts this ledger."))
        else:
            messages.success(request, _("It holds the newest head."))
        return redirect(back)
    effect = _("%(name)s is given the newest signed head.") % {"name": witness.name}
    context = {"title": _("Hold the head now"), "form": Form(), "effects": [effect], "action": _("Hold the head now")}
    return render(request, "evidence/ask.html", context | {"back": back, "crumbs": crumbs()})


@page(Permission.WITNESS_EDIT)
def sheet(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show the newest head as a page to print; sending it back says that it was printed and put away."""
    witness = get_object_or_404(witnesses_visible_to(request.viewer), pk=pk, kind=KindChoice.PRINT)
    head = ledger_state(request.viewer).checkpoint
    if request.method == "POST" and head is not None:
        acts.witness_print(witness=witness, head=head, by=request.viewer.actor)
        messages.success(request, _("Kept: the head was printed and put away."))
        return redirect("evidence:witness-detail", pk)
    context = {"title": _("Head of the ledger"), "witness": witness, "head": head, "crumbs": crumbs()}
    if head is not None:
        address = f"{settings.PUBLIC_URL}{reverse('evidence:head-read')}?{query_of(head.note)}"
        context |= {
            "qr": mark_safe(segno.make(address, error="m").svg_inline(scale=4, light="#fff")),  # noqa: S308  (our own)
            "root": grouped(bytes(head.root).hex()),
            "signed_at": moment(head.at, request.viewer),
            "origin": head.note.split("\n")[0],
        }
    return render(request, "evidence/sheet.html", context)


@page(OPEN)
@require_safe
def read(request: ViewedRequest) -> HttpResponse:
    """Say whether the head on a printed page is a part of this ledger; open to whoever holds the page."""
    try:
        head, found = read_head(request.viewer, note_of(request.GET.dict(), verifier_keys()))
    except NoteError:
        return render(request, "evidence/read.html", {"title": _("Head of the ledger"), "is_head": False}, status=404)
    at = covered_at(request.viewer, head.size) if found is None else None
    context = {
        "title": _("Head of the ledger"),
        "is_head": True,
        "head": head,
        "found": found,
        "signed_at": moment(at, request.viewer) if at else "",
        "root": grouped(head.root.hex()),
    }
    return render(request, "evidence/read.html", context)


@page(Permission.WITNESS_VIEW)
def compare(request: ViewedRequest) -> HttpResponse:
    """Compare a head that somebody kept, such as the auditor's mail, with the ledger; the answer is an act."""
    form = HeadForm(request.viewer, request.POST or None)
    context = {"title": _("Compare a head"), "form": form, "action": _("Compare"), "back": reverse("evidence:home")}
    if request.method == "POST" and form.is_valid():
        try:
            note = head_in(form.cleaned_data["head"], {key.name for key in verifier_keys()})
            head, found = read_head(request.viewer, note)
        except NoteError:
            form.add_error("head", _("This is no head that this ledger has signed."))
        else:
            words = {"witness": form.cleaned_data["witness"], "note": note, "head": head, "found": found}
            acts.head_compare(**words, by=request.viewer.actor)
            context |= {"head": head, "found": found}
    return render(request, "evidence/compare.html", context | {"crumbs": crumbs()})
