"""SQL that lays out everybody's days: present ones, and days of rest on which nothing was done. Looks backwards only.

Tables given: `rolled`, `touched`, `used` (the roll-up's days, areas and things up to the last day asked for), `people`,
`sites`, `known_since`. Where few new days come on top of days laid out before, `sql_on_top` has the later steps.
"""

from collections.abc import Sequence
from typing import Final

from kuramori_lake.detect.metrics import COUNTED, FIRSTS, Kind


def number(day: str) -> str:
    """A day as a whole number: frames of a window are found twice as fast by it as by a date and an interval."""
    return f"({day} - DATE '2000-01-01')"


ABSENT: Final = """
CREATE TABLE days AS
WITH gaps AS (
    SELECT person_id, day, lead(day) OVER (PARTITION BY person_id ORDER BY day) AS next_day FROM rolled
    WHERE day >= $laid - $absent_days
), quiet AS (
    SELECT person_id, day, least(coalesce(next_day - day, 1000) - 1, $absent_days, $until - day) AS missing FROM gaps
)
SELECT person_id, day, true AS present FROM rolled WHERE day >= $laid
UNION ALL
SELECT person_id, (day + n)::DATE AS day, false FROM (
    SELECT person_id, day, unnest(range(1, missing + 1))::INTEGER AS n FROM quiet WHERE missing > 0
) WHERE day + n >= $laid
"""
"""Days after the last one seen are filled for a while only: nobody can know yet that somebody will not come back."""

STANDING: Final = """
CREATE TABLE standing AS
WITH placed_people AS (
    SELECT person_id, unit, role, site, array_to_string(projects, ',') AS projects, since, until,
        (since, unit, role, site, array_to_string(projects, ',')) AS latest
    FROM people
), placed AS (
    SELECT d.person_id, d.day, d.present, arg_max(p.unit, latest) AS unit, arg_max(p.role, latest) AS role,
        arg_max(p.site, latest) AS site, arg_max(p.projects, latest) AS projects
    FROM days d LEFT JOIN placed_people p ON d.person_id = p.person_id AND d.day BETWEEN p.since AND p.until
    GROUP BY d.person_id, d.day, d.present
)
SELECT person_id, day, present,
    isodow(day) >= 6 OR coalesce(list_contains(s.holidays, day), false) AS rest,
    CASE WHEN role <> '' THEN role || '|' || coalesce(p.site, '') || '|' || coalesce(projects, '') END AS key_1,
    nullif(unit, '') AS key_2, nullif(role, '') AS key_3, '' AS key_4
FROM placed p LEFT JOIN sites s ON p.site = s.site
WHERE present OR rest
"""
GROUPED: Final = """
CREATE TABLE grouped AS
WITH sized AS (
    SELECT *, count(*) OVER (PARTITION BY key_1, day) AS size_1, count(*) OVER (PARTITION BY key_2, day) AS size_2,
        count(*) OVER (PARTITION BY key_3, day) AS size_3, count(*) OVER (PARTITION BY day) AS size_4
    FROM standing
)
SELECT person_id, day, present, rest, key_1, key_2, key_3, key_4,
    CASE WHEN key_1 IS NOT NULL AND size_1 > $peers_least THEN 1 WHEN key_2 IS NOT NULL AND size_2 > $peers_least THEN 2
        WHEN key_3 IS NOT NULL AND size_3 > $peers_least THEN 3 ELSE 4 END AS rank,
    CASE rank WHEN 1 THEN key_1 WHEN 2 THEN key_2 WHEN 3 THEN key_3 ELSE '' END AS key,
    CASE rank WHEN 1 THEN size_1 WHEN 2 THEN size_2 WHEN 3 THEN size_3 ELSE size_4 END - 1 AS peer_n
FROM sized
"""
"""The closest group with enough others in it on that very day."""

STRANGE: Final = """
SELECT s.person_id, s.day, kind, thing, others,
    CASE WHEN s.day - known_since < $settled_days THEN 0.2 ELSE 1.0 END
        * CASE WHEN kind <> 'pc' THEN 1 / (1 + ln(1 + others)) WHEN others = 0 THEN 0.3 ELSE 1 / sqrt(others) END
        * CASE WHEN kind = 'area' THEN events ELSE 4 END AS strange
FROM shared s JOIN known_since USING (person_id)
"""
NEWS: Final = f"""
CREATE TABLE news AS
WITH firsts AS (
    SELECT person_id, kind, thing, min(day) AS day, arg_min(events, day) AS events FROM used
    WHERE thing <> '' GROUP BY person_id, kind, thing
), shared AS (
    SELECT *, count(*) OVER (PARTITION BY kind, thing ORDER BY {number("day")}
        RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS others
    FROM firsts
)
{STRANGE}
"""
"""What was used for the first time. The more others had used it before, the less it says; a PC that only one other
person used says most, one that nobody used is merely a new machine."""

NEWS_OF_DAY: Final = f"""
CREATE TABLE news_of_day AS
SELECT person_id, day, {
    ", ".join(f"coalesce(sum(strange) FILTER (kind = '{one.kind}'), 0) AS {one.name}" for one in FIRSTS)
}
FROM news WHERE day >= $laid GROUP BY person_id, day
"""
_HOURS: Final = tuple(range(24))
_EARLIER: Final = f"""WINDOW earlier AS (PARTITION BY person_id, rest ORDER BY {number("day")}
    RANGE BETWEEN $baseline_days PRECEDING AND 1 PRECEDING)"""


_HOURS_A_NUMBER: Final = 6
_BITS: Final = 8
"""Days on which an hour was used are counted for six hours in one number, so that four moving sums do for 24: exact in
a double, and enough for `baseline_days` up to 255."""


def packed(mask: str, over: str) -> str:
    """Sums `p0` to `p3`, each of the days with one of six hours."""
    return ", ".join(f"coalesce(sum(({_six(mask, n)})::DOUBLE){over}, 0)::BIGINT AS p{n}" for n in range(4))


def _six(mask: str, part: int) -> str:
    first = part * _HOURS_A_NUMBER
    return " + ".join(f"((({mask} >> {first + n}) & 1) << {_BITS * n})" for n in range(_HOURS_A_NUMBER))


def _days_with(hour: int) -> str:
    return f"((p{hour // _HOURS_A_NUMBER} >> {_BITS * (hour % _HOURS_A_NUMBER)}) & {2**_BITS - 1})"


def _odd_bit(hour: int) -> str:
    around = " + ".join(_days_with(near % 24) for near in (hour - 1, hour, hour + 1))
    night = "true" if hour >= 22 or hour < 5 else "false"  # noqa: PLR2004  # as event.NIGHT_FROM, NIGHT_UNTIL
    unusual = f"CASE WHEN n >= $least_own THEN {around} <= 0.05 * n ELSE {night} END"
    return f"CASE WHEN (mask >> {hour}) & 1 = 1 AND {unusual} THEN {1 << hour} ELSE 0 END"


ODD_MASK: Final = " + ".join(map(_odd_bit, _HOURS))
HOURS: Final = f"""
CREATE TABLE hours AS
WITH masks AS (
    SELECT g.person_id, g.day, g.rest, coalesce(r.hours_mask, 0)::BIGINT AS mask
    FROM grouped g LEFT JOIN rolled r USING (person_id, day)
), counted AS (
    SELECT person_id, day, mask, count(*) OVER earlier AS n, {packed("mask", " OVER earlier")}
    FROM masks {_EARLIER}
)
SELECT person_id, day, mask, {ODD_MASK} AS odd_mask FROM counted WHERE mask <> 0
"""
"""Hours in which the person, on such days, is there one day in twenty at most, the hours beside them included."""

PATTERN: Final = (7, 30)
"""Days over which odd hours are summed: one late evening is a late evening, five are a pattern."""
COUNTS: Final = ("documents", "weight", *(one.name for one in COUNTED))
ALIVE: Final = f"SELECT {', '.join(f'max({name}) AS {name}' for name in COUNTS)} FROM rolled WHERE day >= $summed"


_FINEST: Final = 2**20
PLACED: Final = """g.person_id, g.day, g.day - k.known_since AS age, g.present, g.rest, g.rank, g.key, g.peer_n,
    g.key_1, g.key_2, g.key_3, g.key_4, coalesce(r.hours_mask, 0)::INTEGER AS mask,
    coalesce(h.odd_mask, 0)::INTEGER AS odd_mask"""
BESIDE: Final = """JOIN known_since k USING (person_id) LEFT JOIN rolled r USING (person_id, day)
LEFT JOIN news_of_day n USING (person_id, day) LEFT JOIN hours h USING (person_id, day)"""


def daily(alive: Sequence[str]) -> tuple[str, ...]:
    """The numbers of the day itself as ln(1+x)."""
    return (
        *(f"ln(1 + coalesce(r.{name}, 0))::FLOAT AS {name}" for name in alive),
        *(f"ln(1 + coalesce(n.{one.name}, 0))::FLOAT AS {one.name}" for one in FIRSTS),
        "ln(1 + 4 * bit_count(coalesce(h.odd_mask, 0)))::FLOAT AS odd_hours",
        "ln(1 + bit_count(coalesce(r.hours_mask, 0)))::FLOAT AS active_hours",
    )


def whole(name: str) -> str:
    """A number that doubles sum without rounding, in whatever order: a count, or a weight to the millionth."""
    if name == "weight":
        return f"round(coalesce(r.weight, 0) * {_FINEST}) / {_FINEST}"
    return f"coalesce(r.{name}, 0)::DOUBLE"


def summed(total: str, width: int, name: str) -> str:
    """A sum over days, once somebody has been seen for so many days."""
    return f"CASE WHEN g.day - k.known_since >= {width - 1} THEN ln(1 + coalesce({total}, 0)) END::FLOAT AS {name}"


def odd_hours(total: str, width: int) -> str:
    """As `summed`: an odd hour counts four."""
    return summed(f"4 * {total}", width, f"odd_hours_{width}")


def quiet(usual: str) -> str:
    """How little there was in a week: the less, the more."""
    return f"CASE WHEN g.day - k.known_since >= 6 THEN -ln(1 + {usual}) END::FLOAT AS quiet_7"


def wide(alive: Sequence[str], slow: Sequence[tuple[str, int]]) -> str:
    """Everybody's days with all numbers as ln(1+x): those of the day, and sums over `slow` (metric, days)."""
    sums = [summed(f"sum({whole(name)}) OVER last_{width}", width, f"{name}_{width}") for name, width in slow]
    odd = "sum(bit_count(coalesce(h.odd_mask, 0)))"
    sums += [odd_hours(f"{odd} OVER last_{width}", width) for width in PATTERN]
    frames = ", ".join(
        f"last_{width} AS (PARTITION BY g.person_id ORDER BY {number('g.day')}"
        f" RANGE BETWEEN {width - 1} PRECEDING AND CURRENT ROW)"
        for width in sorted({*PATTERN, *(width for _, width in slow)})
    )
    return f"""
CREATE TABLE wide AS
SELECT {PLACED}, {", ".join((*daily(alive), *sums, quiet("avg(r.events) OVER last_7")))}
FROM grouped g {BESIDE}
WINDOW {frames}
QUALIFY g.day >= $compared
"""


USED: Final = f"""
SELECT person_id, day, kind, thing, events FROM things
UNION ALL SELECT person_id, day, '{Kind.AREA}' AS kind, area AS thing, documents AS events FROM touched
WHERE documents > 0
"""
