"""What every command of `kuramori-lake` shares: exit statuses, parsers in the user's language, ways to speak."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from kuramori_lake.engine import RunsOn
from kuramori_lake.store import Lake
from kuramori_lake.words import say

DONE: Final = 0
FLAWED: Final = 1
WRONG_USE: Final = 2
FAILED: Final = 3

STATUS: Final = (
    "Exit status: 0 done; 1 done, but rows were rejected or damage was found; 2 wrong use; 3 failed: nothing is "
    "stored of a file whose failure was told, the other files of the call are in."
)


class _Help(argparse.RawDescriptionHelpFormatter):
    """Usage line in the user's language."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, say("usage: ") if prefix is None else prefix)


def parser_of(add: Callable[..., argparse.ArgumentParser], *args: str, **words: Any) -> argparse.ArgumentParser:
    """A parser whose help speaks the user's language; `add` makes it."""
    parser = add(*args, add_help=False, formatter_class=_Help, **words)
    parser._positionals.title = say("arguments")  # noqa: SLF001  # argparse has no public way to translate these
    parser._optionals.title = say("options")  # noqa: SLF001
    parser.add_argument("-h", "--help", action="help", help=say("show this help and exit"))
    return parser


def command(
    commands: Any, name: str, what: str, run: Callable[[argparse.Namespace, Lake], int], *, status: str = STATUS
) -> argparse.ArgumentParser:
    """A command over one lake, with `--lake` and `--json`."""
    made = parser_of(commands.add_parser, name, help=say(what), description=say(what), epilog=say(status))
    made.add_argument(
        "--lake", required=True, type=Path, metavar="DIR", help=say("folder of the lake; created if missing")
    )
    made.add_argument("--json", action="store_true", help=say("print JSON"))
    made.set_defaults(run=run)
    return made


def with_engine(parser: argparse.ArgumentParser) -> None:
    """Add the option that says which engine runs detection."""
    parser.add_argument(
        "--engine",
        type=RunsOn,
        choices=list(RunsOn),
        default=RunsOn.DUCKDB,
        metavar="ENGINE",
        help=say("duckdb (in this process) or clickhouse (the server in KURAMORI_CLICKHOUSE_URL, or the package chdb)"),
    )


def zone(text: str) -> ZoneInfo:
    """An argument that names a time zone."""
    try:
        return ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(say("not a time zone: %(zone)s", zone=text)) from error


def day(text: str) -> date:
    """An argument that is a day, ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(say("not a day like 2026-11-20: %(day)s", day=text)) from error


def print_json(found: Any) -> None:
    """One line of JSON on standard output."""
    print(json.dumps(found, ensure_ascii=False, default=_plain))  # noqa: T201  # this is a command line


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value)


def tell(sentence: str, **values: object) -> None:
    """A sentence on standard output, in the user's language."""
    print(say(sentence, **values))  # noqa: T201


def complain(sentence: str, **values: object) -> None:
    """A sentence on standard error, in the user's language."""
    print(say(sentence, **values), file=sys.stderr)  # noqa: T201
