"""A query sees the lake and nothing else (A13): no file, no net, no other database, no setting, no write."""

import duckdb
import pytest

from kuramori_lake.context import DERIVED, TABLES
from kuramori_lake.engine import NotAQueryError, must_be_query
from kuramori_lake.store import Lake
from kuramori_lake.tests.test_store import lines, take

OUTSIDE = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_text('/etc/hosts')",
    "SELECT * FROM read_blob('/proc/self/environ')",
    "SELECT * FROM read_json('/etc/hosts')",
    "SELECT * FROM read_parquet('/tmp/*.parquet')",
    "SELECT * FROM read_parquet('segments/**')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM parquet_metadata('/tmp/x.parquet')",
    "SELECT * FROM read_csv('https://example.com/x.csv')",
    "SELECT * FROM read_parquet('s3://bucket/x')",
    "SELECT * FROM sqlite_scan('manifest.sqlite3', 'lake')",
    "SELECT * FROM events WHERE path = (SELECT content FROM read_text('/etc/hosts'))",
    "WITH x AS (SELECT * FROM glob('*')) SELECT * FROM x",
    "SELECT getenv('HOME')",
]
NO_QUERY = [
    "COPY (SELECT 1) TO '/tmp/x'",
    "COPY events TO 'x.parquet'",
    "EXPORT DATABASE '/tmp/x'",
    "ATTACH 'x.db'",
    "ATTACH ':memory:' AS other",
    "DETACH memory",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 1",
    "SET enable_external_access = true",
    "RESET enable_external_access",
    "PRAGMA enable_profiling",
    "PRAGMA memory_limit='1TB'",
    "CREATE TABLE t AS SELECT 1",
    "CREATE VIEW v AS SELECT 1",
    "DROP VIEW events",
    "DELETE FROM batches",
    "UPDATE batches SET name = ''",
    "INSERT INTO batches VALUES (1)",
    "CALL pragma_version()",
    "CHECKPOINT",
    "BEGIN",
    "PREPARE p AS SELECT 1",
    "SELECT 1; SELECT 2",
    "SELECT 1; COPY (SELECT 1) TO '/tmp/x'",
    "",
    ";",
    "(",
    "-- nothing",
    "EXPLAIN ANALYZE SELECT 1",
]


@pytest.mark.parametrize("sql", OUTSIDE)
def test_nothing_outside_the_lake_can_be_read(lake, sql):
    with pytest.raises((duckdb.Error, NotAQueryError)):
        lake.query(sql)


@pytest.mark.parametrize("sql", NO_QUERY)
def test_anything_but_one_select_is_refused_before_it_runs(lake, sql):
    with pytest.raises(NotAQueryError):
        lake.query(sql)


@pytest.mark.parametrize(
    "sql",
    ["SELECT 1", "select 1;", "WITH x AS (SELECT 1 AS a) SELECT a FROM x", "FROM events", "VALUES (1)", "SELECT ';'"],
)
def test_select_in_any_form_is_a_query(sql):
    must_be_query(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SET threads = 1",
        "SET enable_external_access = true",
        "SET allowed_paths = ['/etc/passwd']",
        "SET lock_configuration = false",
        "RESET lock_configuration",
        "PRAGMA enable_external_access=true",
        "SET temp_directory = '/tmp'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/x.db'",
        "COPY (SELECT 1) TO '/tmp/kuramori-must-not-exist'",
        "COPY batches FROM '/etc/passwd'",
        "EXPORT DATABASE '/tmp/kuramori-must-not-exist'",
    ],
)
def test_detections_connection_is_locked_too(lake, sql):
    with lake.connect() as db, pytest.raises(duckdb.Error):
        db.execute(sql)


def test_detection_may_keep_what_it_works_out_in_temporary_tables(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    with lake.connect() as db:
        db.execute("CREATE TEMP TABLE found AS SELECT path FROM events")
        assert db.execute("SELECT count(*) FROM found").fetchone() == (3,)
    with lake.connect() as db, pytest.raises(duckdb.Error):
        db.execute("SELECT * FROM found")


def test_segments_cannot_be_written_over(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    path = lake.root / lake.unsealed()[0].path
    before = path.read_bytes()
    with lake.connect() as db, pytest.raises(duckdb.Error):
        db.execute(f"COPY (SELECT 1) TO '{path}'")
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["events", "joined_events", "batches", *TABLES, *DERIVED])
def test_view_or_table_is_there_from_the_first_day(lake, name):
    assert lake.query(f"SELECT * FROM {name}").num_rows == 0


def test_folder_with_a_quote_in_its_name_is_a_folder(tmp_path):
    from_here = tmp_path / "it's; --"
    from_here.mkdir()
    with Lake.open(from_here / "lake") as lake:
        take(lake, from_here, lines(0, 3))
        assert lake.query("SELECT count(*) AS n FROM events")["n"].to_pylist() == [3]


@pytest.mark.parametrize("value", ["' OR 1=1 --", "'; DROP VIEW events; --", "\x00", "%", "機密"])
def test_parameter_is_a_value_whatever_it_holds(lake, tmp_path, value):
    take(lake, tmp_path, lines(0, 3))
    assert lake.query("SELECT path FROM events WHERE path = $p", {"p": value}).num_rows == 0


def test_parameters_may_be_given_in_order(lake, tmp_path):
    take(lake, tmp_path, lines(0, 3))
    assert lake.query("SELECT path FROM events WHERE path = ?", ["/srv/機密/1.txt"]).num_rows == 1


def test_python_variables_of_the_caller_are_not_tables(lake):
    secret_table = lake.query("SELECT 1 AS a")
    assert secret_table.num_rows == 1
    with pytest.raises(duckdb.Error):
        lake.query("SELECT * FROM secret_table")
