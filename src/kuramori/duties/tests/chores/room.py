from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Person
from kuramori.duties.api import DutyKind, proven_by
from kuramori.kernel.acts import act
from kuramori.kernel.room import Room

SWEPT = "chores.floor.sweep"


def sweep(*, by, about=()):
    """Do what proves the duty: an act of this room, in the ledger."""
    with act(SWEPT, by=by, subjects=about):
        pass


STANDING_IN = {}
"""By the id of who is away: his deputy. Each test says anew."""


def deputies_of(people, _day):
    return {away: deputy for away, deputy in STANDING_IN.items() if away in people}


def early_numbers(_day):
    """Ask the people with the two first numbers, and one whom nobody employs."""
    return Person.objects.filter(number__in=["A-1", "A-2", "A-9"]).values_list("pk", flat=True)


SWEEPING = DutyKind(
    name="chores.sweeping",
    title=_("What is due"),
    plain_words=_("task"),
    done_when=_("What was done"),
    proofs=proven_by(SWEPT),
    people=early_numbers,
    url=lambda: "/",
)
WAITING = DutyKind(
    name="chores.waiting",
    title=_("Still open"),
    plain_words=_("duty"),
    done_when=_("what counts as done"),
    proofs=lambda _people, _since: {},
)

ROOM = Room(
    name="chores",
    title=_("Duties"),
    permissions={},
    verbs={SWEPT: "%(by)s swept the floor"},
    duties=(SWEEPING, WAITING),
)
