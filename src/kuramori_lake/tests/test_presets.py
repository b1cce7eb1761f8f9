"""Every preset: the columns it reads, the clock it means, the words it knows, and what it says of doubtful rows."""

import pytest

from kuramori_lake import sources
from kuramori_lake.sources.mapping import load
from kuramori_lake.sources.parsed import Options
from kuramori_lake.tests.conftest import TOKYO

OPTIONS = Options(zone=TOKYO, salt=b"salt")


def read(name, header, *rows, encoding="utf-8"):
    """Events and rejects of a table with that header."""
    content = "\r\n".join((header, *rows, "")).encode(encoding)
    readings = list(sources.source(f"table:{name}").parse(content, OPTIONS))
    events = [row for one in readings for row in one.events.to_pylist()]
    rejects = [one for reading in readings for one in reading.rejects]
    assert len(events) + len(rejects) + sum(one.ignored for one in readings) == len(rows) + 1
    return events, rejects


def only(name, header, row):
    (event,), rejects = read(name, header, row)
    assert rejects == []
    return event


# doors

DOORS = "日時,カード番号,社員番号,氏名,所属,扉コード,扉名,リーダ,方向,結果,理由"


def door(direction="入室", result="許可", *, time="2026/11/20 9:05:00", card="0012345678", number="E0001"):
    return f"{time},{card},{number},佐倉 灯里,設計部,H-101,正面玄関,R1,{direction},{result},"


@pytest.mark.parametrize(
    ("direction", "result", "activity", "outcome"),
    [
        ("入室", "許可", "door_in", "ok"),
        ("退室", "許可", "door_out", "ok"),
        ("入室", "拒否", "door_denied", "denied"),
        ("退室", "拒否", "door_denied", "denied"),
        ("入室", "", "door_in", "ok"),
        ("入", "", "door_in", "ok"),
        ("出", "", "door_out", "ok"),
    ],
)
def test_door(direction, result, activity, outcome):
    event = only("badge", DOORS, door(direction, result))
    assert (event["activity"], event["outcome"], event["object_kind"]) == (activity, outcome, "door")


def test_door_keeps_the_card_with_its_leading_zeros_beside_the_employee():
    event = only("badge", DOORS, door())
    assert (event["actor_raw"], event["actor_namespace"], event["device_serial"]) == ("E0001", "employee", "0012345678")
    assert (event["device"], event["uid"], event["reader"]) == ("正面玄関", "H-101", "R1")


def test_card_without_an_employee_is_the_actor_itself():
    event = only("badge", DOORS, door(number=""))
    assert (event["actor_raw"], event["actor_namespace"]) == ("0012345678", "badge")


def test_door_without_anybody_has_no_actor_and_no_confidence():
    event = only("badge", DOORS, door(number="", card=""))
    assert (event["actor_raw"], event["actor_namespace"], event["confidence"]) == (None, None, None)


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("2026/11/20 9:05:00", "2026-11-20T00:05:00"),
        ("2026/11/20 24:00:00", "2026-11-20T15:00:00"),
        ("2026/11/20 25:04:10", "2026-11-20T16:04:10"),
        ("2026/11/20 29:59:59", "2026-11-20T20:59:59"),
        ("2026/12/31 25:00:00", "2026-12-31T16:00:00"),
        ("２０２６／１１／２０　９：０５", "2026-11-20T00:05:00"),
        ("令和8年11月20日 9:05", "2026-11-20T00:05:00"),
    ],
)
def test_night_shift_is_counted_past_midnight_and_kept_as_it_was_written(time, utc):
    event = only("badge", DOORS, door(time=time))
    assert (event["time_utc"].isoformat(), event["original_text"], event["tz_basis"]) == (utc, time, "configured")


@pytest.mark.parametrize("time", ["", "2026/11/20 31:00:00", "2026/02/30 9:00:00", "9:00", "2026/11/20 9:00:00 頃"])
def test_door_at_an_impossible_time_is_quarantined(time):
    events, rejects = read("badge", DOORS, door(time=time))
    assert (events, len(rejects)) == ([], 1)


def test_two_equal_passages_in_one_second_are_two_rows_with_one_key():
    """Anti-passback writes a row twice; whether it counts once is for the detection, not for the reader."""
    events, _ = read("badge", DOORS, door(), door())
    assert events[0]["row_key"] == events[1]["row_key"]
    assert [event["raw_row"] for event in events] == [2, 3]


@pytest.mark.parametrize("header", ["日時,カード番号,ゲート名,方向,結果", "日時,カード番号,扉,方向,結果"])
def test_door_is_known_by_the_column_names_of_several_makers(header):
    assert only("badge", header, "2026/11/20 9:05,1,東門,入室,許可")["device"] == "東門"


def test_columns_may_stand_in_any_order_and_half_width():
    header = "結果,方向,扉名,ｶｰﾄﾞ番号,日時"
    event = only("badge", header, "許可,入室,東門,001,2026/11/20 9:05")
    assert (event["activity"], event["actor_raw"]) == ("door_in", "001")


# visitors

VISITORS = "登録者名,状態名,来訪開始日時,来訪終了日時,メモ,設備名,対応者名,会社名(部署名),氏名,人数,顧客名"


@pytest.mark.parametrize(
    ("state", "activity"),
    [("来訪中", "visitor_in"), ("予約", "visitor_in"), ("退館", "visitor_out"), ("退出済", "visitor_out")],
)
def test_visitor(state, activity):
    event = only("visitor", VISITORS, f"受付,{state},2026/11/20 13:00,,,会議室1,佐倉 灯里,架空精機(購買),遠山 千尋,3,")
    assert (event["activity"], event["name"], event["count"]) == (activity, "遠山 千尋", 3)
    assert (event["destination_value"], event["device"]) == ("架空精機(購買)", "会議室1")
    assert (event["actor_raw"], event["confidence"]) == ("佐倉 灯里", "claimed")


# printing

PRINTS = "日時,ユーザー名,種別,文書名,プリンタ名,機番,ページ数,コンピュータ名"


@pytest.mark.parametrize(
    ("kind", "activity"),
    [
        ("印刷", "print"),
        ("プリント", "print"),
        ("ﾌﾟﾘﾝﾄ", "print"),
        ("コピー", "copy_scan_fax"),
        ("複写", "copy_scan_fax"),
        ("スキャン", "copy_scan_fax"),
        ("ＦＡＸ", "copy_scan_fax"),
        ("", "print"),
    ],
)
def test_paper(kind, activity):
    event = only("print", PRINTS, f"2026/11/20 9:05,akari,{kind},設計書（極秘）.docx,MFP-5F,A1234,1,PC-7")
    assert (event["activity"], event["object_kind"], event["count"]) == (activity, "paper", 1)


def test_print_claims_its_actor_only_because_anybody_can_print_as_anybody():
    event = only("print", PRINTS, '2026/11/20 9:05,akari,印刷,a.docx,MFP-5F,A1234,"1,240",PC-7')
    assert (event["confidence"], event["count"], event["device_serial"]) == ("claimed", 1240, "A1234")
    assert event["destination_class"] == "printer"


@pytest.mark.parametrize(("pages", "count"), [("３", 3), ("1,240", 1240), ("", None), ("多数", None), ("-1", None)])
def test_number_of_pages_is_a_number_or_nothing(pages, count):
    assert only("print", PRINTS, f'2026/11/20 9:05,akari,印刷,a,b,c,"{pages}",d')["count"] == count


# endpoint managers

JP1 = (
    "不審操作,操作日時(エージェント),操作日時(UTC),タイムゾーン,発生元,ユーザー名,操作種別,操作種別(詳細),"
    "ファイル名,操作先,シリアル番号,サイズ(バイト),ページ数"
)


def jp1(kind, detail, *, to="", serial="", size="", pages="", zone="GMT+09:00"):
    times = f"2026/11/20 09:16:30,2026/11/20 00:16:30,{zone}"
    return f'FALSE,{times},PC-7,KURA\\akari,{kind},{detail},C:\\a.dwg,{to},{serial},"{size}",{pages}'


@pytest.mark.parametrize(
    ("detail", "activity"),
    [
        ("ファイルコピー", "copy"),
        ("ファイル移動", "rename"),
        ("ファイル名変更", "rename"),
        ("名称変更", "rename"),
        ("ファイル作成", "create"),
        ("ファイル削除", "delete"),
        ("アップロード", "upload"),
        ("ダウンロード", "download"),
        ("印刷", "print"),
        ("接続", "device_connect"),
        ("切断", "device_disconnect"),
        ("メール送信", "mail_send"),
        ("クリップボード", "clipboard"),
        ("ログオン", "logon"),
        ("ログオフ", "logoff"),
    ],
)
def test_jp1_operation(detail, activity):
    assert only("jp1_itdm2", JP1, jp1("ファイル操作", detail))["activity"] == activity


def test_jp1_is_read_by_its_utc_column_whatever_the_site_is():
    event = only("jp1_itdm2", JP1, jp1("ファイル操作", "ファイルコピー"))
    assert (event["time_utc"].isoformat(), event["tz_basis"]) == ("2026-11-20T00:16:30", "explicit")


@pytest.mark.parametrize(
    ("zone", "seconds"), [("GMT+09:00", 32400), ("GMT-05:00", -18000), ("GMT+05:30", 19800), ("?", None)]
)
def test_jp1_offset_of_the_pc_tells_whose_night_it_was(zone, seconds):
    assert only("jp1_itdm2", JP1, jp1("ファイル操作", "印刷", zone=zone))["offset_s"] == seconds


def test_jp1_copy_to_a_stick_has_its_serial_number_and_size():
    event = only(
        "jp1_itdm2", JP1, jp1("外部メディア操作", "ファイルコピー", to="E:\\", serial="4C530001", size="1,048,576")
    )
    assert (event["destination_class"], event["destination_value"], event["device_serial"]) == (
        "removable",
        "E:\\",
        "4C530001",
    )
    assert (event["bytes"], event["size"]) == (1048576, 1048576)


def test_jp1_print_has_its_pages():
    event = only("jp1_itdm2", JP1, jp1("印刷操作", "印刷", pages="12"))
    assert (event["destination_class"], event["count"]) == ("printer", 12)


@pytest.mark.parametrize(
    ("column", "ours", "value", "expected"),
    [
        ("デバイスのシリアル番号", "device_serial", "4C53", "4C53"),
        ("シリアルナンバー", "device_serial", "4C53", "4C53"),
        ("ファイルサイズ", "bytes", "10", 10),
        ("ファイルサイズ", "size", "10", 10),
        ("印刷ページ数", "count", "3", 3),
        ("総ページ数", "count", "3", 3),
    ],
)
def test_jp1_details_are_found_under_their_other_names(column, ours, value, expected):
    header = f"操作日時(UTC),操作種別(詳細),{column}"
    assert only("jp1_itdm2", header, f"2026/11/20 00:16:30,印刷,{value}")[ours] == expected


def test_jp1_without_the_detail_columns_leaves_them_empty():
    event = only("jp1_itdm2", "操作日時(UTC),操作種別(詳細),ユーザー名", "2026/11/20 00:16:30,印刷,akari")
    assert (event["device_serial"], event["bytes"], event["size"], event["count"]) == (None, None, None, None)


CCAS = "コンピュータ名,ユーザー名,表示名,記録時刻,記録年月日,種別,内容"


def ccas(kind, what, day="26/11/20", time="09:12:45"):
    return f"PC-7,akari,佐倉,{time},{day},{kind},{what}"


def test_ccas_date_and_time_stand_in_two_columns_and_the_year_has_two_digits():
    event = only("ccas", CCAS, ccas("ログオン", ""))
    assert (event["time_utc"].isoformat(), event["original_text"]) == ("2026-11-20T00:12:45", "26/11/20 09:12:45")


@pytest.mark.parametrize(("year", "full"), [("00", 2000), ("26", 2026), ("99", 2099)])
def test_two_digit_years_are_of_this_century(year, full):
    assert only("ccas", CCAS, ccas("ログオン", "", day=f"{year}/11/20"))["time_utc"].year == full


@pytest.mark.parametrize(
    ("kind", "what", "ours", "expected"),
    [
        ("ファイル作成", "E:\\表計算\\ソフト①～最終版－髙橋.xlsx", "path", "E:\\表計算\\ソフト①～最終版－髙橋.xlsx"),
        ("ファイル作成", "\\\\fs01\\設計\\A-17.dwg", "path", "\\\\fs01\\設計\\A-17.dwg"),
        ("印刷", '"設計書（極秘）.docx,3ページ,MFP"', "path", "設計書（極秘）.docx"),
        ("印刷", '"設計書（極秘）.docx,3ページ,MFP"', "count", 3),
        ("接続", "USB大容量記憶装置 SanDisk", "device", "USB大容量記憶装置 SanDisk"),
        ("CBファイル", "a.txt", "activity", "clipboard"),
        ("接続", "USB", "destination_class", "removable"),
        ("印刷", "a.docx", "destination_class", "printer"),
    ],
)
def test_ccas_details_are_taken_out_of_the_free_text(kind, what, ours, expected):
    assert only("ccas", CCAS, ccas(kind, what))[ours] == expected


ISM = "ハードウェア名\tクライアントID\tユーザー名\t操作日時\t操作種別\tファイル名"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp932"])
def test_ism_is_tabs_in_utf16_and_calls_itself_csv(encoding):
    row = '"PC-7"\t"C1"\t"akari"\t"2026/11/20 9:05"\t"ファイルコピー"\t"D:\\①髙.dwg"'
    (event,), rejects = read("ism_cloudone", ISM, row, encoding=encoding)
    assert (event["activity"], event["path"], event["uid"], rejects) == ("copy", "D:\\①髙.dwg", "C1", [])


def test_utf16_places_are_those_of_the_received_bytes():
    row = "PC-7\tC1\takari\t2026/11/20 9:05\t削除\tD:\\a"
    content = f"{ISM}\r\n{row}\r\n".encode("utf-16")
    (reading,) = sources.source("table:ism_cloudone").parse(content, OPTIONS)
    (event,) = reading.events.to_pylist()
    assert content[event["raw_offset"] :][: event["raw_length"]].decode("utf-16-le") == row + "\r\n"


GENERIC = "日時,操作,ユーザー名,コンピュータ名,ファイル名,結果,出力先種別,出力先,サイズ,SHA256,IPアドレス"


@pytest.mark.parametrize(
    ("kind", "ours"),
    [
        ("USB", "removable"),
        ("外部媒体", "removable"),
        ("Web", "web"),
        ("プリンタ", "printer"),
        ("クラウド", "cloud_share"),
        ("メール", "external_mail"),
        ("", None),
        ("知らない先", None),
    ],
)
def test_generic_destination(kind, ours):
    event = only("endpoint_generic", GENERIC, f"2026/11/20 9:05,コピー,akari,PC-7,a,成功,{kind},E:,10,ab,192.0.2.7")
    assert event["destination_class"] == ours


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ("成功", "ok"),
        ("許可", "ok"),
        ("拒否", "denied"),
        ("禁止", "blocked"),
        ("失敗", "error"),
        ("", "ok"),
        ("?", "ok"),
    ],
)
def test_generic_outcome(result, outcome):
    event = only("endpoint_generic", GENERIC, f"2026/11/20 9:05,コピー,akari,PC-7,a,{result},USB,E:,10,ab,192.0.2.7")
    assert event["outcome"] == outcome


def test_generic_details():
    event = only("endpoint_generic", GENERIC, "2026/11/20 9:05,コピー,akari,PC-7,D:\\a,成功,USB,E:,10,ab12,192.0.2.7")
    found = {name: event[name] for name in ("path", "destination_value", "bytes", "hash", "ip", "host", "client")}
    assert found == {
        "path": "D:\\a", "destination_value": "E:", "bytes": 10, "hash": "ab12", "ip": "192.0.2.7", "host": "PC-7",
        "client": "PC-7",
    }  # fmt: skip


# all of them


@pytest.mark.parametrize("name", [name.removeprefix("table:") for name in sources.names() if name.startswith("table:")])
def test_preset_without_rows_is_an_empty_table_of_the_lakes_columns(name):
    mapping = load(name)
    header = ",".join(dict.fromkeys((*mapping.header, *mapping.time, *mapping.activity.columns)))
    assert read(name, header) == ([], [])


@pytest.mark.parametrize("name", [name.removeprefix("table:") for name in sources.names() if name.startswith("table:")])
def test_preset_quarantines_a_row_that_is_nothing_but_commas_in_words(name):
    mapping = load(name)
    header = ",".join(dict.fromkeys((*mapping.header, *mapping.time, *mapping.activity.columns)))
    events, rejects = read(name, header, "?," * header.count(",") + "?")
    assert (events, len(rejects)) == ([], 1)


def test_systemwalker_style_preamble_is_skipped_and_counted():
    preamble = [
        "ログ出力日時,2026/11/21 10:00",
        "検索範囲(開始),2026/11/01",
        "曜日帯,",
        "キーワード,",
        "ヒット件数,1",
        "",
    ]
    content = "\r\n".join([*preamble, DOORS, door(), ""]).encode("cp932")
    (reading,) = sources.source("table:badge").parse(content, OPTIONS)
    assert (reading.events.num_rows, reading.ignored) == (1, len(preamble) + 1)
    assert reading.events["raw_row"].to_pylist() == [8]


def test_preamble_longer_than_fifty_rows_is_no_table():
    content = ("x,y\r\n" * 60 + DOORS + "\r\n" + door() + "\r\n").encode()
    (reading,) = sources.source("table:badge").parse(content, OPTIONS)
    assert [one.reason for one in reading.rejects] == ["no header row with 日時, カード番号"]


# ALLIGATE, RemoteLOCK, Systemwalker: headings as their makers print them, the words of their columns as sites use them


@pytest.mark.parametrize(
    ("said", "activity", "outcome"), [("入室", "door_in", "ok"), ("認証失敗", "door_denied", "denied")]
)
def test_alligate(said, activity, outcome):
    header = "日時,ユーザーID,ユーザー名,ゲートID,ゲート名,照合機器ID,ログ名称"
    event = only("alligate", header, f"2026/11/20 25:04:10,0012,佐倉 灯里,G1,開発室,R1,{said}")
    assert (event["activity"], event["outcome"], event["actor_raw"], event["device"]) == (
        activity,
        outcome,
        "0012",
        "開発室",
    )
    assert event["time_utc"].isoformat() == "2026-11-20T16:04:10"
    assert read("alligate", header, "2026/11/20 9:00:00,0012,佐倉 灯里,G1,開発室,R1,施錠") == ([], [])


@pytest.mark.parametrize(("said", "activity"), [("解錠", "door_in"), ("アクセス拒否", "door_denied")])
def test_remotelock(said, activity):
    event = only(
        "remotelock",
        "イベント日時,情報元,イベントタイプ,操作方法,情報",
        f"2026/11/20 9:00,玄関,{said},暗証番号,佐倉 灯里",
    )
    assert (event["activity"], event["device"], event["reader"]) == (activity, "玄関", "暗証番号")
    assert (event["actor_raw"], event["confidence"]) == ("佐倉 灯里", "claimed")


@pytest.mark.parametrize(
    ("kind", "activity", "destination"),
    [("ファイル持出し", "copy", "removable"), ("印刷操作", "print", "printer"), ("ファイル操作", "write", None)],
)
def test_systemwalker_after_the_rows_of_its_report(kind, activity, destination):
    content = (
        "ログ出力日時,2026/11/21 9:00\r\n検索範囲(開始),2026/11/20\r\nヒット件数,1\r\n"
        "名称,発生日時,ユーザー名,ドメイン名,種別,区分,内容\r\n"
        f"PC-7,2026/11/20 9:16:30,akari,KURA,{kind},正規,E:\\A-17.dwg\r\n"
    ).encode("cp932")
    (reading,) = sources.source("table:systemwalker").parse(content, OPTIONS)
    (event,) = reading.events.to_pylist()
    assert (event["activity"], event.get("destination_class"), event["client"]) == (activity, destination, "PC-7")
    assert (reading.ignored, reading.rejects) == (4, ())


def test_passage_that_a_reader_writes_again_within_three_seconds_is_kept_and_flagged():
    def flags(*rows):
        return [event.get("flags") for event in read("badge", DOORS, *rows)[0]]

    times = ("9:05:00", "9:05:02", "9:05:05", "9:05:09")
    assert flags(*(door(time=f"2026/11/20 {time}") for time in times)) == [None, "repeat", "repeat", None]
    others = [door(time="2026/11/20 9:05:01", number="E0002"), door("退室", time="2026/11/20 9:05:02")]
    assert flags(door(), *others) == [None, None, None]
    assert flags(door(card="", number=""), door(card="", number="")) == [None, None]
