"""Who walks: somebody with a given set of permissions, in a browser without JavaScript."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client

from kuramori.directory.models import Account
from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.permissions import Role, Viewer

AKARI = "佐倉 灯里"
MAIL = "akari@example.jp"
SEAT = "kuramori.directory.middleware.ViewerMiddleware"


class StandIn:
    """Sits in the directory's seat and gives the walker the permissions of settings.WALK_GRANTED, company-wide."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request):
        granted = settings.WALK_GRANTED
        actor = Actor(kind=ActorKind.PERSON, id=request.user.pk, name=AKARI)
        roles = frozenset(Role) if granted else frozenset()
        request.viewer = Viewer(
            actor=actor, person_id=None, permissions=granted, company_wide=granted, roles=roles, language="en"
        )
        return self.get_response(request)


def walker(changeable_settings, *, granted: frozenset[str]) -> Client:
    """A browser in which Akari is signed in, with the given permissions."""
    changeable_settings.WALK_GRANTED = granted
    middleware = [f"{__name__}.StandIn" if each == SEAT else each for each in changeable_settings.MIDDLEWARE]
    changeable_settings.MIDDLEWARE = middleware
    account = Account(email=MAIL, language="en")
    account.set_password("not used here")
    account.save()
    client = Client(headers={"accept-language": "en"})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client
