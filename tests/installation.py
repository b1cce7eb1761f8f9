"""An installation in a folder of its own, and the command line run on it in processes of their own."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 600  # seconds; a command that takes longer hangs, however busy the machine is
OTHERS = ("KURAMORI_DATABASE_URL", "KURAMORI_DEMO", "DJANGO_SETTINGS_MODULE", "LC_ALL", "LC_MESSAGES", "LANG")
Ran = subprocess.CompletedProcess[str]


class Installation:
    """A data folder with SQLite. What it holds is looked at in the database itself, past the program under test."""

    patience = PATIENCE

    def __init__(self, data: Path) -> None:
        self.data = data

    @property
    def database(self) -> Path:
        return self.data / "kuramori.sqlite3"

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OTHERS}
        path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
        return {**kept, "PYTHONPATH": path, "KURAMORI_DATA": str(self.data), "KURAMORI_LANG": "en", **more}

    def run(self, *words: object, env: Mapping[str, str] = {}, check: bool = False) -> Ran:
        """Run one command to its end."""
        return self.python("-m", "kuramori", *words, env=env, check=check)

    def python(self, *words: object, env: Mapping[str, str] = {}, check: bool = False) -> Ran:
        """Run Python on this installation to its end."""
        ran = subprocess.run(
            [sys.executable, *map(str, words)],
            env=self.environment(**env), capture_output=True, text=True, check=False, timeout=self.patience,
        )  # fmt: skip
        assert not check or ran.returncode == 0, f"{words}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def start(self, *words: object, env: Mapping[str, str] = {}, **more: Any) -> subprocess.Popen[str]:
        """Start Python on this installation, in a process group of its own, and leave it running."""
        return subprocess.Popen(
            [sys.executable, *map(str, words)],
            env=self.environment(**env), text=True, stdout=subprocess.PIPE, start_new_session=True, **more,
        )  # fmt: skip

    @contextmanager
    def looking(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.database, timeout=20)) as connection:
            yield connection

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Ask the database directly."""
        with self.looking() as connection:
            return connection.execute(sql, values).fetchall()

    def count(self, table: str, where: str = "1=1") -> int:
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])

    def copy(self, folder: Path) -> "Installation":
        """Return the same installation once more, in another folder."""
        shutil.copytree(self.data, folder)
        return Installation(folder)


def made(folder: Path) -> Installation:
    """Return a new installation: migrated, with a unit, a person, and the shipped levels."""
    here = Installation(folder)
    here.run("migrate", check=True)
    for kind, lines in FILES.items():
        file = folder.parent / f"{folder.name}-{kind}.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        here.run("import", kind, file, check=True)
        file.unlink()
    return here


FILES = {
    "sites": ("拠点コード,拠点名,国,時間帯", "TYO,東京,JP,Asia/Tokyo"),
    "units": ("所属コード,所属名,上位コード,拠点", "0000,会社,,TYO", "1100,材料課,0000,TYO"),
    "people": (
        "社員番号,氏名,メール,所属コード,雇用区分,入社日",
        "A-1,佐倉 灯里,akari@example.jp,1100,正社員,2020-04-01",
        "A-2,牧野 牡丹,botan@example.jp,1100,正社員,2020-04-01",
    ),
}
REGISTER = "管理番号,名称,秘密区分,所管部署コード,管理責任者番号,保管場所"


def register_lines(first: int, count: int) -> list[str]:
    """Return the lines of a register of secrets, its heading first."""
    rows = (f"S-{n:05d},電解液の配合比 {n},秘,1100,A-1,\\\\FS01\\材料\\配合\\{n}" for n in range(first, first + count))
    return [REGISTER, *rows]


def said(ran: Ran) -> Any:
    """Return the one JSON document that a command said."""
    return json.loads(ran.stdout)
