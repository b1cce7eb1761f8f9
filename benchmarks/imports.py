"""Speed and memory of taking in a register, and HR's file of people, from Excel, as a company brings them.

    python benchmarks/imports.py [--rows 10000] [--more 40000]
    tools/with_postgres.sh python benchmarks/imports.py

Each file is checked and taken in by a process of its own, in an emptied database, so that its peak memory is its own.
Bars for 10,000 rows: dry run at most 10 s, taking in at most 30 s (its own check of the file included), in proportion
for more. Memory is flat: the larger file may take at most 60 MB more at its peak. Exit status 1 when one is missed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import django
from django.core.management import call_command
from openpyxl import Workbook, load_workbook

QUICK = ("--rows", "200", "--more", "400")
BARS = {"dry run": 10.0, "take in": 30.0}  # seconds for 10,000 rows
MAX_GROWTH_MB = 60
SMALLEST = 0.1  # of a bar: what an act costs by itself weighs more than a few hundred rows
UNITS, KEEPERS = 30, 20
HEADER = (
    *("管理番号", "名称", "種別", "区分", "重要度", "管理責任者番号", "所管部署コード"),
    *("保管場所①", "保管場所②", "媒体", "開示範囲（部署）", "取得・作成日", "保存年限"),
    *("技術的価値", "経済的価値", "法的価値", "有用性", "非公知性"),
)
PEOPLE_HEADER = (
    *("社員番号", "氏名", "カナ", "メール", "アカウント", "所属コード", "所属", "役職", "雇用区分", "入社日"),
    *("上司社員番号", "兼務1", "職種"),
)
LEVELS = ("極秘", "秘", "社外秘")
CONTRACTS = ("正社員", "契約社員", "派遣社員", "業務委託")
DAYS = ("2024/4/1", "令和3年4月1日", "R5.10.1", "２０２２／１／３１")


def write_register(path: Path, rows: int) -> None:
    """Write a register with two lines above its header, dates in four styles, and no wrong cell."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("台帳")
    sheet.append(["秘密情報管理台帳"])
    sheet.append([])
    sheet.append(HEADER)
    for n in range(rows):
        keeper, unit, other = f"E{n % KEEPERS:06d}", f"U{n % UNITS:02d}", f"U{(n + 1) % UNITS:02d}"
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


def write_people(path: Path, rows: int) -> None:
    """Write HR's file: everybody has a boss, every tenth a second unit; one in four is a contractor without an end."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("人事")
    sheet.append(PEOPLE_HEADER)
    for n in range(rows):
        name = (f"P{n:06d}", f"佐藤 {n}", f"サトウ {n}", f"sato{n}@example.jp", f"sato{n}")
        place = (f"U{n % UNITS:02d}", f"第{n % UNITS}部", "主任", CONTRACTS[n % 4], DAYS[n % 4])
        boss = f"P{n // 8:06d}" if n else ""
        sheet.append((*name, *place, boss, f"U{(n + 1) % UNITS:02d}" if n % 10 == 0 else "", "開発"))
    book.save(path)


KINDS = {"secrets": write_register, "people": write_people}


def company() -> None:
    """Set up levels, 30 units and 100 people."""
    from kuramori.directory.acts.people import person_add
    from kuramori.directory.acts.units import unit_add
    from kuramori.governance.api import scheme_install
    from kuramori.kernel.actors import SYSTEM

    scheme_install(scheme="four", by=SYSTEM)
    for n in range(UNITS):
        unit_add(code=f"U{n:02d}", name_ja=f"第{n}部", parent=None, by=SYSTEM)
    for n in range(KEEPERS):
        person_add(number=f"E{n:06d}", name=f"佐藤 {n}", by=SYSTEM)


def emptied() -> None:
    """Empty the database and set the company up again; the guards are lifted for it and stand again afterwards."""
    from kuramori.kernel import guards

    guards.lift()
    call_command("flush", interactive=False, verbosity=0)
    guards.install()
    company()


def megabytes() -> float:
    """Return the peak of this process alone: `ru_maxrss` would begin with the peak of the one that started it."""
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def import_once(kind: str, path: Path) -> None:
    """Do both steps in this process; print seconds, CPU seconds, rejected rows and peak memory (MB) of each."""
    from kuramori.kernel.imports.api import import_file

    for name in BARS:
        start, cpu = time.perf_counter(), time.process_time()
        report = import_file(kind, path, dry_run=name == "dry run")
        figures = time.perf_counter() - start, time.process_time() - cpu, report.rejected, megabytes()
        print(*figures, flush=True)


def set_up(folder: str) -> None:
    os.environ["KURAMORI_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "kuramori.site.settings"
    django.setup()


def measure(kind: str, folder: str, path: Path) -> dict[str, tuple[float, float, int, float]]:
    """Import one file in a process of its own; seconds, CPU seconds, rejected rows and peak MB by step."""
    command = [sys.executable, __file__, "--kind", kind, "--folder", folder, "--file", str(path)]
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    rows = (line.split() for line in said[-len(BARS) :])
    return {
        name: (float(seconds), float(cpu), int(rejected), float(peak))
        for name, (seconds, cpu, rejected, peak) in zip(BARS, rows, strict=True)
    }


def read_once(path: Path) -> float:
    start = time.perf_counter()
    for _row in load_workbook(path, read_only=True).active.iter_rows(values_only=True):
        pass
    return time.perf_counter() - start


def mark(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def judged(kind: str, folder: str, sizes: list[int]) -> bool:
    """Measure one kind at each size, print its figures beside their bars, and say whether all are met."""
    peaks: dict[str, list[float]] = {name: [] for name in BARS}
    verdicts = []
    for rows in sizes:
        path = Path(folder) / f"{kind}-{rows}.xlsx"
        KINDS[kind](path, rows)
        plain = read_once(path)
        emptied()
        for name, (seconds, cpu, rejected, peak) in measure(kind, folder, path).items():
            bar = BARS[name] * max(rows / 10_000, SMALLEST)
            verdicts.append(seconds <= bar and not rejected)
            peaks[name].append(peak)
            print(
                f"{kind} {name}: {rows:,} rows in {seconds:.1f} s (CPU {cpu:.1f} s, {seconds / plain:.1f} times "
                f"openpyxl reading it), {rejected} rejected, peak {peak:.0f} MB; bar {bar:.1f} s: {mark(verdicts[-1])}"
            )
    for name, (small, large) in peaks.items():
        verdicts.append(large - small <= MAX_GROWTH_MB)
        print(
            f"{kind} {name}: {large - small:+.0f} MB from {sizes[0]:,} to {sizes[-1]:,} rows; "
            f"bar {MAX_GROWTH_MB} MB: {mark(verdicts[-1])}"
        )
    return all(verdicts)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--more", type=int, default=40_000)
    for name in ("kind", "folder", "file"):
        parser.add_argument(f"--{name}", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.kind:
        set_up(options.folder)
        import_once(options.kind, Path(options.file))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        call_command("migrate", verbosity=0)
        met = [judged(kind, folder, [options.rows, options.more]) for kind in KINDS]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
