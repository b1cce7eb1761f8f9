"""FAC-05 whatever way the logs of doors come in: twice, late, in pieces, cut off, sorted anew."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.context import Context, ExcludedAccount, Identity
from kuramori_lake.event import Namespace
from kuramori_lake.presence import Doubt, Presence, Zone, presence_of
from kuramori_lake.retention import Term, carry_out, choose, plan_purge
from kuramori_lake.store import Lake

TOKYO = ZoneInfo("Asia/Tokyo")
FRIDAY, SATURDAY = date(2026, 11, 20), date(2026, 11, 21)
LONG_AGO = date(2000, 1, 1)
LAB = Zone(key="lab", doors=frozenset({"開発室"}))
HEAD = "日時,カード番号,社員番号,扉名,リーダ,方向,結果\n"
ROWS = (
    "2026/11/20 18:00:00,C1,E1,開発室,R1,入室,許可\n",
    "2026/11/20 18:05:00,C2,E2,開発室,R1,入室,許可\n",
    "2026/11/20 19:00:00,C1,E1,開発室,R2,退室,許可\n",
    "2026/11/20 19:25:00,C2,E2,開発室,R2,退室,許可\n",
)


@pytest.fixture
def lake(tmp_path):
    with Lake.open(tmp_path / "lake") as found:
        names = [
            Identity(namespace=Namespace.EMPLOYEE, raw=raw, person_id=who, since=LONG_AGO)
            for raw, who in (("E1", "akari"), ("E2", "botan"))
        ]
        found.context.write(Context(identities=names))
        yield found


def take(lake: Lake, folder: Path, *rows: str, name: str = "a.csv", head: str = HEAD, kind: str = "badge"):
    path = folder / name
    path.write_text(head + "".join(rows), encoding="utf-8")
    return lake.ingest(path, source=f"table:{kind}", instance="doors", zone=TOKYO)


def told(lake: Lake, *days: date, zone: Zone = LAB) -> Presence:
    return presence_of(lake, [zone], days or [FRIDAY], clock=TOKYO)


def remained(lake: Lake) -> list[tuple[str, int, bool]]:
    return [(one.who, one.minutes, one.is_sure) for one in told(lake).alone]


def test_the_same_log_twice_tells_the_same_once(lake, tmp_path):
    take(lake, tmp_path, *ROWS)
    before = told(lake)
    again = take(lake, tmp_path, *ROWS, name="again.csv")
    assert again.known
    assert told(lake) == before
    assert remained(lake) == [("botan", 25, True)]


def test_pieces_in_any_order_tell_what_the_whole_tells(lake, tmp_path):
    """The second reader's controller uploads first; until the other has come, less is sure."""
    take(lake, tmp_path, ROWS[2], ROWS[3], name="inside.csv")
    assert [stays.no_entry for stays in told(lake).zones] == [2]
    assert not [one for one in told(lake).alone if one.is_sure and one.who == "akari"]
    take(lake, tmp_path, ROWS[1], name="second.csv")
    take(lake, tmp_path, ROWS[0], name="first.csv")
    assert remained(lake) == [("botan", 25, True)]


def test_order_on_the_disk_changes_nothing(lake, tmp_path):
    for number, row in enumerate(ROWS):
        take(lake, tmp_path, row, name=f"{number}.csv")
    before = told(lake)
    lake.compact()
    assert told(lake) == before


def test_a_log_that_ends_in_the_middle_leaves_the_other_alone_perhaps_and_says_why(lake, tmp_path):
    """A truncated upload: the last row is cut, goes to quarantine, and with it the end of Botan's stay."""
    report = take(lake, tmp_path, *ROWS[:3], ROWS[3][:18])
    assert (report.counts.accepted, report.counts.rejected) == (3, 1)
    assert remained(lake) == [("akari", 55, False)], "and of Botan, the last to be there, nothing is told"
    (zone,) = told(lake).zones
    assert (zone.stays, zone.no_exit, zone.can_tell) == (2, 1, True)


def test_when_the_logs_have_left_the_lake_nothing_is_told_and_nothing_is_claimed(lake, tmp_path):
    take(lake, tmp_path, *ROWS)
    term = Term(source="table:badge", instance="doors", before=datetime.fromisoformat("2026-12-01"))
    with lake.writing(), lake.connect() as db:
        assert choose(db, [term], "2026-11") is not None
        carry_out(lake, plan_purge(lake, db, [term]))
    found = told(lake)
    assert found.alone == ()
    assert (found.zones[0].stays, found.zones[0].can_tell) == (0, False)


def test_doors_without_a_reader_inside_can_tell_of_nobody(lake, tmp_path):
    """RemoteLOCK writes who opened, from outside; a knob opens from inside."""
    rows = [f"2026/11/20 {hour}:00:00,開発室,解錠,カード,{who}\n" for hour, who in (("09", "akari"), ("10", "botan"))]
    take(lake, tmp_path, *rows, head="イベント日時,情報元,イベントタイプ,操作方法,情報\n", kind="remotelock")
    found = told(lake)
    assert found.alone == ()
    assert (found.zones[0].stays, found.zones[0].no_exit, found.zones[0].can_tell) == (2, 2, False)


def test_gates_that_name_the_way_tell_it_under_their_own_headings(lake, tmp_path):
    """ALLIGATE: columns are the user's choice, the gate's name and the way are among them."""
    head = "日時,ユーザーID,ユーザー名,ゲート名,ログ名称\n"
    rows = ["2026/11/20 09:00:00,U1,佐倉,開発室,入室\n", "2026/11/20 09:30:00,U1,佐倉,開発室,退室\n",
            "2026/11/20 09:31:00,,,開発室,自動施錠\n"]  # fmt: skip
    take(lake, tmp_path, *rows, head=head, kind="alligate")
    (one,) = told(lake).alone
    assert (one.who, one.minutes, one.is_sure) == ("badge:u1", 30, True)


def test_two_names_of_one_person_are_one_presence(lake, tmp_path):
    """He enters with the card that names him and leaves with one that HR never wrote down."""
    names = [
        Identity(namespace=Namespace.EMPLOYEE, raw="E1", person_id="akari", since=LONG_AGO),
        Identity(namespace=Namespace.BADGE, raw="C8", person_id="akari", since=LONG_AGO),
    ]
    rows = ("2026/11/20 18:00:00,C1,E1,開発室,R1,入室,許可\n", "2026/11/20 18:40:00,C8,,開発室,R2,退室,許可\n")
    take(lake, tmp_path, *rows)
    assert not [one for one in told(lake).alone if one.is_sure]
    lake.context.write(Context(identities=names))
    assert remained(lake) == [("akari", 40, True)]


def test_a_card_that_changed_hands_is_each_persons_on_his_own_days(lake, tmp_path):
    names = [
        Identity(namespace=Namespace.BADGE, raw="C1", person_id="akari", since=LONG_AGO, until=FRIDAY),
        Identity(namespace=Namespace.BADGE, raw="C1", person_id="botan", since=SATURDAY),
    ]
    lake.context.write(Context(identities=names))
    rows = [f"2026/11/{day} {clock}:00,C1,,開発室,R1,{way},許可\n" for day in (20, 21)
            for clock, way in (("09:00", "入室"), ("10:00", "退室"))]  # fmt: skip
    take(lake, tmp_path, *rows)
    found = told(lake, FRIDAY, SATURDAY).alone
    assert [(one.who, one.since.date()) for one in found] == [("akari", FRIDAY), ("botan", SATURDAY)]


def test_a_guard_on_his_round_is_somebody_there(lake, tmp_path):
    """Left out of every count of people's deeds, and still no empty room."""
    guard = ExcludedAccount(namespace=Namespace.EMPLOYEE, raw="G1", reason="警備", since=LONG_AGO)
    names = [Identity(namespace=Namespace.EMPLOYEE, raw="E2", person_id="botan", since=LONG_AGO)]
    lake.context.write(Context(identities=names, excluded=[guard]))
    rounds = ("2026/11/20 19:10:00,G,G1,開発室,R1,入室,許可\n", "2026/11/20 19:12:00,G,G1,開発室,R2,退室,許可\n")
    take(lake, tmp_path, ROWS[1], ROWS[3], *rounds)
    assert remained(lake) == [("botan", 65, True)], "and after he has gone, thirteen minutes are too few to tell"


@pytest.mark.parametrize("hours", [15, 17])
def test_a_stay_is_followed_for_two_shifts_and_no_longer(lake, tmp_path, hours):
    begins = datetime.fromisoformat("2026-11-20T08:00")
    ends = begins + timedelta(hours=hours)
    take(
        lake,
        tmp_path,
        f"{begins:%Y/%m/%d %H:%M:%S},C1,E1,開発室,R1,入室,許可\n",
        f"{ends:%Y/%m/%d %H:%M:%S},C1,E1,開発室,R2,退室,許可\n",
    )
    (one, *_more) = told(lake, FRIDAY, SATURDAY).alone
    if hours <= 16:
        assert (one.minutes, one.is_sure) == (hours * 60, True)
    else:
        assert (one.is_sure, one.doubts) == (False, (Doubt.NO_EXIT,)), (
            "where it ends nobody knows, nor when he came back"
        )
