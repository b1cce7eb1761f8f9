"""Each channel has its case, and each case a benign look-alike; nothing later than a day decides about it."""

import json
from datetime import date, timedelta

import pytest

from kuramori_lake.cli import main
from kuramori_lake.commands.rank import as_json
from kuramori_lake.context import Context, Identity, PersonDays
from kuramori_lake.event import Namespace
from kuramori_lake.rank import Settings, rank, sentence
from kuramori_lake.rank.tables import Asked, reasons_by_day
from kuramori_lake.rank.tell import Reason
from kuramori_lake.rank.tests.works import DAYS, PEOPLE, Works
from kuramori_lake.store import Lake

CASES = {
    DAYS[30]: ("p01", "print"), DAYS[31]: ("p02", "mail"), DAYS[32]: ("p03", "web"), DAYS[33]: ("p04", "removable"),
    DAYS[34]: ("p05", "db"), DAYS[35]: ("p06", "door"), DAYS[36]: ("p07", "logon"), DAYS[37]: ("p08", "cloud"),
    DAYS[38]: ("p09", "files"),
}  # fmt: skip
QUARTER_END, SATURDAY = DAYS[39], DAYS[39] + timedelta(days=1)
LAST = DAYS[-1]
ACTORS = [f"actor:{who}" for who in PEOPLE]


def planted() -> Works:
    works, (one, two, three, four, five, six, seven, eight, nine) = Works().ordinary(), CASES
    works.prints("p01", one, 400).mails("p02", two, 25, domain="rival.example", size=900_000)
    works.uploads("p03", three, 8, domain="dropbox.com", size=9_000_000)
    works.copies("p04", four, 70, device="unknown stick").queries("p05", five, 2_000_000, table="erp/recipes")
    for n in range(12):
        works.did("p06", six, 12 + n / 60, "door_denied", kind="door", device="vault")
        works.did("p08", eight, 16 + n / 60, "share_anonymous", value=f"https://s/{n}", **{"class": "anonymous_link"})
    works.did("p06", six, 13, "door_in", kind="door", device="vault")
    works.did("p07", seven, 2.5, "logon", client="PC-p12").reads("p09", nine, 300, folder="//fs/secret/plans")
    for day in DAYS:
        works.prints("p10", day, 300)
    for who in PEOPLE:
        works.prints(who, QUARTER_END, 0 if who == "p10" else 250)
    works.copies("p12", DAYS[41], 6, device="stick").copies("p13", DAYS[41], 12, device="stick")
    works.did("p11", SATURDAY, 10, "logon", client="PC-p11").mails("p11", SATURDAY, 2)
    return works


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    folder = tmp_path_factory.mktemp("works")
    with Lake.open(folder / "lake") as opened:
        yield planted().into(opened, folder)


@pytest.fixture(scope="module")
def ranked(lake):
    return list(rank(lake, since=DAYS[0], until=LAST, settings=Settings(per_day=2)))


@pytest.mark.parametrize("day", CASES)
def test_each_channel_is_found_first_and_named(ranked, day):
    person, channel = CASES[day]
    first = next(one for one in ranked if one.day == day)
    assert (first.person, first.rank, first.channels[0]) == (f"actor:{person}", 1, channel)
    for language, other in (("en", "usual"), ("ja", "ふだん")):
        assert other in sentence(first.reasons[0], language)


def test_never_more_than_asked_for_and_places_count_from_one(ranked):
    for day in {one.day for one in ranked}:
        places = [one.rank for one in ranked if one.day == day]
        assert places == list(range(1, len(places) + 1))
        assert len(places) <= 2
        scores = [one.score for one in ranked if one.day == day]
        assert scores == sorted(scores, reverse=True)
    assert all(0 < one.score < 100 and one.reasons for one in ranked)


def test_quarter_end_and_the_always_heavy_are_nobodys_alarm(ranked):
    assert not [one for one in ranked if one.day == QUARTER_END and "print" in one.channels]
    settled = [one for one in ranked if one.day >= DAYS[12]]
    assert not [one for one in settled if one.person == "actor:p10" and "print" in one.channels]


def test_weekend_is_one_oddity_not_one_a_mail(ranked):
    (saturday,) = [one for one in ranked if one.day == SATURDAY]
    assert [reason.metric for reason in saturday.reasons if reason.value > 1] == ["odd_hours"]
    assert saturday.score < min(one.score for one in ranked if one.day in CASES and one.rank == 1)


def test_numbers_are_those_of_the_events(ranked):
    first = {one.day: one for one in ranked if one.rank == 1}
    copies = next(reason for reason in first[DAYS[33]].reasons if reason.metric == "copies")
    assert (copies.count, copies.own_usual, copies.peer_usual, copies.peer_n) == (71, 1, 1, 19)
    assert sentence(copies, "en") == (
        "Removable media: 71 files copied to removable media; usual 1, company 1 (19 others)."
    )
    assert sentence(copies, "ja") == "外部媒体：外部媒体への複写が71件。本人のふだんは1件、全社（ほか19人）は1件。"
    night = next(reason for reason in first[DAYS[36]].reasons if reason.metric == "odd_hours")
    assert (night.count, night.hours) == (1, (2,))
    pc = next(reason for reason in first[DAYS[36]].reasons if reason.metric == "new_pc")
    assert (pc.thing, pc.others) == ("PC-p12", 1)
    assert sentence(pc, "en").startswith("Logon: first time at the PC PC-p12; 1 other before;")
    assert sentence(pc, "ja").startswith("ログオン：初めてPC-p12を使用。これまでの利用者は1人。")


def test_later_events_change_nothing_about_a_day(lake, ranked, tmp_path):
    """Nothing that happens after a day decides about it: no look ahead, in any window."""
    cut = DAYS[35]
    works = planted()
    works.rows = [row for row in works.rows if row["time"][:10] <= f"{cut:%Y/%m/%d}"]
    with Lake.open(tmp_path / "lake") as shorter:
        works.into(shorter, tmp_path)
        found = list(rank(shorter, since=DAYS[0], until=LAST, settings=Settings(per_day=2)))
    lines = [json.dumps(as_json(one, "en"), default=str) for one in found]
    assert lines
    assert lines == [json.dumps(as_json(one, "en"), default=str) for one in ranked if one.day <= cut]


def test_tonights_run_alone_says_what_the_long_run_said(lake, ranked):
    for day in (DAYS[33], DAYS[38]):
        alone = list(rank(lake, since=day, until=day, settings=Settings(per_day=2)))
        assert alone == [one for one in ranked if one.day == day]


def test_deleted_roll_up_is_made_again_and_says_the_same(lake, ranked):
    (lake.root / "rollup" / "state.json").unlink()
    assert list(rank(lake, since=DAYS[0], until=LAST, settings=Settings(per_day=2))) == ranked


def test_reviewed_reason_does_not_fill_the_list_again(tmp_path):
    """Review fatigue: the same again is told once, something new at once."""
    works = Works().ordinary()
    for day in DAYS[30:36]:
        works.copies("p04", day, 70, device="unknown stick")
    works.prints("p04", DAYS[35], 400)
    with Lake.open(tmp_path / "lake") as lake:
        found = [one for one in rank(works.into(lake, tmp_path), since=DAYS[30], until=DAYS[35],
                                     settings=Settings(per_day=20)) if one.person == "actor:p04"]  # fmt: skip
    by_day = {one.day: one.score for one in found}
    assert by_day[DAYS[30]] > 30
    assert max((by_day.get(day, 0) for day in DAYS[31:35]), default=0) < by_day[DAYS[30]] / 2
    assert by_day[DAYS[35]] > max(by_day.get(day, 0) for day in DAYS[31:35])


def test_a_little_every_day_adds_up(tmp_path):
    """Days of twelve mails are nothing new to anybody here, weeks of sixty are."""
    works = Works()
    for number, day in enumerate(DAYS):
        for place, who in enumerate(PEOPLE):
            works.mails(who, day, (0, 12, 3, 9, 6)[(number + place) % 5]).did(who, day, 9, "logon", client=f"PC-{who}")
        works.mails("p04", day, 6 if number >= 25 else 0)
    with Lake.open(tmp_path / "lake") as lake:
        asked = Asked(since=DAYS[26], until=LAST, settings=Settings(per_day=20))
        rows = [row for row in reasons_by_day(works.into(lake, tmp_path), asked) if row["width"] > 1]
    assert {(row["person_id"], row["channel"]) for row in rows if row["value"] > 0.9} == {("actor:p04", "mail")}
    slow = next(Reason.of(row) for row in rows if row["metric"] == "mails_out" and row["width"] == 7)
    assert (slow.count > 40, slow.own_usual, slow.peer_usual) == (True, 30, 30)
    assert sentence(slow, "en").endswith("mails to addresses outside in 7 days; usual 30, company 30 (19 others).")
    assert "社外宛てメールが7日間で" in sentence(slow, "ja")


def test_leaver_comes_before_others_and_is_said_to_leave(lake, tmp_path, capsys):
    csv = tmp_path / "leavers.csv"
    csv.write_text(f"person,date\nP12,{LAST}\nnobody,{LAST}\n")
    given = ["rank", "--lake", str(lake.root), "--from", str(DAYS[40]), "--to", str(LAST), "--per-day", "1", "--json"]
    assert main([*given, "--leavers", str(csv)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    leaver = next(one for one in found if one["day"] == str(DAYS[41]))
    assert leaver["person"] == "p12"
    assert leaver["reasons"][-1]["en"] == f"Leaves on {LAST}."
    assert leaver["reasons"][-1]["ja"] == f"{LAST}に退職予定。"
    assert main(given) == 0
    others = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert next(one for one in others if one["day"] == str(DAYS[41]))["person"] == "p13"
    assert not any("Leaves" in reason["en"] for one in others for reason in one["reasons"])


def test_hr_context_gives_peers_and_leavers(tmp_path):
    """With a register of people the peers are those of the same role; notice counts from its day on."""
    works = Works().ordinary().copies("p04", DAYS[40], 20, device="unknown stick")
    people = [
        PersonDays(person_id=who.upper(), unit="u", site="s", role="a" if n < 10 else "b", since=date(2000, 1, 1),
                   notice_on=DAYS[38] if who == "p04" else None, last_day=LAST if who == "p04" else None)
        for n, who in enumerate(PEOPLE)
    ]  # fmt: skip
    names = [Identity(namespace=Namespace.AD, raw=who, person_id=who.upper(), since=date(2000, 1, 1)) for who in PEOPLE]
    with Lake.open(tmp_path / "lake") as lake:
        works.into(lake, tmp_path).context.write(Context(people=people, identities=names))
        found = list(rank(lake, since=DAYS[35], until=LAST, settings=Settings(per_day=1)))
    mine = next(one for one in found if one.day == DAYS[40])
    assert mine.person == "P04"
    assert {(reason.peer_group, reason.peer_n) for reason in mine.reasons if reason.metric != "leaver"} == {("team", 9)}
    assert mine.reasons[-1].last_day == LAST
    assert not [one for one in found if one.day < DAYS[38] and any(r.metric == "leaver" for r in one.reasons)]


def test_empty_lake_has_nothing_to_review(tmp_path):
    with Lake.open(tmp_path / "lake") as lake:
        assert list(rank(lake, since=DAYS[0], until=LAST)) == []


def test_words_and_wrong_lists(lake, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    given = ["rank", "--lake", str(lake.root), "--from", str(DAYS[33]), "--to", str(DAYS[33]), "--per-day", "1"]
    assert main(given) == 0
    assert "71 files copied" in capsys.readouterr().out
    csv = tmp_path / "leavers.csv"
    for text, problem in (("name,day\n", "no columns"), ("person,date\np01,soon\n", "line 2: not a day: soon")):
        csv.write_text(text)
        assert main([*given, "--leavers", str(csv)]) == 2
        assert problem in capsys.readouterr().err
    assert main([*given, "--leavers", str(tmp_path / "none")]) == 2
