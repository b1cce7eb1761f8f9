"""Puts the viewer on the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now

from kuramori.directory.models import Account
from kuramori.directory.viewing import viewer_for
from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.permissions import Viewer

NOBODY = Viewer(actor=Actor(kind=ActorKind.PERSON, id=None, name=""), person_id=None)


class ViewerMiddleware:
    """Sets `request.viewer`: worked out once per request, in three queries at most; nobody when not signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = request.user
        viewer = viewer_for(account, now()) if isinstance(account, Account) else NOBODY
        request.viewer = viewer  # type: ignore[attr-defined]
        return self.get_response(request)
