"""One comparison of one column as SQL of a dialect. Ibis compiles each shape once; literals are then filled in.

A rule set has some 20,000 comparisons in a dozen shapes: compiling each on its own through Ibis took 10 s for 2,000
rules, filling them in takes 0.2 s. Columns are text, lowered for what ignores case.
"""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final, Literal

import ibis
from sqlglot import exp

Dialect = Literal["duckdb", "clickhouse"]

_COLUMN: Final = "k_column"
_OTHER: Final = "k_other"
_TEXT: Final = "k_value"
_NUMBER: Final = 424242.5
_WEEK: Final = 4242


@cache
def _shapes() -> dict[str, ibis.Value]:
    table = ibis.table({_COLUMN: "string", _OTHER: "string"}, name="k")
    column, other, text = table[_COLUMN], table[_OTHER], ibis.literal(_TEXT)
    number, week = column.try_cast("float64"), column.substr(0, 10).try_cast("date").week_of_year()
    limit, wanted = ibis.literal(_NUMBER), ibis.literal(_WEEK)
    return {
        "equals": column == text,
        "contains": column.contains(text),
        "starts": column.startswith(text),
        "ends": column.endswith(text),
        "regex": column.re_search(text),
        "null": column.isnull(),
        "present": column.notnull(),
        "lt": number < limit,
        "lte": number <= limit,
        "gt": number > limit,
        "gte": number >= limit,
        "neq": number != limit,
        "same": column == other,
        "contains_other": column.contains(other),
        "starts_other": column.startswith(other),
        "ends_other": column.endswith(other),
        "week_eq": week == wanted,
        "week_lt": week < wanted,
        "week_lte": week <= wanted,
        "week_gt": week > wanted,
        "week_gte": week >= wanted,
        "week_neq": week != wanted,
    }


@cache
def _template(shape: str, dialect: Dialect) -> tuple[str, ...]:
    """A shape's SQL, cut at its column, other column and literal; these stand between the pieces as names."""
    select = str(ibis.to_sql(_shapes()[shape].name("x").as_table(), dialect=dialect, pretty=False))
    found = re.fullmatch(r'SELECT (.*) AS "x" FROM "k" AS "t0"', select, re.DOTALL)
    if not found:
        raise AssertionError(f"Ibis writes {shape} in another way: {select}")
    names = (f'"t0"."{_COLUMN}"', f'"t0"."{_OTHER}"', f"'{_TEXT}'", str(_NUMBER), str(_WEEK))
    return tuple(re.split("(" + "|".join(map(re.escape, names)) + ")", found[1]))


def literal(value: str | float, dialect: Dialect) -> str:
    """A text or number as the dialect writes it."""
    return str(exp.convert(value).sql(dialect=dialect))


def atom(shape: str, dialect: Dialect, column: str, value: str | float | None = None, other: str = "") -> str:
    """The SQL of `column SHAPE value`; `column` and `other` are our own names, `value` is anybody's."""
    told = "" if value is None else literal(value, dialect)
    fill = {f'"t0"."{_COLUMN}"': column, f'"t0"."{_OTHER}"': other}
    fill |= dict.fromkeys((f"'{_TEXT}'", str(_NUMBER), str(_WEEK)), told)
    return "".join(fill.get(piece, piece) for piece in _template(shape, dialect))


def one_of(dialect: Dialect, column: str, values: Iterable[str]) -> str:
    """The SQL of a text among these."""
    return f"{column} IN ({', '.join(literal(value, dialect) for value in values)})"
