"""The CERT layout: every row counted, columns by name across releases, people out of monthly snapshots."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from kuramori_lake import cli
from kuramori_lake.cert_folder import FolderError, files_of, tell_context
from kuramori_lake.context import Context
from kuramori_lake.simulator.cert_layout import Company
from kuramori_lake.sources.cert import parse
from kuramori_lake.store import Lake

JANUARY = date(2010, 1, 4)
R42_MAIL = "id,date,user,pc,to,cc,bcc,from,size,attachments,content\n"
HOME = "{%d},01/04/2010 08:00:00,AKA0001,PC-1,a@own.test,,,akari@own.test,10,0,x\n"


def read(kind, text, options, encoding="utf-8"):
    readings = list(parse(kind, text.encode(encoding), options))
    rows = [row for one in readings for row in one.events.to_pylist()]
    return rows, [one for reading in readings for one in reading.rejects], readings


def only(kind, text, options):
    rows, rejects, _ = read(kind, text, options)
    assert not rejects
    (row,) = rows
    return row


def test_logon_is_read_on_the_clock_of_the_site(options):
    row = only("logon", "id,date,user,pc,activity\n{A1},01/04/2010 08:30:05,AKA0001,PC-1,Logon\n", options)
    assert (row["activity"], row["actor_raw"], row["client"], row["raw_row"]) == ("logon", "AKA0001", "PC-1", 2)
    assert (row["time_utc"].isoformat(), row["original_text"]) == ("2010-01-03T23:30:05", "01/04/2010 08:30:05")


def test_columns_are_found_by_name_in_any_order_and_case(options):
    row = only(
        "device", "\ufeffActivity,PC,User,Date,ID\r\nDisconnect,PC-1,AKA0001,01/04/2010 08:30:05,{A1}\r\n", options
    )
    assert (row["activity"], row["destination_class"]) == ("device_disconnect", "removable")


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("", "", ("copy", "removable")),
        (",activity,to_removable_media,from_removable_media", ",File Copy,True,False", ("copy", "removable")),
        (",activity,to_removable_media,from_removable_media", ",File Open,False,True", ("read", None)),
        (",activity,to_removable_media,from_removable_media", ",File Delete,False,False", ("delete", None)),
        (",activity,to_removable_media,from_removable_media", ",File Write,True,False", ("write", "removable")),
    ],
)
def test_files_of_both_releases(options, header, cells, expected):
    text = f"id,date,user,pc,filename{header}\n{{F}},01/04/2010 08:30:05,AKA0001,PC-1,C:\\a\\plan.doc{cells}\n"
    row = only("file", text, options)
    assert (row["activity"], row["destination_class"]) == expected
    assert (row["path"], row["name"]) == ("C:\\a\\plan.doc", "plan.doc")


@pytest.mark.parametrize(
    ("header", "cell", "activity"),
    [("", "", "read"), (",activity", ",WWW Upload", "upload"), (",activity", ",WWW Download", "download")],
)
def test_pages_have_their_host(options, header, cell, activity):
    url = "http://www.Site.example:8080/a?b=1"
    row = only("http", f"id,date,user,pc,url{header}\n{{H}},01/04/2010 08:30:05,AKA0001,PC-1,{url}{cell}\n", options)
    assert (row["activity"], row["destination_domain"], row["destination_value"]) == (activity, "site.example", url)


def test_mail_is_one_event_for_all_inside_and_one_for_each_address_outside(options):
    text = (
        R42_MAIL
        + "".join(HOME % n for n in range(3))
        + (
            '{M},01/04/2010 09:00:00,AKA0001,PC-1,"b@own.test;x@One.example","y@two.example","x@one.example",'
            'akari@own.test,999,2,"two\nlines"\n'
        )
    )
    rows, rejects, readings = read("email", text, options)
    mine = [row for row in rows if row["uid"] == "{M}"]
    assert [(row["destination_class"], row["destination_domain"]) for row in mine] == [
        ("person", None), ("external_mail", "one.example"), ("external_mail", "two.example"),
    ]  # fmt: skip
    assert {(row["count"], row["bytes"], row["flags"]) for row in mine} == {(3, 999, "attached")}
    assert (len(rows) - sum(one.derived for one in readings), len(rejects)) == (4, 0)
    assert len({row["row_key"] for row in rows}) == len(rows)


def test_mail_from_another_address_is_marked_and_a_received_one_goes_nowhere(options):
    header = R42_MAIL.replace("from,size", "from,activity,size")
    rows = [row.replace(",10,", ",Send,10,") for row in (HOME % 1, HOME % 2)]
    private = "{P},01/04/2010 09:00:00,AKA0001,PC-1,z@else.example,,,me@free.example,Send,5,a.doc(5),x\n"
    seen = "{V},01/04/2010 09:00:00,AKA0001,PC-1,akari@own.test,,,z@else.example,View,5,,x\n"
    found, _, _ = read("email", header + "".join(rows) + private + seen, options)
    sent, viewed = (next(row for row in found if row["uid"] == uid) for uid in ("{P}", "{V}"))
    assert (sent["flags"], sent["destination_value"]) == ("attached,private_sender", "z@else.example")
    assert (viewed["activity"], viewed["destination_class"]) == ("read", None)


def test_what_is_not_understood_is_told_with_its_row(options):
    text = (
        "id,date,user,pc,activity\n{1},01/04/2010 08:00:00,A,PC,Logon\n{2},2010-01-04,A,PC,Logon\n{3},too few\n"
        "{4},01/04/2010 08:00:00,,PC,Logon\n{5},01/04/2010 08:00:00,A,PC,Sleep\n{6},01/04/2010 08:00:01,A,PC,Logoff\n"
        "{7},01/04/2010 08:00:00,A,PC,Logon,too,many\n"
    )
    rows, rejects, _ = read("logon", text, options)
    assert [row["raw_row"] for row in rows] == [2, 7]
    assert sorted((one.row, one.reason) for one in rejects) == [
        (3, "not a time: 2010-01-04"), (4, "2 cells, the header has 5"), (5, "no user"), (6, "unknown activity"),
        (8, "7 cells, the header has 5"),
    ]  # fmt: skip


def test_rows_that_are_not_utf8_are_told_and_the_others_are_read(options):
    text = "id,date,user,pc,activity\n{1},01/04/2010 08:00:00,é,PC,Logon\n{2},01/04/2010 08:00:00,A,PC,Logon\n"
    rows, rejects, _ = read("logon", text, options, encoding="latin-1")
    assert ([row["actor_raw"] for row in rows], [(one.row, one.reason) for one in rejects]) == (
        ["A"], [(2, "not utf-8")],
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "id,date,user\n1,2,3\n", "\n"])
def test_file_without_its_columns_is_one_reject(options, text):
    rows, (problem,), _ = read("logon", text, options)
    assert not rows
    assert problem.reason.startswith("no header row with activity")


@pytest.mark.parametrize("text", ["id,date,user,pc,activity\n", "id,date,user,pc,activity"])
def test_file_with_a_header_alone_is_empty(options, text):
    assert read("logon", text, options)[:2] == ([], [])


@pytest.fixture
def folder(tmp_path):
    company = Company.of(15).work([JANUARY + timedelta(days=n) for n in range(5)], pages=2)
    company.write(tmp_path / "cert", months=(date(2010, 1, 1), date(2010, 2, 1)), gone={"U0003": date(2010, 1, 31)})
    (tmp_path / "cert" / "psychometric.csv").write_text("employee_name,user_id,O,C,E,A,N\nx,U0001,1,2,3,4,5\n")
    return tmp_path / "cert"


def ingest(lake, folder, capsys):
    status = cli.main(["ingest", "--lake", str(lake), "--source", "cert", "--tz", "Asia/Tokyo", "--json", str(folder)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_folder_is_taken_in_once_and_its_counts_add_up(tmp_path, folder, capsys):
    status, told = ingest(tmp_path / "lake", folder, capsys)
    files, people = told[:-1], told[-1]
    assert (status, people["people"], people["snapshots"]) == (0, 15, 2)
    assert {one["file"].rpartition("/")[2] for one in files} == {
        "logon.csv",
        "device.csv",
        "file.csv",
        "email.csv",
        "http.csv",
    }
    for one in files:
        counts, lines = one["counts"], len(Path(one["file"]).read_text().splitlines())
        assert counts["rows"] == lines == counts["accepted"] + counts["ignored"]
    _, again = ingest(tmp_path / "lake", folder, capsys)
    assert {one["counts"]["accepted"] for one in again[:-1]} == {0}


def test_snapshots_say_nothing_about_days_before_them(tmp_path, folder, capsys):
    ingest(tmp_path / "lake", folder, capsys)
    with Lake.open(tmp_path / "lake") as lake:
        people = {row["person_id"]: row for row in lake.context.table("people").to_pylist()}
    assert (people["U0001"]["since"], people["U0001"]["until"]) == (date(2010, 1, 1), date(9999, 12, 31))
    assert people["U0003"]["until"] == date(2010, 1, 31)
    assert (people["U0001"]["supervisor"], people["U0001"]["role"]) == ("U0000", "Engineer")
    assert people["U0001"]["unit"] == "1 / 2 - Making / 3 - Works / 0 - Team"


def test_changed_role_begins_a_new_span(tmp_path, folder, capsys):
    march = folder / "LDAP" / "2010-03.csv"
    march.write_text((folder / "LDAP" / "2010-02.csv").read_text().replace("U0001,", "U0001,", 1).replace(
        "First0001.Last0001@example-works.test,Engineer", "x@example-works.test,Manager"))  # fmt: skip
    ingest(tmp_path / "lake", folder, capsys)
    with Lake.open(tmp_path / "lake") as lake:
        spans = [row for row in lake.context.table("people").to_pylist() if row["person_id"] == "U0001"]
    assert [(row["role"], row["since"], row["until"]) for row in sorted(spans, key=lambda row: row["since"])] == [
        ("Engineer", date(2010, 1, 1), date(2010, 2, 28)), ("Manager", date(2010, 3, 1), date(9999, 12, 31)),
    ]  # fmt: skip


def test_without_snapshots_accounts_are_people_of_their_own_name(tmp_path, folder, capsys):
    for snapshot in (folder / "LDAP").iterdir():
        snapshot.unlink()
    for kind in ("device", "file", "http"):
        (folder / f"{kind}.csv").unlink()
    status, told = ingest(tmp_path / "lake", folder, capsys)
    assert (status, len(told), told[-1]["people"]) == (0, 3, 0)
    with Lake.open(tmp_path / "lake") as lake:
        assert lake.query("SELECT count(DISTINCT person_id) AS n FROM joined_events").to_pylist() == [{"n": 15}]


def test_context_from_elsewhere_is_left_alone(tmp_path, folder, capsys):
    with Lake.open(tmp_path / "lake") as lake:
        before = lake.context.write(Context())
        assert tell_context(lake, folder).kept_other
        assert lake.context.version == before
    assert cli.main(["ingest", "--lake", str(tmp_path / "lake"), "--source", "cert", str(folder)]) == 0
    assert "elsewhere" in capsys.readouterr().err


def test_wrong_folders_are_named(tmp_path, folder, capsys):
    for wrong in (tmp_path / "none", tmp_path):
        with pytest.raises(FolderError, match=str(wrong)):
            files_of(wrong)
    assert cli.main(["ingest", "--lake", str(tmp_path / "lake"), "--source", "cert", str(tmp_path)]) == 3
    (folder / "LDAP" / "2010-01.csv").write_text("name\nx\n")
    assert ingest(tmp_path / "lake", folder, capsys)[0] == 3


def test_people_are_counted_in_words(tmp_path, folder, capsys):
    cli.main(["ingest", "--lake", str(tmp_path / "lake"), "--source", "cert", "--tz", "Asia/Tokyo", str(folder)])
    assert "15 people from 2 LDAP snapshots" in capsys.readouterr().out
