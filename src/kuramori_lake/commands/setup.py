"""`kuramori-lake setup`: what to paste on a server, with its check and what to be careful of."""

import argparse
from dataclasses import asdict
from typing import Any, Final

from kuramori_lake.commands.shell import DONE, WRONG_USE, complain, parser_of, print_json, tell
from kuramori_lake.setup import RECIPES, SetupError, recipes
from kuramori_lake.words import is_japanese, say

_STATUS: Final = "Exit status: 0 done; 2 wrong use."
_WHAT: Final = "show what to paste on a server so that its log can be read"


def add(commands: Any) -> None:
    """Describe the command."""
    made = parser_of(commands.add_parser, "setup", help=say(_WHAT), description=say(_WHAT), epilog=say(_STATUS))
    names = ", ".join(sorted(RECIPES))
    made.add_argument("server", metavar="SOURCE", help=say("kind of server: %(names)s", names=names))
    made.add_argument(
        "--server-version", metavar="V", help=say("version of the server, e.g. 4.17; what was tried if not said")
    )
    made.add_argument("--json", action="store_true", help=say("print JSON"))
    made.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the recipes: as comments and text that can be pasted as they are, or as JSON."""
    try:
        found = recipes(args.server, args.server_version)
    except SetupError as error:
        complain("%(file)s: %(error)s", file=args.server, error=error)
        return WRONG_USE
    if args.json:
        print_json([asdict(one) for one in found])
        return DONE
    language = "ja" if is_japanese() else "en"
    for one in found:
        tell("# %(title)s: %(file)s", title=getattr(one, f"title_{language}"), file=one.file)
        for warning in one.warnings:
            tell("# careful: %(warning)s", warning=getattr(warning, language))
        tell("%(text)s", text=one.text)
        tell("# check: %(command)s", command=one.check)
    return DONE
