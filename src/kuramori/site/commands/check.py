"""`kuramori check`: is everything running as it must."""

import argparse

from kuramori.site.findings import State
from kuramori.site.health import findings, worst
from kuramori.site.terminal import Exit, say, say_json


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 0 when none is broken, 1 otherwise."""
    found = findings()
    if arguments.json:
        parts = [{"part": str(f.part), "state": f.state, "words": f.words, "next_step": f.next_step} for f in found]
        say_json({"state": worst(found), "parts": parts})
    else:
        for finding in found:
            say(
                f"{finding.state:<5} {finding.part}: {finding.words}"
                + (f" – {finding.next_step}" if finding.next_step else "")
            )
    return Exit.REFUSED if worst(found) is State.BAD else Exit.OK
