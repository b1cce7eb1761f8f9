"""Noting that somebody looked, where looking itself is all that happens; and handing out who did."""

import hashlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import islice
from typing import IO

from django.utils.timezone import now

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import act
from kuramori.kernel.imports.writing import write_csv
from kuramori.kernel.ledger import ReadEntry, read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.watch.privacy.looks import LOOK_BACK, Choice, look_back_code, looks_visible_to
from kuramori.watch.queries.leavers import LeaverSeen

CHUNK = 1000
ONCE_IN = timedelta(hours=12)


def look_back_note(*, seen: LeaverSeen, by: Actor) -> bool:
    """Note that somebody looked back on a leaver, once in twelve hours; returns whether it was noted now.

    The leaver is no subject of the entry, for his history must not tell him; the pseudonym is that of his case.
    Raises LedgerUnavailable when it cannot be noted: then nothing is shown.
    """
    whom = look_back_code(seen.leaver.engagement_line, seen.leaver.person_id)
    lately = Entry.objects.filter(verb=LOOK_BACK, actor_id=by.id, at__gt=now() - ONCE_IN).select_related("disclosure")
    if any(each.notes.get("whom") == whom for each in read(lately)):
        return False
    with act(LOOK_BACK, by=by) as this:
        this.note("whom", whom, in_clear=True)
    return True


def looks_export(
    *,
    viewer: Viewer,
    choice: Choice,
    columns: Sequence[str],
    line: Callable[[ReadEntry], list[str]],
    by: Actor,
    why: str,
) -> IO[bytes]:
    """Write the looks as CSV and note how many; returns the file, at its beginning.

    Raises LedgerUnavailable when it cannot be noted: then no file leaves.
    """
    with ExitStack() as until_handed_out:
        file = until_handed_out.enter_context(tempfile.TemporaryFile())
        rows = looks_visible_to(viewer, choice).select_related("disclosure").iterator(chunk_size=CHUNK)
        count = write_csv(columns, (line(row) for part in _parts(rows) for row in read(part)), file)
        file.seek(0)
        with act("watch.look.export", by=by, why=why) as this:
            this.note("rows", count, in_clear=True)
            this.note("since", choice.since.isoformat(), in_clear=True)
            this.note("until", choice.until.isoformat(), in_clear=True)
            this.note("sha256", hashlib.file_digest(file, "sha256").hexdigest(), in_clear=True)
        file.seek(0)
        until_handed_out.pop_all()
    return file


def _parts(rows: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Cut a long list into pieces that fit into memory."""
    waiting = iter(rows)
    while part := list(islice(waiting, CHUNK)):
        yield part
