"""Events leave the lake when their term is over, and no others do; what has to be kept stays (DET-01, SYS-16)."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from kuramori_lake import compaction
from kuramori_lake.context import Context, Identity, SecretPattern
from kuramori_lake.event import Namespace
from kuramori_lake.retention import Mentioned, Spared, Term, carry_out, choose, months_due, plan_purge, spare
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.test_store import LINE, count, lines, take

SEPTEMBER, OCTOBER, NOVEMBER = "2026-09", "2026-10", "2026-11"


def term(before, *, instance="fs01"):
    return Term(source="samba", instance=instance, before=before)


TO_OCTOBER, TO_NOVEMBER = term(datetime(2026, 10, 1)), term(datetime(2026, 11, 1))  # noqa: DTZ001  (the lake's naive UTC)


@pytest.fixture
def years(lake, tmp_path):
    """Three months of two people on one server, and of one of them on another; the files are kept as they came."""
    for month in ("09", "10", "11"):
        text = lines(0, 4) + lines(0, 3, who="botan", day=21)
        take(lake, tmp_path, text.replace("2026/11", f"2026/{month}"), name=f"{month}.log", keep=True)
    path = tmp_path / "other.log"
    path.write_text(lines(0, 5, who="botan").replace("2026/11", "2026/09"))
    lake.ingest(path, source="samba", instance="fs02", zone=TOKYO)
    return lake


def purge(lake, month, *terms, spared=None, files=True):
    """Do what the caller does, but for his act; returns the plan."""
    with lake.writing(), lake.connect() as db:
        assert choose(db, terms, month) is not None
        if spared is not None:
            spare(db, spared)
        plan = plan_purge(lake, db, terms, files=files)
        carry_out(lake, plan)
    return plan


def by_month(lake):
    found = lake.query("SELECT instance, strftime(time_utc, '%m') AS m, count(*) AS n FROM events GROUP BY ALL")
    return {(row["instance"], row["m"]): row["n"] for row in found.to_pylist()}


def live(lake):
    return [dict(row) for row in lake.manifest.db.execute("SELECT * FROM segment WHERE retired_utc IS NULL")]


S1 = "s1"
ALL = {("fs01", "09"): 7, ("fs01", "10"): 7, ("fs01", "11"): 7, ("fs02", "09"): 5}


@pytest.mark.parametrize("compacted", [False, True])
def test_the_months_that_are_over_leave_for_each_source_by_its_own_term(years, compacted):
    if compacted:
        years.compact()
    assert by_month(years) == ALL
    assert months_due(years, [TO_NOVEMBER]) == [SEPTEMBER, OCTOBER]
    plan = purge(years, SEPTEMBER, TO_NOVEMBER)
    assert plan.places == {("samba", "fs01")}
    assert (plan.rows, by_month(years)) == (7, {key: n for key, n in ALL.items() if key != ("fs01", "09")})
    assert purge(years, OCTOBER, TO_NOVEMBER).rows == 7
    assert by_month(years) == {("fs01", "11"): 7, ("fs02", "09"): 5}
    assert (months_due(years, [TO_NOVEMBER]), years.verify()) == ([], [])
    assert (months_due(years, []), months_due(years, [term(datetime(2020, 1, 1))])) == ([], [])  # noqa: DTZ001
    with years.writing(), years.connect() as db:
        assert choose(db, [TO_NOVEMBER], SEPTEMBER) is None


def test_a_segment_that_only_some_rows_leave_is_written_anew_and_says_what_it_took_over(years):
    years.compact()
    before = {row["sha256"]: row for row in live(years)}
    rows = years.query("SELECT * FROM events WHERE instance = 'fs02' ORDER BY event_id").to_pylist()
    plan = purge(years, SEPTEMBER, TO_OCTOBER)
    assert {each.rest is None for each in plan.segments} == {True, False}
    for each in plan.segments:
        assert (each.path, each.gone <= before[each.sha256]["rows"]) == (each.segment["path"], True)
    (rest,) = [row for row in live(years) if row["sha256"] not in before]
    old = before[json.loads(rest["replaces"])[0]]
    assert (rest["month"], rest["bucket"], rest["rows"], rest["sealed_act"]) == (SEPTEMBER, old["bucket"], 5, None)
    assert years.query("SELECT * FROM events WHERE instance = 'fs02' ORDER BY event_id").to_pylist() == rows
    assert years.compact().segments_before == 0, "it is in order already"


def test_a_boundary_of_months_is_one_of_utc_and_lies_at_the_first_moment_that_stays(lake, tmp_path):
    """Nine in the morning in Tokyo is midnight of UTC: the row of 08:59 is of September, though it is October there."""
    late, first = (LINE.format(day=1, minute=0, who="akari", n=n).replace("2026/11", "2026/10") for n in (1, 2))
    take(lake, tmp_path, late.replace("10:00:00", "08:59:59") + first.replace("10:00:00", "09:00:00"))
    assert months_due(lake, [TO_OCTOBER]) == [SEPTEMBER]
    assert purge(lake, SEPTEMBER, TO_OCTOBER).rows == 1
    assert lake.query("SELECT strftime(time_utc, '%d %H:%M:%S') AS t FROM events")["t"].to_pylist() == ["01 00:00:00"]


def test_what_has_to_be_kept_for_a_person_a_secret_or_because_nobody_is_known_stays(years):
    akari = Identity(namespace=Namespace.AD, raw="akari", person_id="p1", since=date(2026, 1, 1))
    first = SecretPattern(
        pattern="/srv/機密/0.txt", secret_id=S1, number="A-1", level="top", weight=1.0, since=date(2026, 1, 1)
    )
    years.context.write(Context(identities=[akari], secrets=[first]))
    with years.writing(), years.connect() as db:
        assert choose(db, [TO_NOVEMBER], SEPTEMBER) == Mentioned(
            people=frozenset({"p1"}), secrets=frozenset({S1}), has_unknown=True, first=date(2026, 9, 20),
            last=date(2026, 9, 21),
        )  # fmt: skip
        for spared, leaving in (
            (Spared(people=frozenset({"p1"})), 3),
            (Spared(secrets=frozenset({S1})), 5),
            (Spared(unknown=True), 4),
            (Spared(people=frozenset({"p2"}), secrets=frozenset({"s2"})), 7),
            (Spared(people=frozenset({"p1"}), unknown=True), 0),
        ):
            choose(db, [TO_NOVEMBER], SEPTEMBER)
            spare(db, spared)
            assert plan_purge(years, db, [TO_NOVEMBER], files=False).rows == leaving
    plan = purge(years, SEPTEMBER, TO_NOVEMBER, spared=Spared(people=frozenset({"p1"})))
    assert (plan.rows, plan.received) == (3, ()), "the file as it came in still holds rows that stay"
    left = years.query("SELECT actor_raw FROM events WHERE instance = 'fs01' AND month(time_utc) = 9")
    assert set(left["actor_raw"].to_pylist()) == {"akari"}
    assert months_due(years, [TO_NOVEMBER]) == [SEPTEMBER, OCTOBER], "asked for again until it may leave"
    assert purge(years, SEPTEMBER, TO_NOVEMBER).rows == 4


def test_files_as_they_came_in_and_lines_that_were_not_understood_leave_with_the_last_event(lake, tmp_path):
    old = lines(0, 3).replace("2026/11", "2026/09")
    report = take(lake, tmp_path, old + "sakura no pasuwaado\n", name="old.log", keep=True)
    bad = take(lake, tmp_path, "nothing here is a line\n", name="bad.log")
    raw = [path for path in (lake.root / "raw").rglob("*") if path.is_file()]
    assert (len(raw), report.counts.rejected, bad.counts.rejected) == (1, 1, 1)
    assert purge(lake, SEPTEMBER, TO_NOVEMBER, files=False).received == ()
    assert months_due(lake, [TO_NOVEMBER]) == [SEPTEMBER]
    with lake.writing(), lake.connect() as db:
        assert choose(db, [TO_NOVEMBER], SEPTEMBER) is None
        plan = plan_purge(lake, db, [TO_NOVEMBER])
        assert plan.received == ((report.batch_id, report.sha256),), "what was only received now has its time before it"
        carry_out(lake, plan)
    assert [each.file for each in lake.quarantine()] == ["bad.log"]
    assert b"pasuwaado" not in (lake.root / "manifest.sqlite3").read_bytes(), "overwritten, not only unlinked"
    with lake.writing():
        assert not raw[0].exists()
    assert take(lake, tmp_path, old + "sakura no pasuwaado\n", name="again.log").known, (
        "what has left does not come back"
    )
    assert lake.verify() == []


def test_a_plan_that_was_never_carried_out_leaves_nothing_and_is_made_again(years):
    """As after kill -9 between the caller's act and the lake: what the manifest does not name does not exist."""
    years.compact()
    files = set((years.root / "segments").rglob("*.parquet"))
    with years.writing(), years.connect() as db:
        choose(db, [TO_OCTOBER], SEPTEMBER)
        first = plan_purge(years, db, [TO_OCTOBER])
    assert set((years.root / "segments").rglob("*.parquet")) > files
    assert by_month(years) == ALL
    with years.writing():
        assert set((years.root / "segments").rglob("*.parquet")) == files
    again = purge(years, SEPTEMBER, TO_OCTOBER)
    assert [(each.sha256, each.gone) for each in again.segments] == [
        (each.sha256, each.gone) for each in first.segments
    ]


def test_the_files_go_after_the_grace_and_a_damaged_segment_stays_to_be_seen(years):
    damaged = years.root / live(years)[0]["path"]
    damaged.write_bytes(b"PAR1")
    assert purge(years, OCTOBER, TO_NOVEMBER).rows == 7
    assert (damaged.exists(), years.stats().damaged[0].path) == (True, str(damaged.relative_to(years.root)))
    gone = [
        years.root / row["path"] for row in years.manifest.db.execute("SELECT * FROM segment WHERE retired_utc > 0")
    ]
    assert [path.exists() for path in gone] == [True]
    with time_machine.travel(datetime.now(UTC) + compaction.GRACE + timedelta(minutes=1)), Lake.open(years.root):
        assert [path.exists() for path in gone] == [False]
    assert count(years) == 12
