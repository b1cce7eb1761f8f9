"""Tables by a mapping: Japanese encodings and clocks, preambles, and every row accounted for."""

import json

import pytest

from kuramori_lake import sources
from kuramori_lake.sources.mapping import MappingError, from_json, load
from kuramori_lake.sources.table import encoding_of
from kuramori_lake.tests.conftest import SAMPLES

BADGE = "日時,カード番号,社員番号,扉名,方向,結果\r\n"


def parse(name, content, options):
    readings = list(sources.source(f"table:{name}").parse(content, options))
    events = [row for one in readings for row in one.events.to_pylist()]
    return events, [one for r in readings for one in r.rejects], sum(one.ignored for one in readings)


def test_badge_sample_reads_the_thirty_hour_clock_and_the_unknown_card(options):
    events, rejects, ignored = parse("badge", (SAMPLES / "badge_typical_cp932.csv").read_bytes(), options)
    assert (rejects, ignored) == ([], 1)
    assert [(row["activity"], row["actor_raw"], row["actor_namespace"]) for row in events] == [
        ("door_in", "E0001", "employee"),
        ("door_out", "E0001", "employee"),
        ("door_denied", "0099999999", "badge"),
    ]
    assert events[1]["original_text"] == "2026/11/20 25:04:10"
    assert events[1]["time_utc"].isoformat() == "2026-11-20T16:04:10"


def test_ccas_sample_has_circled_digits_the_other_takahashi_and_two_digit_years(options):
    events, rejects, _ = parse("ccas", (SAMPLES / "ccas_logformat_cp932.csv").read_bytes(), options)
    assert rejects == []
    assert [row["activity"] for row in events] == ["logon", "device_connect", "create", "print"]
    assert events[2]["path"] == "E:\\表計算\\ソフト①～最終版－髙橋.xlsx"
    assert (events[3]["path"], events[3]["count"]) == ("設計書（極秘）.docx", 3)
    assert events[0]["time_utc"].isoformat() == "2026-11-20T00:12:45"


def test_jp1_sample_is_read_by_its_utc_column(options):
    events, _, _ = parse("jp1_itdm2", (SAMPLES / "jp1_itdm2_head_columns_cp932.csv").read_bytes(), options)
    assert [(row["activity"], row["destination_class"], row["tz_basis"]) for row in events] == [
        ("copy", "removable", "explicit"),
        ("print", "printer", "explicit"),
    ]
    assert events[0]["time_utc"].isoformat() == "2026-11-20T00:16:30"
    assert events[0]["offset_s"] == 9 * 3600


def test_utf16_with_tabs_is_read_and_a_row_without_a_deed_is_quarantined(options):
    events, rejects, _ = parse(
        "ism_cloudone", (SAMPLES / "ism_cloudone_style_utf16le_bom_tab.csv").read_bytes(), options
    )
    assert events == []
    assert [(one.row, one.reason) for one in rejects] == [(2, "unknown activity ''")]


def test_visitors_header_alone_is_an_empty_table(options):
    found = parse("visitor", (SAMPLES / "visitor_hotbiz_header_only.csv").read_bytes(), options)
    assert found == ([], [], 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_same_table_in_any_encoding_has_the_same_keys(options, encoding):
    text = BADGE + "2026/11/20 9:05:00,001,E1,①髙橋室,入室,許可\r\n"
    events, rejects, _ = parse("badge", text.encode(encoding), options)
    assert rejects == []
    assert (events[0]["device"], events[0]["row_key"]) == (
        "①髙橋室",
        parse("badge", text.encode(), options)[0][0]["row_key"],
    )


def test_rows_before_the_header_are_a_preamble(options):
    text = "ログ出力日時,2026/11/21\r\nヒット件数,1\r\n" + BADGE + "2026/11/20 9:05:00,001,E1,A,入室,許可\r\n"
    events, rejects, ignored = parse("badge", text.encode(), options)
    assert (len(events), rejects, ignored) == (1, [], 3)


def test_bad_rows_are_quarantined_alone_with_their_place(options):
    rows = [
        "2026/11/20 9:05:00,001,E1,A,入室,許可",
        "2026/13/20 9:05:00,001,E1,A,入室,許可",
        "x,y",
        "2026/11/20 9:06,1,E1,A,?,?",
    ]
    content = (BADGE + "\r\n".join(rows) + "\r\n").encode("cp932")
    events, rejects, ignored = parse("badge", content, options)
    assert (len(events), len(rejects), ignored) == (1, 3, 1)
    assert [one.row for one in rejects] == [3, 4, 5]
    for one in rejects:
        assert content[one.offset :].startswith(one.excerpt[:4])


def test_undecodable_line_is_quarantined_alone(options):
    content = (BADGE + "2026/11/20 9:05:00,001,E1,A,入室,許可\r\n").encode("cp932") + b"\x81\x20,1\r\n"
    events, rejects, _ = parse("badge", content, options)
    assert (len(events), [one.reason for one in rejects]) == (1, ["not cp932"])


def test_cell_with_a_line_break_is_one_row_with_all_its_bytes(options):
    row = '2026/11/20 9:05:00,001,E1,"3F\r\n開発室",入室,許可\r\n'
    (event,), rejects, _ = parse("badge", (BADGE + row).encode(), options)
    assert (event["raw_length"], rejects) == (len(row.encode()), [])


def test_wrong_file_is_one_reject_that_names_the_columns(options):
    events, rejects, _ = parse("badge", b"a,b\r\n1,2\r\n", options)
    assert (events, rejects[0].reason) == ([], "no header row with 日時, カード番号")


def test_every_preset_is_sound_and_has_both_titles():
    for name in sources.presets():
        mapping = load(name)
        assert mapping.name == name
        assert mapping.title_ja
        assert mapping.title_en


def test_mapping_with_a_word_that_there_is_not_is_refused():
    found = json.loads((SAMPLES.parents[1] / "sources/presets/badge.json").read_text())
    with pytest.raises(MappingError, match="fly"):
        from_json(found | {"activity": {"columns": ["方向"], "values": {"飛": "fly"}}})
    with pytest.raises(MappingError, match="colour"):
        from_json(found | {"fields": {"colour": ["色"]}})


def test_unknown_source_says_which_there_are():
    with pytest.raises(sources.UnknownSourceError, match="table:badge"):
        sources.source("table:none")


def test_shift_jis_is_never_guessed():
    assert encoding_of("①髙".encode("cp932")) == "cp932"


def test_each_row_keeps_its_own_time_whatever_forms_stand_beside_it(options):
    """SYS-05: times of the usual form are read together, others one by one; no row gets another's time or reason."""
    times = ["2026/11/20 09:05:07", "26/11/20 9:05", "2026/02/30 09:05:07", "2026/11/20 25:04:10", "昨日",
             "2026-11-20T09:05:07+00:00", "2026-11-20 09:05:07", "2026/11/20 09:05:07", ""]  # fmt: skip
    text = BADGE + "".join(f"{time},{n:03},E{n},A,入室,許可\r\n" for n, time in enumerate(times))
    events, rejects, ignored = parse("badge", text.encode("cp932"), options)
    alone = [parse("badge", (BADGE + f"{time},{n:03},E{n},A,入室,許可\r\n").encode("cp932"), options)
             for n, time in enumerate(times)]  # fmt: skip
    place = {"raw_row", "raw_offset"}
    assert [{name: row[name] for name in row.keys() - place} for row in events] == [
        {name: row[name] for name in row.keys() - place} for found, _, _ in alone for row in found
    ]
    assert [row["raw_row"] for row in events] == [2, 3, 5, 7, 8, 9]
    assert [(one.row, one.reason) for one in rejects] == [
        (4, "no such day: '2026/02/30 09:05:07'"), (6, "not a date: '昨日'"), (10, "not a date: ''"),
    ]  # fmt: skip
    assert [one.reason for one in rejects] == [one.reason for _, theirs, _ in alone for one in theirs]
    assert ignored == 1
