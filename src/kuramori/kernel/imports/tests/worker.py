"""A worker that can be killed: prepares runs, takes them in one by one, says each that is done, or says what it finds.

Forked by a nursery, which sets Django up.
"""

import json
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command

from kuramori.kernel.imports import acts, runs, storage
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.models import ImportRun, RunState
from kuramori.kernel.imports.tests.conftest import AKARI, VIEWS
from kuramori.kernel.imports.tests.ledgers import workbook
from kuramori.kernel.models import Entry, SavedView

FILES, ROWS = 20, 200
TODAY = date(2026, 4, 1)


def _one_kind() -> None:
    """Know one kind of import, the saved views of the tests, which no room has."""
    runs.kinds = acts.kinds = lambda: {VIEWS.name: VIEWS}


def prepare() -> None:
    """Hand in and check all files, one after the other."""
    _one_kind()
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
    _one_kind()
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
