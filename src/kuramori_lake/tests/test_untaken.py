"""An account that is excluded for a time: its rows are counted and nothing else is left, on its days only."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kuramori_lake.context import Context
from kuramori_lake.event import Namespace
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.test_unwatched import HEADER, everything
from kuramori_lake.unwatched import Untaken, shelter_of

SOURCE = "table:endpoint_generic"


def row(day: int, who: str = "doctor", *, clock: str = "9:05:00", file: str = "a.docx") -> str:
    return f"2026/11/{day} {clock},メール送信,{who},PC-7,{file},,\n"


def absent(raw: str = "doctor", **words) -> Untaken:
    plain = {"namespace": Namespace.AD, "raw": raw, "reason": "E-2026-0001", "since": date(2026, 11, 20)}
    return Untaken(**(plain | words))


def take(lake: Lake, tmp_path: Path, *rows: str, told: Untaken | None = None, **more):
    lake.context.write(Context(untaken=[told or absent()]))
    path = tmp_path / "files.csv"
    path.write_text(HEADER + "".join(rows))
    return lake.ingest(path, source=SOURCE, zone=TOKYO, **more)


def actors(lake: Lake) -> list[str]:
    return sorted(lake.query("SELECT actor_raw FROM events")["actor_raw"].to_pylist())


def test_its_rows_are_counted_as_ignored_and_the_sum_holds(lake, tmp_path):
    counts = take(lake, tmp_path, row(20), row(20, "akari"), row(21), row(21, "akari")).counts
    assert (counts.rows, counts.accepted, counts.ignored) == (5, 2, 3)  # the header is a row, too
    assert counts.rows == counts.accepted + counts.duplicate + counts.rejected + counts.ignored
    assert actors(lake) == ["akari", "akari"]


def test_nothing_of_it_is_anywhere_in_the_lake_not_even_the_file(lake, tmp_path):
    report = take(lake, tmp_path, row(20, file="chart-of-a-patient.docx"), row(20, "akari"), keep=True)
    assert not report.kept
    assert b"chart-of-a-patient" not in everything(lake.root)
    assert [each["key"] for each in lake.manifest.db.execute("SELECT key FROM actor")] == ["akari"]


def test_a_file_without_its_rows_is_kept(lake, tmp_path):
    assert take(lake, tmp_path, row(20, "akari"), keep=True).kept


def test_only_its_days_are_dropped_by_the_clock_where_people_are(lake, tmp_path):
    told = absent(until=date(2026, 11, 21))
    rows = [row(19, clock="23:59:59"), row(20, clock="0:00:00"), row(21, clock="23:59:59"), row(22, clock="0:00:00")]
    counts = take(lake, tmp_path, *rows, told=told).counts
    assert (counts.accepted, counts.ignored) == (2, 3)
    days = lake.query("SELECT local_date FROM events ORDER BY 1")["local_date"].to_pylist()
    assert days == [date(2026, 11, 19), date(2026, 11, 22)]


@pytest.mark.parametrize(
    ("told", "who", "is_dropped"),
    [
        (absent(), r"KURA\Doctor", True),
        (absent(), "ｄｏｃｔｏｒ", True),
        (absent(), "doctor2", False),
        (absent(r"KURA\doctor"), r"kura\doctor", True),
        (absent(r"KURA\doctor"), r"OTHER\doctor", False),
        (absent(r"KURA\doctor"), "doctor", False),
        (absent(namespace=Namespace.MAIL), "doctor", False),
        (absent(source=SOURCE), "doctor", True),
        (absent(source=SOURCE, instance="default"), "doctor", True),
        (absent(source="samba"), "doctor", False),
        (absent(source=SOURCE, instance="fs02"), "doctor", False),
    ],
)
def test_it_is_met_by_name_domain_kind_and_log(lake, tmp_path, told, who, is_dropped):
    assert take(lake, tmp_path, row(20, who), told=told).counts.accepted == (not is_dropped)


def test_a_row_that_cannot_be_read_is_not_quarantined_with_its_name(lake, tmp_path):
    counts = take(lake, tmp_path, row(20, clock="99:99"), row(20, "akari", clock="99:98")).counts
    assert (counts.rejected, counts.ignored) == (1, 2)
    assert [b"akari" in one.excerpt for one in lake.quarantine()] == [True]


def test_what_was_stored_before_stays(lake, tmp_path):
    take(lake, tmp_path, row(20), told=absent(since=date(2026, 12, 1)))
    assert take(lake, tmp_path, row(20)).known
    assert actors(lake) == ["doctor"]


def test_rows_without_an_actor_are_nobodys(lake, tmp_path):
    assert take(lake, tmp_path, row(20, "")).counts.accepted == 1


def test_a_log_that_knows_no_actors_hides_nothing():
    shelter = shelter_of([], [vars(absent())])
    assert not shelter.hides(pa.table({"time_utc": [1]})).any()


def test_a_context_of_before_tells_of_nobody(lake):
    lake.context.write(Context())
    (lake.root / "context" / lake.context.version / "untaken.parquet").unlink()
    assert lake.context.table("untaken").to_pylist() == []
