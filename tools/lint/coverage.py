"""Coverage: all of rules, acts, queries and permissions; nine tenths of everything else, room by room.

Reads what ``coverage json`` wrote (lines and branches). What decides, changes and reads is where a gap hurts.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.lint.finding import ROOT, Finding, report, room_of

WHOLE = {"rules", "acts", "queries", "permissions"}
ELSEWHERE = 90.0


def group_of(path: Path) -> str:
    """The folder of a file's room, or of its package for the lake and the verifier."""
    room = room_of(path)
    return f"src/kuramori/{room}" if room else "/".join(path.parts[:2])


def must_be_whole(path: Path) -> bool:
    """Whether a file decides, changes or reads: then every line and branch has a test."""
    return path.stem in WHOLE or path.parent.name in WHOLE


def share(summaries: list[dict[str, Any]]) -> float:
    """Covered lines and branches of several files together, in percent."""
    asked = sum(one["num_statements"] + one.get("num_branches", 0) for one in summaries)
    met = sum(one["covered_lines"] + one.get("covered_branches", 0) for one in summaries)
    return 100.0 * met / asked if asked else 100.0


def check(measured: dict[str, Any]) -> Iterator[Finding]:
    """Findings in one coverage report, as ``coverage json`` writes it."""
    rest: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for name, file in sorted(measured["files"].items()):
        path = Path(name)
        if not must_be_whole(path):
            rest[group_of(path)].append(file["summary"])
        elif file["missing_lines"] or file.get("missing_branches"):
            lines = file["missing_lines"] or [pair[0] for pair in file["missing_branches"]]
            shown = ", ".join(str(line) for line in lines[:12])
            yield Finding(name, lines[0], f"no test reaches all of it: {shown}; here 100 % is asked")
    for group, summaries in sorted(rest.items()):
        if (percent := share(summaries)) < ELSEWHERE:
            yield Finding(group, 1, f"{percent:.1f} % covered outside rules, acts and queries; 90 % is asked")


if __name__ == "__main__":
    sys.exit(report("coverage", check(json.loads((ROOT / "coverage.json").read_text(encoding="utf-8")))))
