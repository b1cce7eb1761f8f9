"""A process of its own on a database of its own: takes jobs or writes acts, beside others that do the same.

python -m kuramori.kernel.tests.worker prepare|take|write|look
"""

import json
import sys
import uuid
from collections import Counter

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - the models need Django to be set up
from django.utils.timezone import now  # noqa: E402

from kuramori.kernel import guards, jobs  # noqa: E402
from kuramori.kernel.actors import SYSTEM  # noqa: E402
from kuramori.kernel.acts import act  # noqa: E402
from kuramori.kernel.models import Entry, EntrySubject, Job, SavedView, Unsequenced  # noqa: E402

JOBS, ACTS = 40, 25


def prepare() -> None:
    """Set the database up with jobs that wait and one record that all will write."""
    call_command("migrate", verbosity=0)
    Job.objects.bulk_create([Job(kind="count", asked_at=now()) for _number in range(JOBS)])
    with act("kernel.view.save", by=SYSTEM):
        SavedView(id=uuid.UUID(int=1), name="0", register="r", person_id=uuid.UUID(int=1)).save()


def take() -> None:
    """Take jobs until none waits; say which."""
    while (job := jobs.take()) is not None:
        sys.stdout.write(f"{job.pk}\n")


def write() -> None:
    """Add one to the same record again and again, each time as an act that reads it under its lock."""
    for _number in range(ACTS):
        with act("kernel.view.save", by=SYSTEM):
            view = SavedView.objects.select_for_update().get(pk=uuid.UUID(int=1))
            view.name = str(int(view.name) + 1)
            view.save()
        sys.stdout.write("done\n")


def look() -> None:
    """Say what the database holds."""
    attempts = Counter(Job.objects.values_list("attempts", flat=True))
    found = {
        "jobs": {str(count): jobs for count, jobs in attempts.items()},
        "name": SavedView.objects.get().name,
        "entries": Entry.objects.count(),
        "subjects": EntrySubject.objects.count(),
        "waiting": Unsequenced.objects.count(),
        "missing": guards.missing(),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    {"prepare": prepare, "take": take, "write": write, "look": look}[sys.argv[1]]()
