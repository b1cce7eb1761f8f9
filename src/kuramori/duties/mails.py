"""The digest by mail: plain words and links, never the name of a secret (O5). Nothing is lost while the server is away.

A letter is marked before it is handed over and again when the server has taken it. One whose fate is unknown (the
process died, the server fell silent) goes again under the same Message-ID, so that mail systems show it once.
"""

import logging
from datetime import datetime, timedelta
from smtplib import SMTPException
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F, Q
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from kuramori.directory.api import Account
from kuramori.duties.digest import UNSENT, told_in
from kuramori.duties.kinds import kinds
from kuramori.duties.models import Delivery, Duty, Letter, Task

AGAIN_AFTER = timedelta(minutes=5)
GIVEN_UP_AFTER = timedelta(days=7)
AT_ONCE = 500
"""Letters in one run of the job, which comes each minute."""
LINES = 20
"""Tasks named in a part of a letter; of more it says how many."""
log = logging.getLogger(__name__)


def plain_words(duty: Duty) -> str:
    """Return the words for a duty that may leave the company's walls: its kind's, or those written for it."""
    kind = kinds().get(duty.kind)
    return str(kind.plain_words) if kind else duty.plain_words


def send_waiting() -> dict[str, int]:
    """Send what waits and what has to go again; stop at the first sign that the server is away. Counts letters."""
    at, sent, needless = now(), 0, 0
    dropped = _give_up(at)
    letters = list(_to_send(at))
    for letter in letters:
        if not _take(letter, at):
            continue
        try:
            has_gone = _send(letter)
        except (OSError, SMTPException) as fault:
            log.warning("mail server: %s; letters are kept and go again", type(fault).__name__)
            break
        _settle(letter, Delivery.SENT if has_gone else Delivery.DROPPED)
        sent, needless = sent + has_gone, needless + (not has_gone)
    return {"sent": sent, "kept": len(letters) - sent - needless, "dropped": dropped + needless}


def _give_up(at: datetime) -> int:
    """Drop what nobody could be sent for a week: who has come back, and whom the next letter tells, has a newer one."""
    waiting = Letter.objects.filter(delivery__in=UNSENT)
    return waiting.filter(until__lt=at - GIVEN_UP_AFTER).update(delivery=Delivery.DROPPED)


def _to_send(at: datetime) -> list[Letter]:
    """Return letters of today that wait, and those refused or of unknown fate once they have rested."""
    rested = Q(delivery=Delivery.SENDING, taken_at__lt=at - AGAIN_AFTER)
    found = Letter.objects.filter(Q(delivery=Delivery.WAITING) | rested, until__gt=at)
    return list(found.order_by("day", "id")[:AT_ONCE])


def _take(letter: Letter, at: datetime) -> bool:
    """Mark a letter as being handed over now; False when another worker has it."""
    free = Q(delivery=Delivery.WAITING) | Q(delivery=Delivery.SENDING, taken_at__lt=at - AGAIN_AFTER)
    rows = Letter.objects.filter(free, pk=letter.pk)
    return bool(rows.update(delivery=Delivery.SENDING, taken_at=at, attempts=F("attempts") + 1))


def _settle(letter: Letter, delivery: Delivery) -> None:
    sent_at = now() if delivery is Delivery.SENT else None
    Letter.objects.filter(pk=letter.pk).update(delivery=delivery, sent_at=sent_at)


def _send(letter: Letter) -> bool:
    """Hand a letter to the mail server, in the language of who gets it; False when there is nothing left to say."""
    account = Account.objects.filter(person=letter.person_id, is_active=True).first()
    told = told_in(letter)
    if account is None or not told:
        return False
    with override(account.language):
        message = EmailMessage(
            subject=_subject(told),
            body="\n".join(_lines(told)),
            to=[account.email],
            headers={"Message-ID": _message_id(letter.pk), "Auto-Submitted": "auto-generated"},
            connection=get_connection(),
        )
    message.send()
    return True


def _message_id(pk: UUID) -> str:
    return f"<{pk}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _subject(told: dict[str, list[Task]]) -> str:
    late, count = len(told.get("late", ())), sum(len(tasks) for name, tasks in told.items() if name != "up")
    if late:
        return ngettext("%(count)s duty of yours is late", "%(count)s duties of yours are late", late) % {"count": late}
    if count:
        return ngettext("%(count)s duty is due from you", "%(count)s duties are due from you", count) % {"count": count}
    return _("Late tasks came up to you")


def _lines(told: dict[str, list[Task]]) -> list[str]:
    heads = {
        "late": _("Late"), "today": _("Due today"), "coming": _("Due later"), "up": _("Late, and come up to you"),
    }  # fmt: skip
    site = settings.PUBLIC_URL.rstrip("/")
    lines = []
    for name, head in heads.items():
        tasks = told.get(name, [])
        lines += [head, "-" * 2 * len(head)] if tasks else []
        for task in tasks[:LINES]:
            words = {"number": task.duty.number, "words": plain_words(task.duty), "day": task.due_on}
            lines.append(_("%(number)s %(words)s, due %(day)s") % words)
            lines.append(site + reverse("duties:task-detail", args=[task.pk]))
        if len(tasks) > LINES:
            lines.append(_("and %(count)s more") % {"count": len(tasks) - LINES})
        lines += [""] if tasks else []
    return [*lines, site + reverse("duties:home"), _("You have to sign in. There is one such mail a day at most.")]
