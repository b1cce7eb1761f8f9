"""A worker that can be killed: prepares runs, takes them in one by one, says each that is done, or says what it finds.

python -m kuramori.kernel.imports.tests.worker prepare|take|look
"""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - the models need Django to be set up

from kuramori.kernel.imports import acts, runs, storage  # noqa: E402
from kuramori.kernel.imports.checking import check  # noqa: E402
from kuramori.kernel.imports.models import ImportRun, RunState  # noqa: E402
from kuramori.kernel.imports.tests.conftest import AKARI, VIEWS  # noqa: E402
from kuramori.kernel.imports.tests.ledgers import workbook  # noqa: E402
from kuramori.kernel.models import Entry, SavedView  # noqa: E402

FILES, ROWS = 20, 200
TODAY = date(2026, 4, 1)


def prepare() -> None:
    """Hand in and check all files, one after the other."""
    call_command("migrate", verbosity=0)
    with TemporaryDirectory() as folder:
        for number in range(FILES):
            rows = [[f"{number}-{row}", "x"] for row in range(ROWS)]
            path = workbook(Path(folder), [["名前", "条件"], *rows], name=f"{number}.xlsx")
            run = acts.hand_in(kind=VIEWS, name=path.name, chunks=[path.read_bytes()], viewer=AKARI)
            source = runs.understand(VIEWS, storage.place(run.pk), name=path.name).source
            acts.set_columns(run=run, source=source, viewer=AKARI)
            acts.keep_check(run=run, checked=check(VIEWS, source, viewer=AKARI, today=TODAY), viewer=AKARI)


def take() -> None:
    """Take in whatever is not in yet; each name is printed only after its act is done."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for run in ImportRun.objects.filter(state=RunState.CHECKED).order_by("created_at"):
        acts.take_in(run=run, viewer=AKARI, why="", today=TODAY)
        sys.stdout.write(f"{run.file_name}\n")
        sys.stdout.flush()


def look() -> None:
    """Say, per file, its state and its number of records and entries."""
    records = Counter(name.partition("-")[0] for name in SavedView.objects.values_list("name", flat=True))
    entries = Counter(Entry.objects.filter(verb=VIEWS.verb, subjects__kind="kernel.importrun").values_list(
        "subjects__subject_id", flat=True
    ))  # fmt: skip
    found = {
        run.file_name: [run.state, records[run.file_name.partition(".")[0]], entries[run.pk]]
        for run in ImportRun.objects.all()
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    runs.kinds = acts.kinds = lambda: {VIEWS.name: VIEWS}
    {"prepare": prepare, "take": take, "look": look}[sys.argv[1]]()
