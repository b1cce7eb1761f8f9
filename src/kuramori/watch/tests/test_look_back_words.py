"""What a look-back says: a few sentences with true numbers, marks on its days, and closed secrets as one line."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.governance.api import Level
from kuramori.register.api import Secret
from kuramori.watch.masking import MASK
from kuramori.watch.views.leavers import _days, _documents, _secrets, _sentences
from kuramori_lake.detect.findings import Area, Channel, Day, Document, LookbackReport, SecretTouched

NOTICE, LAST = date(2026, 11, 10), date(2026, 12, 18)


def day(on: date, **words: Any) -> Day:
    plain = {
        "day": on, "events": 0, "documents": 0, "secret_documents": 0, "copied_out": 0, "printed_pages": 0, "doors": 0,
        "off_hours": 0, "rest_day": False, "usual": 12.0, "after_notice": on >= NOTICE,
    }  # fmt: skip
    return Day(**(plain | words))


def report(**words: Any) -> LookbackReport:
    plain = {
        "person_id": "p", "since": NOTICE, "until": LAST, "notice_on": NOTICE, "last_day": LAST, "usual": 12.0,
        "events": 1, "days": (), "channels": (), "secrets": (), "new_areas": (), "documents": (),
    }  # fmt: skip
    return LookbackReport(**(plain | words))


def channel(name: str, files: int) -> Channel:
    return Channel(channel=name, events=files, files=files, bytes=0, pages=0, destinations=(), approved=0)


def touched(secret_id: str, level: str = "極秘", documents: int = 5, before: int = 2) -> SecretTouched:
    return SecretTouched(
        secret_id=secret_id, number=f"S-{secret_id}", level=level, documents=documents, documents_before=before,
        first=NOTICE, last=LAST,
    )  # fmt: skip


def document(path: str, number: str | None = None, **words: Any) -> Document:
    plain = {"level": "極秘" if number else None, "touches": 3, "deepest": "read", "weight": 1.0, "last": NOTICE}
    return Document(path=path, secret_number=number, **(plain | words))


FULL = report(
    days=(day(NOTICE, documents=31, off_hours=2), day(NOTICE + timedelta(days=1), documents=5_000, off_hours=1_998)),
    channels=(channel("removable", 1_215), channel("printer", 40)),
    secrets=(touched("1", documents=4_000), touched("2", documents=1_000)),
    new_areas=(Area(area="/srv/a", first=NOTICE, documents=9, secret_documents=0),),
)


def sentences(of: LookbackReport, language: str = "en") -> list[str]:
    with override(language):
        return _sentences(of)


def test_all_that_stands_out_is_said_with_its_numbers_the_busiest_day_first():
    assert sentences(FULL) == [
        "On the busiest day, 2026-11-11, 5,000 documents; the usual is 12 a day.",
        "5,000 documents of 2 secrets were touched.",
        "1,215 files went to removable media.",
        sentences(FULL)[3],
        "2,000 events lie outside the person's usual hours.",
    ]
    assert "1" in sentences(FULL)[3]


def test_the_japanese_tells_the_same_numbers():
    japanese = sentences(FULL, "ja")
    assert len(japanese) == 5
    for number in ("5,000", "1,215", "2,000", "12"):
        assert any(number in each for each in japanese), number
    assert not set(japanese) & set(sentences(FULL))


@pytest.mark.parametrize(
    "quiet",
    [report(), report(days=(day(NOTICE),)), report(channels=(channel("printer", 40), channel("removable", 0)))],
)
def test_a_look_back_that_finds_nothing_says_so(quiet: LookbackReport):
    """Most find nothing: an empty page would look like a fault, and leave somebody under suspicion."""
    assert sentences(quiet) == ["Nothing in the logs stands out in this time."]


def test_paper_is_no_removable_medium():
    assert not any("removable" in each for each in sentences(report(channels=(channel("printer", 40),))))


# days


def test_the_notice_and_the_last_day_are_marked_and_no_other():
    every = [NOTICE + timedelta(days=n) for n in range((LAST - NOTICE).days + 1)]
    with override("en"):
        days = _days(report(days=tuple(day(each, rest_day=each.weekday() > 4) for each in every)))
    assert {each.date: each.mark for each in days if each.mark} == {NOTICE: "notice", LAST: "last working day"}
    assert [each.date for each in days] == every
    assert all(each.is_off == (each.date.weekday() > 4) for each in days)


def test_without_a_notice_no_day_is_marked():
    days = _days(report(notice_on=None, last_day=None, days=(day(NOTICE), day(LAST))))
    assert [each.mark for each in days] == ["", ""]


# secrets


def test_secrets_in_sight_stand_alone_and_closed_ones_are_counted_by_level(secret: Secret, levels: dict[str, Level]):
    known = {"1": secret}
    named = {level.name_ja: level for level in levels.values()}
    several = report(secrets=(touched("1"), touched("2"), touched("3"), touched("4", level="社外秘")))
    rows = _secrets(several, known, named)
    assert [(row["secret"], row["count"], row["documents"], row["before"]) for row in rows] == [
        (secret, 1, 5, 2), (None, 2, 10, 4), (None, 1, 5, 2),
    ]  # fmt: skip
    assert rows[1]["seal"] == levels["top"]
    assert sum(row["documents"] for row in rows) == sum(each.documents for each in several.secrets)


def test_a_level_that_is_in_force_no_more_is_told_by_its_name():
    (row,) = _secrets(report(secrets=(touched("1", level="丸秘"),)), {}, {})
    assert (row["seal"], row["level"]) == (None, "丸秘")


# documents


def test_a_document_of_a_closed_secret_has_neither_path_nor_line_of_its_own():
    """Six lines "not open to you" would tell that there are six."""
    several = report(documents=tuple(document(f"/srv/配合/{n}.xlsx", "S-9") for n in range(6)))
    with override("en"):
        (row,) = _documents(several, set(), {}, frozenset())
    assert row["path"] == "documents of secrets not open to you"
    assert row["touches"] == 18


def test_deeds_and_levels_of_closed_secrets_stay_apart():
    deeds = [("read", "極秘"), ("copy_out", "極秘"), ("read", "社外秘")]
    several = report(documents=tuple(document("/x", "S-9", deepest=deed, level=level) for deed, level in deeds))
    rows = _documents(several, set(), {}, frozenset())
    assert len(rows) == 3


def test_the_last_touch_of_lines_put_together_is_the_latest():
    several = report(documents=(document("/a", "S-9", last=LAST), document("/b", "S-9", last=NOTICE)))
    (row,) = _documents(several, set(), {}, frozenset())
    assert row["last"] == LAST


def test_paths_in_sight_are_shown_and_names_in_them_masked():
    several = report(documents=(document("/home/chihiro/a", "S-1"), document("/home/chihiro/b")))
    rows = _documents(several, {"S-1"}, {}, frozenset({"chihiro"}))
    assert [row["path"] for row in rows] == [f"/home/{MASK}/a", f"/home/{MASK}/b"]
    assert [row["path"] for row in _documents(several, {"S-1"}, {}, frozenset())][1] == "/home/chihiro/b"


def test_only_the_weightiest_fifty_are_listed():
    several = report(documents=tuple(document(f"/srv/{n}") for n in range(60)))
    assert len(_documents(several, set(), {}, frozenset())) == 50


def test_a_report_can_be_about_days_before_any_notice():
    before = replace(FULL, notice_on=None, days=tuple(replace(each, after_notice=False) for each in FULL.days))
    assert sentences(before) == sentences(FULL)
