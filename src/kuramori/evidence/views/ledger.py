"""The pages of the ledger: how it stands, and one entry."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kuramori.evidence.bundles.asking import ask_check
from kuramori.evidence.claims.queries import drills
from kuramori.evidence.keys import signer
from kuramori.evidence.models import CheckRun, Witness
from kuramori.evidence.queries.bundles import bundles_visible_to
from kuramori.evidence.queries.ledger import entry_by_id, last_check, ledger_state
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sealing import seals
from kuramori.evidence.stamps.queries import standing_authorities
from kuramori.evidence.stamps.registers import authority_mark
from kuramori.evidence.views.bundles import bundle_row
from kuramori.evidence.views.trail import crumbs
from kuramori.evidence.visibility import first_seen
from kuramori.evidence.witnessing.models.witnesses import state_of
from kuramori.evidence.witnessing.queries import standing_against, witnesses_visible_to
from kuramori.evidence.witnessing.registers import witness_mark
from kuramori.evidence.wording import against_words, custody_words, damage_words, outside_words
from kuramori.kernel.history import tell
from kuramori.kernel.ledger import read
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment

FEW = 30


@page(Permission.LEDGER_VIEW)
def home(request: ViewedRequest) -> HttpResponse:
    """Show how the ledger stands: entries, last head, last full check, the key, and how anybody can verify it."""
    viewer = request.viewer
    state, check, drill = ledger_state(viewer), last_check(viewer), drills(viewer).first()
    context = {
        "title": _("Evidence"),
        "state": state,
        "sealed_at": moment(state.checkpoint.at, viewer) if state.checkpoint else "",
        "check": check,
        "checked_at": moment(check.created_at, viewer) if check else "",
        "found": _findings(check),
        "outside": outside_words(check, viewer) if check else "",
        "custody": custody_words(check, viewer) if check and viewer.may(Permission.CUSTODY_VIEW) else "",
        "against": [against_words(each, viewer) for each in standing_against(viewer)],
        "witnesses": [(each, witness_mark(each, viewer), state_of(each)) for each in _witnesses(viewer)],
        "perms_witness": viewer.may(Permission.WITNESS_VIEW),
        "may_fork": viewer.may(Permission.LEDGER_FORK),
        "key": signer().verifier,
        "stampers": [(each, authority_mark(each, viewer)) for each in standing_authorities(viewer)]
        if viewer.may(Permission.AUTHORITY_VIEW)
        else None,
        "may_check": viewer.may(Permission.LEDGER_CHECK),
        "may_person": viewer.may(Permission.BUNDLE_PERSON),
        "may_claims": viewer.may(Permission.CLAIM_VIEW),
        "may_timeline": viewer.may_everywhere(Permission.TIMELINE_VIEW),
        "drill": drill,
        "drilled_at": moment(drill.created_at, viewer) if drill else "",
        "bundles": [bundle_row(each, viewer) for each in bundles_visible_to(viewer)[:5]],
    }
    return render(request, "evidence/home.html", context)


def _witnesses(viewer: Viewer) -> list[Witness]:
    return list(witnesses_visible_to(viewer).filter(retired_at__isnull=True).order_by("name")[:FEW])


def _findings(check: CheckRun | None) -> list[str]:
    found = check.found[:FEW] if check else []
    return [damage_words(each["damage"], each["index"], each["detail"]) for each in found]


@page(Permission.LEDGER_CHECK)
@require_POST
def check(request: ViewedRequest) -> HttpResponse:
    """Have the whole ledger hashed again now."""
    return redirect("kernel:job", ask_check(request.viewer).pk)


@page(Permission.ENTRY_VIEW)
def entry(request: ViewedRequest, pk: UUID) -> HttpResponse:
    """Show an entry as a sentence, with its committed body and its seal, to who may see what it is about."""
    found = entry_by_id(request.viewer, pk)
    if found is None:
        raise Http404
    opened = read([found])[0]
    record = first_seen(request.viewer, opened.subjects)
    if record is None:
        raise Http404
    seal = seals([pk]).get(pk)
    context = {
        "title": _("Ledger entry"),
        "line": tell(record, request.viewer, read([found], about=record.pk))[0],
        "seal": seal,
        "sealed_at": moment(seal.sealed_at, request.viewer) if seal and seal.sealed_at else "",
        "body": bytes(found.body).decode(),
        "entry": found,
        "crumbs": crumbs(),
    }
    return render(request, "evidence/entry.html", context)
