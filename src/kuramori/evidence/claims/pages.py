"""The claims that are known here, with what the law asks for and which proof serves it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kuramori.evidence.claims.known import known_claims
from kuramori.evidence.models.cases import ProofKind
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.views.trail import crumbs
from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.room import rooms


@page(Permission.CLAIM_VIEW)
def claims(request: ViewedRequest) -> HttpResponse:
    """Show a claim with its elements, what has to be shown for each, and the kinds of proof that serve it."""
    known, language = known_claims(), request.viewer.language
    keepers = {room.name: room.title for room in rooms()}
    chosen = known.named(request.GET.get("claim", ""))
    elements = [
        {
            "title": each.title.of(language),
            "law": each.law.of(language),
            "explanation": each.explanation.of(language),
            "proofs": [
                {
                    "title": one.title.of(language),
                    "kind": ProofKind(one.kind).label,
                    "cost": one.cost,
                    "tier": one.tier.upper(),
                    "keeper": keepers.get(one.source.partition(".")[0], ""),
                    "source": one.source,
                }
                for one in each.proofs
            ],
        }
        for each in chosen.requirements
    ]
    context = {
        "title": _("Claims and their elements"),
        "claims": [(each.code, each.title.of(language)) for each in known.claims],
        "claim_code": chosen.code,
        "claim_errors": known.errors,
        "law": chosen.law.of(language),
        "note": chosen.note.of(language),
        "elements": elements,
        "crumbs": crumbs(),
    }
    return render(request, "evidence/claims.html", context)
