"""Raw logs of mail, web, print, database and devices: what was done is in them, and real parsers read it back."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI
from kuramori_lake.simulator.database_log import CUSTOMERS, DatabaseLog
from kuramori_lake.simulator.device_log import DeviceLog
from kuramori_lake.simulator.mail_log import MailLog
from kuramori_lake.simulator.outputs import MonthlyFile
from kuramori_lake.simulator.print_log import PrintLog
from kuramori_lake.simulator.proxy_log import ProxyLog
from kuramori_lake.sources.cups import CUPS
from kuramori_lake.sources.parsed import Options
from kuramori_lake.sources.postfix import POSTFIX
from kuramori_lake.sources.squid import SQUID
from kuramori_lake.sources.windows import EVTX

DAY = date(2026, 11, 5)
NOON = 12 * 3600


@pytest.fixture
def out(tmp_path):
    return MonthlyFile(tmp_path, stem="log", ending="txt")


@pytest.fixture
def akari(company):
    return next(person for person in company.staff("3210") if person.former_account is None)


@pytest.fixture
def german(company):
    return company.staff("5100")[1]


def events(parser, out, log, day=DAY):
    """The events that a parser finds in the day's file; every line is read or known as noise."""
    log.close_day(day)
    out.close()
    content = (out.folder / out.name(day)).read_bytes()
    options = Options(zone=ZoneInfo("Asia/Tokyo"), salt=b"salt", domains=("sorei.example",))
    readings = list(parser.parse(content, options))
    assert not [one for reading in readings for one in reading.rejects]
    rows = [row for reading in readings for row in reading.events.to_pylist()]
    lines = sum(reading.events.num_rows - reading.derived + reading.ignored for reading in readings)
    assert lines == out.lines[out.name(day)]
    return rows


def test_a_mail_is_one_event_for_each_address_outside_and_its_sender_is_certain(out, akari):
    log = MailLog(out, HAMAMATSU)
    log.mailed(DAY, NOON, akari, size=91_121, to=["a@rival.example", "b@partner.example"])
    log.mailed(DAY, NOON + 60, akari, size=700, to=["c@partner.example"])
    rows = events(POSTFIX, out, log)
    assert [row["destination_value"] for row in rows] == ["a@rival.example", "b@partner.example", "c@partner.example"]
    assert {row["actor_raw"] for row in rows} == {akari.name.account}
    assert {row["confidence"] for row in rows} == {"authenticated"}
    assert [(row["size"], row["count"]) for row in rows] == [(91_121, 2), (91_121, 2), (700, 1)]
    assert rows[0]["time_utc"].isoformat()[:13] == "2026-11-05T03"
    assert rows[0]["destination_class"] == "external_mail"


def test_a_german_mail_stands_at_the_head_offices_clock_and_may_wait_for_the_next_day(out, german):
    log = MailLog(out, HAMAMATSU)
    log.mailed(DAY, 17 * 3600, german, size=100, to=["a@rival.example"])
    log.close_day(DAY)
    assert out.lines[out.name(DAY)] == 0
    (row,) = events(POSTFIX, out, log, date(2026, 11, 6))
    assert row["time_utc"].isoformat()[:13] == "2026-11-05T16"


def test_queue_ids_carry_the_year_that_the_log_does_not_name(out, akari):
    log = MailLog(out, HAMAMATSU)
    log.mailed(date(2024, 2, 29), NOON, akari, size=1, to=["a@rival.example"])
    (row,) = events(POSTFIX, out, log, date(2024, 2, 29))
    assert row["time_utc"].date() == date(2024, 2, 29)


def test_the_proxy_tells_what_a_client_sent_and_reading_is_noise(out, akari):
    log = ProxyLog(out)
    log.uploaded(DAY, NOON, akari, "http://store.example/api/files", 120_000)
    log.tunnelled(DAY, NOON + 1, akari, "store.example", 9_000)
    log.fetched(DAY, NOON + 2, akari, "http://store.example/index.html")
    rows = events(SQUID, out, log)
    assert [(row["activity"], row["bytes"]) for row in rows] == [("upload", 120_640), ("upload", 9_000)]
    assert {row["destination_domain"] for row in rows} == {"store.example"}
    assert {row["actor_raw"] for row in rows} == {akari.name.account}
    assert rows[0]["time_utc"].isoformat()[:16] == "2026-11-05T03:00"


def test_a_print_job_has_its_title_pages_and_person(out, akari):
    log = PrintLog(out, KITAKAMI)
    log.printed(DAY, NOON, akari, "設計書 極秘.pdf", pages=12, printer="K-MFP1")
    log.printed(DAY, NOON - 5, akari, "b.pdf", pages=1, printer="K-MFP1")
    first, second = events(CUPS, out, log)
    assert (second["name"], second["count"], second["device"]) == ("設計書 極秘.pdf", 12, "K-MFP1")
    assert (first["actor_raw"], first["uid"]) == (akari.name.account, "40101")
    assert second["time_utc"].isoformat()[:16] == "2026-11-05T03:00"


def test_a_phone_and_a_disk_are_told_as_the_deed_of_who_sat_there(out, akari):
    log = DeviceLog(out)
    log.phone(DAY, NOON, akari, "8C1X01")
    log.disk(DAY, NOON + 600, akari, "SanDisk Extreme", "A1B2C3")
    rows = [row for row in events(EVTX, out, log) if row["activity"] == "device_connect"]
    assert [row["uid"].rpartition("\\")[2] for row in rows] == ["8C1X01", "A1B2C3"]
    assert rows[0]["actor_raw"].rpartition("\\")[2] == akari.name.account
    assert rows[0]["confidence"] == "inferred"
    assert rows[1]["device"] == "SanDisk Extreme"
    assert {row["destination_class"] for row in rows} == {"removable"}


def test_records_of_a_pc_are_numbered_without_holes_so_that_a_hole_means_something(out, akari):
    log = DeviceLog(out)
    for minute in range(3):
        log.disk(DAY, NOON + 60 * minute, akari, "SanDisk Ultra", f"S{minute}")
    assert not [row for row in events(EVTX, out, log) if row["activity"] == "log_gap"]


def test_a_query_of_the_database_is_told_with_its_rows_as_pgaudit_does(out, akari):
    log = DatabaseLog(out)
    log.queried(DAY, NOON, akari, CUSTOMERS, 1_000_000)
    log.close_day(DAY)
    out.close()
    (line,) = (out.folder / out.name(DAY)).read_text(encoding="utf-8").splitlines()
    assert line.startswith(f'2026-11-05 12:00:00.919 JST,"{akari.name.account}","sales",2001,"{akari.ip}:')
    assert '"AUDIT: SESSION,1,1,READ,SELECT,TABLE,""public.""""顧客"""""",select * from 顧客,<none>,1000000"' in line
    assert line.endswith(',,,,,,,,,"psql","client backend",,0')
