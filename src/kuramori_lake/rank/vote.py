"""One vote beside the reasons of a person-day: unusual in many respects at once, among all who were there that day.

Off by default (`Settings.vote`). Nobody comes on the list by it: it only moves somebody whom other reasons put there.
The rows of one day alone are compared, so nothing later is read; which engine counted them makes no difference.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import duckdb
import numpy as np

from kuramori_lake.detect.metrics import BY_NAME, COUNTED
from kuramori_lake.detect.sites import places
from kuramori_lake.detect.sql import COVERED
from kuramori_lake.detect.sql_rollup import of_day
from kuramori_lake.rank.ecod import Numbers, tails
from kuramori_lake.rank.tell import TOGETHER, Respect, Together
from kuramori_lake.store import Lake

LEAST_PEOPLE: Final = 20
"""Among fewer people a share says little, and there is no vote."""
RARE: Final = 0.05
"""The vote is for those that one in twenty at most are as far out as."""
WHOLE: Final = 2.0
"""One in a hundred (10^-2) as far out has the whole weight, one in ten half of it."""
MANY: Final = 3
"""So many respects are told, and so many must be `UNUSUAL`: one number far out is a reason of its own already."""
UNUSUAL: Final = 0.1
NAMES: Final = tuple(one.name for one in COUNTED)
_ON: Final = "local_date = $day"
_APPROVED: Final = "destination_class IS NOT NULL AND event_id IN (SELECT event_id FROM approved)"
OF_DAY: Final = f"""
SELECT person_id, {", ".join(f"coalesce({name}, 0)::DOUBLE AS {name}" for name in NAMES)}
FROM rolled WHERE day = $day ORDER BY person_id
"""
AGAIN: Final = f"""
WITH places AS ({places(_ON)}), approved AS (SELECT DISTINCT e.event_id FROM {COVERED} WHERE e.{_ON}),
of_day AS ({of_day("joined_events", approved=_APPROVED)} AND {_ON})
SELECT person_id, {", ".join(f"coalesce({one.sql}, 0)::DOUBLE AS {one.name}" for one in COUNTED)}
FROM of_day GROUP BY person_id ORDER BY person_id
"""
"""`OF_DAY`, counted again from the sealed events."""


def with_votes(
    db: duckdb.DuckDBPyConnection, rows: Iterable[Mapping[str, Any]], weight: float
) -> Iterator[dict[str, Any]]:
    """The rows of `sql_weigh.REASONS`, each with the `vote` on its person-day, or None."""
    for day, theirs in groupby(rows, itemgetter("day")):
        found = votes(db.execute(OF_DAY, {"day": day}).to_arrow_table().to_pylist(), weight)
        for row in theirs:
            yield {**row, "vote": found.get(row["person_id"])}


def recounted(lake: Lake, day: date, weight: float) -> Mapping[str, Together]:
    """The votes of a day from the sealed events alone, by person, on the engine that the lake was opened on.

    Raises:
        EngineError: that engine is not installed, cannot be reached, or refuses.
    """
    with lake.asking() as engine:
        return votes(engine.rows(AGAIN, {"day": day}).to_pylist(), weight)


def votes(people: Sequence[Mapping[str, Any]], weight: float) -> Mapping[str, Together]:
    """Who is unusual in many respects at once, of all who were there on a day; at most `weight` speaks for it."""
    if len(people) < LEAST_PEOPLE:
        return {}
    numbers = np.array([[one[name] for name in NAMES] for one in people], dtype=np.float64)
    found = tails(numbers)
    as_far = tails(found.scores[:, np.newaxis]).right[:, 0]
    chosen = {}
    for place in np.flatnonzero(as_far <= RARE).tolist():
        shares, is_left = found.sides[int(found.sums[:, place].argmax())]
        respects = _respects(shares[place], is_left, numbers[place])
        if len(respects) == MANY:
            value = weight * min(1.0, float(-np.log10(as_far[place])) / WHOLE)
            chosen[people[place]["person_id"]] = _together(respects, value, float(as_far[place]), len(people))
    return chosen


def _respects(shares: Numbers, is_left: Any, numbers: Numbers) -> list[Respect]:
    """The numbers that contribute most, the smallest share first; of equal ones in the order of the metrics."""
    order = np.argsort(shares, kind="stable")[:MANY]
    return [
        Respect(metric=NAMES[n], count=float(numbers[n]), share=float(shares[n]), is_less=bool(is_left[n]))
        for n in order
        if shares[n] <= UNUSUAL
    ]


def _together(respects: Sequence[Respect], value: float, as_far: float, people: int) -> Together:
    return Together(
        metric=TOGETHER, channel=BY_NAME[respects[0].metric].channel, width=1, value=round(value, 3),
        count=len(respects), own_usual=0, peer_usual=0, own_days=0, peer_n=people - 1, peer_group="company",
        z_own=0, z_peer=0, respects=tuple(respects), as_far=as_far,
    )  # fmt: skip
