"""One small company for all tests that only read it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from kuramori_lake.simulator import Truth, simulate


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
