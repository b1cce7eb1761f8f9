"""Lines that wait in the manifest: taken up by the next file, told once, and silent about protected parties."""

import os
from datetime import UTC, datetime
from pathlib import Path

from kuramori_lake import unfinished
from kuramori_lake.context import Context
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.postfix_log import filtered, mail
from kuramori_lake.unwatched import Unwatched, UnwatchedKind

WRITTEN = datetime(2026, 11, 22, tzinfo=UTC).timestamp()


def take(lake: Lake, folder: Path, name: str, lines: list[str], instance: str = "mx"):
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines))
    os.utime(path, (WRITTEN, WRITTEN))
    return lake.ingest(path, source="postfix", instance=instance, zone=TOKYO).counts


def told(lake: Lake):
    rows = lake.query("SELECT actor_raw, destination_value, raw_row, batch_id FROM events ORDER BY destination_value")
    return [tuple(row.values()) for row in rows.to_pylist()]


def test_mail_over_two_files_is_told_with_the_second_one(lake, tmp_path):
    lines = filtered()
    first = take(lake, tmp_path, "mail.log.1", lines[:8])
    assert (first.rows, first.accepted, first.ignored) == (8, 0, 8)
    second = take(lake, tmp_path, "mail.log", lines[8:])
    assert (second.rows, second.accepted, second.derived) == (4, 2, 0)
    assert told(lake) == [("akari", "x@rival.example", 2, 2), ("akari", "y@rival.example", 3, 2)]
    assert [one.group for one in unfinished.left(lake.manifest, "postfix", "mx")] == ["filter"]


def test_files_in_the_wrong_order_give_the_same_mails_as_conclusions(lake, tmp_path):
    lines = mail(login="akari")
    assert take(lake, tmp_path, "mail.log", lines[3:]).ignored == 2
    counts = take(lake, tmp_path, "mail.log.1", lines[:3])
    assert (counts.rows, counts.accepted, counts.ignored, counts.derived) == (3, 0, 3, 1)
    assert told(lake) == [("akari", "x@rival.example", None, 2)]
    whole = take(lake, tmp_path, "all.log", lines)
    assert (whole.accepted, whole.duplicate) == (0, 1)


def test_what_waits_belongs_to_its_instance(lake, tmp_path):
    take(lake, tmp_path, "a", mail()[:3])
    assert take(lake, tmp_path, "b", mail()[3:], instance="mx2").accepted == 0


def test_mail_of_a_protected_party_waits_without_its_words(lake, tmp_path):
    hotline = Unwatched(kind=UnwatchedKind.ADDRESS, value="hotline@kura.example", reason="whistle-blowers")
    lake.context.write(Context(unwatched=[hotline]))
    lines = mail(sender="hotline@kura.example", recipients=["journalist@press.example"])
    take(lake, tmp_path, "a", lines[:3])
    kept = unfinished.left(lake.manifest, "postfix", "mx")
    assert kept
    assert not [one for one in kept if b"hotline" in one.line]
    take(lake, tmp_path, "b", lines[3:])
    assert told(lake) == []
    assert not [one for one in unfinished.left(lake.manifest, "postfix", "mx") if b"journalist" in one.line]
