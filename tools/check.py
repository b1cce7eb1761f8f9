"""The gate: every check that a change has to pass, with the time each one takes.

python -m tools.check               all of them; goes on after a red one and names all reds at the end
python -m tools.check sizes i18n    only these
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.lint.finding import ROOT

Command = tuple[str, ...]
PYTHON = sys.executable
PRODUCT = "src/kuramori", "src/kuramori_lake", "src/kuramori_verify"
QUICK = "not browser and not faults and not servers"


def lint(name: str) -> Command:
    """The command of one of our own lints."""
    return (PYTHON, "-m", f"tools.lint.{name}")


def django(*words: str) -> Command:
    """A management command under the test settings."""
    return (PYTHON, "-m", "django", *words, "--settings=kuramori.site.settings_test")


def coverage(*words: str) -> Command:
    """A coverage command; the test runs before it have left their measurements in the project's folder."""
    return (PYTHON, "-m", "coverage", *words)


# Cheap ones first: a wrong space should not cost a test run.
STEPS: dict[str, tuple[Command, ...]] = {
    "format": ((PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."),),
    "ruff": ((PYTHON, "-m", "ruff", "check", "--quiet", "."),),
    "sizes": (lint("sizes"),),
    "house": (lint("house"),),
    "templates": (lint("templates"),),
    "contracts": ((PYTHON, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"),),
    "i18n": (lint("i18n"),),
    "licences": (lint("licences"),),
    "django": (django("check", "--fail-level=WARNING"), django("makemigrations", "--check", "--dry-run")),
    "types": ((PYTHON, "-m", "mypy", *PRODUCT),),
    "tests": (coverage("erase"), coverage("run", "-m", "pytest", "-q", "-n", "auto", "-m", QUICK)),
    "coverage": (coverage("combine", "--quiet"), coverage("json", "--quiet"), lint("coverage")),
}


def passes(name: str) -> bool:
    """Run one step; its output is shown only when it fails."""
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": "src", "PYTHONUTF8": "1"}
    print(f"{name:<12}", end="", flush=True)
    for command in STEPS[name]:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            print(f"RED  {time.monotonic() - started:6.1f} s\n{done.stdout}")
            return False
    print(f"ok   {time.monotonic() - started:6.1f} s", flush=True)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps asked for; exit status 1 when one of them is red."""
    parser = argparse.ArgumentParser(description="The gate.")
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(STEPS))
    asked = parser.parse_args(arguments).steps or list(STEPS)
    if unknown := set(asked) - STEPS.keys():
        parser.error(f"no such step: {', '.join(sorted(unknown))}")
    red = [name for name in asked if not passes(name)]
    print(f"red: {', '.join(red)}" if red else f"all {len(asked)} green")
    return 1 if red else 0


if __name__ == "__main__":
    sys.exit(main())
