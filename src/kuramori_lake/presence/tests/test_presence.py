"""FAC-05 and FAC-13 on badge logs as controllers write them, and on the command line."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake import cli
from kuramori_lake.context import Context, Identity
from kuramori_lake.event import Namespace
from kuramori_lake.presence import Doubt, Permit, Slot, Zone, presence_of
from kuramori_lake.store import Lake
from kuramori_lake.unwatched import Untaken

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
LONG_AGO = date(2000, 1, 1)
HEAD = "日時,カード番号,社員番号,扉名,リーダ,方向,結果\n"
FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
LAB = Zone(key="開発室", doors=frozenset({"3F 開発室", "3F 非常口"}), inner=frozenset({"試作庫"}))
LOG = """\
2026/11/20 09:00:00,C1,E1,3F 開発室,R1,入室,許可
2026/11/20 09:00:01,C1,E1,3F 開発室,R1,入室,許可
2026/11/20 09:10:00,C2,E2,3F 開発室,R1,入室,許可
2026/11/20 19:00:00,C2,E2,3F 非常口,R9,退室,許可
2026/11/20 19:05:00,C3,E3,3F 開発室,R1,入室,拒否
2026/11/20 19:12:00,C1,E1,試作庫,R5,入室,許可
2026/11/20 24:20:00,C1,E1,3F 開発室,R2,退室,許可
2026/11/21 10:00:00,C9,,3F 開発室,R1,入室,許可
2026/11/21 11:00:00,C9,,3F 開発室,R2,退室,許可
"""


def fill(lake: Lake, rows: str, folder: Path, *, zone: ZoneInfo = TOKYO) -> Lake:
    path = folder / "badge.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    lake.ingest(path, source="table:badge", instance="tokyo", zone=zone)
    return lake


def told(**more) -> Context:
    people = {"E1": "akari", "E2": "botan", "E3": "chihiro"}
    names = [
        Identity(namespace=Namespace.EMPLOYEE, raw=raw, person_id=who, since=LONG_AGO) for raw, who in people.items()
    ]
    return Context(identities=names, **more)


@pytest.fixture
def lake(tmp_path):
    with Lake.open(tmp_path / "lake") as found:
        found.context.write(told())
        yield fill(found, LOG, tmp_path)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO).astimezone(UTC).replace(tzinfo=None)


def test_one_who_remains_over_midnight_is_told_on_the_evening_it_began(lake):
    """Two doors lead into the zone; a refused entry is nobody's, a card read twice is one passage."""
    found = presence_of(lake, [LAB], [FRIDAY], clock=TOKYO)
    (one,) = found.alone
    assert (one.who, one.since, one.until) == ("akari", utc("2026-11-20T19:00"), utc("2026-11-21T00:20"))
    assert (one.minutes, one.is_sure) == (320, True)
    (zone,) = found.zones
    assert (zone.stays, zone.no_exit, zone.no_entry, zone.nameless, zone.can_tell) == (2, 0, 0, 0, True)
    again = presence_of(lake, [LAB], [FRIDAY], clock=TOKYO)
    assert again == found


def test_a_card_that_nobody_is_known_behind_is_told_by_its_name_and_counts_as_somebody(lake):
    (one,) = presence_of(lake, [LAB], [SATURDAY], clock=TOKYO).alone
    assert (one.who, one.minutes) == ("badge:c9", 60)


def test_without_zones_days_or_passages_nothing_is_told(lake):
    empty = presence_of(lake, [], [FRIDAY], clock=TOKYO)
    assert (empty.alone, empty.zones) == ((), ())
    assert presence_of(lake, [LAB], [], clock=TOKYO) == empty
    other = presence_of(lake, [Zone(key="k", doors=frozenset({"no such door"}))], [FRIDAY], clock=TOKYO)
    assert other.alone == ()
    assert not other.zones[0].can_tell, "a zone without a passage is not one in which nobody was alone"


def test_whose_logs_are_not_taken_in_may_have_been_there_unseen(lake):
    hidden = Untaken(namespace=Namespace.BADGE, raw="C7", reason="council", since=LONG_AGO, until=date(2030, 1, 1))
    lake.context.write(told(untaken=[hidden]))
    (one,) = presence_of(lake, [LAB], [FRIDAY], clock=TOKYO).alone
    assert (one.is_sure, one.doubts) == (False, (Doubt.NOT_TAKEN_IN,))


def test_where_leaving_is_hardly_ever_recorded_only_what_is_sure_is_told(tmp_path):
    rows = "".join(f"2026/11/20 {hour:02d}:00:00,C{n},,3F 開発室,R1,入室,許可\n" for n, hour in enumerate((9, 10, 11)))
    with Lake.open(tmp_path / "lake") as lake:
        fill(lake, rows, tmp_path)
        found = presence_of(lake, [LAB], [FRIDAY], clock=TOKYO)
    assert found.alone == ()
    assert (found.zones[0].stays, found.zones[0].no_exit, found.zones[0].can_tell) == (3, 3, False)


def test_the_hour_that_a_clock_shows_twice_is_counted_by_its_real_length(tmp_path):
    """Berlin, 25 October 2026: 02:30 comes twice; from 01:50 to 03:10 are 140 minutes."""
    rows = "2026/10/25 01:50:00,C1,E1,3F 開発室,R1,入室,許可\n2026/10/25 03:10:00,C1,E1,3F 開発室,R1,退室,許可\n"
    with Lake.open(tmp_path / "lake") as lake:
        fill(lake, rows, tmp_path, zone=BERLIN)
        (one,) = presence_of(lake, [LAB], [date(2026, 10, 25)], clock=BERLIN).alone
    assert one.minutes == 140


def test_entries_into_a_zone_by_permit_are_told_when_no_slot_covers_them(lake):
    """FAC-13: cards without a person have no permit either."""
    zone = Zone(key="開発室", doors=LAB.doors, by_permit=True)
    slot = Permit(zone="開発室", person_id="akari", since=utc("2026-11-20T08:00"), until=utc("2026-11-20T10:00"))
    found = presence_of(lake, [zone], [FRIDAY, SATURDAY], clock=TOKYO, permits=[slot]).entries
    assert [(one.who, one.slot, one.door) for one in found] == [
        ("botan", Slot.NONE, "3F 開発室"),
        ("badge:c9", Slot.NONE, "3F 開発室"),
    ]
    assert presence_of(lake, [LAB], [FRIDAY], clock=TOKYO, permits=[slot]).entries == (), "only where it is asked for"


ZONES = (
    "zone,door,inner,least,minutes,permit\n開発室,3F 開発室,,2,20,はい\n開発室,3F 非常口,,,,\n開発室,試作庫,yes,,,\n"
)


@pytest.fixture
def asked(lake, tmp_path, monkeypatch):
    """The command line's arguments; tables by their text."""
    monkeypatch.setenv("LC_ALL", "C")

    def words(zones: str = ZONES, permits: str = "", *more: str) -> list[str]:
        (tmp_path / "zones.csv").write_text(zones, encoding="utf-8-sig")
        given = ["presence", "--lake", str(tmp_path / "lake"), "--zones", str(tmp_path / "zones.csv")]
        if permits:
            (tmp_path / "permits.csv").write_text(permits, encoding="utf-8")
            given += ["--permits", str(tmp_path / "permits.csv")]
        return [*given, "--from", "2026-11-20", "--to", "2026-11-20", *more]

    return words


def test_the_command_tells_the_same_as_json_and_in_words(asked, capsys, monkeypatch):
    permits = "zone,person,from,to\n開発室,akari,2026/11/20 08:00,2026-11-20T10:00+09:00\n"
    assert cli.main(asked(ZONES, permits, "--json")) == 0
    alone, entry, zone = map(json.loads, capsys.readouterr().out.splitlines())
    assert (alone["kind"], alone["who"], alone["is_sure"]) == ("alone", "akari", True)
    assert (entry["kind"], entry["who"], entry["slot"]) == ("entry", "botan", "none")
    assert (zone["kind"], zone["stays"]) == ("zone", 2)
    assert cli.main(asked(ZONES, permits)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2026-11-20 19:00  開発室  akari: 320 minutes (sure)",
        "2026-11-20 09:10  開発室  botan: entered without a permit (none)",
        "開発室: 2 stays, 0 without leaving, 0 without entering",
    ]
    monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8")
    assert cli.main(asked()) == 0
    said = capsys.readouterr().out
    assert "2026-11-20 19:00  開発室  akari: 320分（確実）" in said
    assert said.count("許可のない入室（none）") == 2, "without a table of permits, nobody holds one"


@pytest.mark.parametrize(
    ("zones", "permits", "said"),
    [
        ("zone\n開発室\n", "", "no column door"),
        ("zone,door\n,3F\n", "", "line 2: wrong"),
        ("zone,door,least\n開発室,3F,ふたり\n", "", "line 2: wrong: ふたり"),
        ("zone,door,minutes\n開発室,3F,0\n", "", "line 2: wrong: 0"),
        ("zone,door,inner\n開発室,3F,1\n", "", "zone 開発室 has no outer door"),
        (ZONES, "zone,person\n", "no column from, to"),
        (ZONES, "zone,person,from,to\n開発室,akari,昨日,2026-11-20\n", "line 2: wrong: 昨日"),
    ],
)
def test_a_table_that_is_none_is_refused_with_its_place(asked, capsys, zones, permits, said):
    assert cli.main(asked(zones, permits)) == 2
    assert said in capsys.readouterr().err


def test_a_table_that_is_not_there_is_wrong_use(asked, capsys):
    given = asked()
    Path(given[4]).unlink()
    assert cli.main(given) == 2
    assert "zones.csv" in capsys.readouterr().err
