"""Hard rules: each speaks about its deed, once, and is quiet about what only looks like it."""

from datetime import date, timedelta

import pytest

from kuramori_lake import content, sources
from kuramori_lake.context import Flow, GuardedDoor, PersonDays
from kuramori_lake.detect import Code, Limits, Queue, Reason, Severity, Upto, newest, sentence, stream, tells_leaving
from kuramori_lake.detect.hard_rules import BY_NAME, RULES
from kuramori_lake.detect.tests.deeds_made import (
    DAY,
    DEEDS,
    GRAVE,
    LONG_AGO,
    NOW,
    NUMBER,
    PATHS,
    context,
    door,
    lines,
    mail,
    phone,
    printing,
    reading,
    stick,
    upload,
)
from kuramori_lake.tests.conftest import TOKYO

LEAVING = PersonDays(
    person_id="akari", unit="u1", site="tokyo", role="設計", since=LONG_AGO, notice_on=DAY - timedelta(days=3),
    last_day=DAY + timedelta(days=9),
)  # fmt: skip
GONE = PersonDays(
    person_id="akari", unit="u1", site="tokyo", role="設計", since=LONG_AGO, notice_on=DAY - timedelta(days=40),
    last_day=DAY - timedelta(days=1),
)  # fmt: skip
OLD = [{"activity": "logon", "day": (DAY - timedelta(days=30)).isoformat(), "actor_raw": "botan"}]


@pytest.fixture(autouse=True)
def deeds(monkeypatch):
    """A kind of log that says in columns what was done."""
    monkeypatch.setitem(sources.LOGS, "deeds", DEEDS)


@pytest.fixture
def told(lake, tmp_path):
    """What the rules say about deeds that come in: (rule, person, day, count)."""
    lake.context.write(context())

    def tell(*deeds, words=None, since=None, limits=None):
        if words is not None:
            lake.context.write(context(**words))
        after = newest(lake) if since is None else since
        path = tmp_path / f"{after.batch}.log"
        path.write_bytes(lines(*deeds))
        lake.ingest(path, source="deeds", zone=TOKYO)
        return stream(
            lake, after=after, now=NOW, limits=limits or Limits(after_notice=5, deleted_after_notice=6)
        ).matches

    return tell


def names(matches):
    return [match.rule for match in matches]


def deleting(count, **words):
    """So many files of a project deleted, which are no secrets."""
    plain = {"activity": "delete", "object_kind": "file"}
    return [plain | {"path": rf"\\fs01\案件\{number}.dwg"} | words for number in range(count)]


PLAIN, LEAVES, LEFT = {}, {"people": [LEAVING]}, {"people": [GONE]}
LABELLED = {"label_at_event": "極秘", "name": "a.xlsx"}
SPEAKS = {
    "usb_unregistered": ([stick()], {}),
    "phone_first_seen": ([*OLD, phone()], {}),
    "log_cleared": ([{"activity": "log_cleared", "object_kind": "log", "host": "fs01"}], {}),
    "mail_own_private": ([mail()], {}),
    "secret_outside": ([upload(path=r"\\fs01\設計\A-17\x", destination_domain="partner.example")], {}),
    "read_after_notice": (reading(5), LEAVES),
    "delete_after_notice": (deleting(6), LEAVES),
    "account_after_leaving": ([{"activity": "logon", "host": "vpn1"}], LEFT),
    "door_without_need": ([door()], {}),
    "door_denied": ([door(activity="door_denied", outcome="denied")], {}),
    "print_at_night": ([printing()], {}),
    "storage_unlisted": ([upload()], {}),
    "link_anonymous": ([{"activity": "share_anonymous", "object_kind": "file", **LABELLED}], {}),
}


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_rule_speaks_about_its_deed_in_both_languages_and_no_other_rule_does(told, rule):
    deeds, words = SPEAKS[rule]
    (match,) = told(*deeds, words=words)
    assert (match.rule, match.person_id, match.day) == (rule, "akari", DAY)
    assert match.severity is BY_NAME[rule].severity
    english, japanese = (sentence(match.reason, language) for language in ("en", "ja"))
    assert (english[-1], japanese[-1]) == (".", "。")
    assert [part for part in ("{", "None", "?", "@") if part in english + japanese] == []


NEAR = {
    "registered medium": ([stick(device_serial="REG-1")], PLAIN),
    "medium that was refused": ([stick(outcome="blocked")], PLAIN),
    "medium told by a second witness": ([stick(flags="second_witness")], PLAIN),
    "medium where no list is kept": ([stick()], {"flows": []}),
    "medium approved for this person": (
        [stick()],
        {"flows": [Flow(destination_class="removable", destination_value="S-99", reason="x", since=LONG_AGO, person_id="akari")]},  # noqa: E501
    ),
    "phone seen before": ([phone(day=(DAY - timedelta(days=20)).isoformat(), actor_raw="botan"), phone()], PLAIN),
    "log cleared by the backup": ([{"activity": "log_cleared", "host": "fs01", "actor_raw": "backup"}], PLAIN),
    "mail without a mark": ([mail(name="昼食の件.txt")], PLAIN),
    "secretary is no secret": ([mail(name="secretary list.txt")], PLAIN),
    "mail to somebody else's free mail": ([mail(destination_value="yamada@gmail.com")], PLAIN),
    "mail to a partner": ([mail(destination_value="sakura@p.example", destination_domain="p.example")], PLAIN),
    "mail that was held back": ([mail(outcome="held")], PLAIN),
    "four documents after notice": (reading(4), LEAVES),
    "the same document again and again": (reading(1) * 9, LEAVES),
    "documents that are no secrets": (reading(9, path=r"\\fs01\連絡\x.txt"), LEAVES),
    "documents without notice": (reading(9, actor_raw="botan"), PLAIN),
    "documents before notice": (reading(9, day=(DAY - timedelta(days=4)).isoformat()), LEAVES),
    "five files deleted after notice": (deleting(5), LEAVES),
    "the same file deleted again and again": (deleting(1) * 9, LEAVES),
    "files deleted without notice": (deleting(9, actor_raw="botan"), PLAIN),
    "files deleted before notice": (deleting(9, day=(DAY - timedelta(days=4)).isoformat()), LEAVES),
    "deletions that were refused": (deleting(9, outcome="denied"), LEAVES),
    "folders, mails and events deleted": (deleting(9, object_kind="mail"), LEAVES),
    "sign-in on the last day": ([{"activity": "logon"}], LEAVES),
    "sign-in that failed": ([{"activity": "logon_fail", "outcome": "denied"}], LEFT),
    "door of one's own secrets": ([door(actor_raw="botan")], PLAIN),
    "door that nobody guards": ([door(device="食堂")], PLAIN),
    "door read twice within seconds": ([door(flags="repeat")], PLAIN),
    "door whose guard has ended": (
        [door()], {"doors": [GuardedDoor(door="保管庫", person_id="", since=LONG_AGO, until=DAY - timedelta(days=1))]}
    ),
    "print by day": ([printing(at="14:00")], PLAIN),
    "print at night of something ordinary": ([printing(name="議事録")], PLAIN),
    "print that was refused": ([printing(outcome="denied")], PLAIN),
    "designated service": ([upload(destination_domain="files.box.com")], PLAIN),
    "page of a storage service": ([upload(bytes=9_000)], PLAIN),
    "upload to a site that stores nothing": ([upload(destination_domain="www.example.com")], PLAIN),
    "link to something open": ([{"activity": "share_anonymous", "name": "案内.pdf"}], PLAIN),
    "site without a charter": ([stick(actor_raw="chihiro")], PLAIN),
    "nobody": ([stick(actor_raw=None, actor_namespace=None)], PLAIN),
}  # fmt: skip


def test_rules_are_quiet_about_what_only_looks_like_it(told):
    """Near misses of the same context come in one file: none of them speaks, alone or together."""
    contexts = {id(words): words for _, words in NEAR.values()}
    for key, words in contexts.items():
        near = {name: deeds for name, (deeds, given) in NEAR.items() if id(given) == key}
        found = told(*(deed for deeds in near.values() for deed in deeds), words=words)
        assert (list(near), names(found)) == (list(near), [])


def test_lake_too_young_to_know_calls_no_phone_new(told):
    assert names(told(phone())) == []


def test_every_rule_has_a_title_a_practice_and_a_sentence_in_both_languages():
    for rule in RULES:
        english, japanese = zip(rule.title, rule.sentence, strict=True)
        assert [words.isascii() for words in (*english, *japanese)] == [True, True, False, False]
        assert rule.practice.partition("-")[2].isdecimal()
        assert rule.severity in {Severity.HIGH, Severity.NOTE}


def test_names_of_rules_are_told_apart_and_each_has_a_deed_that_shows_it():
    assert len(BY_NAME) == len(RULES)
    assert set(SPEAKS) == set(BY_NAME)


def test_same_day_again_is_the_same_match_with_all_its_events(told, lake):
    (first,) = told(stick(), stick(at="12:05"))
    assert (first.reason.numbers["count"], len(first.reason.event_ids)) == (2, 2)
    (second,) = told(stick(at="12:10", device_serial="S-98"))
    assert (second.person_id, second.day) == (first.person_id, first.day)
    assert (second.reason.numbers["count"], second.reason.numbers["things"]) == (3, 2)
    assert set(first.reason.event_ids) < set(second.reason.event_ids)
    assert "S-98 and 1 others" in sentence(second.reason, "en")
    assert stream(lake, after=newest(lake), now=NOW).matches == ()


def test_run_that_was_killed_before_it_kept_its_mark_says_the_same_again(told, lake):
    before = newest(lake)
    found = told(stick(), printing(), mail())
    assert stream(lake, after=before, now=NOW, limits=Limits(after_notice=5)).matches == found
    assert stream(lake, after=before, now=NOW).upto == newest(lake)


def test_same_file_twice_says_nothing_new(told, lake):
    found = told(stick())
    again = stream(lake, after=newest(lake), now=NOW)
    assert (names(found), again.matches) == (["usb_unregistered"], ())


def test_five_hundred_files_deleted_after_notice_are_an_alert_and_four_hundred_and_ninety_nine_none(told):
    """LEV-10: by the bound that holds when nobody has set another one; a handover excuses no deletion."""
    words = agreed(destination_value=r"\\fs01\案件")
    assert told(*deleting(499), words=words, limits=Limits()) == ()
    (match,) = told(*deleting(1, path=r"\\fs01\案件\499.dwg"), limits=Limits())
    assert (match.rule, match.reason.numbers["count"], match.severity) == ("delete_after_notice", 500, Severity.HIGH)
    assert tells_leaving(match.reason), "only who may know that somebody leaves reads it"
    assert sentence(match.reason, "ja") == "退職の申出後、1日にファイル500件を削除。"


def agreed(**words):
    """The boss and Akari agreed that she hands over what lies in the folder of secret A-17."""
    plain = {
        "destination_class": "folder",
        "destination_value": PATHS,
        "reason": "引継ぎ",
        "since": LONG_AGO,
        "person_id": "akari",
    }
    return LEAVES | {"flows": [Flow(**(plain | words))]}


@pytest.mark.parametrize("folder", [PATHS, r"\\fs01\設計", r"\\FS01\設計\a-17", "//fs01/設計/A-17"])
def test_reading_for_an_agreed_handover_is_no_mass_reading(told, folder):
    """LEV-09: whoever leaves has to open what he hands over; case and slashes are the log's own."""
    assert told(*reading(9), words=agreed(destination_value=folder)) == ()


@pytest.mark.parametrize(
    "words",
    [
        {"destination_value": r"\\fs01\設計\A-1"},
        {"destination_value": rf"{PATHS}\9.dwg\x"},
        {"person_id": "botan"},
        {"person_id": None},
        {"until": DAY - timedelta(days=1)},
        {"since": DAY + timedelta(days=1)},
        {"destination_class": "removable"},
    ],
    ids=["a name that begins alike", "below a file", "of another", "of everybody", "over", "not yet", "a medium"],
)
def test_a_handover_excuses_its_own_person_folder_and_days_only(told, words):
    assert names(told(*reading(9), words=agreed(**words))) == ["read_after_notice"]


def test_what_is_read_outside_the_handover_counts_alone_and_counts_again(told, lake):
    """Nine files of the handover excuse no sixth one elsewhere; four others are too few, five are not."""
    elsewhere = [deed | {"path": deed["path"].replace("A-17", "B-1")} for deed in reading(5)]
    assert told(*reading(9), *elsewhere[:4], words=agreed()) == ()
    (match,) = told(*elsewhere)
    assert (match.reason.numbers["count"], match.secrets) == (5, {GRAVE: 5})
    assert match.reason.recompute(lake)["count"] == 5


def test_a_handover_excuses_no_other_deed(told):
    """The same files on a stick, or by mail, or at night on paper are what they were."""
    on_stick = stick(activity="copy", object_kind="file", path=rf"{PATHS}\1.dwg")
    words = agreed()
    words["flows"] = [*words["flows"], *context().flows]
    assert set(names(told(on_stick, mail(), printing(), words=words))) == {
        "usb_unregistered", "mail_own_private", "print_at_night",
    }  # fmt: skip


def test_events_that_came_late_are_judged_within_a_week_and_history_is_not(told):
    late, history = ((DAY - timedelta(days=days)).isoformat() for days in (6, 8))
    (match,) = told(stick(day=late), stick(day=history))
    assert match.day == DAY - timedelta(days=6)


def test_reasons_recount_from_the_lake_and_name_their_files(told, lake):
    matches = told(*reading(6), stick(), mail(), printing(), upload(), door(), words=LEAVES)
    assert len(matches) == 6
    for match in matches:
        again = match.reason.recompute(lake)
        assert {name: match.reason.numbers[name] for name in again} == again
        assert len(match.reason.batches) == 1
        assert set(match.reason.parameters) >= {"person", "day"}


def test_secrets_and_ways_out_are_told_with_the_match(told):
    (match,) = told(*(mail(path=rf"\\fs01\設計\B-1\{number}") for number in range(2)))
    assert (match.rule, match.channels, match.secrets) == ("mail_own_private", ("external_mail",), {GRAVE: 2})
    (read,) = told(*reading(7), words=LEAVES)
    assert (read.channels, read.secrets) == ((), {NUMBER: 7})


def test_people_and_days_are_told_apart_oldest_first(told):
    yesterday = (DAY - timedelta(days=1)).isoformat()
    found = told(stick(actor_raw="botan"), stick(), stick(day=yesterday), printing(day=yesterday))
    assert [(match.day, match.rule, match.person_id) for match in found] == [
        (date.fromisoformat(yesterday), "usb_unregistered", "akari"),
        (date.fromisoformat(yesterday), "print_at_night", "akari"),
        (DAY, "usb_unregistered", "akari"),
        (DAY, "usb_unregistered", "botan"),
    ]


def test_night_belongs_to_the_day_of_the_clock_at_the_site(told):
    (match,) = told(printing(at="23:30", day=DAY.isoformat()))
    assert match.day == DAY
    (early,) = told(printing(at="04:30"))
    assert early.reason.numbers["count"] == 2


def test_compaction_between_two_runs_hides_nothing(told, lake):
    told(stick())
    after = newest(lake)
    assert names(told(printing(), since=after)) == ["print_at_night"]
    lake.compact()
    assert "print_at_night" in names(stream(lake, after=after, now=NOW).matches)


def test_empty_lake_and_one_without_context_say_nothing(lake, tmp_path):
    assert stream(lake, after=Upto(), now=NOW).matches == ()
    path = tmp_path / "x.log"
    path.write_bytes(lines(stick()))
    lake.ingest(path, source="deeds", zone=TOKYO)
    assert (stream(lake, after=Upto(), now=NOW).matches, newest(lake).batch) == ((), 1)


def test_damaged_segment_is_left_out_and_the_rest_is_judged(told, lake):
    told(stick())
    (segment,) = lake.manifest.db.execute("SELECT path FROM segment").fetchall()
    (lake.root / segment["path"]).write_bytes(b"torn")
    assert names(told(printing(), since=None)) == ["print_at_night"]


def test_mail_that_is_recognised_later_than_its_log_came_is_told_then(told, lake):
    sent = mail(
        name="資料.docx", destination_value="x@partner.example", destination_domain="partner.example", uid="m1@k"
    )
    assert told(sent) == ()
    before = newest(lake)
    key = content.Recognised(keys=("m1@k",), secret_id=NUMBER, document="d", hits=9, score=0.5)
    content.remember(lake.manifest, [key])
    (match,) = stream(lake, after=before, now=NOW).matches
    assert (match.rule, match.secrets) == ("secret_outside", {NUMBER: 1})
    assert stream(lake, after=newest(lake), now=NOW).matches == ()
    content.remember(lake.manifest, [key])
    assert newest(lake) == Upto(batch=before.batch, content=content.latest(lake.manifest))


def test_only_rules_that_are_asked_speak(told, lake):
    before = newest(lake)
    told(stick(), printing())
    assert names(stream(lake, after=before, now=NOW, rules=[BY_NAME["print_at_night"]]).matches) == ["print_at_night"]


def test_what_tells_leaving_is_known_of_each_rule():
    def reason(code, **numbers):
        return Reason(code=code, strength=0.5, numbers=numbers, query="", parameters={})

    telling = {rule.name for rule in RULES if tells_leaving(reason(Code.HARD_RULE, rule=rule.name))}
    assert telling == {"read_after_notice", "delete_after_notice", "account_after_leaving"}
    assert tells_leaving(reason(Code.LEAVER))
    assert not tells_leaving(reason(Code.BULK_READ))
    assert not tells_leaving(reason(Code.HARD_RULE, rule="of an older release"))


def test_rule_of_an_older_release_is_told_by_its_name():
    numbers = {"rule": "floppy", "count": 3, "thing": "A:", "things": 1}
    reason = Reason(code=Code.HARD_RULE, strength=0.9, numbers=numbers, query="", parameters={})
    assert sentence(reason, "en") == sentence(reason, "ja") == "floppy: 3"


def test_queue_of_hard_rules_has_a_name_of_its_own():
    assert Queue.HARD_RULE == "hard_rule"
    assert len(Queue.HARD_RULE) <= 12
