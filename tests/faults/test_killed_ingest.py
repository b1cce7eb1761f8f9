"""kill -9 at any moment of `kuramori ingest`: each line of each log is in once, each segment sealed by one act."""

import json
import sqlite3
from collections import Counter
from contextlib import closing

from kuramori_lake.store import Lake
from tests.faults.conftest import KILLS
from tests.faults.forge import KILLED
from tests.faults.test_killed_import import is_whole

LINES = 300
LINE = (
    "<173>Nov 19 {clock} smbd_audit: 2026/11/19 {clock}|akari|10.1.4.7|pc7|zairyo|create_file|ok|0x120089|file|open|"
    "/srv/samba/zairyo/{file}\n"
)
INGEST = ("ingest", "--source", "samba", "--instance", "fs01", "--tz", "Asia/Tokyo")
TAKEN = "300 taken in"
POINTS = (
    "kuramori.watch.acts.receiving._note",
    "kuramori.watch.acts.receiving.seal_segments",
    "kuramori.watch.acts.sealing._seal",
    "kuramori_lake.store.Lake.mark_sealed",
)


def logged(folder, number: int):
    """Write a log of that number: three hundred openings of its own."""
    folder.mkdir(exist_ok=True)
    file = folder / f"audit-{number:03d}.log"
    clocks = (f"09:{second // 60:02d}:{second % 60:02d}" for second in range(LINES))
    lines = [LINE.format(clock=clock, file=f"{number}-{place}.xlsx") for place, clock in enumerate(clocks)]
    file.write_text("".join(lines), encoding="utf-8")
    return file


@KILLS
def test_killed_anywhere_nothing_is_lost_and_nothing_doubled(here, smithy, chance, tmp_path, kills):
    logs = tmp_path / "logs"
    taken = smithy.run("command", *INGEST, logged(logs, 0)).seconds
    for number in range(1, kills + 1):
        file = logged(logs, number)
        work = smithy.killed("command", *INGEST, logs, after=chance.uniform(0.0, taken * 1.2))
        if any(file.name in line and TAKEN in line for line in work.said):
            assert rows(here) == (number + 1) * LINES, "acknowledged, then lost"
    smithy.run("command", *INGEST, logs)
    is_once(here, kills + 1)
    is_whole(here, smithy)


def test_killed_between_segment_and_seal_the_next_run_repairs_it(here, smithy, tmp_path):
    logs = tmp_path / "logs"
    for done, point in enumerate(POINTS, start=1):
        file = logged(logs, done)
        assert smithy.start("cut", point, *INGEST, file).wait() == KILLED
        assert rows(here) == done * LINES, "the segment is in"
        assert manifest(here, "SELECT 1 FROM segment WHERE sealed_act IS NULL"), "and not sealed"
        smithy.run("command", *INGEST, file)
        is_once(here, done)
    smithy.run("command", *INGEST, logs)
    is_once(here, len(POINTS))
    is_whole(here, smithy)


def is_once(here, files: int) -> None:
    """Each line is there once; each segment is sealed by one act, which names the file's digest.

    The act that says who handed a file in may be cut off by the kill; there are never two of it.
    """
    assert rows(here) == files * LINES
    with Lake.open(here.data / "lake") as lake:
        assert lake.verify() == []
        (told,) = lake.query("SELECT count(DISTINCT path) AS opened FROM events").to_pylist()
        assert told["opened"] == files * LINES
    seals = sealed(here)
    assert len(seals) == files
    assert len({notes["received_sha256"]["open"] for notes in seals}) == files
    received = Counter(each for notes in entries(here, "watch.source.receive") for each in notes["digests"]["open"])
    assert set(received.values()) <= {1}


def sealed(here) -> list[dict]:
    """Return what each seal says: every live segment has one, and none has two."""
    seals = entries(here, "watch.segment.seal")
    assert len({notes["segment"]["open"] for notes in seals}) == len(seals)
    acts = [act for (act,) in manifest(here, "SELECT sealed_act FROM segment WHERE retired_utc IS NULL")]
    assert None not in acts
    assert len(set(acts)) == len(acts)
    return seals


def rows(here) -> int:
    return int(manifest(here, "SELECT coalesce(sum(rows), 0) FROM segment WHERE retired_utc IS NULL")[0][0])


def manifest(here, sql: str) -> list[tuple]:
    """Ask the lake's own book, past the program under test."""
    with closing(sqlite3.connect(here.data / "lake" / "manifest.sqlite3", timeout=20)) as book:
        return book.execute(sql).fetchall()


def entries(here, verb: str) -> list[dict]:
    """Return the notes of all acts of a verb, read from their committed bodies."""
    return [json.loads(body)["notes"] for (body,) in here.ask("SELECT body FROM kernel_entry WHERE verb = ?", [verb])]
