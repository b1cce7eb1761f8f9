"""What a case left in each channel's log is what the lake's own parser reads out of it: neither more nor less.

The truth counts deeds, the parser counts events; both come from the same bytes and know nothing of each other.
"""

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.simulator import simulate
from kuramori_lake.simulator.cases import CASES, OTHERS, Strength
from kuramori_lake.simulator.tests.test_parsers import PARSERS
from kuramori_lake.sources.parsed import Options

ALL = {case.id: Strength.TENTH for case in CASES} | {case.id: Strength.REPORTED for case in OTHERS}
COLUMNS = (
    "time_utc", "actor_raw", "activity", "object_kind", "path", "name", "uid", "size", "bytes", "count", "device",
    "device_serial", "destination_class", "destination_value", "destination_domain", "confidence",
)  # fmt: skip


class Company:
    """A small company with every case in it, and all its logs as their parsers read them."""

    def __init__(self, out):
        self.truth = simulate(out, seed=5, people=90, months=6, events=3_000, cases=ALL)
        self.cases = {case["case"]: case for case in self.truth.cases}
        self.rows = defaultdict(list)
        self.refused, self.understood = defaultdict(list), Counter()
        for source in self.truth.sources:
            options = Options(
                zone=ZoneInfo(source["zone"]), salt=b"salt", encoding=source["encoding"], domains=("sorei.example",)
            )
            for file in source["files"]:
                content = (out / file["path"]).read_bytes()
                for reading in PARSERS[source["kind"]].parse(content, options):
                    name = source["name"]
                    self.understood[name] += reading.events.num_rows - reading.derived + reading.ignored
                    self.refused[name] += [(Path(file["path"]).name, one.row) for one in reading.rejects]
                    columns = [column for column in COLUMNS if column in reading.events.column_names]
                    self.rows[name] += reading.events.select(columns).to_pylist()

    def of(self, source, case):
        """A source's events of the person who plays a case."""
        account = self.cases[case]["account"]
        return [row for row in self.rows[source] if (row["actor_raw"] or "").rpartition("\\")[2] == account]

    def days(self, case, what="copied"):
        return {one["day"]: one[what] for one in self.cases[case]["days"] if one[what]}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return Company(tmp_path_factory.mktemp("read-back"))


def by_day(rows, zone="Asia/Tokyo", weight=None):
    found = Counter()
    for row in rows:
        found[row["time_utc"].replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(zone)).date().isoformat()] += (
            row[weight] if weight else 1
        )
    return dict(found)


def test_every_line_of_every_source_is_read_and_only_planted_defects_are_refused(company):
    planted = {(one["file"], one["line"]) for one in company.truth.traps["rejects"]}
    assert set().union(*company.refused.values()) == planted
    for source in company.truth.sources:
        header = len(source["files"]) if source["kind"].startswith("table:") else 0
        found = company.understood[source["name"]] + len(company.refused[source["name"]])
        assert found == source["lines"] + header, source["name"]


REMOVABLE = [case.id for case in CASES if case.way == "removable"]


@pytest.mark.parametrize("case", REMOVABLE)
def test_copies_to_a_medium_are_read_back_day_by_day_with_its_serial_number(company, case):
    name, serial = company.cases[case]["device"]
    copies = [row for row in company.of("endpoint", case) if row["activity"] == "copy"]
    own = [row for row in copies if row["device_serial"] == serial]
    assert by_day(own) == company.days(case)
    assert len(own) == company.cases[case]["amount"]
    assert {row["destination_class"] for row in own} == {"removable"}
    assert {row["destination_value"] for row in own} == {name}
    assert all(row["size"] > 0 for row in own)


@pytest.mark.parametrize("case", REMOVABLE)
def test_the_pc_tells_of_the_same_medium_once_for_every_day_of_copying(company, case):
    serial = company.cases[case]["device"][1]
    seen = [row for row in company.of("pcs", case) if row["activity"] == "device_connect"]
    assert by_day(seen) == dict.fromkeys(company.days(case), 1)
    assert {row["device_serial"] for row in seen} == {serial}


def test_a_phone_has_the_serial_number_that_its_instance_id_ends_with(company):
    case = company.cases["CASE-04"]
    seen = [row for row in company.of("pcs", "CASE-04") if row["activity"] == "device_connect"]
    assert by_day(seen) == dict.fromkeys(company.days("CASE-04"), 1)
    assert {row["device_serial"] for row in seen} == {f"8C1X{case['person']}"}
    assert {(row["device"], row["destination_class"], row["confidence"]) for row in seen} == {
        ("Pixel 8", "removable", "inferred")
    }


def test_rows_of_the_database_are_read_back_as_they_were_selected(company):
    asked = [row for row in company.of("db01", "CASE-04") if row["activity"] == "db_read"]
    large = [row for row in asked if row["count"] >= 5_000]
    assert by_day(large, weight="count") == company.days("CASE-04")
    assert sum(row["count"] for row in large) == company.cases["CASE-04"]["amount"]
    assert {row["path"] for row in large} == {"sales/public/顧客"}


def test_printed_papers_are_read_back_with_their_pages(company):
    jobs = [row for row in company.of("endpoint", "CASE-09") if row["device"] == "H-MFP9"]
    assert {row["activity"] for row in jobs} == {"print"}
    assert by_day(jobs) == company.days("CASE-09")
    assert by_day(jobs, weight="count") == company.days("CASE-09", "pages")


def test_documents_read_on_the_server_are_read_back_once_each(company):
    for case in ("CASE-03", "CASE-08", "CASE-09", "CASE-11", "MADE-WEB"):
        vaults = tuple(company.cases[case]["vaults"])
        rows = company.of("fs01", case) + company.of("fs02", case)
        read = {
            (row["time_utc"], row["path"])
            for row in rows
            if row["activity"] == "read" and row["object_kind"] == "file" and row["path"].startswith(vaults)
        }
        assert len({path for _, path in read}) == company.cases[case]["amount"], case


def test_uploads_are_read_back_with_host_and_bytes(company):
    sent = [row for row in company.of("proxy01", "MADE-WEB") if row["destination_domain"] == "hako-share.example"]
    assert by_day(sent) == company.days("MADE-WEB")
    assert {(row["activity"], row["destination_class"]) for row in sent} == {("upload", "web")}
    assert min(row["bytes"] for row in sent) > 200_000


def test_mails_home_are_read_back_with_address_and_size(company):
    case = company.cases["MADE-MAIL"]
    home = [row for row in company.of("mx01", "MADE-MAIL") if row["destination_domain"] == "gmail.com"]
    own = [row for row in home if row["destination_value"] == f"{case['account']}@gmail.com"]
    assert by_day(own) == {day: -(-papers // 20) for day, papers in company.days("MADE-MAIL").items()}
    assert {(row["activity"], row["destination_class"]) for row in own} == {("mail_send", "external_mail")}
    assert min(row["size"] for row in own) > 100_000


def test_the_control_leaves_nothing_but_ordinary_days(company):
    """CASE-02: no device, no storage service, no large query, no printer that is not the own one."""
    for source in ("pcs", "endpoint"):
        for row in company.of(source, "CASE-02"):
            assert not (row["device_serial"] or "").startswith("A1B2"), source
    assert all(row["count"] < 5_000 for row in company.of("db01", "CASE-02"))
    assert {row["destination_domain"] for row in company.of("proxy01", "CASE-02")} <= {
        "keihi.cloud.example", "kintai.cloud.example", "eigyo-crm.example", "webmeeting.example", "cad-portal.example"
    }  # fmt: skip


def test_nobody_has_an_event_after_the_last_day_at_work(company):
    for case in company.truth.cases:
        last = date.fromisoformat(case["departure"])
        for source in ("fs01", "fs02", "endpoint", "mx01", "proxy01", "db01", "pcs"):
            late = [day for day in by_day(company.of(source, case["case"])) if date.fromisoformat(day) > last]
            assert late == [], (case["case"], source)


def test_drawing_offices_pcs_speak_on_every_working_day(company):
    """A source that is quiet for a working day is silent, and that has to mean something."""
    days = sorted(by_day(company.rows["pcs"]))
    first, last = (date.fromisoformat(days[at]) for at in (0, -1))
    weekdays = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    quiet = {day for day in weekdays if day.weekday() < 5 and day.isoformat() not in days}
    assert len(quiet) <= 1
    assert {row["activity"] for row in company.rows["pcs"]} == {"logon", "device_connect"}
