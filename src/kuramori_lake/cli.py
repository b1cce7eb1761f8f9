"""`kuramori-lake`: the lake from a shell, without the rest of Kuramori."""

import argparse
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any, Final

import duckdb

from kuramori_lake import sources
from kuramori_lake.commands import fingerprint, ingest, presence, receive, setup, sigma, simulate
from kuramori_lake.commands import rank as rank_command
from kuramori_lake.commands.shell import (
    DONE,
    FAILED,
    FLAWED,
    STATUS,
    WRONG_USE,
    command,
    complain,
    day,
    parser_of,
    print_json,
    tell,
    with_engine,
)
from kuramori_lake.compaction import CompactionError
from kuramori_lake.detect import DEFAULT, Finding, detect, headline, sentence
from kuramori_lake.engine import EngineError, NotInstalledError, RunsOn
from kuramori_lake.manifest import LakeFormatError
from kuramori_lake.sources.mapping import MappingError
from kuramori_lake.store import Lake
from kuramori_lake.words import is_japanese, say

NOT_INSTALLED: Final = "the engine clickhouse needs the Python package %(error)s, which is not installed"


def parser() -> argparse.ArgumentParser:
    """All commands, described in the user's language."""
    top = parser_of(
        argparse.ArgumentParser,
        prog="kuramori-lake",
        description=say("Take logs into an event lake and look after it."),
        epilog=say(STATUS),
    )
    commands = top.add_subparsers(title=say("commands"), required=True, metavar="COMMAND")
    ingest.add(commands)
    command(commands, "stats", "show what the lake holds and how its sources are", _stats)
    command(commands, "verify", "read every file and compare digests", _verify)
    found = command(commands, "detect", "look for people and days that somebody should look at", _detect)
    found.add_argument("--as-of", required=True, type=day, metavar="DATE", help=say("nothing after this day is read"))
    found.add_argument("--days", type=int, default=7, metavar="N", help=say("how many days up to it are judged"))
    found.add_argument("--budget", type=float, default=DEFAULT.budget, help=say("findings a week per 1,000 people"))
    with_engine(found)
    rank_command.add(commands)
    command(commands, "compact", "bring new segments into order by month and actor", _compact)
    sigma.add(commands)
    receive.add(commands)
    fingerprint.add(commands)
    presence.add(commands)
    setup.add(commands)
    simulate.add(commands)
    return top


def _stats(args: argparse.Namespace, lake: Lake) -> int:
    stats, health = lake.stats(), lake.sources_health()
    if args.json:
        print_json(asdict(stats) | {"sources": [asdict(one) for one in health]})
    else:
        tell("%(events)s events in %(segments)s segments, %(bytes)s bytes", **asdict(stats))
        for one in health:
            tell(
                "%(source)s %(instance)s: last event %(last)s, %(rows)s rows, %(rejected)s rejected, %(gaps)s gaps, "
                "%(cleared)s logs cleared",
                last=one.last_event_utc or say("never"),
                **asdict(one),
            )
    return _damage(stats.damaged)


def _damage(damaged: Sequence[Any]) -> int:
    for one in damaged:
        complain("damaged: %(path)s: %(reason)s", path=one.path, reason=one.reason)
    return FLAWED if damaged else DONE


def _verify(args: argparse.Namespace, lake: Lake) -> int:
    damaged = lake.verify()
    if args.json:
        print_json([asdict(one) for one in damaged])
    elif not damaged:
        tell("all files are as they were stored")
    return _damage(damaged)


def _compact(args: argparse.Namespace, lake: Lake) -> int:
    report = lake.compact()
    if args.json:
        print_json(asdict(report))
    else:
        before, after = report.segments_before, report.segments_after
        tell("%(before)s segments became %(after)s, %(rows)s rows", before=before, after=after, rows=report.rows)
    return DONE


def _detect(args: argparse.Namespace, lake: Lake) -> int:
    nobody_named = not lake.context.table("people").num_rows
    settings = replace(DEFAULT, budget=args.budget, include_unknown=nobody_named)
    findings = detect(lake, as_of=args.as_of, days=args.days, settings=settings)
    language = "ja" if is_japanese() else "en"
    if args.json:
        print_json([asdict(one) | {"key": one.key, "headline": headline(one, language)} for one in findings])
        return DONE
    for one in findings:
        tell("%(severity)s %(score)s  %(person_id)s  %(since)s to %(until)s", **_shown(one))
        for reason in one.reasons:
            tell("  %(reason)s", reason=sentence(reason, language))
    if not findings:
        tell("nothing that somebody should look at")
    return DONE


def _shown(finding: Finding) -> dict[str, object]:
    return {name: getattr(finding, name) for name in ("severity", "score", "person_id", "since", "until")}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status (see `--help`)."""
    args = parser().parse_args(argv)
    if "lake" not in args:
        answered: int = args.run(args)
        return answered
    try:
        if "source" in args:
            ingest.check(args)
        if "usable" in args and not args.usable(args):
            return WRONG_USE
        with Lake.open(args.lake, runs_on=getattr(args, "engine", RunsOn.DUCKDB)) as lake:
            status: int = args.run(args, lake)
    except (sources.UnknownSourceError, MappingError) as error:
        complain("%(file)s: %(error)s", file=args.source, error=error)
        return WRONG_USE
    except EngineError as error:
        complain(NOT_INSTALLED if isinstance(error, NotInstalledError) else "the engine failed: %(error)s", error=error)
        return FAILED
    except (OSError, sqlite3.Error, duckdb.Error, LakeFormatError, CompactionError) as error:
        complain("%(file)s: %(error)s", file=args.lake, error=error)
        return FAILED
    return status


if __name__ == "__main__":
    sys.exit(main())
