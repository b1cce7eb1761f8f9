"""`kuramori-lake presence`: who was alone in a zone, and who entered one outside his permit (FAC-05, FAC-13)."""

import argparse
import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from kuramori_lake.commands.shell import DONE, WRONG_USE, command, complain, day, print_json, tell, zone
from kuramori_lake.presence import Permit, Presence, Zone, presence_of
from kuramori_lake.store import Lake
from kuramori_lake.words import say

ZONES: Final = ("zone", "door", "inner", "least", "minutes", "permit")
PERMITS: Final = ("zone", "person", "from", "to")
_YES: Final = frozenset({"1", "yes", "y", "true", "○", "はい"})


class TableError(ValueError):
    """A list of zones or permits is not one; the message says where."""


def add(commands: Any) -> None:
    """Describe the command."""
    made = command(commands, "presence", "say who was alone in a zone, as its doors tell it", run)
    made.add_argument(
        "--zones",
        required=True,
        type=Path,
        metavar="CSV",
        help=say("a row for each door: zone, door, inner, least, minutes, permit"),
    )
    made.add_argument("--permits", type=Path, metavar="CSV", help=say("entry permits: zone, person, from, to"))
    made.add_argument("--from", required=True, type=day, dest="since", metavar="DATE", help=say("first day"))
    made.add_argument("--to", required=True, type=day, dest="until", metavar="DATE", help=say("last day"))
    made.add_argument("--tz", type=zone, default=ZoneInfo("Asia/Tokyo"), metavar="ZONE", help=say("clock of the zones"))


def run(args: argparse.Namespace, lake: Lake) -> int:
    """Print what the doors tell, a line each."""
    try:
        zones = read_zones(args.zones)
        permits = read_permits(args.permits, args.tz) if args.permits else []
    except (TableError, OSError, UnicodeDecodeError, csv.Error) as error:
        complain("%(error)s", error=error)
        return WRONG_USE
    days = [args.since + timedelta(days=n) for n in range((args.until - args.since).days + 1)]
    found = presence_of(lake, zones, days, clock=args.tz, permits=permits)
    if args.json:
        for kind, rows in (("alone", found.alone), ("entry", found.entries), ("zone", found.zones)):
            for row in rows:
                print_json({"kind": kind} | asdict(row))
    else:
        _say(found, args.tz)
    return DONE


def _rows(path: Path, columns: tuple[str, ...], least: int) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a table in UTF-8 with their line numbers; the first `least` columns must be there."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if missing := set(columns[:least]) - set(reader.fieldnames or ()):
            raise TableError(say("%(file)s: no column %(columns)s", file=path, columns=", ".join(sorted(missing))))
        for row in reader:
            yield reader.line_num, {name: (row.get(name) or "").strip() for name in columns}


def _read(path: Path, line: int, read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except ValueError as error:
        raise TableError(say("%(file)s, line %(line)s: wrong: %(text)s", file=path, line=line, text=text)) from error


def _number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def read_zones(path: Path) -> list[Zone]:
    """Zones out of a table with a row for each door; `least` and `minutes` of a zone are those of its first row.

    Raises:
        TableError: a column is missing, a number is none, or a zone has no outer door.
    """
    doors: dict[str, dict[bool, set[str]]] = {}
    words: dict[str, dict[str, Any]] = {}
    for line, row in _rows(path, ZONES, 2):
        if not row["zone"] or not row["door"]:
            raise TableError(say("%(file)s, line %(line)s: wrong: %(text)s", file=path, line=line, text=row))
        doors.setdefault(row["zone"], {False: set(), True: set()})[row["inner"].lower() in _YES].add(row["door"])
        words.setdefault(
            row["zone"],
            {
                "least": _read(path, line, _number, row["least"] or "2"),
                "minutes": _read(path, line, _number, row["minutes"] or "20"),
                "by_permit": row["permit"].lower() in _YES,
            },
        )
    for name, each in doors.items():
        if not each[False]:
            raise TableError(say("%(file)s: zone %(zone)s has no outer door", file=path, zone=name))
    return [
        Zone(key=name, doors=frozenset(each[False]), inner=frozenset(each[True]), **words[name])
        for name, each in doors.items()
    ]


def read_permits(path: Path, clock: ZoneInfo) -> list[Permit]:
    """Permits out of a table; a time without an offset is one of the clock.

    Raises:
        TableError: a column is missing, or a time is none.
    """
    return [_permit(path, line, row, clock) for line, row in _rows(path, PERMITS, len(PERMITS))]


def _permit(path: Path, line: int, row: Mapping[str, str], clock: ZoneInfo) -> Permit:
    def moment(text: str) -> datetime:
        at = datetime.fromisoformat(text.replace("/", "-"))
        return (at if at.tzinfo else at.replace(tzinfo=clock)).astimezone(UTC).replace(tzinfo=None)

    since, until = (_read(path, line, moment, row[name]) for name in ("from", "to"))
    return Permit(zone=row["zone"], person_id=row["person"], since=since, until=until)


def _say(found: Presence, clock: ZoneInfo) -> None:
    def local(at: datetime) -> str:
        return at.replace(tzinfo=UTC).astimezone(clock).strftime("%Y-%m-%d %H:%M")

    for one in found.alone:
        sure = say("sure") if one.is_sure else say("not sure: %(why)s", why=", ".join(one.doubts))
        values = {"zone": one.zone, "who": one.who, "minutes": one.minutes, "sure": sure}
        tell("%(since)s  %(zone)s  %(who)s: %(minutes)s minutes (%(sure)s)", since=local(one.since), **values)
    for entry in found.entries:
        values = {"zone": entry.zone, "who": entry.who, "slot": entry.slot}
        tell("%(since)s  %(zone)s  %(who)s: entered without a permit (%(slot)s)", since=local(entry.at), **values)
    for each in found.zones:
        tell("%(zone)s: %(stays)s stays, %(no_exit)s without leaving, %(no_entry)s without entering", **asdict(each))
