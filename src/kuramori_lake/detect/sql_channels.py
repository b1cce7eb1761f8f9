"""One number of `metrics`, counted again from the sealed events: one's own in these days, one's usual, the peers'."""

from typing import Final

from kuramori_lake.detect.metrics import Metric
from kuramori_lake.detect.sites import places
from kuramori_lake.detect.sql import WHO
from kuramori_lake.detect.sql_rollup import of_day

_THEIRS: Final = f"""({WHO} = $person AND local_date BETWEEN $base_from AND $until
    OR {WHO} IN (SELECT unnest($peers::VARCHAR[])) AND local_date >= $base_from AND local_date < $since)"""


def recount(metric: Metric) -> str:
    """A query over `joined_events` with one row; parameters as in `sql_reasons`.

    `own_now` is what was done from `since` to `until`, the busiest day among them (of equally busy ones the first);
    `own_usual` and `peer_usual` are medians of a day with any events, between `base_from` and `since`.
    """
    return f"""
WITH places AS ({places(_THEIRS)}),
of_day AS ({of_day("joined_events")} AND {_THEIRS}),
counted AS (SELECT person_id, day, {metric.sql} AS x FROM of_day GROUP BY person_id, day),
mine AS (SELECT * FROM counted WHERE person_id = $person)
SELECT coalesce(sum(x) FILTER (day >= $since), 0)::BIGINT AS own_now, count(*) FILTER (day >= $since) AS days,
    coalesce(max(x) FILTER (day >= $since), 0)::BIGINT AS busiest_day_count,
    first(day ORDER BY x DESC, day) FILTER (day >= $since) AS busiest_day,
    coalesce(median(x) FILTER (day < $since), 0) AS own_usual, count(*) FILTER (day < $since) AS own_days,
    (SELECT median(x) FROM counted WHERE person_id <> $person) AS peer_usual
FROM mine
"""
