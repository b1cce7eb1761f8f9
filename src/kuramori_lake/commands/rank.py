"""`kuramori-lake rank`: the few person-days of each day that are worth a review."""

import argparse
import csv
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from kuramori_lake.commands.shell import DONE, WRONG_USE, command, complain, day, print_json, tell, with_engine
from kuramori_lake.rank import DEFAULT, MOST_VOTE, VOTE, Ranked, rank, sentence
from kuramori_lake.rank.run import ACTOR
from kuramori_lake.store import Lake
from kuramori_lake.words import is_japanese, say

DATES: Final = ("%Y-%m-%d", "%Y/%m/%d", "%m/%d/%Y", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M:%S")

VOTES: Final = "ecod"
"""The one vote there is."""


class LeaversError(ValueError):
    """The list of leavers is not one; the message names file and row."""


def add(commands: Any) -> None:
    """Describe the command."""
    ranked = command(commands, "rank", "say each day whose day is worth a review", run)
    ranked.add_argument("--leavers", type=Path, metavar="CSV", help=say("people who leave: columns person and date"))
    ranked.add_argument("--per-day", type=int, default=DEFAULT.per_day, metavar="N", help=say("reviews a day at most"))
    ranked.add_argument("--from", required=True, type=day, dest="since", metavar="DATE", help=say("first day"))
    ranked.add_argument("--to", required=True, type=day, dest="until", metavar="DATE", help=say("last day"))
    ranked.add_argument(
        "--vote",
        type=vote,
        default=DEFAULT.vote,
        metavar="ecod[=WEIGHT]",
        help=say(
            "let a day that is unusual in many respects at once count a little beside other reasons, at most"
            " WEIGHT (0 to %(most)s, else %(usual)s) of evidence; off by default",
            most=MOST_VOTE,
            usual=VOTE,
        ),
    )
    with_engine(ranked)
    ranked.add_argument(
        "--from-nothing", action="store_true", help=say("neither use nor change what earlier nights worked out")
    )


def run(args: argparse.Namespace, lake: Lake) -> int:
    """Print the reviews, a line each."""
    try:
        leavers = read_leavers(args.leavers) if args.leavers else {}
    except (LeaversError, OSError, UnicodeDecodeError, csv.Error) as error:
        complain("%(file)s: %(error)s", file=args.leavers, error=error)
        return WRONG_USE
    settings = replace(DEFAULT, per_day=args.per_day, vote=args.vote)
    language = "ja" if is_japanese() else "en"
    building = not args.from_nothing
    found = rank(lake, since=args.since, until=args.until, settings=settings, leavers=leavers, building=building)
    for one in found:
        if args.json:
            print_json(as_json(one, language))
        else:
            _say(one, language)
    return DONE


def vote(text: str) -> float:
    """An argument that switches a vote on: `ecod`, or with its weight `ecod=0.3`.

    Raises:
        argparse.ArgumentTypeError: another vote, or its weight is not a number from 0 to `MOST_VOTE`.
    """
    name, equals, weight = text.partition("=")
    if name != VOTES:
        raise argparse.ArgumentTypeError(say("no such vote, there is ecod: %(vote)s", vote=text))
    try:
        found = float(weight) if equals else VOTE
        replace(DEFAULT, vote=found)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            say("the weight of a vote is a number from 0 to %(most)s: %(weight)s", most=MOST_VOTE, weight=weight)
        ) from error
    return found


def read_leavers(path: Path) -> Mapping[str, date]:
    """Last days by person, from a table with the columns `person` and `date`.

    Raises:
        LeaversError: a column is missing, or a date is none.
        UnicodeDecodeError, csv.Error: not a table in UTF-8.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if not {"person", "date"} <= set(reader.fieldnames or ()):
            raise LeaversError(say("no columns person and date"))
        rows = ((row, reader.line_num) for row in reader if row["person"])
        return {row["person"].strip(): _date((row["date"] or "").strip(), line) for row, line in rows}


def _date(text: str, line: int) -> date:
    for form in DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise LeaversError(say("line %(line)s: not a day: %(day)s", line=line, day=text))


def as_json(one: Ranked, language: str) -> dict[str, Any]:
    """The line of the contract; each reason with its sentence, in both languages, and its numbers."""
    return {
        "day": one.day.isoformat(),
        "person": one.person.removeprefix(ACTOR),
        "rank": one.rank,
        "score": one.score,
        "reasons": [
            {"sentence": sentence(reason, language), "en": sentence(reason, "en"), "ja": sentence(reason, "ja")}
            | asdict(reason)
            for reason in one.reasons
        ],
        "channels": list(one.channels),
    }


def _say(one: Ranked, language: str) -> None:
    person = one.person.removeprefix(ACTOR)
    tell("%(day)s  %(rank)s.  %(score)s  %(person)s", day=one.day, rank=one.rank, score=one.score, person=person)
    for reason in one.reasons:
        tell("  %(reason)s", reason=sentence(reason, language))
