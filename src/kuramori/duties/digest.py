"""Who gets a letter today: one for all that falls on the day, in the morning of where he works, on business days."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from kuramori.directory.api import Account
from kuramori.duties.days import Places
from kuramori.duties.models import Delivery, Escalation, Letter, Task, WrittenDay
from kuramori.duties.people import Workforce
from kuramori.duties.rules.following import is_told

FROM_HOUR = 7
"""Letters are queued from seven o'clock on, where somebody works."""
BATCH = 1_000
UNSENT = (Delivery.WAITING, Delivery.SENDING)


def queue_letters(places: Places, at: datetime) -> int:
    """Queue today's letters, site by site where the morning has come and people work; return how many.

    Each site is looked through once a day. A letter of an earlier day that never went out is dropped for a new one,
    which says all that it would have said: a letter goes out on its own day or not at all, so nobody gets two.
    """
    queued = 0
    for site in [None, *places.sites]:
        here = at.astimezone(places.zone(site))
        known = WrittenDay.objects.filter(site=site).first()
        if here.hour < FROM_HOUR or not places.works(site)(here.date()) or (known and known.day >= here.date()):
            continue
        since = known.day if known else here.date() - timedelta(days=1)
        with transaction.atomic():
            people = _reminded(site, since, here.date())
            queued += _queue(people, here)
            WrittenDay.objects.update_or_create(
                site=places.sites[site] if site else None, defaults={"day": here.date()}
            )
    return queued


def _reminded(site: UUID | None, since: date, today: date) -> set[UUID]:
    """Return who at a site is to hear of something that fell on the days after `since`."""
    unsent = Letter.objects.filter(day__lt=today, delivery__in=UNSENT)
    told = set(unsent.values_list("person_id", flat=True))
    told |= set(Escalation.objects.filter(told_on__gt=since, told_on__lte=today).values_list("person_id", flat=True))
    open_ones = Task.objects.open().select_related("duty").only(
        "person_id", "opened_on", "due_on", "duty__remind_before", "duty__remind_again"
    )  # fmt: skip
    days: dict[tuple[UUID, date, date], bool] = {}
    for task in open_ones.order_by().iterator(chunk_size=2_000):
        key = (task.duty_id, task.opened_on, task.due_on)
        if key not in days:
            days[key] = is_told(task.opened_on, task.due_on, task.duty.reminding, since=since, today=today)
        if days[key]:
            told.add(task.person_id)
    force = Workforce(today, told)
    return {person for person in told if person in force.places and force.site_of(person) == site}


def _queue(people: Iterable[UUID], here: datetime) -> int:
    day, midnight = here.date(), datetime.combine(here.date() + timedelta(days=1), time.min, here.tzinfo)
    reachable = set(Account.objects.filter(is_active=True, person__isnull=False).values_list("person_id", flat=True))
    wanted = sorted(set(people) & reachable)
    queued = 0
    for start in range(0, len(wanted), BATCH):
        some = wanted[start : start + BATCH]
        older = Letter.objects.filter(person__in=some, day__lt=day, delivery__in=UNSENT)
        older.update(delivery=Delivery.DROPPED)
        new = [Letter(person_id=person, day=day, until=midnight) for person in some]
        queued += len(Letter.objects.bulk_create(new, ignore_conflicts=True))
    return queued


def told_in(letter: Letter) -> dict[str, list[Task]]:
    """Return what a letter tells of as it stands now: one's own late, due today and still to come, and what came up."""
    found: dict[str, list[Task]] = defaultdict(list)
    mine = Task.objects.open().filter(person=letter.person_id).select_related("duty").order_by("due_on", "id")
    for task in mine:
        name = "late" if task.due_on < letter.day else "today" if task.due_on == letter.day else "coming"
        found[name].append(task)
    up = Escalation.objects.filter(person=letter.person_id).values("task")
    found["up"] = list(Task.objects.open().filter(pk__in=up).select_related("duty").order_by("due_on", "id"))
    return {name: tasks for name, tasks in found.items() if tasks}
