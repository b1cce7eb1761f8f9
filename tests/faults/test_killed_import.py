"""kill -9 at any moment of `kuramori import`: a file is in whole, once, as it was said, or not at all."""

import pytest

from tests.faults.conftest import KILLS
from tests.installation import register_lines

ROWS = 40
PEOPLE = "社員番号,氏名,メール,所属コード,雇用区分,入社日"
NEW = "P-{n},佐藤 {n},p{n}@example.jp,1100,正社員,2026-04-01"
STAY = (
    "A-1,佐倉 灯里,akari@example.jp,1100,正社員,2020-04-01",
    "A-2,牧野 牡丹,botan@example.jp,1100,正社員,2020-04-01",
)


def secrets(number: int) -> list[str]:
    """The register's file of that number: forty secrets of its own."""
    return register_lines(number * ROWS, ROWS)


def people(number: int) -> list[str]:
    """HR's snapshot of that number: everybody so far, and forty more."""
    return [PEOPLE, *STAY, *(NEW.format(n=n) for n in range((number + 1) * ROWS))]


@KILLS
@pytest.mark.parametrize(
    ("kind", "lines", "table"), [("secrets", secrets, "register_secret"), ("people", people, "directory_person")]
)
def test_a_killed_import_is_in_once_or_not_at_all(smithy, chance, tmp_path, kills, kind, lines, table):  # noqa: PLR0917
    here = smithy.here
    before, entries = here.count(table), imports(here, kind)
    taken = takes_in(here, smithy, tmp_path, kind, lines(0))
    done = 1
    for _kill in range(kills):
        file = written(tmp_path, lines(done))
        work = smithy.killed("command", "import", kind, file, after=chance.uniform(0.0, taken * 1.1))
        rows, acts = here.count(table) - before, imports(here, kind) - entries
        assert (rows, acts) in {(done * ROWS, done), ((done + 1) * ROWS, done + 1)}
        assert acts == done + 1 or not any("Taken in." in line for line in work.said), "acknowledged, then lost"
        done = acts
    smithy.run("command", "import", kind, written(tmp_path, lines(done)))
    assert here.count(table) - before == (done + 1) * ROWS
    again = smithy.run("command", "import", kind, written(tmp_path, lines(done)))
    assert any("Nothing was changed." in line for line in again.said), "the same file does nothing a second time"
    is_whole(here, smithy)


def takes_in(here, smithy, folder, kind, lines) -> float:
    """Take one file in undisturbed; return how many seconds that takes."""
    work = smithy.run("command", "import", kind, written(folder, lines))
    return work.seconds


def written(folder, lines):
    file = folder / "file.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def imports(here, kind: str) -> int:
    verb = {"secrets": "register.secret.import", "people": "directory.person.import"}[kind]
    return here.count("kernel_entry", f"verb = '{verb}'")


def is_whole(here, smithy) -> None:
    """Everything has one place in the tree, the check finds nothing, and SQLite itself is sound."""
    smithy.run("seal")
    assert here.count("kernel_unsequenced") == 0
    assert here.count("evidence_leaf") == here.count("kernel_entry")
    assert here.ask("PRAGMA integrity_check") == [("ok",)]
    assert smithy.run("check").said == []
