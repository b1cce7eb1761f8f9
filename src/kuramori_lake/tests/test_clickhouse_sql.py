"""A query of ours in ClickHouse's words: parameters written in, views unfolded, and the words that differ.

Whether the words mean the same is asked of both engines, over what logs have: quotes, backslashes, Japanese, nothing.
"""

from contextlib import closing
from datetime import date

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake import clickhouse
from kuramori_lake.clickhouse import ClickHouse
from kuramori_lake.clickhouse_sql import FIRST_DAY, LAST_DAY, translated, type_of
from kuramori_lake.context import FOREVER
from kuramori_lake.detect import sql_rollup
from kuramori_lake.detect.sites import FREE_MAIL, JOBS, LEAKS, STORAGE, TOOLS, looks_like
from kuramori_lake.detect.sql import area_of
from kuramori_lake.engine import Embedded
from kuramori_lake.event import EVENT

TEXTS = pa.table(
    {
        "n": list(range(12)),
        "t": ["/srv/samba/設計/図面/A-17.dwg", r"\\fs01\kanri\経理部\月次\d.xlsx", r"D:\Daten\Kunden\a\b.xlsx", "a.ZIP",
              "図面.７ｚ",
              "O'Brien \\' 100%_x", "ÄÖÜ/Straße/ΣΑΣ.PDF", "line\nbreak/x.zip", "", None, "mail.GMAIL.com", "x@me.com"],
        "h": pa.array([0, 1, 7, 15, 16, 23, 8, 9, 22, 5, 31 - 8, 12], pa.int8()),
        "yes": [True, False, None] * 4,
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    """Both, with the same rows."""
    with closing(clickhouse._client(tmp_path_factory.mktemp("words"))) as client, duckdb.connect() as db:
        both = Embedded(db), ClickHouse(client)
        for one in both:
            one.take("texts", TEXTS)
        yield both


def alike(engines, sql, given=None):
    """What both say, as plain rows."""
    duck, click = (one.rows(sql, given).to_pylist() for one in engines)
    assert click == duck
    return duck


@pytest.mark.parametrize(
    "words",
    [
        "lower(t)",
        "contains(t, '/') OR contains(t, '\\')",
        "replace(t, '\\', '/')",
        area_of("t"),
        r"regexp_matches(lower(t), '\.(zip|7z|rar|lzh|tgz|gz|cab|iso)$')",
        r"regexp_extract(replace(t, '\', '/'), '[^/]*$')",
        *(looks_like("t", kind) for kind in (FREE_MAIL, JOBS, STORAGE, LEAKS, TOOLS)),
        "coalesce(t, 'nobody') <> ''",
        "t LIKE '%a%'",
        "(1 << h::INTEGER)::BIGINT",
        "CASE WHEN yes THEN t ELSE 'no' END",
        "starts_with(t, '/srv')",
    ],
)
def test_word_means_the_same_of_every_text(engines, words):
    rows = alike(engines, f"SELECT n, {words} AS said FROM texts ORDER BY n")
    assert len(rows) == TEXTS.num_rows


@pytest.mark.parametrize(
    "words",
    [
        "bit_or(1 << h::INTEGER)::BIGINT",
        "bool_or(yes)::INTEGER",
        "count(*)::BIGINT",
        "count(DISTINCT t)::BIGINT",
        "count(*) FILTER (yes)::BIGINT",
        "coalesce(sum(n) FILTER (yes), 0)::BIGINT",
        "coalesce(sum(n) FILTER (n > 99), 0)::BIGINT",
        "coalesce(max(n) FILTER (n > 99), 0)::BIGINT",
        "coalesce(round(sum(0.1::DOUBLE * n), 6), 0)",
        "arg_max(t, n)",
        "min(t)",
    ],
)
def test_sum_is_the_same_of_all_of_some_and_of_none(engines, words):
    for where in ("true", "n < 3", "n < 0"):
        alike(engines, f"SELECT {words} AS said FROM texts WHERE {where}")


def test_join_without_a_match_gives_null(engines):
    text = "SELECT a.n, b.t, b.yes FROM texts a LEFT JOIN texts b ON a.n = b.n AND b.n < 3 ORDER BY a.n"
    assert [row["t"] for row in alike(engines, text)][3:] == [None] * 9
    text = "SELECT a.n FROM texts a LEFT JOIN (SELECT t FROM texts) b USING (t) ORDER BY a.n"
    assert len(alike(engines, text)) == TEXTS.num_rows, "nothing is not equal to nothing"


def test_column_comes_before_an_alias_of_its_name(engines):
    rows = alike(engines, "SELECT coalesce(t, 'x') AS t, t IS NULL AS lacks FROM texts WHERE t IS NULL")
    assert [(row["t"], bool(row["lacks"])) for row in rows] == [("x", True)]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=30))
@settings(max_examples=40, deadline=None)
def test_any_text_comes_through_as_it_is(engines, text):
    """A path may hold whatever a file's name may: a quote or a backslash must not end the text."""
    assert alike(engines, "SELECT $text AS text", {"text": text}) == [{"text": text}]


@pytest.mark.parametrize(
    "value", [None, True, False, 0, -3, 2**40, 1.5, date(2026, 11, 20), "", "秘", [], ["a", "b'c"]]
)
def test_parameter_of_every_kind(engines, value):
    if isinstance(value, list):
        text = "SELECT count(*)::BIGINT AS found FROM texts WHERE t IN (SELECT unnest($value::VARCHAR[]))"
        assert alike(engines, text, {"value": value}) == [{"found": 0}]
    else:
        assert engines[1].rows("SELECT $value AS value", {"value": value}).to_pylist() == [{"value": value}]


def test_parameter_is_not_taken_for_the_beginning_of_another():
    text = translated("SELECT $day, $day_2", {"day": 1, "day_2": 2, "never_named": object()})
    assert text == "SELECT 1, 2"


def test_parameter_that_is_missing_or_strange_is_refused():
    with pytest.raises(KeyError):
        translated("SELECT $day", {})
    with pytest.raises(TypeError, match="no parameter"):
        translated("SELECT $day", {"day": {1, 2}})


def test_days_without_end_come_to_the_last_that_it_knows(engines):
    """Its days end with 2299: beyond, they would come round to the past, and nobody's place would hold."""
    spans = pa.table({"until": pa.array([FOREVER, date(2026, 1, 1), None, date.min], pa.date32())})
    engines[1].take("spans", spans.slice(0, 3))
    said = [row["until"] for row in engines[1].rows("SELECT until FROM spans ORDER BY until NULLS LAST").to_pylist()]
    assert said == [date(2026, 1, 1), LAST_DAY, None]
    for day, shown in ((date.min, FIRST_DAY), (FOREVER, LAST_DAY)):
        assert f"'{shown}'" in translated("SELECT $day", {"day": day})
    assert engines[1].rows("SELECT count(*)::BIGINT AS n FROM spans WHERE until BETWEEN $a AND $b",
                           {"a": date.min, "b": date.max}).to_pylist() == [{"n": 2}]  # fmt: skip


def test_view_is_unfolded_under_its_alias_and_nothing_else_is():
    text = translated("SELECT e.path FROM events e JOIN portion ON e.local_date = portion.day")
    assert "FROM lake_events) AS e" in text
    assert "JOIN portion" in text
    assert "segment" not in text
    joined = translated("FROM joined_events").replace('"', "")
    assert all(f"AS {name}" in joined for name in (*EVENT.names, "person_id", "secret_id", "excluded_reason"))
    assert ("content_match" in translated("FROM joined_events", content_known=True)) > ("content_match" in joined)


@pytest.mark.parametrize(
    "sql",
    [sql_rollup.STORED, sql_rollup.APPROVED, sql_rollup.PLACES, sql_rollup.deeds_of_portion(flows=True),
     *sql_rollup.STEPS.values(), *sql_rollup.ROLLED.values()],
)  # fmt: skip
def test_no_word_of_the_roll_up_is_left_as_the_other_engine_says_it(sql):
    text = translated(sql, {"batch": 0}).upper()
    assert not [word for word in ("LOGICAL_OR", "BITWISE_OR_AGG", "<<", "REGEXP_EXTRACT", "CONTAINS(", " LOWER(")
                if word in text]  # fmt: skip


def test_every_column_of_an_event_has_a_type():
    assert {type_of(one) for one in EVENT} >= {"String", "Nullable(String)", "Date32", "DateTime64(6, 'UTC')", "Bool"}
    with pytest.raises(KeyError):
        type_of(pa.field("strange", pa.decimal128(4)))
