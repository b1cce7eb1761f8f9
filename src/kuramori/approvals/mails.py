"""Mails about requests: numbers and links, never a word about secrets (O5). Nothing is lost while the server is away.

Several notices to one person go in one mail. A mail is marked before it is handed over and again when the server has
taken it; one whose fate is unknown (the process died, the server fell silent) goes again under the same Message-ID.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from kuramori.approvals.models import Delivery, Notice, Occasion, Request
from kuramori.approvals.rules.standing import State
from kuramori.directory.api import Account
from kuramori.kernel.ids import uuid7

LINK = "approvals.link"
LINK_LASTS = timedelta(days=30)
AGAIN_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=3)
AT_ONCE = 200
"""Letters in one run of the job, which comes each minute."""
log = logging.getLogger(__name__)


def link_to(request: Request, person: UUID) -> str:
    """Return the address for a mail: signed, for this person, for what stands at this moment; it decides nothing."""
    token = signing.dumps([request.pk.hex, person.hex, request.digest], salt=LINK)
    return settings.PUBLIC_URL.rstrip("/") + reverse("approvals:link", args=[token])


def read_link(token: str) -> tuple[UUID, UUID] | None:
    """Return the request and the person that a link names; None for what is no link of ours, or an old one."""
    try:
        request, person, _digest = signing.loads(token, salt=LINK, max_age=LINK_LASTS)
    except signing.BadSignature:
        return None
    return UUID(request), UUID(person)


def send_waiting() -> dict[str, int]:
    """Send what waits and what has to go again; stop at the first sign that the server is away. Counts letters."""
    at, sent = now(), 0
    dropped = _drop(at)
    letters = [*_to_send_again(at), *_new_letters()]
    for letter in letters:
        if not _take(letter, at):
            continue
        try:
            _send(letter)
        except (OSError, SMTPException) as fault:
            log.warning("mail server: %s; letters are kept and go again", fault)
            break
        Notice.objects.filter(letter=letter, delivery=Delivery.SENDING).update(delivery=Delivery.SENT, sent_at=now())
        sent += 1
    return {"sent": sent, "kept": len(letters) - sent, "dropped": dropped}


def _drop(at: datetime) -> int:
    """Drop what nobody needs any more or nobody can be sent; return how many were given up after three days."""
    waiting = Notice.objects.filter(delivery=Delivery.WAITING)
    waiting.filter(occasion=Occasion.TO_DECIDE).exclude(request__state=State.WAITING).update(delivery=Delivery.DROPPED)
    reachable = Account.objects.filter(is_active=True, person__isnull=False).values("person_id")
    waiting.exclude(person__in=reachable).update(delivery=Delivery.DROPPED)
    stale = Notice.objects.filter(delivery__in=[Delivery.WAITING, Delivery.SENDING])
    return stale.filter(queued_at__lt=at - GIVEN_UP_AFTER).update(delivery=Delivery.DROPPED)


def _to_send_again(at: datetime) -> list[UUID]:
    """Return letters that nobody came to send; and once rested, those refused or whose fate is unknown."""
    rested = Q(taken_at=None) | Q(taken_at__lt=at - AGAIN_AFTER)
    going = Notice.objects.filter(rested, delivery=Delivery.SENDING).order_by("letter")
    found = going.values_list("letter", flat=True).distinct()[:AT_ONCE]
    return [letter for letter in found if letter is not None]


def _new_letters() -> list[UUID]:
    """Put what waits into letters, one for each person; of two workers one gets each notice."""
    waiting = Notice.objects.filter(delivery=Delivery.WAITING)
    people = list(waiting.order_by("person_id").values_list("person_id", flat=True).distinct()[:AT_ONCE])
    letters = []
    for person in people:
        letter = uuid7()
        with transaction.atomic():
            rows = waiting.filter(person=person).update(delivery=Delivery.SENDING, letter=letter, taken_at=None)
        letters += [letter] if rows else []
    return letters


def _take(letter: UUID, at: datetime) -> bool:
    """Mark a letter as being handed over now; False when another worker has it."""
    is_free = Q(taken_at=None) | Q(taken_at__lt=at - AGAIN_AFTER)
    free = Notice.objects.filter(is_free, letter=letter, delivery=Delivery.SENDING)
    return bool(free.update(taken_at=at, attempts=F("attempts") + 1))


def _send(letter: UUID) -> None:
    """Hand a letter to the mail server, in the language of who gets it."""
    notices = list(Notice.objects.filter(letter=letter).select_related("request").order_by("queued_at", "id"))
    account = Account.objects.get(person=notices[0].person_id)
    with override(account.language):
        message = EmailMessage(
            subject=_subject(notices),
            body="\n".join(_lines(notices)),
            to=[account.email],
            headers={
                "Message-ID": f"<{letter}@{urlsplit(settings.PUBLIC_URL).hostname}>",
                "Auto-Submitted": "auto-generated",
            },
            connection=get_connection(),
        )
    message.send()


def _subject(notices: Sequence[Notice]) -> str:
    to_decide = sum(notice.occasion == Occasion.TO_DECIDE for notice in notices)
    if to_decide:
        text = ngettext(
            "%(count)s request waits for your decision", "%(count)s requests wait for your decision", to_decide
        )
        return text % {"count": to_decide}
    return _("News of your requests")


def _lines(notices: Iterable[Notice]) -> list[str]:
    told = []
    for notice in notices:
        request = notice.request
        if notice.occasion == Occasion.TO_DECIDE:
            address = link_to(request, notice.person_id)
        else:
            address = settings.PUBLIC_URL.rstrip("/") + reverse("approvals:request-detail", args=[request.pk])
        told += [f"{request.number}: {Occasion(notice.occasion).label}", address, ""]
    return [*told, _("You have to sign in. This mail decides nothing, and says nothing about what is asked.")]
