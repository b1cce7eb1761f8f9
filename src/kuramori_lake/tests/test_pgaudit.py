"""PostgreSQL with pgaudit: what was read, exported and changed, in all three forms of its log."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources.pgaudit import parse
from kuramori_lake.sources.pgaudit_words import audited, copied, redacted, refused, unquoted
from kuramori_lake.tests.conftest import SAMPLES
from kuramori_lake.tests.records import OPTIONS, read

PREFIX = "2026-11-23 12:42:43.311 JST [2230] 6b03b633.8b6:3 yamada@sales "


def said(message, level="LOG", prefix=PREFIX):
    return f"{prefix}{level}:  {message}\n".encode()


def one(content):
    (row,), rejects, _ = read("pgaudit", content)
    assert rejects == []
    return row


@pytest.mark.parametrize("name", ["pg15_pgaudit_csvlog_real.csv", "pg15_pgaudit_jsonlog_real.json"])
def test_real_log_tells_reads_exports_and_changes_the_same_in_both_forms(name):
    rows, rejects, ignored = read("pgaudit", (SAMPLES / name).read_bytes())
    assert (len(rows), rejects, ignored) == (10, [], 15)
    deeds = [(row["activity"], row["actor_raw"], row.get("path"), row.get("count")) for row in rows]
    assert ("db_read", "yamada", "postgres/public/顧客", 500) in deeds
    assert ("db_export", "yamada", "postgres/public/顧客", None) in deeds
    export = next(row for row in rows if row["activity"] == "db_export")
    assert (export["flags"], export["destination_class"], export["ip"]) == (
        "name_unsure,rows_unknown",
        "db_client",
        "127.0.0.1",
    )
    assert export["tz_basis"] == "explicit"
    assert export["time_utc"].isoformat() == "2026-11-23T03:42:43.312000"


def test_one_record_has_one_key_in_whichever_form_it_was_written():
    csv, json = (read("pgaudit", path.read_bytes())[0] for path in sorted(SAMPLES.glob("pg15_pgaudit_*")))
    assert [row["row_key"] for row in csv] == [row["row_key"] for row in json]
    assert len({row["row_key"] for row in csv}) == len(csv)


def test_password_is_not_shown_but_stays_in_the_received_line():
    content = (SAMPLES / "pg15_pgaudit_csvlog_real.csv").read_bytes()
    assert b"password 'x'" in content
    for row in read("pgaudit", content)[0]:
        assert "'x'" not in (row.get("fields") or "")


@pytest.mark.parametrize(
    "statement",
    [
        "create user a password 'geheim'", "ALTER ROLE a WITH ENCRYPTED PASSWORD E'ge\\'heim'", "x password $$geheim$$",
        "x PASSWORD $q$geheim$q$ y", "alter user a password 'geheim", "x options (user 'a', password 'geheim')",
        "select dblink('host=h password=geheim user=a')", "create user a password 'it''s geheim' login",
    ],
)  # fmt: skip
def test_no_way_of_writing_a_password_is_shown(statement):
    assert "heim" not in redacted(statement)
    assert "<REDACTED>" in redacted(statement)


@pytest.mark.parametrize(
    ("statement", "relation"),
    [
        ('copy public."顧客" (id, name) to stdout;', ("public/顧客", False)), ("COPY t TO '/tmp/x' csv",
         ("public/t", True)),
        ("copy (select * from t) to stdout", None), ("copy t from stdin", None), ("select 1", None),
    ],
)  # fmt: skip
def test_relation_of_a_copy_is_read_from_the_statement(statement, relation):
    assert copied(statement) == relation


def test_names_lose_their_quotes_and_keep_what_is_in_them():
    assert unquoted('public."a""b"') == ["public", 'a"b']
    assert unquoted('"x.y".z') == ["x.y", "z"]


def test_dump_reads_are_exports_and_a_sum_of_rows_is_kept():
    record = {
        "timestamp": "2026-11-23 12:00:00 UTC", "user": "b", "dbname": "d", "remote_host": "::1", "session_id": "a.b",
        "line_num": 4, "application_name": "pg_dump",
         "message": "AUDIT: SESSION,1,1,READ,SELECT,TABLE,s.t,select 1,<none>,7",
    }  # fmt: skip
    row = one(orjson.dumps(record))
    assert (row["activity"], row["path"], row["count"], row["ip"]) == ("db_export", "d/s/t", 7, "::1")


def test_stderr_with_our_prefix_names_session_line_user_and_database():
    row = one(said('AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.t,"select\n\t1",<none>,2'))
    assert (row["actor_raw"], row["path"], row["session_key"]) == ("yamada", "sales/public/t", "6b03b633.8b6")
    assert orjson.loads(row["fields"])["statement"] == "select\n1"


def test_proof_of_identity_makes_a_name_certain_and_trust_does_not():
    for method, sure in (("scram-sha-256", "authenticated"), ("trust", "claimed")):
        log = said(f'connection authenticated: identity="yamada" method={method} (x:1)')
        log += said("connection authorized: user=yamada database=sales")
        assert one(log)["confidence"] == sure


def test_refused_sign_ins_and_refused_reads_are_told():
    row = one(said('password authentication failed for user "mallory"', "FATAL"))
    assert (row["activity"], row["outcome"], row["actor_raw"]) == ("logon_fail", "denied", "mallory")
    row = one(said("permission denied for table salary", "ERROR"))
    assert (row["activity"], row["outcome"], row["path"]) == ("db_read", "denied", "sales/public/salary")
    assert row["flags"] == "name_unsure"
    row = one(said("permission denied for schema hr", "ERROR"))
    assert (row["path"], row.get("flags")) == ("sales/hr", None)


@pytest.mark.parametrize(
    ("name", "statement", "place"),
    [
        ("原価", "SELECT *\nFROM 原価", "public/原価"), ("原価", 'select * from hr . "原価"', "hr/原価"),
        ("原価", 'select * from "人 事".原価 a', "人 事/原価"),
        ("原価", "select x.原価表 from hr.原価表", "public/原価"),
        ("a.b(", 'select * from hr."a.b("', "hr/a.b("), ("t", "", "public/t"),
    ],
)  # fmt: skip
def test_schema_of_a_refused_relation_is_read_from_the_statement_or_guessed(name, statement, place):
    assert refused(name, statement) == place


def test_copy_of_a_query_is_one_export_with_its_relation_and_its_rows():
    select = 'AUDIT: SESSION,3,1,READ,SELECT,TABLE,public.t,"copy (select a from t) to stdout",<not logged>,3'
    copy = 'AUDIT: SESSION,3,2,READ,COPY,,,"copy (select a from t) to stdout",<not logged>,0'
    rows, rejects, ignored = read("pgaudit", said(select) + said(copy))
    assert ([(row["activity"], row["path"], row["count"]) for row in rows], rejects, ignored) == (
        [("db_export", "sales/public/t", 3)],
        [],
        1,
    )
    assert rows[0].get("flags") is None


@pytest.mark.parametrize(
    "statement", ["copy (select 1) to stdout", "copy (with x as (insert into t values (1) returning *) select 1) to p"]
)
def test_copy_that_no_select_told_stays_an_export(statement):
    place = "3,1" if "select 1) to stdout" in statement else "3,2"
    row = one(said(f'AUDIT: SESSION,{place},READ,COPY,,,"{statement}",<none>,0'))
    assert (row["activity"], row.get("path"), row["flags"]) == ("db_export", None, "rows_unknown")


def test_writing_of_a_copied_query_is_a_change_and_no_export():
    row = one(said('AUDIT: SESSION,3,1,WRITE,INSERT,TABLE,public.t,"copy (insert into t returning 1) to p",<none>,1'))
    assert (row["activity"], row.get("destination_class")) == ("db_change", None)


def test_settings_and_housekeeping_are_nobodys_deed():
    rows, _, ignored = read("pgaudit", said("AUDIT: SESSION,1,1,MISC,SET,,,set x=1,<none>,0") + said("checkpoint"))
    assert (rows, ignored) == ([], 2)


def test_zone_that_the_log_does_not_say_is_the_clocks():
    row = one(said("AUDIT: SESSION,1,1,WRITE,INSERT,TABLE,a.b,x,<none>", prefix=PREFIX.replace("JST", "XYZ")))
    assert (row["tz_basis"], row["time_utc"].hour) == ("configured", 3)
    row = one(said("AUDIT: SESSION,1,1,WRITE,INSERT,TABLE,a.b,x,<none>", prefix=PREFIX.replace("JST", "-03")))
    assert (row["tz_basis"], row["time_utc"].hour) == ("explicit", 15)


@pytest.mark.parametrize(
    "line",
    [b"hello\n", said("AUDIT: SESSION,1"), said('AUDIT: SESSION,1,1,READ,SELECT,TABLE,t,"cut'),
     b'{"a": \n', b"\xff\xfe\n",
     b"2026-11-23 12:42:43.311 JST,a\n", b'{"timestamp": 5, "message": "AUDIT: x"}', b"{} \n"],
)  # fmt: skip
def test_line_that_is_not_understood_goes_to_quarantine(line):
    rows, rejects, ignored = read("pgaudit", line)
    assert (rows, len(rejects), ignored) == ([], 1, 0)


def test_entry_says_where_it_lacks_fields():
    with pytest.raises(ValueError, match="2 fields"):
        audited("AUDIT: SESSION,1")


@given(st.binary(max_size=400), st.booleans())
def test_no_bytes_raise_and_every_line_is_counted_once(tail, real):
    content = (said("AUDIT: SESSION,1,1,READ,SELECT,,,x,<none>") if real else b"") + tail
    for reading in parse(content, OPTIONS):
        lines = content.count(b"\n") + bool(content and not content.endswith(b"\n"))
        assert reading.events.num_rows + len(reading.rejects) + reading.ignored == lines
