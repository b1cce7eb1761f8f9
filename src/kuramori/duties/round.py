"""What the system does about duties by itself: opens turns, finds what is done, tells up the line what is late.

Each step finds what is still to do in the tables themselves, so that it can be done again at any point.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from kuramori.duties.acts import tasks_drop, tasks_escalate, tasks_lay, tasks_prove, turn_open
from kuramori.duties.days import Places
from kuramori.duties.kinds import kinds
from kuramori.duties.models import Duty, State, Task, Turn
from kuramori.duties.people import Workforce, audience_of, deputies_on, lines_up
from kuramori.duties.rules.following import escalates
from kuramori.duties.rules.rhythm import turn_to_open
from kuramori.kernel.actors import SYSTEM

BATCH = 1_000
"""Tasks in one act: a second of work at most, so that other acts get their turn."""
LATE_COMERS = timedelta(days=7)
"""So long after its planned day, or after it was opened late, a turn still asks people who have just come."""
T = TypeVar("T")
Told = Callable[[int, int], None]


def in_batches(found: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield lists of at most so many."""
    rest = iter(found)
    while batch := list(islice(rest, size)):
        yield batch


def open_turns(duties: Iterable[Duty], places: Places, at: datetime, told: Told = lambda _done, _of: None) -> int:
    """Open what has to be open, and ask whoever is not asked yet, newcomers too; return how many people were asked."""
    asked = 0
    forces: dict[date, Workforce] = {}
    for duty in duties:
        today = places.today(duty.site_id, at)
        turn = _turn_of(duty, places, today)
        if turn is not None:
            if today not in forces:
                forces[today] = Workforce(today)
            asked += _ask(turn, forces[today], places, told)
    return asked


def _turn_of(duty: Duty, places: Places, today: date) -> Turn | None:
    """Return the turn that asks people today, opened now if its day has come."""
    last: Turn | None = Turn.objects.filter(duty=duty).order_by("-planned_on").first()
    works = places.works(duty.site_id)
    planned = turn_to_open(duty.rhythm, today, works, after=last.planned_on if last else None)
    if planned is not None:
        last = turn_open(duty=duty, planned_on=planned, by=SYSTEM)
    if last is None or today > max(last.planned_on, places.today(duty.site_id, last.created_at)) + LATE_COMERS:
        return None
    last.duty = duty
    return last


def _ask(turn: Turn, force: Workforce, places: Places, told: Told) -> int:
    duty = turn.duty
    wanted = audience_of(duty, force)
    new = sorted(wanted - set(Task.objects.filter(turn=turn).values_list("person_id", flat=True)))
    asked = 0
    due: dict[UUID | None, date] = {}
    for batch in in_batches(new):
        days = {}
        for person in batch:
            site = force.site_of(person) or duty.site_id
            if site not in due:
                due[site] = max(duty.rhythm.due(turn.planned_on, places.works(site)), force.day)
            days[person] = due[site]
        asked += tasks_lay(turn=turn, due=days, today=force.day, by=SYSTEM)
        told(asked, len(new))
    return asked


def close_proven() -> int:
    """Close the open tasks of kinds for whom the kind knows a proof since the turn opened; return how many."""
    closed = 0
    offered = kinds()
    waiting = Task.objects.open().filter(duty__kind__in=offered)
    turns = Turn.objects.filter(pk__in=waiting.order_by().values("turn")).select_related("duty")
    for turn in turns:
        tasks = dict(waiting.filter(turn=turn).values_list("person_id", "pk"))
        proofs = offered[turn.duty.kind].proofs(tasks.keys(), turn.created_at)
        found = {tasks[person]: entry for person, entry in proofs.items() if person in tasks}
        for batch in in_batches(found.items()):
            closed += tasks_prove(proven=dict(batch), duty=turn.duty, by=SYSTEM)
    return closed


def drop_needless() -> int:
    """Let fall away what asks people who have left, and what duties out of use still ask; return how many."""
    left = Q(person__left_on__isnull=False) | Q(duty__retired_at__isnull=False)
    dropped = 0
    for duty, tasks in _by_duty(Task.objects.filter(left, state=State.OPEN)).items():
        for batch in in_batches(tasks):
            dropped += tasks_drop(tasks=batch, duty=duty, by=SYSTEM)
    return dropped


def _by_duty(tasks: QuerySet[Task]) -> dict[Duty, list[UUID]]:
    found: dict[Duty, list[UUID]] = defaultdict(list)
    for task in tasks.select_related("duty"):
        found[task.duty].append(task.pk)
    return found


def escalate_late(places: Places, at: datetime) -> int:
    """Tell up the line of what is late, one step at a time; return how many tasks went up.

    Whoever stands next above is told: his deputy in his place while he is away; who has left is passed over.
    """
    late = _late(places, at)
    today = places.today(None, at)
    lines = lines_up({task.person_id for task in late}, today)
    deputies = deputies_on({above for line in lines.values() for above in line}, today)
    told: dict[tuple[Duty, int, UUID, UUID | None], list[UUID]] = defaultdict(list)
    for task in late:
        above = _next_above(task, lines[task.person_id], deputies)
        if above is not None:
            told[task.duty, task.level, *above].append(task.pk)
    gone_up = 0
    for (duty, level, person, principal), tasks in told.items():
        gone_up += tasks_escalate(
            tasks=tasks, duty=duty, level=level, person=person, on_behalf_of=principal, today=today, by=SYSTEM
        )
    return gone_up


def _late(places: Places, at: datetime) -> list[Task]:
    """Return the open tasks whose next step up the line has come, by the calendar of the duty's site."""
    farthest = max(places.today(site, at) for site in [None, *places.sites])
    found = Task.objects.open().filter(due_on__lt=farthest, duty__escalate_after__gt=0)
    known: dict[tuple[UUID, date], bool] = {}
    late = []
    for task in found.select_related("duty").order_by("due_on", "id").iterator(chunk_size=2_000):
        duty, since = task.duty, task.escalated_on or task.due_on
        if (duty.pk, since) not in known:
            today, works = places.today(duty.site_id, at), places.works(duty.site_id)
            known[duty.pk, since] = escalates(since, today, duty.escalate_after, works)
        if known[duty.pk, since]:
            late.append(task)
    return late


def _next_above(task: Task, line: list[UUID], deputies: dict[UUID, UUID]) -> tuple[UUID, UUID | None] | None:
    """Return who is told next and for whom: the deputy of the one away, unless the deputy is the late one himself."""
    if task.level >= len(line):
        return None
    principal = line[task.level]
    deputy = deputies.get(principal)
    if deputy is None:
        return principal, None
    if deputy != task.person_id:
        return deputy, principal
    return (line[task.level + 1], None) if task.level + 1 < len(line) else (principal, None)
