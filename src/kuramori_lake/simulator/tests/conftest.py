"""One small company for all tests that only read it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from kuramori_lake.simulator import Truth, simulate
from kuramori_lake.simulator.company import Company
from kuramori_lake.simulator.founding import found
from kuramori_lake.simulator.library import Library, stock
from kuramori_lake.simulator.moments import Moments, reckon
from kuramori_lake.simulator.register import Secret, draw_up
from kuramori_lake.simulator.stage import Budget, Stage, set_up

TODAY = date(2026, 11, 20)
SEED = 7
PLANTED = 350


@dataclass(frozen=True, kw_only=True)
class Demo:
    """A simulated company on disk and what is true of it."""

    out: Path
    truth: Truth

    def table(self, name: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
        """The rows of one of the personnel department's files."""
        return list(csv.DictReader(StringIO((self.out / name).read_bytes().decode(encoding))))

    @property
    def people(self) -> list[dict[str, str]]:
        """people.csv, which is CP932."""
        return self.table("people.csv", "cp932")

    def source(self, name: str) -> dict[str, Any]:
        """What the truth says of one source."""
        return next(source for source in self.truth.sources if source["name"] == name)

    def lines(self, name: str) -> Iterator[str]:
        """All whole lines of a source's files in order, headers and planted defects left out."""
        source = self.source(name)
        defects = {(one["file"], one["line"]) for one in self.truth.traps["rejects"] + self.truth.traps["cut_lines"]}
        header = source["kind"].startswith("table:")
        for file in source["files"]:
            path = self.out / file["path"]
            for number, raw in enumerate(path.read_bytes().split(b"\n")[:-1], 1):
                if (path.name, number) not in defects and not (header and number == 1):
                    yield raw.decode(source["encoding"]).rstrip("\r")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Sixty people over three months."""
    out = tmp_path_factory.mktemp("demo")
    return Demo(out=out, truth=simulate(out, people=60, months=3, events=20_000))


@pytest.fixture(scope="session")
def moments() -> Moments:
    """Twelve months before Friday 20 November 2026."""
    return reckon(TODAY, 12)


@pytest.fixture(scope="session")
def company(moments: Moments) -> Company:
    """Three hundred people: the size of the demo company."""
    return found(seed=SEED, people=300, moments=moments)


@pytest.fixture(scope="session")
def books(company: Company, moments: Moments) -> Library:
    """A tenth of the demo's documents."""
    return stock(seed=SEED, company=company, density=0.1, planted=PLANTED, newest=moments.start.year)


@pytest.fixture(scope="session")
def register(company: Company, books: Library) -> list[Secret]:
    """Four hundred secrets, as the demo company has them."""
    return draw_up(seed=SEED, company=company, library=books, today=TODAY, count=400)


@pytest.fixture
def scene(tmp_path: Path, company: Company, books: Library, moments: Moments) -> Iterator[Stage]:
    """An open stage on which nothing has happened yet."""
    budget = Budget(
        samba=1.0, windows=1.0, badge_days=1.0, inner_doors=1.0, prints=0.3, service_reads=8, planted=PLANTED
    )
    opened = set_up(tmp_path, seed=SEED, company=company, library=books, moments=moments, budget=budget)
    yield opened
    for file in opened.files.values():
        file.close()
