"""What servers say to each other: this one as witness of others' ledgers (c2sp.org/tlog-witness)."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kuramori.evidence.witnessing import serving
from kuramori.kernel.pages import OPEN, page


@csrf_exempt
@page(OPEN)
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """Witness another ledger's head (c2sp.org/tlog-witness); what signs it is what lets it in."""
    return _told(serving.add_checkpoint(request.body))


@page(OPEN)
@require_safe
def witnessed_head(_request: HttpRequest, origin: str) -> HttpResponse:
    """Hand out the newest head that we witnessed, by the SHA-256 of the ledger's name."""
    return _told(serving.newest(origin))


def _told(answer: serving.Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.type)
