"""`kuramori-lake ingest`: files of one kind of log, or a folder in the CERT layout."""

import argparse
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb

from kuramori_lake import cert_folder, sources
from kuramori_lake.commands.shell import DONE, FAILED, FLAWED, command, complain, print_json, tell, zone
from kuramori_lake.event import TimeBasis
from kuramori_lake.ingest import FileChangedError
from kuramori_lake.store import Lake
from kuramori_lake.words import say

ASSUMED_ZONE: Final = "Asia/Tokyo"
REASONS_SHOWN: Final = 5


def add(commands: Any) -> None:
    """Describe the command."""
    ingest = command(commands, "ingest", "take files in; the same file again stores nothing", run)
    names = ", ".join((cert_folder.NAME, *sources.names()))
    ingest.add_argument("--source", required=True, help=say("kind of log: %(names)s, or table:FILE.json", names=names))
    ingest.add_argument("--instance", default="default", help=say("name of the server or system that wrote the log"))
    ingest.add_argument("--tz", type=zone, metavar="ZONE", help=say("zone of the log's clock, e.g. Asia/Tokyo"))
    ingest.add_argument(
        "--site-tz",
        type=zone,
        metavar="ZONE",
        help=say("zone of the people's day, if it is not that of the log's clock"),
    )
    ingest.add_argument("--encoding", default="utf-8", help=say("encoding of text logs that do not say"))
    ingest.add_argument("--keep", action="store_true", help=say("keep a copy of each received file"))
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=say("log files"))


def check(args: argparse.Namespace) -> None:
    """See to it that the source is known before the lake is opened.

    Raises:
        UnknownSourceError, MappingError: it is not, or its mapping is wrong.
    """
    if args.source != cert_folder.NAME:
        sources.source(args.source)


def run(args: argparse.Namespace, lake: Lake) -> int:
    """Take in what was named; see `shell.STATUS` for what is returned."""
    if args.tz is None:
        complain("the zone was assumed to be %(zone)s; say --tz to be sure", zone=ASSUMED_ZONE)
    if args.source == cert_folder.NAME:
        return max(_folder(args, lake, folder) for folder in args.paths)
    return max(_file(args, lake, path, args.source) for path in args.paths)


def _folder(args: argparse.Namespace, lake: Lake, folder: Path) -> int:
    """All files of the layout, then the people of its LDAP snapshots."""
    try:
        status = max(_file(args, lake, path, source) for path, source in cert_folder.files_of(folder))
        told = cert_folder.tell_context(lake, folder)
    except (cert_folder.FolderError, OSError, UnicodeDecodeError) as error:
        complain("%(file)s: %(error)s", file=folder, error=error)
        return FAILED
    if told.kept_other:
        complain("the lake knows its people from elsewhere; the LDAP snapshots were not taken")
    elif args.json:
        print_json({"folder": str(folder)} | asdict(told))
    else:
        tell("%(people)s people from %(snapshots)s LDAP snapshots", **asdict(told))
    return status


def _file(args: argparse.Namespace, lake: Lake, path: Path, source: str) -> int:
    try:
        report = lake.ingest(
            path,
            source=source,
            instance=args.instance,
            zone=args.tz or ZoneInfo(ASSUMED_ZONE),
            site_zone=args.site_tz,
            basis=TimeBasis.CONFIGURED if args.tz else TimeBasis.ASSUMED,
            encoding=args.encoding,
            keep=args.keep,
        )
    except (OSError, sqlite3.OperationalError, FileChangedError, duckdb.Error) as error:
        complain("%(file)s: %(error)s", file=path, error=error)
        return FAILED
    if args.json:
        print_json({"file": str(path)} | asdict(report))
    else:
        _say_counts(lake, path, report.batch_id, asdict(report.counts))
    return FLAWED if report.counts.rejected and not report.known else DONE


def _say_counts(lake: Lake, path: Path, batch_id: int, counts: dict[str, int]) -> None:
    tell(
        "%(file)s: %(accepted)s new, %(duplicate)s known, %(rejected)s rejected, %(ignored)s skipped",
        file=path,
        **counts,
    )
    for row in _rejected(lake, batch_id) if counts["rejected"] else ():
        complain("  row %(row)s: %(reason)s", row=row.row, reason=row.reason)


def _rejected(lake: Lake, batch_id: int) -> Iterator[Any]:
    yield from lake.quarantine(batch_id=batch_id, limit=REASONS_SHOWN)
