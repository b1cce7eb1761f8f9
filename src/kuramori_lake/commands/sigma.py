"""`kuramori-lake sigma`: its options. What it does is in `sigma_run`, loaded when asked for."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from kuramori_lake.commands.shell import command, complain, day, with_engine
from kuramori_lake.store import Lake
from kuramori_lake.words import say

STATUS: Final = (
    "Exit status: 0 done; 1 done, but rules were refused or damage was found; 2 wrong use, such as a path that does "
    "not exist; 3 failed."
)


def add(commands: Any) -> None:
    """The command's options."""
    sigma = command(commands, "sigma", "run Sigma rules over stored events", _run, status=STATUS)
    sigma.add_argument(
        "rules",
        nargs="*",
        type=Path,
        metavar="RULES",
        help=say("rule files, folders or zip archives; without any: Kuramori's own rules and the sets taken in"),
    )
    sigma.add_argument("--from", dest="since", type=day, metavar="DATE", help=say("first local day"))
    sigma.add_argument("--to", dest="until", type=day, metavar="DATE", help=say("last local day"))
    with_engine(sigma)
    instead = sigma.add_mutually_exclusive_group()
    instead.add_argument("--check", action="store_true", help=say("only say which rules can be used, and why not"))
    instead.add_argument("--back-test", action="store_true", help=say("only count the alerts of each rule by day"))
    instead.add_argument("--import", dest="name", metavar="NAME", help=say("take the rules in as the set NAME"))
    sigma.set_defaults(usable=_usable)


def _usable(args: argparse.Namespace) -> bool:
    """Whether the files that were named exist; asked before the lake is opened."""
    missing = [path for path in args.rules if not path.exists()]
    for path in missing:
        complain("%(file)s: no such file or folder", file=path)
    if args.name and not args.rules:
        complain("name the rule files to take in")
        return False
    return not missing


def _run(args: argparse.Namespace, lake: Lake) -> int:
    # Loaded now and not above: Ibis would cost the start of every other command a second.
    status: int = import_module("kuramori_lake.commands.sigma_run").run_sigma(args, lake)
    return status
