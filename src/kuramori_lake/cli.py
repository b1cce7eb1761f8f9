"""`kuramori-lake`: the lake from a shell, without the rest of Kuramori."""

import argparse
import json
import sqlite3
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb

from kuramori_lake import sources
from kuramori_lake.compaction import CompactionError
from kuramori_lake.detect import DEFAULT, Finding, detect, headline, sentence
from kuramori_lake.event import TimeBasis
from kuramori_lake.ingest import FileChangedError
from kuramori_lake.manifest import LakeFormatError
from kuramori_lake.sources.mapping import MappingError
from kuramori_lake.store import Lake
from kuramori_lake.words import is_japanese, say

DONE: Final = 0
FLAWED: Final = 1
WRONG_USE: Final = 2
FAILED: Final = 3
ASSUMED_ZONE: Final = "Asia/Tokyo"
REASONS_SHOWN: Final = 5


class _Help(argparse.RawDescriptionHelpFormatter):
    """Usage line in the user's language."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)


def _parser_of(add: Callable[..., argparse.ArgumentParser], *args: str, **words: Any) -> argparse.ArgumentParser:
    parser = add(*args, add_help=False, formatter_class=_Help, **words)
    parser._positionals.title = say("arguments")  # noqa: SLF001  # argparse has no public way to translate these
    parser._optionals.title = say("options")  # noqa: SLF001
    parser.add_argument("-h", "--help", action="help", help=say("show this help and exit"))
    return parser


_STATUS: Final = (
    "Exit status: 0 done; 1 done, but rows were rejected or damage was found; 2 wrong use; 3 failed: nothing is "
    "stored of a file whose failure was told, the other files of the call are in."
)


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(say("not a time zone: %(zone)s", zone=text)) from error


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say("not a day like 2026-11-20: %(day)s", day=text)) from error


def parser() -> argparse.ArgumentParser:
    """All commands, described in the user's language."""
    top = _parser_of(
        argparse.ArgumentParser,
        prog="kuramori-lake",
        description=say("Take logs into an event lake and look after it."),
        epilog=say(_STATUS),
    )
    commands = top.add_subparsers(title=say("commands"), required=True, metavar="COMMAND")
    ingest = _command(commands, "ingest", "take files in; the same file again stores nothing", _ingest)
    names = ", ".join(sources.names())
    ingest.add_argument("--source", required=True, help=say("kind of log: %(names)s, or table:FILE.json", names=names))
    ingest.add_argument("--instance", default="default", help=say("name of the server or system that wrote the log"))
    ingest.add_argument("--tz", type=_zone, metavar="ZONE", help=say("zone of the site's clock, e.g. Asia/Tokyo"))
    ingest.add_argument("--encoding", default="utf-8", help=say("encoding of text logs that do not say"))
    ingest.add_argument("--keep", action="store_true", help=say("keep a copy of each received file"))
    ingest.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=say("log files"))
    _command(commands, "stats", "show what the lake holds and how its sources are", _stats)
    _command(commands, "verify", "read every file and compare digests", _verify)
    found = _command(commands, "detect", "look for people and days that somebody should look at", _detect)
    found.add_argument("--as-of", required=True, type=_day, metavar="DATE", help=say("nothing after this day is read"))
    found.add_argument("--days", type=int, default=7, metavar="N", help=say("how many days up to it are judged"))
    found.add_argument("--budget", type=float, default=DEFAULT.budget, help=say("findings a week per 1,000 people"))
    _command(commands, "compact", "bring new segments into order by month and actor", _compact)
    return top


def _command(
    commands: Any, name: str, what: str, run: Callable[[argparse.Namespace, Lake], int]
) -> argparse.ArgumentParser:
    made = _parser_of(commands.add_parser, name, help=say(what), description=say(what), epilog=say(_STATUS))
    made.add_argument(
        "--lake", required=True, type=Path, metavar="DIR", help=say("folder of the lake; created if missing")
    )
    made.add_argument("--json", action="store_true", help=say("print JSON"))
    made.set_defaults(run=run)
    return made


def _print(found: Any) -> None:
    print(json.dumps(found, ensure_ascii=False, default=_plain))  # noqa: T201  # this is a command line


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)


def _tell(sentence: str, **values: object) -> None:
    print(say(sentence, **values))  # noqa: T201


def _complain(sentence: str, **values: object) -> None:
    print(say(sentence, **values), file=sys.stderr)  # noqa: T201


def _ingest(args: argparse.Namespace, lake: Lake) -> int:
    status = DONE
    if args.tz is None:
        _complain("the zone was assumed to be %(zone)s; say --tz to be sure", zone=ASSUMED_ZONE)
    for path in args.paths:
        try:
            report = lake.ingest(
                path,
                source=args.source,
                instance=args.instance,
                zone=args.tz or ZoneInfo(ASSUMED_ZONE),
                basis=TimeBasis.CONFIGURED if args.tz else TimeBasis.ASSUMED,
                encoding=args.encoding,
                keep=args.keep,
            )
        except (OSError, sqlite3.OperationalError, FileChangedError, duckdb.Error) as error:
            _complain("%(file)s: %(error)s", file=path, error=error)
            status = FAILED
            continue
        if report.counts.rejected and not report.known:
            status = max(status, FLAWED)
        if args.json:
            _print({"file": str(path)} | asdict(report))
            continue
        _tell(
            "%(file)s: %(accepted)s new, %(duplicate)s known, %(rejected)s rejected, %(ignored)s skipped",
            file=path,
            **asdict(report.counts),
        )
        if report.counts.rejected:
            for row in lake.quarantine(batch_id=report.batch_id, limit=REASONS_SHOWN):
                _complain("  row %(row)s: %(reason)s", row=row.row, reason=row.reason)
    return status


def _stats(args: argparse.Namespace, lake: Lake) -> int:
    stats, health = lake.stats(), lake.sources_health()
    if args.json:
        _print(asdict(stats) | {"sources": [asdict(one) for one in health]})
    else:
        _tell("%(events)s events in %(segments)s segments, %(bytes)s bytes", **asdict(stats))
        for one in health:
            _tell(
                "%(source)s %(instance)s: last event %(last)s, %(rows)s rows, %(rejected)s rejected, %(gaps)s gaps, "
                "%(cleared)s logs cleared",
                last=one.last_event_utc or say("never"),
                **asdict(one),
            )
    return _damage(stats.damaged)


def _damage(damaged: Sequence[Any]) -> int:
    for one in damaged:
        _complain("damaged: %(path)s: %(reason)s", path=one.path, reason=one.reason)
    return FLAWED if damaged else DONE


def _verify(args: argparse.Namespace, lake: Lake) -> int:
    damaged = lake.verify()
    if args.json:
        _print([asdict(one) for one in damaged])
    elif not damaged:
        _tell("all files are as they were stored")
    return _damage(damaged)


def _compact(args: argparse.Namespace, lake: Lake) -> int:
    report = lake.compact()
    if args.json:
        _print(asdict(report))
    else:
        before, after = report.segments_before, report.segments_after
        _tell("%(before)s segments became %(after)s, %(rows)s rows", before=before, after=after, rows=report.rows)
    return DONE


def _detect(args: argparse.Namespace, lake: Lake) -> int:
    nobody_named = not lake.context.table("people").num_rows
    settings = replace(DEFAULT, budget=args.budget, include_unknown=nobody_named)
    findings = detect(lake, as_of=args.as_of, days=args.days, settings=settings)
    language = "ja" if is_japanese() else "en"
    if args.json:
        _print([asdict(one) | {"key": one.key, "headline": headline(one, language)} for one in findings])
        return DONE
    for one in findings:
        _tell("%(severity)s %(score)s  %(person_id)s  %(since)s to %(until)s", **_shown(one))
        for reason in one.reasons:
            _tell("  %(reason)s", reason=sentence(reason, language))
    if not findings:
        _tell("nothing that somebody should look at")
    return DONE


def _shown(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in ("severity", "score", "person_id", "since", "until")}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status (see `--help`)."""
    args = parser().parse_args(argv)
    try:
        if "source" in args:
            sources.source(args.source)
        with Lake.open(args.lake) as lake:
            status: int = args.run(args, lake)
    except (sources.UnknownSourceError, MappingError) as error:
        _complain("%(file)s: %(error)s", file=args.source, error=error)
        return WRONG_USE
    except (OSError, sqlite3.Error, duckdb.Error, LakeFormatError, CompactionError) as error:
        _complain("%(file)s: %(error)s", file=args.lake, error=error)
        return FAILED
    return status


if __name__ == "__main__":
    sys.exit(main())
