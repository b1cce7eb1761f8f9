"""What every lint shares: a finding, the files of the project, and how findings are printed."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, order=True)
class Finding:
    """One place that breaks one rule, said so that the reader knows what to do instead."""

    path: str
    line: int
    says: str


def python_files(root: Path = ROOT) -> Iterator[Path]:
    """Python files that people write: migrations are written by Django and read by nobody."""
    for folder in ("src", "tests", "tools", "benchmarks"):
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def is_test(path: Path) -> bool:
    """Tests lie in a folder of that name, beside the code or at the top."""
    return "tests" in path.parts or path.name == "conftest.py"


def room_of(path: Path) -> str | None:
    """The room a file of ``src/kuramori`` belongs to, or None for every other file."""
    parts = path.parts
    if "kuramori" not in parts:
        return None
    inside = parts[len(parts) - parts[::-1].index("kuramori") :]
    return inside[0] if len(inside) > 1 else None


def report(name: str, findings: Iterable[Finding], *, root: Path = ROOT) -> int:
    """Print findings as ``path:line: what to do``; exit status 1 when there is one."""
    found = sorted(set(findings))
    for finding in found:
        path = Path(finding.path)
        shown = path.relative_to(root) if path.is_relative_to(root) else path
        print(f"{shown}:{finding.line}: {finding.says}")
    print(f"{name}: {len(found)} findings", file=sys.stderr)
    return 1 if found else 0
