"""Every page names its permission: signed in, allowed, and then only what lies in the viewer's scope."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from kuramori.kernel.acts import Refused, storage_refusal
from kuramori.kernel.permissions import Viewer

View = Callable[..., HttpResponseBase]
OPEN = "open"
SIGNED_IN = "signed-in"


class ViewedRequest(HttpRequest):
    """A request whose viewer is known; `directory`'s middleware puts him there."""

    viewer: Viewer


class RefusalMiddleware:
    """Answers a refusal from any view, allauth's too, and a full disk (L6), as `page` answers it for our own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """Tell why and what to do next; None leaves any other error to Django."""
        refusal = error if isinstance(error, Refused) else storage_refusal(error)
        return None if refusal is None else refused(request, refusal)


def refused(request: HttpRequest, refusal: Refused) -> HttpResponseBase:
    """Return the page that says why something was not done, and what to do next."""
    return render(request, "kernel/refused.html", {"refusal": refusal}, status=409)


@contextmanager
def refusal_shown_on(form: BaseForm) -> Iterator[None]:
    """Show what an act refuses beside what was typed; a fault of a field at that field, if the form has it."""
    try:
        yield
    except Refused as refusal:
        form.add_error(None, f"{refusal.message} {refusal.next_step}")
    except ValidationError as fault:
        named = fault.message_dict if hasattr(fault, "error_dict") else {"": fault.messages}
        for name, words in named.items():
            form.add_error(name if name in form.fields else None, words)


def page(permission: str) -> Callable[[View], View]:
    """Declare the permission a page needs; strangers are sent to sign in, others get 403.

    SIGNED_IN lets every signed-in person in, OPEN everybody. A Refused act comes back as a page that says why and
    what to do next, never as an error.
    """

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: ViewedRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if permission != OPEN:
                if not request.user.is_authenticated:
                    return redirect_to_login(request.get_full_path())
                if permission != SIGNED_IN:
                    request.viewer.demand(permission)
            try:
                return view(request, *args, **kwargs)
            except Refused as refusal:
                return refused(request, refusal)

        guarded.permission = permission  # type: ignore[attr-defined]  # the permission walk reads it
        return guarded

    return declare
