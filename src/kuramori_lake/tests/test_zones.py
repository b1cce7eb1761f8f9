"""The clock of a log and the day of people are two zones: a server in Tokyo may log in UTC (night is by the site)."""

import sqlite3
from zoneinfo import ZoneInfo

from kuramori_lake import cli
from kuramori_lake.manifest import Manifest
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO

LINE = 'Mon Nov 23 14:30:00 2026 [pid 3] [akari] OK DOWNLOAD: Client "192.0.2.1", "/x", 1 bytes, 1Kbyte/sec\n'
UTC = ZoneInfo("UTC")


def told(lake):
    return lake.query("SELECT time_utc::VARCHAR, local_hour, local_date::VARCHAR, is_night FROM events").to_pydict()


def test_server_that_logs_in_utc_is_judged_by_the_hours_of_its_site(lake, tmp_path):
    (tmp_path / "a.log").write_text(LINE)
    lake.ingest(tmp_path / "a.log", source="vsftpd", zone=UTC, site_zone=TOKYO)
    assert [one[0] for one in told(lake).values()] == ["2026-11-23 14:30:00", 23, "2026-11-23", True]
    batch = lake.query("SELECT tz, site_tz FROM batches").to_pylist()
    assert batch == [{"tz": "UTC", "site_tz": "Asia/Tokyo"}]


def test_one_zone_says_both_where_nothing_else_is_said(lake, tmp_path):
    (tmp_path / "a.log").write_text(LINE)
    lake.ingest(tmp_path / "a.log", source="vsftpd", zone=TOKYO)
    assert [one[0] for one in told(lake).values()] == ["2026-11-23 05:30:00", 14, "2026-11-23", False]
    assert lake.query("SELECT site_tz FROM batches").to_pylist() == [{"site_tz": "Asia/Tokyo"}]


def test_command_line_takes_both(tmp_path, capsys):
    (tmp_path / "a.log").write_text(LINE)
    home, log = str(tmp_path / "lake"), str(tmp_path / "a.log")
    assert (
        cli.main(["ingest", "--lake", home, "--source", "vsftpd", "--tz", "UTC", "--site-tz", "Asia/Tokyo", log]) == 0
    )
    capsys.readouterr()
    with Lake.open(tmp_path / "lake") as lake:
        assert told(lake)["local_hour"] == [23]


def test_lake_made_before_there_were_two_keeps_its_one(tmp_path):
    path = tmp_path / "manifest.sqlite"
    Manifest(path).close()
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO batch SELECT 1, 's', 'i', printf('%064d', 0), 'n', 1, NULL, 't', 1, 'UTC', 0, 0, 0, 0,"
                   " 0, 0, 0, 0, NULL")  # fmt: skip
        db.execute("ALTER TABLE batch DROP COLUMN site_tz")
    db.close()
    again = Manifest(path)
    assert dict(again.db.execute("SELECT tz, site_tz FROM batch").fetchone()) == {"tz": "UTC", "site_tz": "UTC"}
    again.close()
