"""What was once numbered in a row gets numbers drawn by lot: a gap in a row tells whom it is kept from (fault H3)."""

from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Length

from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import act
from kuramori.watch.models import Alert, Case, Verdict
from kuramori.watch.models.reviews import Review, ReviewSignature
from kuramori.watch.numbering import drawn

LETTERS: Final = ((Alert, "A"), (Case, "C"), (Verdict, "D"), (Review, "R"))
DRAWN: Final = len("A-2026-4831-0752")
AT_ONCE: Final = 500


def renumber(*, by: Actor = SYSTEM) -> int:
    """Draw numbers for alerts, cases, decisions and reviews that were counted; return how many. Again it does nothing.

    A review that somebody has signed keeps its number, for he signed over it. Links go by id and go on; the history
    of each tells which became which, to whoever sees it. What was told in a row before cannot be untold.
    """
    done = 0
    for model, letter in LETTERS:
        last = UUID(int=0)
        while part := _counted(model).filter(pk__gt=last).order_by("id")[:AT_ONCE]:
            with act("watch.number.draw", by=by):
                for record in part:
                    record.number = next(drawn(model, letter, record.created_at.year))
                    record.save()
            done, last = done + len(part), record.pk
    return done


def _counted(model: type[Alert | Case | Verdict | Review]) -> QuerySet[Alert | Case | Verdict | Review]:
    found: QuerySet[Alert | Case | Verdict | Review] = model.objects.annotate(long=Length("number"))
    found = found.filter(long__lt=DRAWN)
    if model is Review:
        found = found.exclude(pk__in=ReviewSignature.objects.values("sheet__review"))
    return found
