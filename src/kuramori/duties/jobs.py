"""Scheduled work of duties: the round, and the opening of one duty for many people, with its progress."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.duties.days import places
from kuramori.duties.digest import queue_letters
from kuramori.duties.mails import send_waiting
from kuramori.duties.models import Duty
from kuramori.duties.round import close_proven, drop_needless, escalate_late, open_turns
from kuramori.kernel.jobs import JobKind, Progress


def round_of_duties(progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Open, close, let fall away, tell up the line, queue the day's letters: all that is due now."""
    at, here = now(), places()
    opened = open_turns(Duty.objects.standing().order_by("number"), here, at, progress.report)
    return {
        "opened": opened,
        "proven": close_proven(),
        "dropped": drop_needless(),
        "escalated": escalate_late(here, at),
        "letters": queue_letters(here, at),
    }


def open_one(progress: Progress, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Open the turn of one duty whose day has come, at once; safe to start again: who is asked already is not again."""
    duty = Duty.objects.standing().filter(pk=arguments["duty"])
    return {"opened": open_turns(duty, places(), now(), progress.report)}


def mails_of_duties(_progress: Progress, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send the letters that wait."""
    return send_waiting()


OPEN = "duties.open"
JOBS = (
    JobKind(name="duties.round", title=_("Duties: what is due now"), run=round_of_duties, every=timedelta(minutes=15)),
    JobKind(
        name="duties.mails",
        title=_("Duties: mails"),
        run=mails_of_duties,
        every=timedelta(minutes=1),
        is_prompt=True,
    ),
    JobKind(name=OPEN, title=_("Duties: ask everybody concerned"), run=open_one),
)
