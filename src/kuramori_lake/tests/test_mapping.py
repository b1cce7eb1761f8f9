"""A mapping of one's own: what it may say, and what is refused with the place of the mistake."""

import json

import pytest

from kuramori_lake import sources
from kuramori_lake.sources.mapping import MappingError, from_json, load
from kuramori_lake.sources.parsed import Options
from kuramori_lake.tests.conftest import TOKYO

SOUND = {
    "name": "mfp",
    "version": 3,
    "title_ja": "複合機",
    "title_en": "Copiers",
    "header": ["DATE", "TIME"],
    "time": ["DATE", "TIME"],
    "actor": [{"column": "LOGIN", "namespace": "ad"}, {"column": "PIN", "namespace": "badge"}],
    "activity": {"columns": "JOB", "values": {"Copy": "copy_scan_fax", "Print": "print"}},
    "ignore": ["Power on"],
    "fields": {"count": "PAGES", "device": ["MODEL", "PRINTER NAME"]},
}


@pytest.fixture
def own(tmp_path):
    """Read a table by one's own mapping file."""

    def read(text, **changes):
        path = tmp_path / "mfp.json"
        path.write_text(json.dumps(SOUND | changes), encoding="utf-8")
        readings = list(sources.source(f"table:{path}").parse(text.encode(), Options(zone=TOKYO, salt=b"s")))
        return [row for one in readings for row in one.events.to_pylist()], [o for r in readings for o in r.rejects]

    return read


HEADER = "DATE,TIME,LOGIN,PIN,JOB,PAGES,MODEL,PRINTER NAME\n"


def test_own_mapping_reads_its_table(own):
    (event,), rejects = own(HEADER + "2026/11/20,9:05,akari,77,Copy,12,,MFP-5F\n")
    assert (event["activity"], event["actor_raw"], event["count"], event["device"]) == (
        "copy_scan_fax",
        "akari",
        12,
        "MFP-5F",
    )
    assert rejects == []


def test_first_filled_actor_column_wins(own):
    (event,), _ = own(HEADER + "2026/11/20,9:05,,77,Copy,12,,\n")
    assert (event["actor_raw"], event["actor_namespace"]) == ("77", "badge")


def test_ignored_rows_need_not_even_have_a_time(own):
    assert own(HEADER + "?,?,,,Power on,,,\n") == ([], [])


def test_activity_is_met_by_its_beginning_after_the_exact_words(own):
    (first, second), _ = own(
        HEADER + "2026/11/20,9:05,a,,Print (duplex),1,,\n2026/11/20,9:06,a,,Printing stopped,1,,\n",
        activity={"columns": "JOB", "values": {"Print": "print", "Printing stopped": "delete"}},
    )
    assert (first["activity"], second["activity"]) == ("print", "delete")


def test_zone_of_the_mapping_beats_that_of_the_site(own):
    (event,), _ = own(HEADER + "2026/11/20,9:05,a,,Copy,1,,\n", zone="Europe/Berlin")
    assert (event["time_utc"].isoformat(), event["tz_basis"]) == ("2026-11-20T08:05:00", "explicit")


def test_offset_written_in_the_time_beats_both(own):
    (event,), _ = own(HEADER + "2026-11-20,09:05:00+01:00,a,,Copy,1,,\n", zone="Asia/Tokyo")
    assert (event["time_utc"].isoformat(), event["tz_basis"]) == ("2026-11-20T08:05:00", "explicit")


def test_short_row_has_empty_cells_and_a_long_one_loses_nothing_it_is_asked_for(own):
    events, rejects = own(HEADER + "2026/11/20,9:05,a,,Copy\n2026/11/20,9:05,a,,Copy,1,M,N,more,and,more\n")
    assert ([event["count"] for event in events], rejects) == ([None, 1], [])


@pytest.mark.parametrize("line", ["", " ", ",,,,", " , ,"])
def test_blank_rows_are_no_rows_of_the_table(own, line):
    events, rejects = own(HEADER + line + "\n2026/11/20,9:05,a,,Copy,1,,\n")
    assert (len(events), rejects) == (1, [])


@pytest.mark.parametrize("delimiter", ["\t", ";", "|"])
def test_delimiter_is_taken_from_the_header(own, delimiter):
    text = HEADER + "2026/11/20,9:05,akari,77,Copy,12,,MFP\n"
    assert own(text.replace(",", delimiter))[0][0]["actor_raw"] == "akari"


def test_nul_bytes_do_not_stop_the_table(own):
    events, rejects = own(HEADER + "2026/11/20,9:05,ak\0ari,77,Copy,12,,\n")
    assert ([event["actor_raw"] for event in events], rejects) == (["akari"], [])


def test_quoted_cell_that_never_ends_is_told_and_does_not_eat_memory(own):
    events, rejects = own(HEADER + '2026/11/20,9:05,"' + "x" * 200_000 + "\n" + "2026/11/20,9:05,a,,Copy,1,,\n")
    assert events == [] or len(events) == 1
    assert rejects


def test_hundred_thousand_columns_are_one_header_that_is_none(own):
    events, rejects = own("c," * 100_000 + "\n")
    assert (events, len(rejects)) == ([], 1)


@pytest.mark.parametrize("missing", ["name", "version", "title_ja", "title_en", "header", "time", "activity"])
def test_mapping_without_a_needed_part_is_refused(missing):
    with pytest.raises(MappingError, match=missing):
        from_json({name: value for name, value in SOUND.items() if name != missing})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"activity": {"columns": "JOB", "values": {"Copy": "fly"}}}, "fly"),
        ({"outcome": {"columns": "R", "values": {"OK": "fine"}}}, "fine"),
        ({"fields": {"colour": "C"}}, "colour"),
        ({"extract": {"colour": {"column": "C", "pattern": "(.)"}}}, "colour"),
        ({"actor": [{"column": "LOGIN", "namespace": "moon"}]}, "moon"),
        ({"object_kind": "cloud"}, "cloud"),
        ({"confidence": "certain"}, "certain"),
        ({"version": "three"}, "three"),
        ({"activity": {"values": {}}}, "columns"),
    ],
)
def test_mapping_with_a_word_that_there_is_not_names_it(change, named):
    with pytest.raises(MappingError, match=named):
        from_json(SOUND | change)


def test_names_of_columns_meet_in_full_and_half_width():
    assert from_json(SOUND | {"header": ["ＤＡＴＥ ", "ｶｰﾄﾞ"]}).header == ("DATE", "カード")


def test_mapping_file_that_is_not_there_is_an_unknown_source(tmp_path):
    assert load(str(tmp_path / "none.json")) is None
    with pytest.raises(sources.UnknownSourceError):
        sources.source(f"table:{tmp_path / 'none.json'}")


@pytest.mark.parametrize("name", ["", "table:", "samba2", "table:../../etc/passwd", "TABLE:badge", "evtx:x"])
def test_unknown_source_is_refused_with_the_names_there_are(name):
    with pytest.raises(sources.UnknownSourceError, match="samba"):
        sources.source(name)


def test_version_of_the_mapping_is_that_of_the_source(tmp_path):
    path = tmp_path / "mfp.json"
    path.write_text(json.dumps(SOUND))
    found = sources.source(f"table:{path}")
    assert (found.name, found.version, found.numbered) == ("table:mfp", 3, False)
