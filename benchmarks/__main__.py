"""Every benchmark in turn: ``make bench``, or ``make bench ARGS=--quick`` for a small run that only shows they work.

A benchmark is a script beside this file that prints its figures and bars, and exits with 1 when a bar is missed.
Its constant QUICK holds the arguments of the small run.
"""

import argparse
import importlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MISSED = 1  # the exit status of a benchmark that ran and missed a bar


def run(script: Path, *, quick: bool) -> bool:
    """Run one benchmark in a process of its own, so that none warms the next one's caches.

    A small run shows that it works; its figures, taken beside other work, are printed and judge nothing.
    """
    arguments = importlib.import_module(f"benchmarks.{script.stem}").QUICK if quick else ()
    print(f"== {script.stem}", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{script.stem}", *arguments]
    done = subprocess.run(command, check=False, cwd=HERE.parent, stderr=subprocess.PIPE, text=True)
    print(done.stderr, end="", file=sys.stderr)
    if quick:
        return done.returncode in {0, MISSED} and "Traceback" not in done.stderr
    return done.returncode == 0


def main() -> int:
    """Command line; exit status 1 names the benchmarks that missed a bar or failed."""
    scripts = {path.stem: path for path in sorted(HERE.glob("*.py")) if not path.stem.startswith("_")}
    parser = argparse.ArgumentParser(description="Measured speed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(scripts))
    parser.add_argument("--quick", action="store_true", help="small inputs")
    options = parser.parse_args()
    if unknown := set(options.names) - scripts.keys():
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    missed = [name for name in options.names or scripts if not run(scripts[name], quick=options.quick)]
    well = "all of them work; a small run judges no bar" if options.quick else "all bars met"
    print(f"{'failed' if options.quick else 'missed'}: {', '.join(missed)}" if missed else well)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
