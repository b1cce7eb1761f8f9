"""The grammar of each native log, line by line, from the writer that makes it."""

import csv
import json
from datetime import date
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuramori_lake.simulator import badges, endpoints, samba
from kuramori_lake.simulator.badges import GATE, SERVER_ROOM, BadgeLog, room
from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI, LUDWIGSBURG
from kuramori_lake.simulator.endpoints import EndpointLog
from kuramori_lake.simulator.outputs import HMS, MONTHS, SECONDS_A_DAY, MonthlyFile, overflow
from kuramori_lake.simulator.samba import SambaLog
from kuramori_lake.simulator.windows import WindowsLog, hash_of

DAY = date(2026, 11, 5)
WHO = samba.who("sakura.a", "10.1.0.9", "pc-h0009")
DOCUMENT = ("gijutsu", "/srv/samba/gijutsu/金型設計課/図面/量産/2026/SR-00001_上型_R2.dwg")
GERMAN = ("Entwicklung", "D:\\Freigaben\\Entwicklung\\Engineering Europe\\Zeichnungen\\2026\\Z-00001_Führung_R1.dwg")
SECONDS = st.integers(0, SECONDS_A_DAY - 1)


class Kept:
    """Keeps what a log writes instead of putting it into a file."""

    def __init__(self):
        self.lines = []

    def write(self, _day, lines):
        self.lines += lines


def somebody(company, site):
    return next(person for person in company.people if person.unit.site is site and not person.former_account)


def table(lines):
    return list(csv.reader(StringIO("".join(lines))))


# Samba's full_audit


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (samba.opened(WHO, DOCUMENT), f"gijutsu|create_file|ok|0x120089|file|open|{DOCUMENT[1]}"),
        (samba.fetched(WHO, DOCUMENT), f"gijutsu|pread_send|ok|{DOCUMENT[1]}"),
        (samba.refused(WHO, DOCUMENT),
         f"gijutsu|create_file|fail (Permission denied)|0x120089|file|open|{DOCUMENT[1]}"),
        (samba.listed(WHO, DOCUMENT),
         "gijutsu|create_file|ok|0x81|dir|open|/srv/samba/gijutsu/金型設計課/図面/量産/2026"),
        (samba.connected(WHO, "gijutsu"), "gijutsu|connect|ok|gijutsu"),
        (samba.disconnected(WHO, "gijutsu"), "gijutsu|disconnect|ok|gijutsu"),
    ],
    ids=["open", "read", "refused", "list", "connect", "disconnect"],
)  # fmt: skip
def test_samba_deed_of_one_line(made, expected):
    assert made == f"sakura.a|10.1.0.9|pc-h0009|{expected}"


@pytest.mark.parametrize(
    ("made", "first", "second"),
    [
        (samba.overwritten(WHO, DOCUMENT), "create_file|ok|0x12019f|file|overwrite_if", "pwrite_send|ok"),
        (samba.created(WHO, DOCUMENT), "create_file|ok|0x12019f|file|create", "pwrite_send|ok"),
        (samba.deleted(WHO, DOCUMENT), "create_file|ok|0x10000|file|open", "unlinkat|ok"),
    ],
    ids=["save", "create", "delete"],
)
def test_samba_deed_of_two_lines_names_the_file_twice(made, first, second):
    assert made == (f"{WHO}gijutsu|{first}|{DOCUMENT[1]}", f"{WHO}gijutsu|{second}|{DOCUMENT[1]}")


def test_samba_rename_has_both_names_in_its_second_line():
    opened, renamed = samba.moved(WHO, DOCUMENT, "/srv/samba/gijutsu/x_旧1.dwg")
    assert opened == f"{WHO}gijutsu|create_file|ok|0x10000|file|open|{DOCUMENT[1]}"
    assert renamed == f"{WHO}gijutsu|renameat|ok|{DOCUMENT[1]}|/srv/samba/gijutsu/x_旧1.dwg"


@pytest.mark.parametrize(
    ("day", "second", "skew", "stamp"),
    [
        (date(2026, 11, 5), 0, 0, "<173>Nov  5 00:00:00 smbd_audit: 2026/11/05 00:00:00|"),
        (date(2026, 1, 31), 3661, 0, "<173>Jan 31 01:01:01 smbd_audit: 2026/01/31 01:01:01|"),
        (date(2026, 9, 9), 36_000, 437, "<173>Sep  9 10:00:00 smbd_audit: 2026/09/09 10:07:17|"),
        (date(2026, 9, 9), 86_300, 437, "<173>Sep  9 23:58:20 smbd_audit: 2026/09/09 23:59:59|"),
    ],
    ids=["midnight", "two digits", "skew", "skew stops at midnight"],
)
def test_samba_line_begins_with_the_log_hosts_and_the_servers_clock(day, second, skew, stamp):
    out = Kept()
    log = SambaLog("fs01", out)
    log.entries.append((second, samba.connected(WHO, "gijutsu")))
    log.close_day(day, skew=skew)
    assert out.lines == [f"{stamp}{WHO}gijutsu|connect|ok|gijutsu\n"]


def test_samba_day_is_in_order_and_equal_seconds_stay_as_they_came():
    out = Kept()
    log = SambaLog("fs01", out)
    log.entries += [(20, "c"), (10, "a"), (20, "d"), (10, "b")]
    log.close_day(DAY)
    assert [line.rstrip("\n")[-1] for line in out.lines] == list("abcd")


def test_samba_deed_after_midnight_is_written_with_the_next_day():
    out = Kept()
    log = SambaLog("fs01", out)
    log.entries += [(SECONDS_A_DAY + 60, "late"), (60, "early")]
    log.close_day(DAY)
    assert len(out.lines) == 1
    log.close_day(date(2026, 11, 6))
    assert out.lines[1] == "<173>Nov  6 00:01:00 smbd_audit: 2026/11/06 00:01:00|late\n"


def test_samba_silent_day_is_lost_and_the_next_one_is_not():
    out = Kept()
    log = SambaLog("fs02", out)
    log.entries += [(60, "lost"), (SECONDS_A_DAY + 60, "kept")]
    log.close_day(DAY, silent=True)
    assert out.lines == []
    log.close_day(date(2026, 11, 6))
    assert [line.rpartition("|")[2] for line in out.lines] == ["kept\n"]


# Winlogbeat


@pytest.fixture
def session(company):
    log = WindowsLog(Kept(), LUDWIGSBURG)
    return log, log.session(somebody(company, LUDWIGSBURG), DAY)


def records(log, day=DAY):
    log.close_day(day)
    return [json.loads(line) for line in log.out.lines]


def test_windows_session_begins_and_ends_with_the_same_logon(session):
    log, his = session
    log.entries += [(100, his.began()), (200, his.ended())]
    began, ended = records(log)
    for record in (began, ended):
        data = record["winlog"]["event_data"]
        assert (data["TargetLogonId"], data["LogonType"], data["TargetUserSid"]) == (his.logon, "3", his.sid)
    assert began["winlog"]["event_data"]["SubjectUserSid"] == "S-1-0-0"
    assert [record["event"]["action"] for record in (began, ended)] == ["logged-in", "logged-out"]


@pytest.mark.parametrize(
    ("writes", "mask", "code"), [(False, "0x1", "%%4416"), (True, "0x2", "%%4417")], ids=["read", "write"]
)
def test_windows_mask_and_access_list_say_the_same(session, writes, mask, code):
    log, his = session
    log.entries += [(1, his.checked(GERMAN, writes=writes)), (2, his.accessed(GERMAN, writes=writes))]
    for record in records(log):
        data = record["winlog"]["event_data"]
        assert (data["AccessMask"], data["AccessList"].strip()) == (mask, code)


def test_windows_share_check_splits_the_path_at_the_share(session):
    log, his = session
    log.entries.append((1, his.checked(GERMAN)))
    data = records(log)[0]["winlog"]["event_data"]
    assert (data["ShareName"], data["ShareLocalPath"]) == ("\\\\*\\Entwicklung", "\\??\\D:\\Freigaben\\Entwicklung")
    assert "D:\\Freigaben\\Entwicklung\\" + data["RelativeTargetName"] == GERMAN[1]


def test_windows_access_has_the_whole_path_and_the_system_as_process(session):
    log, his = session
    log.entries.append((1, his.accessed(GERMAN)))
    data = records(log)[0]["winlog"]["event_data"]
    assert (data["ObjectName"], data["ProcessId"], data["ObjectType"]) == (GERMAN[1], "0x4", "File")
    assert data["SubjectLogonId"] == his.logon


@pytest.mark.parametrize(
    ("code", "task"),
    [("4624", "Logon"), ("4634", "Logoff"), ("4663", "File System"), ("5145", "Detailed File Share")],
)
def test_windows_event_has_its_task_and_the_providers_name(session, code, task):
    log, his = session
    log.entries += [(1, his.began()), (2, his.checked(GERMAN)), (3, his.accessed(GERMAN)), (4, his.ended())]
    (record,) = [one for one in records(log) if one["winlog"]["event_id"] == code]
    assert record["winlog"]["task"] == task
    assert record["event"]["code"] == code
    assert record["winlog"]["provider_name"] == record["event"]["provider"] == "Microsoft-Windows-Security-Auditing"
    assert record["winlog"]["channel"] == "Security"


@pytest.mark.parametrize(
    ("day", "second", "at"),
    [
        (date(2026, 7, 1), 9 * 3600, "2026-07-01T07:00:00"),
        (date(2026, 1, 15), 9 * 3600, "2026-01-15T08:00:00"),
        (date(2026, 1, 15), 1800, "2026-01-14T23:30:00"),
        (date(2026, 1, 15), SECONDS_A_DAY + 7200, "2026-01-16T01:00:00"),
    ],
    ids=["summer", "winter", "the evening before in UTC", "after midnight"],
)
def test_windows_times_are_utc(session, day, second, at):
    log, his = session
    log.entries.append((second, his.ended()))
    assert records(log, day)[0]["@timestamp"][:19] == at


def test_windows_record_numbers_go_on_over_days_and_logons_are_new_each_time(session, company):
    log, his = session
    again = log.session(somebody(company, LUDWIGSBURG), DAY)
    assert (again.sid, again.logon == his.logon) == (his.sid, False)
    log.entries.append((1, his.began()))
    log.close_day(DAY)
    log.entries += [(9, again.ended()), (5, again.began())]
    found = records(log, date(2026, 11, 6))
    numbers = [record["winlog"]["record_id"] for record in found]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]
    assert [record["winlog"]["event_id"] for record in found] == ["4624", "4624", "4634"]


def test_handle_number_is_the_same_in_every_process():
    assert hash_of("Z-1") == (ord("Z") + ord("-") + ord("1")) * 31 + 3


# doors


@pytest.mark.parametrize(
    ("second", "clock"),
    [(0, "00:00:00"), (29_400, "08:10:00"), (86_399, "23:59:59"), (86_400, "24:00:00"), (107_955, "29:59:15")],
)
def test_door_clock_counts_on_past_midnight(company, second, clock):
    out = Kept()
    log = BadgeLog(KITAKAMI, out)
    log.passed(second, somebody(company, KITAKAMI), GATE, inwards=True)
    log.close_day(DAY)
    assert out.lines[0].startswith(f"2026/11/05 {clock},")
    assert out.lines[0].endswith("\r\n")


@pytest.mark.parametrize(
    ("inwards", "refused", "told"),
    [
        (True, "", ["R1", "入室", "許可"]),
        (False, "", ["R2", "退室", "許可"]),
        (True, "時間外", ["R1", "入室", "拒否"]),
    ],
    ids=["in", "out", "refused"],
)
def test_door_row_says_who_which_door_and_whether(company, inwards, refused, told):
    person, out = somebody(company, HAMAMATSU), Kept()
    log = BadgeLog(HAMAMATSU, out)
    log.passed(100, person, GATE, inwards=inwards, refused=refused)
    log.close_day(DAY)
    assert table(out.lines) == [
        ["2026/11/05 00:01:40", person.card, person.number, person.name.in_cp932, person.unit.name, "HD-101",
         "正面玄関", *told, refused]
    ]  # fmt: skip


def test_unknown_card_has_no_person():
    out = Kept()
    log = BadgeLog(HAMAMATSU, out)
    log.unknown(7200, "0099999999", SERVER_ROOM)
    log.close_day(DAY)
    assert table(out.lines)[0][1:] == [
        "0099999999", "", "", "", "HD-SV1", "サーバ室", "R1", "入室", "拒否", "未登録カード"
    ]  # fmt: skip


def test_every_trade_has_a_room_of_its_own(company):
    rooms = {person.unit.trade: room(person) for person in company.people}
    assert len(set(rooms.values())) == len(rooms) == 7
    assert GATE not in rooms.values()


def test_door_rows_are_as_wide_as_their_header(company):
    out = Kept()
    log = BadgeLog(LUDWIGSBURG, out)
    log.passed(5, somebody(company, LUDWIGSBURG), GATE, inwards=True)
    log.unknown(6, "0099999999", SERVER_ROOM)
    log.close_day(DAY)
    assert {len(row) for row in table([badges.HEADER, *out.lines])} == {11}


# endpoints


STICK = ("貸与USBメモリ ﾘﾑｰﾊﾞﾌﾞﾙ", "SR000009A")


def deeds(log, person):
    log.plugged(DAY, 100, person, STICK, known=True)
    log.copied(DAY, 200, person, "図面.dwg", size=1234, stick=STICK, known=False)
    log.printed(DAY, 300, person, "様式.docx", pages=7, printer="H-MFP2")
    log.unplugged(DAY, 400, person, STICK)


def test_endpoint_rows_are_as_wide_as_their_header_and_name_the_deed(company):
    out = Kept()
    log = EndpointLog(out)
    deeds(log, somebody(company, HAMAMATSU))
    log.close_day(DAY)
    header, *rows = table([endpoints.HEADER, *out.lines])
    named = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(row["操作種別"], row["操作種別(詳細)"]) for row in named] == [
        ("外部メディア操作", "接続"), ("外部メディア操作", "ファイルコピー"), ("印刷操作", "印刷"),
        ("外部メディア操作", "切断"),
    ]  # fmt: skip
    assert [row["ファイル名"] for row in named] == ["", "図面.dwg", "様式.docx", ""]
    assert [row["シリアル番号"] for row in named] == ["SR000009A", "SR000009A", "", "SR000009A"]
    assert [(row["サイズ(バイト)"], row["ページ数"]) for row in named] == [("", ""), ("1234", ""), ("", "7"), ("", "")]


def test_endpoint_row_says_which_machine_and_account(company):
    person, out = somebody(company, HAMAMATSU), Kept()
    log = EndpointLog(out)
    deeds(log, person)
    log.close_day(DAY)
    assert {(row[4], row[5]) for row in table(out.lines)} == {(person.pc.upper(), f"SOREI\\{person.name.account}")}


def test_endpoint_alarm_is_for_what_is_not_registered(company):
    out = Kept()
    log = EndpointLog(out)
    deeds(log, somebody(company, HAMAMATSU))
    log.close_day(DAY)
    assert [row[0] for row in table(out.lines)] == ["FALSE", "警戒", "FALSE", "FALSE"]


@pytest.mark.parametrize(
    ("site", "day", "second", "clocks"),
    [
        (HAMAMATSU, date(2026, 11, 5), 36_000, ["2026/11/05 10:00:00", "2026/11/05 01:00:00", "GMT+09:00"]),
        (HAMAMATSU, date(2026, 11, 5), 3600, ["2026/11/05 01:00:00", "2026/11/04 16:00:00", "GMT+09:00"]),
        (LUDWIGSBURG, date(2026, 7, 1), 36_000, ["2026/07/01 10:00:00", "2026/07/01 08:00:00", "GMT+02:00"]),
        (LUDWIGSBURG, date(2026, 12, 1), 36_000, ["2026/12/01 10:00:00", "2026/12/01 09:00:00", "GMT+01:00"]),
        (KITAKAMI, date(2026, 11, 5), 90_000, ["2026/11/06 01:00:00", "2026/11/05 16:00:00", "GMT+09:00"]),
    ],
    ids=["Japan", "before nine it is yesterday in UTC", "German summer", "German winter", "night shift"],
)
def test_endpoint_clocks(company, site, day, second, clocks):
    out = Kept()
    log = EndpointLog(out)
    log.unplugged(day, second, somebody(company, site), STICK)
    log.close_day(day)
    assert table(out.lines)[0][1:4] == clocks


def test_endpoint_rows_of_two_zones_are_in_order_of_the_instant(company):
    out = Kept()
    log = EndpointLog(out)
    log.unplugged(DAY, 10 * 3600, somebody(company, LUDWIGSBURG), STICK)
    log.unplugged(DAY, 17 * 3600, somebody(company, HAMAMATSU), STICK)
    log.close_day(DAY)
    assert [row[3] for row in table(out.lines)] == ["GMT+09:00", "GMT+01:00"]


def test_endpoint_log_spells_umlauts_out_so_that_cp932_can_hold_it(company):
    out = Kept()
    log = EndpointLog(out)
    log.printed(DAY, 100, somebody(company, LUDWIGSBURG), "Z-1_Führung_Größe.pdf", pages=1, printer="L-MFP1")
    log.close_day(DAY)
    assert table(out.lines)[0][8] == "Z-1_Fuehrung_Groesse.pdf"
    out.lines[0].encode("cp932")


# files


@given(st.lists(st.integers(0, 3 * SECONDS_A_DAY // 2)))
def test_overflow_loses_nothing(seconds):
    today, late = overflow([(second, str(second)) for second in seconds])
    assert sorted([*today, *((second + SECONDS_A_DAY, text) for second, text in late)]) == sorted(
        (second, str(second)) for second in seconds
    )
    assert all(0 <= second < SECONDS_A_DAY for second, _ in today)


@given(SECONDS)
def test_clock_text_of_a_second(second):
    hours, minutes, rest = map(int, HMS[second].split(":"))
    assert hours * 3600 + minutes * 60 + rest == second


def test_months_are_those_of_syslog():
    assert [date(2026, number, 1).strftime("%b") for number in range(1, 13)] == list(MONTHS)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 5)), max_size=12))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_lines_counted_are_lines_written(tmp_path_factory, writes):
    folder = tmp_path_factory.mktemp("log")
    log = MonthlyFile(folder, stem="s", ending="log")
    for after, count in sorted(writes):
        log.write(date.fromordinal(DAY.toordinal() + after), ["x\n"] * count)
    log.close()
    on_disk = {path.name: path.read_bytes().count(b"\n") for path in folder.iterdir()}
    assert on_disk == log.lines


def test_place_of_a_raw_line_counts_the_header(tmp_path):
    plain = MonthlyFile(tmp_path / "plain", stem="s", ending="log")
    headed = MonthlyFile(tmp_path / "headed", stem="s", ending="csv", header="h\r\n")
    assert [plain.write_bytes(DAY, b"x\n"), plain.write_bytes(DAY, b"y\n")] == [1, 2]
    assert [headed.write_bytes(DAY, b"x\n"), headed.write_bytes(DAY, b"y\n")] == [2, 3]
    plain.close()
    headed.close()


def test_log_without_a_line_closes_without_a_file(tmp_path):
    MonthlyFile(tmp_path / "x", stem="s", ending="log").close()
    assert list((tmp_path / "x").iterdir()) == []
