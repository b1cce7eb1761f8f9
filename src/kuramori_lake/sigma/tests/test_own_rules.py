"""Each of Kuramori's own rules finds its deed and leaves the harmless one beside it (practices named in the rules)."""

import re
from datetime import date, timedelta

import duckdb
import pyarrow as pa
import pytest

from kuramori_lake import engine
from kuramori_lake.context import ACTOR_EXCLUDED, ACTOR_PERSON, FOREVER, PATH_SECRET, TABLES
from kuramori_lake.sigma.engines import DuckEngine
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.running import matches
from kuramori_lake.sigma.sets import own_rules
from kuramori_lake.sigma.tests.made import DAY, event, table

ALWAYS = {"since": date(2000, 1, 1), "until": FOREVER}
SECRET = "/srv/設計/金型.dwg"  # noqa: S105  # a path
CONTEXT = {
    "actor_person": pa.Table.from_pylist(
        [{"namespace": "ad", "actor_key": key, "person_id": key} | ALWAYS for key in ("akari", "botan")],
        ACTOR_PERSON,
    ),
    "actor_excluded": pa.Table.from_pylist(
        [{"namespace": "ad", "actor_key": "backup", "reason": "backup"} | ALWAYS], ACTOR_EXCLUDED
    ),
    "path_secret": pa.Table.from_pylist(
        [
            {"path": path, "secret_id": "s", "number": "SR-1", "level": "極秘", "weight": 1.0} | ALWAYS
            for path in (SECRET, *(f"/srv/設計/{n}.dwg" for n in range(50)))
        ],
        PATH_SECRET,
    ),
    "people": pa.Table.from_pylist(
        [{"person_id": "akari", "notice_on": DAY - timedelta(days=1)} | ALWAYS, {"person_id": "botan"} | ALWAYS],
        TABLES["people"],
    ),
    "flows": pa.Table.from_pylist(
        [
            {"destination_class": kind, "destination_value": value, "reason": "agreed"} | ALWAYS
            for kind, value in (("removable", "REGISTERED"), ("web", "mega.nz"), ("external_mail", "known@gmail.com"))
        ],
        TABLES["flows"],
    ),
}


@pytest.fixture(scope="module")
def compiled():
    found = plan(own_rules(), "duckdb")
    assert not found.refused
    return found


@pytest.fixture(scope="module")
def db():
    with duckdb.connect(config={"threads": 1}) as made:
        for name, rows in CONTEXT.items():
            made.register("incoming", rows)
            made.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")
        made.register("incoming", table([]))
        made.execute("CREATE TABLE events AS SELECT * FROM incoming")
        made.execute(f"CREATE VIEW joined_events AS {engine.JOINED}")
        yield made


def did(number, activity, who="akari", clock="10:00:00", **columns):
    return event(number, clock, activity=activity, actor_key=who, actor_raw=who, source="samba", **columns)


def usb(number, serial, who="akari"):
    return did(number, "device_connect", who, destination_class="removable", device_serial=serial)


def mail(number, address, size=200_000, **columns):
    where = {"destination_class": "external_mail", "destination_value": address}
    return did(number, "mail_send", destination_domain=address.rpartition("@")[2], bytes=size, **where, **columns)


def upload(number, host, size=200_000, clock="10:00:00", who="akari"):
    where = {"destination_class": "web", "destination_value": host, "destination_domain": host}
    return did(number, "upload", who, clock, bytes=size, **where)


def reading(first, count, who="akari"):
    return [did(first + n, "read", who, f"11:{n % 60:02d}:00", path=f"/srv/設計/{n}.dwg") for n in range(count)]


def m365(number, **fields):
    return event(number, source="m365", activity="write", fields=fields)


CASES = {
    "USB medium that nobody registered": (
        [usb(1, "7B1E"), usb(2, "REGISTERED"), usb(3, "9C", "backup")],
        {1},
    ),
    "Log cleared": ([did(1, "log_cleared"), did(2, "log_gap")], {1}),
    "Many documents of the register read in a day after notice of leaving": (
        reading(100, 50) + reading(200, 50, "botan"),
        set(range(100, 150)),
    ),
    "Mail with content to a private address": (
        [
            mail(1, "me@gmail.com"),
            mail(2, "me@gmail.com", 500),
            mail(3, "a@partner.example"),
            mail(4, "known@gmail.com"),
            mail(5, "me@docomo.ne.jp", 500, path=SECRET),
            mail(6, "me@mail.yahoo.co.jp"),
        ],
        {1, 5, 6},
    ),
    "Top secret document printed at night": (
        [
            did(1, "print", is_night=True, name="設計書（極秘）"),
            did(2, "print", name="設計書（極秘）"),
            did(3, "print", is_night=True, name="設計書"),
            did(4, "print", is_night=True, path=SECRET),
            did(5, "print", is_night=True, name="極秘", outcome="denied"),
        ],
        {1, 4},
    ),
    "Upload to a storage service that is not on the list": (
        [
            upload(1, "www.dropbox.com"),
            upload(2, "mega.nz"),
            upload(3, "gigafile.nu", 90_000),
            upload(4, "partner.example"),
            upload(5, "drive.google.com"),
        ],
        {1, 5},
    ),
    "Archive made, then something taken out": (
        [
            did(1, "create", "akari", "10:00:00", path="/srv/A.ZIP"),
            upload(2, "partner.example", clock="11:59:00"),
            did(3, "create", "botan", "10:00:00", path="/srv/b.zip"),
            upload(4, "partner.example", clock="12:01:00", who="botan"),
        ],
        {1, 2},
    ),
    "Confidentiality label lowered or taken off": (
        [
            m365(1, Operation="FileSensitivityLabelRemoved"),
            m365(2, Operation="FileSensitivityLabelChanged", LabelEventType="LabelDowngraded"),
            m365(3, Operation="FileSensitivityLabelChanged", LabelEventType="LabelUpgraded"),
            m365(4, Operation="FileAccessed"),
            m365(5, Operation="SensitivityLabelUpdated", SensitivityLabelEventData={"LabelEventType": 2}),
            m365(6, Operation="SensitivityLabelUpdated", SensitivityLabelEventData={"LabelEventType": 1}),
        ],
        {1, 2, 5},
    ),
    "Document made reachable without a log-in": (
        [did(1, "share_anonymous"), did(2, "share_internal"), did(3, "share_anonymous", outcome="denied")],
        {1},
    ),
    "Remote log-on at night": (
        [
            did(1, "logon", is_night=True, name="logon type 10"),
            did(2, "logon", name="logon type 10"),
            did(3, "logon", is_night=True, name="logon type 3"),
            event(4, activity="logon", actor_key="akari", is_night=True, fields={"LogonType": 10}),
            did(5, "logon", "backup", is_night=True, name="logon type 10"),
        ],
        {1, 4},
    ),
    "Database exported": (
        [
            did(1, "db_export"),
            did(2, "db_read", count=10_000),
            did(3, "db_read", count=9_999),
            did(4, "db_export", "backup"),
        ],
        {1, 2},
    ),
    "A hundred thousand rows read from a database in a day": (
        [did(n, "db_read", count=9_999) for n in range(11)] + [did(20, "db_read", "botan", count=9_999)],
        set(range(11)),
    ),
    "Refused at several doors within an hour": (
        [did(n, "door_denied", device=f"D{n}") for n in range(3)]
        + [did(10 + n, "door_denied", "botan", device="D1") for n in range(5)],
        {0, 1, 2},
    ),
    "A thousand pages printed in a day": (
        [did(1, "print", count=600), did(2, "print", count=400), did(3, "print", "botan", count=999)],
        {1, 2},
    ),
}  # fmt: skip


def found(compiled, db, events):
    db.execute("DELETE FROM events")
    db.register("incoming", table(events))
    db.execute("INSERT INTO events SELECT * FROM incoming")
    return list(matches(compiled, DuckEngine(db), DAY, DAY))


@pytest.mark.parametrize("title", CASES)
def test_the_deed_is_found_and_what_looks_like_it_is_left(compiled, db, title):
    events, expected = CASES[title]
    told = [match for match in found(compiled, db, events) if match.about.title == title]
    assert {number for match in told for number in match.event_ids} == expected


def test_every_rule_that_tells_something_has_a_case_and_both_languages(compiled):
    rules = own_rules()
    told = [one.about for one in (*rules.rules, *rules.correlations) if one.about.id not in compiled.silent]
    assert {about.title for about in told} == set(CASES)
    for one in (*rules.rules, *rules.correlations):
        assert re.search(r"[ぁ-んァ-ヶ一-龥]", one.about.title_ja), one.about.file
        assert all(re.fullmatch(r"[A-Z]+-\d+", practice) for practice in one.about.practices)
        assert one.about.practices, one.about.title


def test_a_quiet_day_tells_nothing(compiled, db):
    assert found(compiled, db, [did(1, "read", path="/srv/x"), did(2, "logon"), did(3, "door_in", device="D1")]) == []
