"""Speed and memory of the import kit itself, with the kernel's own small records; a room's `resolve` comes on top.

    python benchmarks/import_kit.py [--rows 10000]

Bars: a 10,000-row workbook of 15 columns is checked in 10 seconds and taken in within 30; streaming it keeps no rows.
Exit status 1 when a bar is missed.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

ROWS = 10_000
MAX_CHECK_SECONDS, MAX_APPLY_SECONDS, MAX_STREAM_MB = 10.0, 30.0, 16.0
QUICK = ("--rows", "500")


def workbook(folder: Path, rows: int) -> Path:
    """Write a register of 15 columns."""
    from kuramori.kernel.imports.writing import write_xlsx

    path = folder / "register.xlsx"
    columns = ["名前", "条件", *(f"列{number}" for number in range(13))]
    with path.open("wb") as stream:
        write_xlsx(columns, ([f"金型図面 {row}", f"level={row}", *["値"] * 13] for row in range(rows)), stream)
    return path


def resident_mb() -> float:
    """Resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 2**20


def bar(name: str, value: float, limit: float, unit: str) -> bool:
    """Print a figure beside its bar."""
    print(f"{name:<28}{value:>9.2f} {unit}   bar {limit:g} {unit}   {'met' if value <= limit else 'MISSED'}")
    return value <= limit


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"KURAMORI_DATA": folder, "DJANGO_SETTINGS_MODULE": "kuramori.site.settings"}
        return measure(Path(folder), options.rows)


def measure(folder: Path, rows: int) -> int:
    """Stream, check and take in one workbook."""
    import django

    django.setup()
    from django.core.management import call_command

    from kuramori.kernel.imports import acts, api, runs
    from kuramori.kernel.imports.reading import open_tables
    from kuramori.kernel.imports.tests.conftest import AKARI, VIEWS

    call_command("migrate", verbosity=0)
    runs.kinds = acts.kinds = api.kinds = lambda: {VIEWS.name: VIEWS}
    path = workbook(folder, rows)
    table = open_tables(path, name=path.name)[0]
    before = resident_mb()
    streamed = sum(1 for _row in table.rows())
    grown = resident_mb() - before
    start = time.perf_counter()
    checked = api.import_file(VIEWS.name, path, viewer=AKARI, dry_run=True)
    between = time.perf_counter()
    done = api.import_file(VIEWS.name, path, viewer=AKARI)
    end = time.perf_counter()
    assert streamed == rows + 1
    assert checked.accepted == done.added == rows
    scale = rows / ROWS
    met = [
        bar("memory grown by streaming", grown, MAX_STREAM_MB, "MB"),
        bar(f"check of {rows} rows", between - start, MAX_CHECK_SECONDS * scale, "s"),
        bar(f"check and act of {rows} rows", end - between, MAX_APPLY_SECONDS * scale, "s"),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
