"""Every reason in both languages, word for word."""

from dataclasses import replace
from datetime import date

import pytest

from kuramori_lake.detect import Code, Finding, Queue, Reason, Severity, headline, sentence

BULK = {
    "own_now": 1240,
    "days": 2,
    "busiest_day": date(2026, 11, 14),
    "busiest_day_count": 900,
    "own_usual": 31.0,
    "own_days": 40,
    "peer_usual": 40.5,
    "peer_n": 11,
    "peer_group": "team",
}
SECRETS = {
    "secret_count": 214,
    "secret_count_by_level": {"秘": 2, "極秘": 212},
    "top_secret_number": "SR-0239",
    "top_secret_level": "極秘",
    "top_secret_documents": 212,
}
AREA = {"area": "/srv/P", "areas": 1, "documents": 1200, "share": 0.968}
COPY = {
    "files": 215,
    "bytes": 10_555_038_238,
    "first_time_devices": 1,
    "archives": 3,
    "read_before": 212,
    "own_usual": 0,
}
HOURS = {"events": 10, "events_outside_band": 9, "night": 4, "on_rest_days": 5, "band_from": 8, "band_until": 19}
LEAVER = {"notice_on": date(2026, 11, 10), "last_day": date(2026, 12, 18), "days_since_notice": 3}
FLOW = {"flow": "R-12", "files": 3, "handed_over": 0}
COPIED = (
    "215 files (10.6 GB) copied to a device never used before, 3 of them archives; 212 had been read in the same days."
)

SAID = [
    (
        Code.FEEDBACK,
        {"reason": "bulk_read", "factor": 0.5, "decisions": "D-1, D-2", "lowered_by": 0.2},
        "Decided before (D-1, D-2): bulk reading counts 50% of its strength here.",
        "過去の判断（D-1, D-2）により、大量閲覧の重みを50%にしています。",
    ),
    (
        Code.HARD_RULE,
        {"rule": "usb_unregistered", "day": date(2026, 11, 20), "count": 1200, "things": 3, "thing": "S-99"},
        "A medium that is not registered was connected or used: S-99 and 2 others (1,200 events).",
        "登録されていない媒体（S-99ほか2件）の接続・書込み（1,200件）。",
    ),
    (
        Code.CHANNEL,
        BULK | {"metric": "pages", "own_now": 900, "days": 1, "own_usual": 3, "peer_usual": None},
        "900 pages printed in one day; usual 3 a day.",
        "印刷ページが1日間に900ページ。本人のふだんは1日3ページ。",
    ),
    (
        Code.CHANNEL,
        BULK | {"metric": "mail_bytes", "own_now": 36_000_000, "own_usual": 30_000, "peer_usual": 0},
        "36.0 MB mailed to outside in 2 days, most on 2026-11-14; usual 30.0 kB a day, team 0 B.",
        "社外宛てメールの量が2日間に36.0 MB（最多は2026年11月14日）。本人のふだんは1日30.0 kB、チームは0 B。",
    ),
    (
        Code.BULK_READ,
        BULK,
        "1,240 documents in 2 days, 900 of them on 2026-11-14; usual 31 a day, team 40.5.",
        "2日間に文書1,240件（最多は2026年11月14日の900件）。本人のふだんは1日31件、チームは40.5件。",
    ),
    (
        Code.BULK_READ,
        BULK | {"days": 1, "own_now": 1, "peer_usual": None},
        "1 document in one day; usual 31.",
        "1日に文書1件。本人のふだんは1日31件。",
    ),
    (
        Code.SECRETS,
        SECRETS,
        "214 secret documents: 極秘 212, 秘 2; 212 of SR-0239 (極秘).",
        "秘密情報214件（極秘 212、秘 2）、うちSR-0239（極秘）が212件。",
    ),
    (
        Code.FIRST_AREA,
        AREA,
        "First time in /srv/P: 1,200 documents, 97% of all in these days.",
        "/srv/Pに初めて立ち入り、文書1,200件（この期間の97%）。",
    ),
    (
        Code.FIRST_AREA,
        AREA | {"areas": 3},
        "First time in /srv/P and in 2 other areas: 1,200 documents, 97% of all in these days.",
        "/srv/Pほか2か所に初めて立ち入り、文書1,200件（この期間の97%）。",
    ),
    (
        Code.COPY_OUT,
        COPY,
        COPIED,
        "初めて使う外部媒体に215件（10.6 GB）を複写（うち圧縮ファイル3件）。うち212件は同じ期間に閲覧した文書。",
    ),
    (
        Code.COPY_OUT,
        COPY | {"files": 1, "bytes": 900, "first_time_devices": 0, "archives": 0, "read_before": 0, "own_usual": 7},
        "1 file (900 B) copied to removable media. 7 in the weeks before.",
        "外部媒体に1件（900 B）を複写。それまでの数週間は7件。",
    ),
    (
        Code.OFF_HOURS,
        HOURS,
        "9 of 10 file operations outside the usual hours (usual: 8:00 to 19:59), 4 by night, 5 on days off.",
        "ファイル操作10件のうち9件がふだんの時間帯（ふだんは8時から19時台）の外（深夜4件、休日5件）。",
    ),
    (
        Code.LEAVER,
        LEAVER,
        "Gave notice 3 days before, on 2026-11-10. Last working day 2026-12-18.",
        "この期間の3日前（2026年11月10日）に退職届。最終出社日は2026年12月18日。",
    ),
    (
        Code.LEAVER,
        LEAVER | {"days_since_notice": -1, "last_day": None},
        "Gave notice 1 day later, on 2026-11-10.",
        "この期間の1日後（2026年11月10日）に退職届。",
    ),
    (
        Code.LEAVER,
        LEAVER | {"days_since_notice": 0, "last_day": None},
        "Gave notice on the first of these days, 2026-11-10.",
        "この期間の初日（2026年11月10日）に退職届。",
    ),
    (
        Code.LEAVER,
        LEAVER | {"days_since_notice": None, "notice_on": None},
        "Is leaving. Last working day 2026-12-18.",
        "退職予定者。最終出社日は2026年12月18日。",
    ),
    (
        Code.APPROVED_FLOW,
        FLOW,
        "Approved (R-12): 3 files copied out. Counts less.",
        "承認済み（R-12）: 持出し3件。評価を下げています。",
    ),
    (
        Code.APPROVED_FLOW,
        FLOW | {"files": 0, "handed_over": 1},
        "Approved (R-12): 1 file handed over. Counts less.",
        "承認済み（R-12）: 引継ぎ1件。評価を下げています。",
    ),
    (
        Code.DAILY_BREAD,
        {"share_familiar": 0.984},
        "98% lies where this person always works. Counts less.",
        "98%はふだんから扱う場所の文書。評価を下げています。",
    ),
    (
        Code.NEWCOMER,
        {"own_days": 3},
        "New here: 3 days to compare with, so compared with the role.",
        "着任して間もないため（比べられる日は3日）、同じ職種のふだんと比べています。",
    ),
    (
        Code.SIGMA,
        {"title": "Drive mounted", "title_ja": "ドライブの接続", "count": 1},
        "The rule “Drive mounted” matched (1 event).",
        "ルール「ドライブの接続」に一致（1件）。",
    ),
    (
        Code.SIGMA,
        {"title": "Drive mounted", "title_ja": "", "count": 1200},
        "The rule “Drive mounted” matched (1,200 events).",
        "ルール「Drive mounted」に一致（1,200件）。",
    ),
    (Code.ALONE, {"peer_n": 1}, "Only 1 person to compare with.", "比べられる人が1人しかいません。"),
]


def reason(code, numbers, strength=0.1):
    return Reason(code=code, strength=strength, numbers=numbers, query="", parameters={})


@pytest.mark.parametrize(("code", "numbers", "english", "japanese"), SAID)
def test_sentence(code, numbers, english, japanese):
    assert sentence(reason(code, numbers), "en") == english
    assert sentence(reason(code, numbers), "ja") == japanese


def test_every_code_is_said():
    assert {code for code, *_ in SAID} == set(Code)


def test_headline_tells_it_in_the_order_of_a_story_and_leaves_out_what_lowers():
    found = Finding(
        person_id="akari",
        since=date(2026, 11, 13),
        until=date(2026, 11, 14),
        as_of=date(2026, 11, 20),
        queue=Queue.EXIT_WATCH,
        score=90.0,
        severity=Severity.HIGH,
        reasons=(
            reason(Code.LEAVER, LEAVER, 0.3),
            reason(Code.BULK_READ, BULK, 0.2),
            reason(Code.APPROVED_FLOW, FLOW, -0.2),
        ),
    )
    assert headline(found, "en").startswith("1,240 documents in 2 days")
    assert headline(found, "en").endswith("Last working day 2026-12-18.")
    assert "R-12" not in headline(found, "en")
    assert headline(replace(found, reasons=()), "ja") == ""
