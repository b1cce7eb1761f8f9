"""DuckDB's SQL as ClickHouse says it: sqlglot, and the few words in which it is wrong or silent."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.dialects.clickhouse import ClickHouse

from kuramori_lake import engine
from kuramori_lake.event import EVENT

TABLE: Final = "lake_events"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2299, 12, 31)
"""Of ClickHouse's type Date32."""
_PARAMETER: Final = re.compile(r"\$(\w+)")
_TYPES: Final = {
    pa.int8(): "Int8", pa.int16(): "Int16", pa.int32(): "Int32", pa.int64(): "Int64", pa.uint64(): "UInt64",
    pa.float64(): "Float64", pa.bool_(): "Bool", pa.string(): "String", pa.date32(): "Date32",
    pa.timestamp("us"): "DateTime64(6, 'UTC')",
}  # fmt: skip


def type_of(field: pa.Field) -> str:
    """ClickHouse's type of a column of ours."""
    plain = _TYPES[field.type]
    return f"Nullable({plain})" if field.nullable else plain


class _Words(ClickHouse):
    """ClickHouse with the words that sqlglot 28 leaves as DuckDB has them."""

    class Generator(ClickHouse.Generator):
        """Compared row for row with DuckDB in `tests/test_clickhouse.py`."""

        TYPE_MAPPING = ClickHouse.Generator.TYPE_MAPPING | {exp.DataType.Type.DATE: "Date32"}  # sqlglot's way
        TRANSFORMS = ClickHouse.Generator.TRANSFORMS | {
            exp.LogicalOr: lambda self, one: self.func("max", one.this),
            exp.BitwiseOrAgg: lambda self, one: self.func("groupBitOr", one.this),
            exp.BitwiseLeftShift: lambda self, one: self.func(
                "bitShiftLeft", exp.cast(one.this, "BIGINT"), one.expression
            ),
            exp.RegexpExtract: lambda self, one: self.func(
                "regexpExtract", one.this, one.expression, one.args.get("group")
            ),
            exp.Lower: lambda self, one: self.func("lowerUTF8", one.this),
            exp.Contains: lambda self, one: f"{self.func('position', one.this, one.expression)} > 0",
        }


def translated(sql: str, given: Mapping[str, Any] | None = None, *, content_known: bool = False) -> str:
    """One query in ClickHouse's words, its parameters written in and the lake's views in place of their names."""
    found = engine.named(sql, given)
    text = _PARAMETER.sub(lambda one: _literal(found[one[1]]), sql)
    return _expanded(sqlglot.parse_one(text, read="duckdb"), content_known=content_known).sql(_Words)


def _expanded(tree: exp.Expression, *, content_known: bool) -> exp.Expression:
    """`events` and `joined_events` as the queries that they stand for."""
    columns = ", ".join(f'"{name}"' for name in EVENT.names)
    both = ", ".join(f'e."{name}"' for name in EVENT.names)
    joined = engine.joined(content_known=content_known).replace("e.*", both, 1)
    views = {"events": f"SELECT {columns} FROM {TABLE}", "joined_events": joined}
    for one in [one for one in tree.find_all(exp.Table) if one.name in views]:
        view = _expanded(sqlglot.parse_one(views[one.name], read="duckdb"), content_known=content_known)
        one.replace(exp.Subquery(this=view, alias=exp.TableAlias(this=exp.to_identifier(one.alias_or_name))))
    for select in tree.find_all(exp.Select):
        select.set("expressions", [_called(one) for one in select.expressions])
    return tree


def _called(one: exp.Expression) -> exp.Expression:
    """A column of one of several tables under its own name: ClickHouse keeps the table's before it."""
    is_of_table = isinstance(one, exp.Column) and one.table and not one.is_star
    return exp.alias_(one, one.name, quoted=True) if is_of_table else one


def _literal(value: Any) -> str:
    """A parameter as DuckDB writes it; days within what ClickHouse knows.

    Raises:
        TypeError: a kind of value that no query of ours has.
    """
    match value:
        case None:
            return "NULL"
        case bool() | int() | float():
            return str(value)
        case date():
            return f"DATE '{min(max(value, FIRST_DAY), LAST_DAY)}'"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list() | tuple():
            return f"[{', '.join(map(_literal, value))}]"
        case _:
            raise TypeError(f"a query of ours has no parameter like {value!r}")
