"""What must hold before a rule is switched on, and which archives are opened: bounded, without names that lead out."""

import io
import zipfile
from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.watch.rules import detecting_sigma
from kuramori.watch.rules.detecting_sigma import (
    MOST_MEMBERS,
    TRIAL_HOLDS,
    Lack,
    Week,
    ZipFault,
    alerts_of,
    lack_of,
    may_read,
    weeks_of,
    zip_fault,
)
from kuramori.watch.rules.hard_rules import MOST_A_DAY

TODAY = date(2026, 11, 20)


def archive(*names: str, content: bytes = b"a: b") -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, content)
    return buffer


@pytest.mark.parametrize("name", ["../a.yml", "r/../../a.yml", "/etc/a.yml", "\\a.yml", "C:\\a.yml", "r\\..\\a.yml"])
def test_name_that_leads_out_is_not_opened(name: str):
    assert zip_fault(archive("fine.yml", name)) is ZipFault.PATH


def test_plain_archive_is_opened_and_anything_else_is_not():
    assert zip_fault(archive("rules/windows/a.yml", "b..c.yml")) is None
    assert zip_fault(archive()) is None
    for content in (b"", b"PK", b"PK\x05\x06", b"a: b"):
        assert zip_fault(io.BytesIO(content)) is ZipFault.UNREADABLE


def test_bomb_is_known_by_its_directory(monkeypatch: pytest.MonkeyPatch):
    assert zip_fault(archive("a.yml", content=b" " * (2 << 20))) is ZipFault.SIZE
    assert zip_fault(archive("a.yml", content=b" " * (1 << 19))) is None
    monkeypatch.setattr(detecting_sigma, "MOST_UNPACKED", 7)
    assert zip_fault(archive("a.yml", "b.yml")) is ZipFault.SIZE
    monkeypatch.setattr(detecting_sigma, "MOST_MEMBERS", 1)
    assert zip_fault(archive("a.yml", "b.yml")) is ZipFault.MEMBERS
    assert MOST_MEMBERS == 20_000


def test_encrypted_member_is_told():
    raw = bytearray(archive("a.yml").getvalue())
    place = raw.index(b"PK\x01\x02")
    raw[place + 8] |= detecting_sigma.ENCRYPTED
    assert zip_fault(io.BytesIO(bytes(raw))) is ZipFault.ENCRYPTED


def test_trial_holds_for_what_the_rule_means_now_for_thirty_days():
    def lack(**words: object) -> Lack | None:
        plain = {"digest": "a", "tried": "a", "until": TODAY, "is_cut": False, "today": TODAY}
        return lack_of(**(plain | words))  # type: ignore[arg-type]

    assert lack() is None
    assert lack(until=None, tried="") is Lack.UNTRIED
    assert lack(tried="b") is Lack.CHANGED
    assert lack(until=TODAY - TRIAL_HOLDS) is None
    assert lack(until=TODAY - TRIAL_HOLDS - timedelta(days=1)) is Lack.OLD
    assert lack(is_cut=True) is Lack.CUT


def test_flood_counts_as_many_alerts_as_it_would_raise():
    assert alerts_of({}) == 0
    assert alerts_of({"2026-11-01": 3, "2026-11-02": MOST_A_DAY + 500}) == 3 + MOST_A_DAY


def test_trial_is_read_by_those_whom_it_left_out_and_by_the_system():
    reader, other = uuid4(), uuid4()
    assert may_read([str(reader)], reader)
    assert not may_read([str(reader)], other)
    assert not may_read([], reader)
    assert may_read([], None)


def test_weeks_of_a_trial_begin_on_mondays_and_quiet_ones_are_told_too():
    by_day = {"2026-11-19": 2, "2026-11-16": 1, "2026-11-15": 25, "2026-10-31": 4}
    assert weeks_of(by_day, date(2026, 11, 4), date(2026, 11, 19)) == [
        Week(since=date(2026, 11, 16), until=date(2026, 11, 19), alerts=3, busiest=2),
        Week(since=date(2026, 11, 9), until=date(2026, 11, 15), alerts=MOST_A_DAY, busiest=25),
        Week(since=date(2026, 11, 4), until=date(2026, 11, 8), alerts=0, busiest=0),
    ]


def test_trial_of_one_day_is_one_week_of_one_day():
    assert weeks_of({}, TODAY, TODAY) == [Week(since=TODAY, until=TODAY, alerts=0, busiest=0)]


@given(st.dictionaries(st.integers(0, 89), st.integers(1, 50)), st.integers(1, 90))
def test_weeks_hold_every_alert_of_the_trial_once(found: dict[int, int], days: int):
    since = TODAY - timedelta(days=days - 1)
    by_day = {(TODAY - timedelta(days=n)).isoformat(): people for n, people in found.items() if n < days}
    weeks = weeks_of(by_day, since, TODAY)
    assert sum(week.alerts for week in weeks) == alerts_of(by_day)
    assert sum((week.until - week.since).days + 1 for week in weeks) == days
    assert all(week.since.weekday() == 0 for week in weeks[:-1])
