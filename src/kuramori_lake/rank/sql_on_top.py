"""SQL for few new days on top of days that earlier nights laid out: each new day gathers the days before it.

The same numbers as those of `sql_days`, to the last bit: what is summed is whole, or in such parts that doubles hold
the sum exactly, so that neither the order of adding nor the day on which a window begins shows in the sum.

Tables given beside those of `sql_days`: `old_wide` and `old_news`, of the days before `$fresh`; `grouped`, of the new
days.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from kuramori_lake.rank import sql_days
from kuramori_lake.rank.sql_days import PATTERN, daily, number, odd_hours

NEWS: Final = f"""
CREATE TABLE fresh_news AS
WITH firsts AS (
    SELECT person_id, kind, thing, min(day) AS day, arg_min(events, day) AS events FROM used
    WHERE day >= $fresh AND thing <> '' GROUP BY person_id, kind, thing
), unknown AS (
    FROM firsts ANTI JOIN old_news USING (person_id, kind, thing)
), earlier AS (
    SELECT kind, thing, count(*) AS others FROM old_news SEMI JOIN unknown USING (kind, thing) GROUP BY kind, thing
), shared AS (
    SELECT u.*, coalesce(e.others, 0) + count(*) OVER (PARTITION BY kind, thing ORDER BY {number("day")}
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS others
    FROM unknown u LEFT JOIN earlier e USING (kind, thing)
)
{sql_days.STRANGE}
"""
NO_NEWS: Final = """
SELECT '' AS person_id, DATE '2000-01-01' AS day, '' AS kind, '' AS thing, 0 AS others, 0.0 AS strange WHERE false
"""
HOURS: Final = f"""
CREATE TABLE hours AS
WITH masks AS (
    SELECT person_id, day, rest, mask::BIGINT AS mask FROM old_wide WHERE day >= $fresh - $baseline_days
    UNION ALL
    SELECT g.person_id, g.day, g.rest, coalesce(r.hours_mask, 0)::BIGINT AS mask
    FROM grouped g LEFT JOIN rolled r USING (person_id, day)
), counted AS (
    SELECT t.person_id, t.day, t.mask, count(m.day) AS n, {sql_days.packed("m.mask", "")}
    FROM masks t LEFT JOIN masks m ON m.person_id = t.person_id AND m.rest = t.rest
        AND m.day BETWEEN t.day - $baseline_days AND t.day - 1
    WHERE t.day >= $fresh AND t.mask <> 0
    GROUP BY t.person_id, t.day, t.mask
)
SELECT person_id, day, mask, {sql_days.ODD_MASK} AS odd_mask FROM counted
UNION ALL
SELECT person_id, day, mask::BIGINT, odd_mask FROM old_wide WHERE mask <> 0
    AND day >= least($warm, $fresh - {max(PATTERN)})
"""


def wide(alive: Sequence[str], slow: Sequence[tuple[str, int]]) -> str:
    """As `sql_days.wide`, of the new days alone."""
    widths = {width for _, width in slow} | {7}
    gathered = [f"sum({sql_days.whole(name)}) FILTER ({_within(width)}) AS {name}_{width}" for name, width in slow]
    odd = [f"sum(bit_count(r.odd_mask)) FILTER ({_within(width)}) AS odd_{width}" for width in PATTERN]
    sums = [sql_days.summed(f"s.{name}_{width}", width, f"{name}_{width}") for name, width in slow]
    sums += [odd_hours(f"o.odd_{width}", width) for width in PATTERN]
    return f"""
CREATE TABLE fresh_wide AS
WITH sums AS (
    SELECT g.person_id, g.day, {", ".join((*gathered, f"avg(r.events) FILTER ({_within(7)}) AS events"))}
    FROM grouped g {_joined("rolled", max(widths))} GROUP BY g.person_id, g.day
), odds AS (
    SELECT g.person_id, g.day, {", ".join(odd)} FROM grouped g {_joined("hours", max(PATTERN))}
    GROUP BY g.person_id, g.day
)
SELECT {sql_days.PLACED}, {", ".join((*daily(alive), *sums, sql_days.quiet("s.events")))}
FROM grouped g {sql_days.BESIDE} LEFT JOIN sums s USING (person_id, day) LEFT JOIN odds o USING (person_id, day)
"""


def _within(width: int) -> str:
    return f"r.day > g.day - {width}"


def _joined(table: str, width: int) -> str:
    return f"JOIN {table} r ON r.person_id = g.person_id AND r.day BETWEEN g.day - {width - 1} AND g.day"


def old(has: Collection[str], wants: Iterable[str], slow: Sequence[tuple[str, int]]) -> str:
    """Columns of the days kept, as those of tonight: a number that nobody had then was 0, or had no full window yet."""
    ages = {f"{name}_{width}": width for name, width in slow}
    ages |= {f"odd_hours_{width}": width for width in PATTERN}
    found = []
    for name in wants:
        value = f"coalesce({name}, 0)" if name in has else "0"
        if name in ages:
            found.append(f"CASE WHEN age >= {ages[name] - 1} THEN {value} END::FLOAT AS {name}")
        elif name in has:
            found.append(name)
        else:
            found.append(f"0::FLOAT AS {name}")
    return ", ".join(found)
