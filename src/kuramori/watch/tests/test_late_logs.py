"""Logs that come late, twice, in another zone or in other letters: each event once, on the day it was where it was."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.register.api import Secret
from kuramori.watch.acts.settings import account_add, source_add
from kuramori.watch.alert_page import traces_of
from kuramori.watch.api import ingest, ingest_source
from kuramori.watch.context import context_sync
from kuramori.watch.lake import lake
from kuramori.watch.models import Alert, LogSource
from kuramori.watch.queries.sources import lake_stats, source_states
from kuramori.watch.tests.conftest import PATH
from kuramori.watch.traces import sums_by_day
from kuramori_lake.coverage import coverage_of, readers_of, secret_by_day

TODAY = NOON.date()
DAY = date(2026, 11, 19)
Log = Callable[..., Path]
pytestmark = pytest.mark.django_db


def at(path: Path, moment: str, *files: str, who: str = "chihiro") -> Path:
    """Write a log in which somebody opens files at one moment of the server's clock."""
    lines = [
        f"<173>Nov 19 09:00:00 smbd_audit: {moment}|{who}|10.1.4.7|pc7|zairyo|create_file|ok|0x120089|file|open|"
        f"{PATH}/{file}\n"
        for file in files
    ]
    path.write_text("".join(lines), encoding="utf-8")
    return path


def told() -> None:
    with lake() as found:
        context_sync(found, today=TODAY)


def days_of(person: Any) -> dict[date, int]:
    with lake() as found:
        sums = sums_by_day(found, person.pk, TODAY - timedelta(days=400), TODAY + timedelta(days=2))
    return {day: each.documents for day, each in sums.items()}


# late


def test_a_log_that_comes_a_month_late_counts_on_its_own_days(
    company: Company, source: LogSource, charter: Any, alert: Alert, tmp_path: Path
):
    ingest(source="samba", instance="fs01", paths=[at(tmp_path / "a.log", "2026/11/19 09:00:00", "a", "b")])
    told()
    assert traces_of(alert).own_days == 0
    ingest(source="samba", instance="fs01", paths=[at(tmp_path / "b.log", "2026/10/15 09:00:00", "a", "c", "d")])
    assert days_of(company.chihiro) == {DAY: 2, date(2026, 10, 15): 3}
    traces = traces_of(alert)
    assert (traces.own_days, traces.high) == (1, 3.0)
    assert {day.date: day.value for day in traces.days if day.value} == {DAY: 2, date(2026, 10, 15): 3}


def test_what_came_before_the_people_were_known_is_theirs_afterwards(
    company: Company, source: LogSource, charter: Any, secret: Secret, tmp_path: Path
):
    path = at(tmp_path / "a.log", "2026/11/19 09:00:00", "配合/a.xlsx")
    ingest(source="samba", instance="fs01", paths=[path])
    assert days_of(company.chihiro) == {}, "nobody is known yet"
    told()
    assert days_of(company.chihiro) == {DAY: 1}
    with lake() as found:
        assert secret_by_day(found, str(secret.pk), DAY, DAY) == {DAY: 1}


def test_an_account_left_out_later_is_left_out_of_what_came_before_too(
    company: Company, source: LogSource, charter: Any, secret: Secret, tmp_path: Path
):
    path = at(tmp_path / "a.log", "2026/11/19 03:00:00", "配合/a.xlsx", "配合/b.xlsx", who="svc-backup")
    ingest(source="samba", instance="fs01", paths=[path])
    account_add(raw="svc-backup", reason="夜間バックアップ", valid_from=date(2026, 1, 1), by=SYSTEM)
    told()
    with lake() as found:
        assert secret_by_day(found, str(secret.pk), DAY, DAY) == {}
        assert readers_of(found, str(secret.pk), DAY, DAY) == []
        assert coverage_of(found, str(secret.pk)).events == 2, "and yet the place is seen by the logs"


def test_the_second_file_with_the_same_lines_adds_only_what_is_new(company: Company, source: LogSource, log: Log):
    """Rotation hands over the same lines again and again: today's file holds yesterday's lines."""
    company.give(company.botan, Role.IT)
    first = ingest(source="samba", instance="fs01", paths=[log(("akari", "a"), ("akari", "b"), name="1.log")])
    more = log(("akari", "a"), ("akari", "b"), ("akari", "c"), name="2.log")
    second = ingest(source="samba", instance="fs01", paths=[more])
    assert [one.total("accepted") for one in (first, second)] == [2, 1]
    assert (second.total("rows"), second.total("duplicate")) == (3, 2)
    (state,) = source_states(company.viewer(company.botan))
    health = state.health
    assert (health.rows, health.accepted, health.duplicate, health.batches) == (5, 3, 2, 2)
    assert health.rows == health.accepted + health.duplicate + health.ignored + health.rejected
    assert lake_stats(company.viewer(company.botan)).events == 3


def test_a_file_under_another_name_is_the_same_file_and_on_another_server_another(source: LogSource, log: Log):
    one, other = log(("akari", "a"), name="1.log"), log(("akari", "a"), name="2.log")
    assert one.read_bytes() == other.read_bytes()
    again = [ingest(source="samba", instance="fs01", paths=[path]).files[0] for path in (one, other)]
    assert [each.known for each in again] == [False, True]
    elsewhere = ingest(source="samba", instance="fs02", paths=[one])
    assert (elsewhere.total("accepted"), elsewhere.files[0].known) == (1, False)


def test_files_of_one_call_are_one_act_with_all_their_digests(source: LogSource, log: Log, tmp_path: Path):
    (tmp_path / "logs" / "deep").mkdir(parents=True)
    for n in range(3):
        log(("akari", f"{n}.xlsx"), name=f"logs/{'deep/' if n else ''}{n}.log")
    steps: list[tuple[int, int]] = []
    report = ingest_source(
        source=source, paths=[tmp_path / "logs"], by=SYSTEM, progress=lambda *step: steps.append(step)
    )
    (entry,) = read(Entry.objects.filter(verb="watch.source.receive"))
    assert set(entry.notes["digests"]) == {each.sha256 for each in report.files}
    assert (entry.notes["files"], entry.notes["rows"], entry.notes["accepted"]) == (3, 3, 3)
    assert steps == [(1, 3), (2, 3), (3, 3)]
    assert report.sealed == Entry.objects.filter(verb="watch.segment.seal").count() == 3


def test_an_empty_file_and_an_empty_folder_are_no_error_and_nothing_is_sealed(source: LogSource, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.log").write_bytes(b"")
    report = ingest(source="samba", instance="fs01", paths=[tmp_path / "empty", tmp_path / "empty.log"])
    assert (report.failed, report.total("rows"), report.sealed) == (0, 0, 0)
    assert not Entry.objects.filter(verb="watch.segment.seal").exists()


# zones


@pytest.mark.parametrize(
    ("zone", "clock", "moment"),
    [
        ("Asia/Tokyo", "2026/11/19 23:59:59", datetime(2026, 11, 19, 14, 59, 59, tzinfo=UTC)),
        ("Asia/Tokyo", "2026/11/20 00:00:00", datetime(2026, 11, 19, 15, tzinfo=UTC)),
        ("UTC", "2026/11/19 23:59:59", datetime(2026, 11, 19, 23, 59, 59, tzinfo=UTC)),
        ("Europe/Berlin", "2026/07/01 12:00:00", datetime(2026, 7, 1, 10, tzinfo=UTC)),
        ("America/New_York", "2026/11/19 20:00:00", datetime(2026, 11, 20, 1, tzinfo=UTC)),
    ],
)
def test_an_event_has_its_true_moment_and_the_day_that_its_logs_clock_showed(
    company: Company, tmp_path: Path, zone: str, clock: str, moment: datetime
):
    kept = source_add(name=zone, kind="samba", instance="fs09", zone_name=zone, by=SYSTEM)
    ingest_source(source=kept, paths=[at(tmp_path / "a.log", clock, "a")], by=SYSTEM)
    with lake() as found:
        (row,) = found.query("SELECT time_utc, local_date, local_hour FROM events").to_pylist()
    assert row["time_utc"].replace(tzinfo=UTC) == moment
    assert f"{row['local_date']:%Y/%m/%d} {row['local_hour']:02d}" == clock[:13]


def test_without_a_zone_tokyos_is_assumed_and_every_event_says_so(tmp_path: Path):
    for name, zone in (("a.log", None), ("b.log", ZoneInfo("Asia/Tokyo"))):
        ingest(source="samba", instance=name, zone=zone, paths=[at(tmp_path / name, "2026/11/19 09:00:00", "a")])
    with lake() as found:
        rows = found.query("SELECT instance, time_utc, tz_basis FROM events ORDER BY instance").to_pylist()
    assert {row["time_utc"] for row in rows} == {datetime(2026, 11, 19)}  # noqa: DTZ001  (the lake's times are UTC)
    assert [row["tz_basis"] for row in rows] == ["assumed", "configured"]


def test_a_wall_clock_that_comes_twice_loses_no_event(company: Company, tmp_path: Path):
    """On 25 October 02:30 comes twice in Berlin; two events stay two, whatever hour they are taken for."""
    kept = source_add(name="独", kind="samba", instance="fsde01", zone_name="Europe/Berlin", by=SYSTEM)
    path = at(tmp_path / "a.log", "2026/10/25 02:30:00", "a", "b")
    assert ingest_source(source=kept, paths=[path], by=SYSTEM).total("accepted") == 2
    with lake() as found:
        (row,) = found.query("SELECT count(*) AS n, min(time_utc) AS at FROM events").to_pylist()
    assert row["n"] == 2
    assert row["at"].replace(tzinfo=UTC).astimezone(ZoneInfo("Europe/Berlin")).hour == 2


def test_the_age_of_a_source_is_told_in_the_readers_zone(visit: Any, company: Company, source: LogSource, log: Log):
    ingest(source="samba", instance="fs01", paths=[log(("akari", "a"))])
    (row,) = visit(company.viewer(company.daichi), "health").context["rows"]
    assert "09:00" in row["last"], "as the server's clock in Tokyo showed it"
    assert "12:00" in row["received"]


# letters


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "euc_jp"])
def test_a_log_in_old_letters_names_the_same_secret(
    company: Company, charter: Any, secret: Secret, tmp_path: Path, encoding: str
):
    kept = source_add(
        name="旧", kind="samba", instance="fs01", encoding=encoding, shares=[[r"\\fs01\zairyo", PATH]], by=SYSTEM
    )
    path = at(tmp_path / "a.log", "2026/11/19 09:00:00", "配合/表.xlsx")
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert ingest_source(source=kept, paths=[path], by=SYSTEM).total("accepted") == 1
    told()
    with lake() as found:
        assert secret_by_day(found, str(secret.pk), DAY, DAY) == {DAY: 1}


def test_read_in_the_wrong_letters_no_row_is_lost_in_silence(company: Company, charter: Any, tmp_path: Path):
    path = at(tmp_path / "a.log", "2026/11/19 09:00:00", "配合/表.xlsx", "b.xlsx")
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp932"))
    report = ingest(source="samba", instance="fs01", paths=[path])
    assert report.total("rows") == 2
    assert report.total("accepted") + report.total("rejected") == 2


# health over the days


def test_each_source_is_silent_by_itself(company: Company, source: LogSource, log: Log):
    company.give(company.botan, Role.IT)
    it = company.viewer(company.botan)
    source_add(name="独", kind="samba", instance="fs02", site=company.tokyo, by=SYSTEM)
    with time_machine.travel(NOON + timedelta(days=5), tick=False):
        path = log(("akari", "a"))
        path.write_text(path.read_text().replace("2026/11/19", "2026/11/25"))
        ingest(source="samba", instance="fs01", paths=[path])
        states = {state.name: state.is_silent for state in source_states(it)}
        assert states == {"材料サーバ": False, "独": True}
        assert next(iter(states)) == "独", "the silent come first"
