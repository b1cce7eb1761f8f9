"""What must hold before a rule is switched on, and which archives are opened: bounded, without names that lead out."""

import io
import zipfile
from datetime import date, timedelta

import pytest

from kuramori.watch.rules import detecting_sigma
from kuramori.watch.rules.detecting_sigma import (
    MOST_MEMBERS,
    TRIAL_HOLDS,
    Lack,
    ZipFault,
    alerts_of,
    lack_of,
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
