"""Sign-in as Kuramori wants it: nobody opens an account for himself, and nothing happens without an act."""

from functools import partial
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts import accounts
from kuramori.directory.models import Account
from kuramori.directory.viewing import actor_for, standing_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act


def may_sign_in(account: Account) -> bool:
    """Say whether the account is open and its person still engaged at this moment."""
    return account.is_active and (account.person is None or standing_of(account.person.pk, now()).is_engaged)


def password_path(account: Account) -> str:
    """Return the path at which the account's owner sets his password: good for one use, void after three days."""
    words = {"uidb36": user_pk_to_url_str(account), "key": default_token_generator.make_token(account)}
    return reverse("account_reset_password_from_key", kwargs=words)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Accounts come from an act of an administrator, never from a sign-up form.

    Signing in and out happens inside the act that records it: if the ledger cannot append, nobody signs in.
    """

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Refuse every sign-up."""
        return False

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **words: Any) -> HttpResponse | None:
        """Refuse whoever has left, whichever way he proves who he is: password, passkey or code."""
        if isinstance(user, Account) and not may_sign_in(user):
            accounts.sign_in_failed(account=user, by=SYSTEM)
            return cast("HttpResponse", self.respond_user_inactive(request, user))
        return cast("HttpResponse | None", super().pre_login(request, user, **words))

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """Sign in: a new session, and the act that says so."""
        assert isinstance(user, Account)  # noqa: S101  (AUTH_USER_MODEL)
        with act("directory.account.sign_in", by=actor_for(user), subjects=[user]):
            super().login(request, user)

    def logout(self, request: HttpRequest) -> None:
        """Sign out."""
        account = request.user
        if not isinstance(account, Account):
            return
        with act("directory.account.sign_out", by=actor_for(account), subjects=[account]):
            super().logout(request)

    def authentication_failed(self, _request: HttpRequest, **credentials: Any) -> None:
        """Record a failed sign-in. The rate limit stands before this, so that nobody floods the ledger."""
        mail = str(credentials.get("email", "")).lower()
        accounts.sign_in_failed(account=Account.objects.filter(email=mail).first(), by=SYSTEM)

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Set a password."""
        assert isinstance(user, Account)  # noqa: S101  (AUTH_USER_MODEL)
        with act("directory.account.password", by=actor_for(user), subjects=[user]):
            super().set_password(user, password)


def record_second_factors() -> None:
    """Ask allauth to tell us of second factors: its signals are the only door it has for this."""
    steps = {
        "mfa_add": signals.authenticator_added,
        "mfa_failed": signals.authentication_failed,
        "mfa_remove": signals.authenticator_removed,
        "mfa_reset": signals.authenticator_reset,
    }
    for step, signal in steps.items():
        signal.connect(partial(_record, step), weak=False, dispatch_uid=f"kuramori.{step}")


def _record(step: str, *, user: Account, authenticator: Authenticator, **_words: Any) -> None:
    """Record once allauth's own transaction is through: an act is a transaction of its own."""
    factor, by = str(authenticator.type), SYSTEM if step == "mfa_failed" else actor_for(user)
    transaction.on_commit(lambda: accounts.second_factor_record(account=user, step=step, factor=factor, by=by))
