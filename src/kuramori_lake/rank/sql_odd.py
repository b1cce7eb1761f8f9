"""SQL that compares each day with one's own days before and with the peers on the same day.

Robust deviation: y = ln(1+x); z = (y - median) / max((90 % quantile - median) / 1.28, 0.25). The upper side of the
spread only: what speaks is more than usual, and what somebody does every tenth day is his usual. Both must agree:
s = sqrt(z_own * z_peer), so that neither a quarter end nor an always busy person is an alarm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kuramori_lake.rank.sql_days import number

SIGMAS: Final = 1.2816
"""The 90 % quantile of a normal distribution, in standard deviations."""
LEAST_SPREAD: Final = 0.25
MOST: Final = 12
"""Deviations beyond this are all the same."""
LEAST_S: Final = 1.5
RANKS: Final = (1, 2, 3, 4)


@dataclass(frozen=True, kw_only=True)
class Series:
    """One column of `wide`."""

    column: str
    metric: str
    width: int = 1
    """Days summed."""


def _frame(width: int) -> str:
    return (
        f"w{width} AS (PARTITION BY person_id ORDER BY {number('day')} RANGE BETWEEN"
        f" ($baseline_days + {width - 1}) PRECEDING AND {width} PRECEDING)"
    )


def own(series: Iterable[Series]) -> str:
    """Median and 90 % quantile of one's own days before; sums end before the days summed now begin.

    A day of rest is compared with working days: to be there at all is one oddity, told by `odd_hours`; what is done
    there counts when it would be odd on a working day too.
    """
    series = list(series)
    widths = sorted({1, *(one.width for one in series)})
    usual = [
        f"quantile_disc({one.column}, [0.5, 0.9]) FILTER (NOT rest) OVER w{one.width} AS {one.column}" for one in series
    ]
    counts = [f"count(*) FILTER (NOT rest AND age >= {width - 1}) OVER w{width} AS n{width}" for width in widths]
    return f"""
SELECT person_id, day, present, {", ".join((*counts, *usual))} FROM wide
WHERE hash(person_id) % $slices = $slice
WINDOW {", ".join(map(_frame, widths))}
"""


def own_of_few(series: Iterable[Series]) -> str:
    """As `own`, for few days: each gathers the days before it, which no moving window has to carry along."""
    by_width: dict[int, list[Series]] = {1: []}
    for one in series:
        by_width.setdefault(one.width, []).append(one)
    parts = ", ".join(_gathered(width, theirs) for width, theirs in by_width.items())
    joins = " ".join(f"LEFT JOIN of_{width} USING (person_id, day)" for width in by_width)
    counts = ", ".join(f"coalesce(n{width}, 0) AS n{width}" for width in by_width)
    usual = "".join(f", {one.column}" for theirs in by_width.values() for one in theirs)
    return f"""
WITH few AS (SELECT person_id, day FROM judged_days WHERE hash(person_id) % $slices = $slice), {parts}
SELECT person_id, day, true AS present, {counts}{usual} FROM few {joins}
"""


def _gathered(width: int, series: Iterable[Series]) -> str:
    usual = "".join(f", quantile_disc(w.{one.column}, [0.5, 0.9]) AS {one.column}" for one in series)
    return f"""of_{width} AS (
    SELECT few.person_id, few.day, count(*) FILTER (w.age >= {width - 1}) AS n{width}{usual}
    FROM few JOIN wide w ON w.person_id = few.person_id
        AND w.day BETWEEN few.day - ($baseline_days + {width - 1}) AND few.day - {width}
    WHERE NOT w.rest GROUP BY few.person_id, few.day
)"""


def peers(series: Iterable[Series]) -> str:
    """Median and 90 % quantile of each group of peers on each day."""
    usual = ", ".join(f"quantile_disc({one.column}, [0.5, 0.9]) AS {one.column}" for one in series)
    parts = " UNION ALL ".join(
        f"""
SELECT {rank} AS rank, w.key_{rank} AS key, w.day, {usual} FROM fresh_wide w
SEMI JOIN asked a ON a.rank = {rank} AND a.key = w.key_{rank} AND a.day = w.day GROUP BY w.key_{rank}, w.day"""
        for rank in RANKS
    )
    return f"""
CREATE TABLE beside AS
WITH asked AS (SELECT DISTINCT rank, key, day FROM judged_days) {parts}
"""


def _z(value: str, usual: str) -> str:
    spread = f"greatest(({usual}[2] - {usual}[1]) / {SIGMAS}, {LEAST_SPREAD})"
    return f"least({MOST}, ({value} - {usual}[1]) / {spread})"


JUDGED: Final = "CREATE TABLE judged_days AS FROM fresh_wide WHERE present"
ODD: Final = """
CREATE TABLE odd (person_id VARCHAR, day DATE, metric VARCHAR, width INTEGER, y FLOAT, own FLOAT, peer FLOAT,
    n INTEGER, peer_n INTEGER, rank INTEGER, z_own FLOAT, z_peer FLOAT, s FLOAT)
"""


def odd(one: Series) -> str:
    """Days on which this number is unusual, both for oneself and among peers.

    Somebody with too few days of his own borrows the peers' deviation for those that are missing; too few peers count
    as if they agreed by half. A sum speaks on days that added to it more than a usual day does, not on all that follow.
    """
    value, mine, theirs = f"w.{one.column}", f"o.{one.column}", f"b.{one.column}"
    adds = f"AND w.{one.metric} > o.{one.metric}[1]" if one.width > 1 and one.metric != "quiet" else ""
    many = f"least(o.n{one.width}, $least_own)::FLOAT / $least_own"
    return f"""
INSERT INTO odd
WITH compared AS (
    SELECT w.person_id, w.day, {value} AS y, {mine}[1] AS own, {theirs}[1] AS peer, o.n{one.width} AS n, w.peer_n,
        w.rank, {_z(value, mine)} AS z_alone, CASE WHEN w.peer_n >= 3 THEN {_z(value, theirs)} END AS z_beside,
        {many} AS sure
    FROM judged_days w JOIN own o USING (person_id, day)
    JOIN beside b ON w.rank = b.rank AND w.key = b.key AND w.day = b.day
    WHERE {value} <> 0 AND (o.n{one.width} >= $least_own OR {one.width} = 1)
        {adds}
), judged AS (
    SELECT *, sure * coalesce(z_alone, 0) + (1 - sure) * coalesce(z_beside, 0) AS z_own,
        coalesce(z_beside, 0.5 * z_alone, 0) AS z_peer
    FROM compared
)
SELECT person_id, day, '{one.metric}', {one.width}, y, own, peer, n, peer_n, rank, z_own, z_peer,
    sqrt(z_own * z_peer) AS s
FROM judged WHERE z_own > 0 AND z_peer > 0 AND z_own * z_peer >= {LEAST_S**2}
"""
