"""Accounts and what is done with them. No entry holds an address, a password or a code, not even hidden ones."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext_lazy as _

from kuramori.directory.models import Account, Person, SignInPolicy
from kuramori.directory.viewing import standing_of
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Role


def account_open(*, person: Person, at: datetime, by: Actor, why: str = "", language: str = "ja") -> Account:
    """Open an account for a person, by the mail HR gave; it has no password until its link is used.

    Raises Refused without a mail, without a running engagement, or when there is an account already.
    """
    if not person.mail:
        raise Refused(_("This person has no e-mail address."), _("Enter one in the HR system or on the person's page."))
    if not standing_of(person.pk, at).is_engaged:
        raise Refused(_("This person has no running engagement."), _("Record the engagement first."))
    mail = person.mail.lower()
    if Account.objects.filter(person=person).exists() or Account.objects.filter(email=mail).exists():
        raise Refused(_("There is an account for this person or address already."), _("Give a new link instead."))
    with act("directory.account.open", by=by, why=why, subjects=[person]) as this:
        account = Account.objects.create_user(mail, person=person, language=language)
        this.about(account)
    return account


def account_recover(*, account: Account, by: Actor, why: str = "") -> None:
    """Take the password away, so that a new link can be given and every former link is void; ends all sessions."""
    with act("directory.account.recover", by=by, why=why, subjects=_about(account)):
        account.set_unusable_password()
        account.is_active = True
        account.save()
        _end_sessions(account)


def account_close(*, account: Account, by: Actor, why: str = "") -> None:
    """Close an account: it cannot sign in any more and is signed out everywhere at once (LEV-07)."""
    with act("directory.account.close", by=by, why=why, subjects=_about(account)):
        account.is_active = False
        account.save()
        _end_sessions(account)


def sessions_end(*, account: Account, by: Actor, why: str = "") -> int:
    """Sign an account out everywhere; return how many sessions ended. Without any, nothing is recorded."""
    if not UserSession.objects.filter(user=account).exists():
        return 0
    with act("directory.account.sessions_end", by=by, why=why, subjects=_about(account)):
        return _end_sessions(account)


def sign_in_failed(*, account: Account | None, by: Actor) -> None:
    """Record that a sign-in failed; what was typed is not kept, because people type passwords into wrong fields."""
    with act("directory.account.sign_in_failed", by=by, subjects=_about(account) if account else []) as this:
        this.note("account_exists", account is not None)


def second_factor_record(*, account: Account, step: str, factor: str, by: Actor) -> None:
    """Record a change of second factors: step is mfa_add, mfa_remove, mfa_reset or mfa_failed."""
    with act(f"directory.account.{step}", by=by, subjects=_about(account)) as this:
        this.note("factor", factor, in_clear=True)


def mfa_roles_set(*, roles: frozenset[Role], by: Actor, why: str) -> SignInPolicy:
    """Decide which roles need a second factor; it holds from the next request on."""
    with act("directory.setting.mfa", by=by, why=why) as this:
        policy = SignInPolicy.objects.first() or SignInPolicy()
        policy.mfa_roles = sorted(roles)
        policy.save()
        this.about(policy)
    return policy


def _about(account: Account) -> list[Account | Person]:
    return [account, account.person] if account.person else [account]


def _end_sessions(account: Account) -> int:
    sessions = list(UserSession.objects.filter(user=account))
    for session in sessions:
        session.end()
    return len(sessions)
