"""Licences of what runs with Kuramori: free to use and to pass on under Apache-2.0.

No GPL or AGPL. LGPL only for psycopg, which Django loads as its adapter, and pySigma, which one module of the lake
reads rules with: both unchanged packages that anybody can exchange; docs/development/dependencies.md says so.
Tools for development are not shipped and not asked.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.lint.finding import ROOT, Finding, report

LGPL_ALLOWED = {"psycopg", "psycopg-binary", "pysigma"}
STRONG = re.compile(r"\bA?GPL|Affero|(?<!Lesser )General Public License", re.IGNORECASE)
WEAK = re.compile(r"\bLGPL|Lesser General Public", re.IGNORECASE)
UNKNOWN = {"", "UNKNOWN"}
# Packages whose metadata name none: read in the licence file they ship, and noted in dependencies.md.
READ_IN_ITS_FILE = {"pyrage": "MIT"}


def locked(lock: str) -> set[str]:
    """Names of the packages in a lock file."""
    return set(re.findall(r"^([a-z0-9.-]+)==", lock, re.MULTILINE))


def judge(name: str, licence: str) -> str | None:
    """What is wrong with a package's licence, or None. A choice of licences is as free as its freest."""
    if licence in UNKNOWN:
        licence = READ_IN_ITS_FILE.get(name, licence)
    if licence in UNKNOWN:
        return f"{name}: no licence named; look it up and note it in docs/development/dependencies.md"
    if all(STRONG.search(choice) and not WEAK.search(choice) for choice in re.split(r"\bOR\b", licence)):
        return f"{name}: {licence} would bind Kuramori's users"
    if WEAK.search(licence) and name not in LGPL_ALLOWED and " OR " not in licence:
        return f"{name}: {licence}; only psycopg and pysigma may be LGPL"
    return None


def check(lock: Path) -> Iterator[Finding]:
    """Findings among the installed packages that ``lock`` names."""
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-system"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    installed = {package["Name"].lower().replace("_", "-"): package["License"] for package in json.loads(done.stdout)}
    # Markers of other platforms (colorama, tzdata) are in the lock and not installed here.
    for name in sorted(locked(lock.read_text(encoding="utf-8")) & installed.keys()):
        if says := judge(name, installed[name]):
            yield Finding(str(lock), 1, says)


if __name__ == "__main__":
    sys.exit(report("licences", check(ROOT / "requirements.lock")))
