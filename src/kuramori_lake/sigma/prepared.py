"""Events made ready for rules: derived columns, JSON members and lowered text, each worked out once a batch.

Two steps: `stage` copies the events of some days with what log sources ask for; `columns_of` gives, for the events of
one log source, the columns that its rules compare. Ibis expressions, compiled for the engine's dialect.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import and_, or_
from typing import Any, Final

import ibis
from ibis.expr.types import BooleanValue, StringValue, Table

from kuramori_lake.sigma.atoms import Dialect
from kuramori_lake.sigma.compiling import Columns
from kuramori_lake.sigma.logsources import WINDOWS_SOURCE, Clause, Events
from kuramori_lake.sigma.names import DERIVED, Place

STAGED: Final = "sigma_staged"
_KEYWORDS: Final = (
    "actor_raw", "path", "name", "uid", "hash", "host", "ip", "client", "device", "device_serial",
    "destination_value", "destination_domain",
)  # fmt: skip
"""Columns with text that keywords are looked for in, beside the record's own members."""
_LAST_PART: Final = r"([^\\]*)$"
_DOMAIN: Final = r"^([^\\]+)\\"
_SHARE: Final = r"^\\\\[^\\]+\\([^\\]+)"
_IN_SHARE: Final = r"^\\\\[^\\]+\\[^\\]+\\(.+)$"


@ibis.udf.scalar.builtin(name="lower")  # type: ignore[untyped-decorator]
def _lower_duckdb(text: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="lowerUTF8")  # type: ignore[untyped-decorator]
def _lower_clickhouse(text: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="json_extract_string")  # type: ignore[untyped-decorator]
def _member_duckdb(text: str, path: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="JSONExtract")  # type: ignore[untyped-decorator]
def _member_clickhouse(text: str, key: str, kind: str) -> str: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="epoch_us")  # type: ignore[untyped-decorator]
def _micros_duckdb(time: datetime) -> int: ...  # type: ignore[empty-body]


@ibis.udf.scalar.builtin(name="toUnixTimestamp64Micro")  # type: ignore[untyped-decorator]
def _micros_clickhouse(time: datetime) -> int: ...  # type: ignore[empty-body]


def lowered(text: StringValue, dialect: Dialect) -> StringValue:
    """All letters small; ClickHouse's plain `lower` knows ASCII only."""
    return (_lower_duckdb if dialect == "duckdb" else _lower_clickhouse)(text)


def member(fields: StringValue, name: str, dialect: Dialect) -> StringValue:
    """A member of the record as text; null if it is missing."""
    if dialect == "duckdb":
        # A JSON pointer (RFC 6901), not a path: sqlglot writes paths anew and leaves a quote in them as it is.
        return _member_duckdb(fields, "/" + name.replace("~", "~0").replace("/", "~1"))
    return _member_clickhouse(fields, name, "Nullable(String)")


def _part(text: StringValue, pattern: str) -> StringValue:
    return text.fill_null("").re_extract(pattern, 1).nullif("")


def derived(events: Table, dialect: Dialect) -> dict[str, StringValue]:
    """The columns of `names.DERIVED`. Windows' bulk kinds keep no members: their event number follows from the deed."""
    fields = events.fields
    bulk = (events.source == WINDOWS_SOURCE) & fields.isnull()
    number = ibis.cases(
        (events.flags.contains("requested").fill_null(False), "5145"),
        ((events.object_kind == "share").fill_null(False), "5140"),
        (events.activity == "delete", "4660"),
        ((events.outcome == "denied"), "4656"),
        else_="4663",
    )
    in_share = (bulk & events.path.startswith("\\\\")).fill_null(False)
    share = _part(events.path, _SHARE)
    return {
        "event_number": ibis.coalesce(member(fields, "EventID", dialect), bulk.ifelse(number, ibis.null("string"))),
        "channel": lowered(
            ibis.coalesce(member(fields, "Channel", dialect), bulk.ifelse("security", ibis.null("string"))), dialect
        ),
        "actor_name": _part(events.actor_raw, _LAST_PART),
        "actor_domain": _part(events.actor_raw, _DOMAIN),
        "share_name": in_share.ifelse(ibis.literal("\\\\*\\") + share, ibis.null("string")),
        "share_path": in_share.ifelse(_part(events.path, _IN_SHARE), ibis.null("string")),
        "object_type": bulk.ifelse((events.object_kind == "file").ifelse("File", "Folder"), ibis.null("string")),
    }


def stage(events: Table, wanted: Iterable[str], since: date, until: date, dialect: Dialect) -> Table:
    """The events of local days `since` to `until`, both included, with derived columns and those that are wanted."""
    always = {"event_id", "source", "activity", "fields"}
    plain = sorted((always | set(wanted)) - set(DERIVED))
    days = events.filter(events.local_date.between(ibis.literal(since), ibis.literal(until)))
    more = derived(days, dialect)
    needed = {"event_number", "channel"} | (set(wanted) & set(DERIVED))
    when = (_micros_duckdb if dialect == "duckdb" else _micros_clickhouse)(days.time_utc)
    return days.select(*(days[name] for name in plain), time_us=when, **{name: more[name] for name in sorted(needed)})


def wanted_by(columns: Iterable[Columns]) -> set[str]:
    """Columns of the events that these log sources' rules look at."""
    places = [place for one in columns for place, _ in one.places]
    found = {column for place in places if place for column in place.columns}
    return found | (set(_KEYWORDS) if None in places else set())


def is_of(staged: Table, events: Events) -> BooleanValue:
    """Whether an event belongs to a log source."""
    return reduce(or_, (_holds(staged, clause) for clause in events))


def _holds(staged: Table, clause: Clause) -> BooleanValue:
    parts: list[BooleanValue] = []
    if clause.sources:
        parts.append(staged.source.isin(clause.sources))
    if clause.activities:
        parts.append(staged.activity.isin(clause.activities))
    if clause.channels:
        parts.append(staged.channel.isin(clause.channels))
    if clause.numbers:
        parts.append(staged.event_number.isin([str(number) for number in clause.numbers]))
    return reduce(and_, parts)


def columns_of(staged: Table, columns: Columns, events: Events, dialect: Dialect) -> Table:
    """The events of a log source with the columns its rules compare, and those that correlations group by."""
    those = staged.filter(is_of(staged, events))
    texts: dict[Place | None, StringValue] = {}
    made: dict[str, Any] = {}
    for (place, small), name in columns.places.items():
        text = texts.setdefault(place, _text(those, place, dialect))
        made[name] = lowered(text, dialect) if small else text
    return those.select(those.event_id, those.time_us, **made)


def _text(events: Table, place: Place | None, dialect: Dialect) -> StringValue:
    if place is None:
        return _everywhere(events)
    found = [member(events.fields, name, dialect) for name in place.members]
    found += [events[name].cast("string") for name in place.columns]
    return ibis.coalesce(*found) if len(found) > 1 else found[0]


def _everywhere(events: Table) -> StringValue:
    """All text of an event, a line each; JSON's escapes of backslash and quote taken back."""
    own = events.fields.fill_null("").replace("\\\\", "\\").replace('\\"', '"')
    parts: Sequence[StringValue] = [events[name].fill_null("") for name in _KEYWORDS]
    return reduce(lambda one, other: one + "\n" + other, [*parts, own])


def events_table(name: str, columns: Mapping[str, str]) -> Table:
    """An engine's table or view by the types that Ibis knows them by."""
    return ibis.table(dict(columns), name=name)
