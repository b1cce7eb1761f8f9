"""Speed and memory of taking in a register of 10,000 rows from Excel, as a company brings it.

    python benchmarks/imports.py [--rows 10000]
    tools/with_postgres.sh python benchmarks/imports.py

Each step runs in a process of its own, so that its peak memory is its own; beside it stands the ratio to openpyxl
reading the same file once. Bars: dry run at most 10 s, taking in at most 30 s. Exit status 1 when one is missed.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

QUICK = ("--rows", "500")
BARS = {"dry run": 10.0, "take in": 30.0}
HEADER = (
    *("管理番号", "名称", "種別", "区分", "重要度", "管理責任者番号", "所管部署コード"),
    *("保管場所①", "保管場所②", "媒体", "開示範囲（部署）", "取得・作成日", "保存年限"),
    *("技術的価値", "経済的価値", "法的価値", "有用性", "非公知性"),
)
LEVELS = ("極秘", "秘", "社外秘")
DAYS = ("2024/4/1", "令和3年4月1日", "R5.10.1", "２０２２／１／３１")


def write_register(path: Path, rows: int) -> None:
    """Write a register with two lines above its header, dates in four styles, and no wrong cell."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台帳")
    sheet.append(["秘密情報管理台帳"])
    sheet.append([])
    sheet.append(HEADER)
    for n in range(rows):
        keeper, unit, other = f"E{n % 100:06d}", f"U{n % 30:02d}", f"U{(n + 1) % 30:02d}"
        what = (
            f"S-{n:06d}",
            f"電解液の配合比 第{n}版",
            "図面",
            LEVELS[n % 3],
            "A" if n % 5 == 0 else "B",
            keeper,
            unit,
        )
        where = (f"\\\\fs01\\材料\\{n}", f"書庫{n % 9} 棚{n % 40}", "電子", other, DAYS[n % 4], "10年")
        sheet.append((*what, *where, n % 5 + 1, 3, "２", "再試験を省く。", "社外発表なし。"))
    book.save(path)


def company() -> None:
    """Set up levels, 30 units and 100 people."""
    from kuramori.directory.acts.people import person_add
    from kuramori.directory.acts.units import unit_add
    from kuramori.governance.api import scheme_install
    from kuramori.kernel.actors import SYSTEM

    scheme_install(scheme="four", by=SYSTEM)
    for n in range(30):
        unit_add(code=f"U{n:02d}", name_ja=f"第{n}部", parent=None, by=SYSTEM)
    for n in range(100):
        person_add(number=f"E{n:06d}", name=f"佐藤 {n}", by=SYSTEM)


def one_step(name: str, path: Path) -> None:
    """Do one step in this process and print its seconds, rejected rows and peak memory in MB."""
    from kuramori.kernel.imports.api import import_file

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    report = import_file("secrets", path, dry_run=name == "dry run")
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{seconds} {report.rejected} {(peak - before) / 1024:.0f}")


def set_up(folder: str) -> None:
    os.environ["KURAMORI_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "kuramori.site.settings"
    django.setup()


def measure(name: str, folder: str, path: Path) -> tuple[float, int, float]:
    """Run one step in a process of its own."""
    command = [sys.executable, __file__, "--step", name, "--folder", folder, "--file", str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(said[-3]), int(said[-2]), float(said[-1])


def read_once(path: Path) -> float:
    start = time.perf_counter()
    for _row in load_workbook(path, read_only=True).active.iter_rows(values_only=True):
        pass
    return time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    for name in ("step", "folder", "file"):
        parser.add_argument(f"--{name}", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        set_up(options.folder)
        one_step(options.step, Path(options.file))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        call_command("migrate", verbosity=0)
        company()
        path = Path(folder) / "register.xlsx"
        write_register(path, options.rows)
        plain = read_once(path)
        met = True
        for name, bar in BARS.items():
            seconds, rejected, megabytes = measure(name, folder, path)
            met &= seconds <= bar and not rejected
            print(f"{name}: {options.rows:,} rows in {seconds:.1f} s (bar {bar:.0f} s), {rejected} rejected")
            print(f"{name}: {megabytes:.0f} MB more at the peak, {seconds / plain:.1f} times reading the file once")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
