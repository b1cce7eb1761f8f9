"""The auditor's mailbox as witness: the head as plain text, once a day. It holds what we cannot take back."""

from dataclasses import dataclass

from django.conf import settings
from django.core.mail import send_mail
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kuramori.evidence.heads import Held


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """Somebody who gets each day's head by mail and can paste it back on the page that compares."""

    name: str | Promise
    place: str

    def held(self) -> Held | None:
        """Return None: a mailbox cannot be asked; its owner can (`queries.witnesses.read_head`)."""
        return None

    def hold(self, note: str) -> str:
        """Send a head. Raises OSError when the mail server does not take it."""
        words = _(
            "Please keep this mail. It holds the signed head of the ledger of confidential information.\n"
            "Whoever doubts the ledger later pastes the text between the lines on this page, and is told whether it is "
            "still part of it:\n%(url)s"
        ) % {"url": f"{settings.PUBLIC_URL}/evidence/heads/compare/"}
        line = "-" * 20
        send_mail(_("Signed head of the ledger"), f"{words}\n\n{line}\n{note}{line}\n", None, [self.place])
        return note
