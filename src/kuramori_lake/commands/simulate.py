"""`kuramori-lake simulate`: a company that does not exist, with native raw logs and the truth about them."""

import argparse
from pathlib import Path
from typing import Any, Final

from kuramori_lake.commands.shell import DONE, FAILED, WRONG_USE, complain, day, parser_of, print_json, tell
from kuramori_lake.simulator import simulate
from kuramori_lake.simulator.cases import chosen
from kuramori_lake.simulator.unplayable import Unplayable
from kuramori_lake.words import say

STATUS: Final = "Exit status: 0 done; 2 wrong use, such as a company too small for its cases; 3 failed."


def add(commands: Any) -> None:
    """The command's options; it needs no lake."""
    what = "make a company with ground truth and raw logs, to try detection on"
    made = parser_of(commands.add_parser, "simulate", help=say(what), description=say(what), epilog=say(STATUS))
    made.add_argument("--out", required=True, type=Path, metavar="DIR", help=say("folder to write to"))
    made.add_argument("--seed", type=int, default=7, help=say("the same seed gives the same bytes"))
    made.add_argument("--people", type=int, default=200, help=say("people of the company"))
    made.add_argument("--months", type=int, default=6, help=say("months of history"))
    made.add_argument("--events", type=int, default=120_000, help=say("lines of ordinary logs, about"))
    made.add_argument("--today", type=day, metavar="DATE", help=say("the day after the last day of the logs"))
    made.add_argument("--cases", default="all", help=say("all, none, or a list such as CASE-03,CASE-07:tenth"))
    made.add_argument("--within", type=int, metavar="DAYS", help=say("cases end in so many days before today"))
    made.add_argument("--json", action="store_true", help=say("print JSON"))
    made.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the company; truth.json lies beside its files."""
    more = {"today": args.today} if args.today else {}
    try:
        cases = chosen(args.cases, args.seed)
        truth = simulate(
            args.out,
            seed=args.seed,
            people=args.people,
            months=args.months,
            events=args.events,
            cases=cases,
            within=args.within,
            **more,
        )
    except Unplayable as error:
        complain(error.words, **error.values)
        return WRONG_USE
    except OSError as error:
        complain("%(file)s: %(error)s", file=args.out, error=error.strerror)
        return FAILED
    if args.json:
        print_json(truth.as_json())
    else:
        tell(
            "%(people)s people, %(lines)s lines of logs, %(cases)s cases; the truth is in %(file)s",
            people=truth.people,
            lines=truth.lines,
            cases=len(truth.cases),
            file=truth.path,
        )
    return DONE
