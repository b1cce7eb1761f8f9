"""The roll-up says what the events say, and rolls no day that has not changed."""

import shutil
from datetime import date

import pyarrow.compute as pc
import pytest

from kuramori_lake.context import ExcludedAccount
from kuramori_lake.detect.rollup import days_between, roll_up
from kuramori_lake.detect.tests.office import (
    LONG_AGO,
    OWN,
    PROJECT,
    TODAY,
    Diary,
    context,
    papers,
    secret,
    working_days,
)
from kuramori_lake.event import Namespace

MONDAY = date(2026, 11, 16)
ALL = (date(2026, 1, 1), date(2027, 1, 1))

DIRECT = r"""
SELECT person_id, local_date AS day, count(*) AS events,
    count(DISTINCT path) FILTER (activity = 'read' AND path LIKE '%/%') AS documents,
    count(DISTINCT path) FILTER (activity = 'read' AND secret_id IS NOT NULL) AS secret_documents,
    count(*) FILTER (activity = 'copy') AS copies
FROM joined_events WHERE person_id IS NOT NULL AND excluded_reason IS NULL GROUP BY ALL ORDER BY day, person_id
"""


def rolled(lake, kind="days"):
    return days_between(lake, roll_up(lake), kind, *ALL).sort_by([("day", "ascending"), ("person_id", "ascending")])


def test_days_are_what_the_events_say(office, tmp_path):
    Diary().reads("akari", MONDAY, papers(PROJECT, 30) * 2).copies("akari", MONDAY, ["a.zip"]).into(
        office, tmp_path, "x"
    )
    direct = office.query(DIRECT)
    assert rolled(office).select(direct.schema.names).to_pylist() == direct.to_pylist()


def test_areas_are_three_folders_deep_on_every_kind_of_server(lake, tmp_path):
    paths = [f"{OWN}/2026/a.dwg", "/srv/samba/kanri/b.xlsx", r"D:\Freigaben\Vertrieb\Kunden\2026\c.xlsx"]
    Diary().reads("akari", MONDAY, [*paths, r"\\fs01\kanri\経理部\月次\d.xlsx"]).into(lake, tmp_path)
    lake.context.write(context())
    assert sorted(rolled(lake, "areas")["area"].to_pylist()) == [
        "//fs01/kanri/経理部/月次",
        "/srv/samba/gijutsu/金型設計課/図面",
        "/srv/samba/kanri",
        "D:/Freigaben/Vertrieb/Kunden/2026",
    ]


def test_unchanged_lake_rolls_nothing(office):
    assert roll_up(office).rolled == len(working_days())
    assert roll_up(office).rolled == 0


def test_late_batch_opens_its_own_days_only(office, tmp_path):
    roll_up(office)
    late = working_days()[3]
    Diary().reads("akari", late, papers(PROJECT, 9)).into(office, tmp_path, "late")
    assert roll_up(office).rolled == 1
    row = rolled(office).filter((pc.field("day") == late) & (pc.field("person_id") == "akari")).to_pylist()
    assert row[0]["secret_documents"] == 9
    assert rolled(office)["events"].to_pylist() == office.query(DIRECT)["events"].to_pylist()


def test_new_secret_opens_the_days_on_which_it_was_touched(office, tmp_path):
    Diary().reads("akari", MONDAY, [f"{OWN}/極秘/a.dwg"]).into(office, tmp_path, "one")
    roll_up(office)
    office.context.write(context(secrets=[secret(f"{OWN}/極秘", number="SR-0002")]))
    assert roll_up(office).rolled == 1
    assert pc.sum(rolled(office)["secret_documents"]).as_py() == 1


def test_excluded_account_leaves_the_sums_and_comes_back(office):
    whole = rolled(office).num_rows
    account = ExcludedAccount(namespace=Namespace.AD, raw="kei", reason="batch", since=LONG_AGO)
    office.context.write(context(excluded=[account]))
    assert "kei" not in rolled(office)["person_id"].to_pylist()
    office.context.write(context())
    assert rolled(office).num_rows == whole


def test_compaction_changes_nothing(office):
    before = rolled(office)
    office.compact()
    assert roll_up(office).rolled == 0
    assert rolled(office).equals(before)


def test_erased_rows_leave_the_sums(office, tmp_path):
    before = rolled(office)
    Diary().reads("akari", MONDAY, papers(PROJECT, 9)).into(office, tmp_path, "gone")
    rolled(office)
    with office.manifest.transaction() as db:
        db.execute("UPDATE segment SET retired_utc = created_utc WHERE id = (SELECT max(id) FROM segment)")
    assert rolled(office).equals(before)


def test_deleted_roll_up_is_made_again(office):
    before = rolled(office)
    shutil.rmtree(office.root / "rollup")
    assert rolled(office).equals(before)


def test_old_files_stay_for_one_change_and_a_killed_run_leaves_the_old_state(office, tmp_path):
    """Whoever began to read before the change can read on; what a killed run left goes at once."""
    first = roll_up(office)
    (office.root / "rollup" / "half.parquet").write_bytes(b"PAR1")
    Diary().reads("akari", MONDAY, papers(PROJECT, 2)).into(office, tmp_path, "more")
    second = roll_up(office)
    assert second.files.keys() == first.files.keys()
    assert days_between(office, first, "days", *ALL).num_rows
    assert files(office) == {*first.files.values(), *second.files.values()}
    Diary().reads("akari", MONDAY, papers(PROJECT, 3)).into(office, tmp_path, "still more")
    third = roll_up(office)
    assert files(office) == {*second.files.values(), *third.files.values()}


def test_of_what_was_erased_nothing_stays(office):
    """Sums of an erased person are his data too: they go with the very next run."""
    first = roll_up(office)
    with office.manifest.transaction() as db:
        db.execute("UPDATE segment SET retired_utc = created_utc WHERE id = (SELECT max(id) FROM segment)")
    second = roll_up(office)
    assert second.made != first.made
    assert files(office) == set(second.files.values())


def files(lake):
    return {file.name for file in (lake.root / "rollup").glob("*.parquet")}


@pytest.mark.parametrize("kind", ["days", "areas"])
def test_empty_lake_has_empty_sums(lake, kind):
    assert days_between(lake, roll_up(lake), kind, LONG_AGO, TODAY).num_rows == 0
