"""SQL that turns deviations into evidence: how rare in the company, by channel, over time, and in which order.

Evidence is -log10 of how often anybody in the company deviated that much in the 90 days before, so that channels with
wild numbers count no more than calm ones. Everything is summed by window functions that look backwards only.
"""

from typing import Final

from kuramori_lake.detect.metrics import Channel, Stage
from kuramori_lake.rank.sql_days import number

BINS: Final = 25
"""Deviations are counted in halves, up to 12."""
PRIOR: Final = 200
"""So many imagined days, on which a deviation of 2 more is ten times rarer, until there is history."""
REST: Final = 0.2
"""What several numbers of one channel add to the strongest of them: they mostly tell of the same deed."""

TALLY: Final = f"""
CREATE TABLE rare AS
WITH present AS (SELECT day, count(*) AS people FROM rolled
    WHERE day >= $first - $history_days GROUP BY day),
seen AS (
    SELECT day, metric, width, least(floor(2 * s), {BINS - 1})::INTEGER AS bin, count(*) AS hits
    FROM odd GROUP BY day, metric, width, bin
), kinds AS (SELECT DISTINCT metric, width FROM odd),
grid AS (
    SELECT p.day, p.people, k.metric, k.width, b.bin::INTEGER AS bin, coalesce(s.hits, 0) AS hits
    FROM present p CROSS JOIN kinds k CROSS JOIN range({BINS}) b(bin)
    LEFT JOIN seen s ON s.day = p.day AND s.metric = k.metric AND s.width = k.width AND s.bin = b.bin
), reached AS (
    SELECT *, sum(hits) OVER (PARTITION BY day, metric, width ORDER BY bin DESC) AS at_least FROM grid
), before AS (
    SELECT day, metric, width, bin, sum(at_least) OVER earlier AS hits, sum(people) OVER earlier AS days FROM reached
    WINDOW earlier AS (PARTITION BY metric, width, bin ORDER BY {number("day")}
        RANGE BETWEEN $history_days PRECEDING AND 1 PRECEDING)
)
SELECT day, metric, width, bin,
    -log10((coalesce(hits, 0) + {PRIOR} * power(10, -bin / 4.0)) / (coalesce(days, 0) + {PRIOR})) AS rarity
FROM before
"""
PARTS: Final = f"""
CREATE TABLE parts AS
SELECT o.*, m.channel, m.stage, r.rarity * m.part * CASE WHEN o.width > 1 THEN 0.7 ELSE 1 END AS value
FROM odd o JOIN weights m USING (metric)
JOIN rare r ON r.day = o.day AND r.metric = o.metric AND r.width = o.width
    AND r.bin = least(floor(2 * o.s), {BINS - 1})::INTEGER
"""
_BY_CHANNEL: Final = ", ".join(
    f"coalesce(sum(strength) FILTER (channel = '{channel}'), 0) AS {channel}" for channel in Channel
)
_BY_STAGE: Final = ", ".join(f"coalesce(max(value) FILTER (stage = '{stage}'), 0) AS {stage}" for stage in Stage)
ORDERS: Final = (
    (Stage.SEARCH, Stage.OUT), (Stage.HOURS, Stage.OUT), (Stage.COLLECT, Stage.OUT), (Stage.REACH, Stage.OUT),
    (Stage.SEARCH, Stage.COLLECT), (Stage.HOURS, Stage.COLLECT), (Stage.REACH, Stage.COLLECT),
    (Stage.HOURS, Stage.REACH), (Stage.OUT, Stage.HIDE), (Stage.OUT, Stage.REACH),
)  # fmt: skip
"""First the one, within 30 days the other: each makes the other worth more."""
_RECENT: Final = ", ".join(f"max({stage}) OVER month AS recent_{stage}" for stage in Stage)
_STORY: Final = " + ".join(f"least(recent_{first}, {then})" for first, then in ORDERS)

EVIDENCE: Final = f"""
CREATE TABLE evidence AS
WITH metrics AS (
    SELECT person_id, day, channel, metric, max(value) AS value FROM parts GROUP BY person_id, day, channel, metric
), channels AS (
    SELECT person_id, day, channel, max(value) + {REST} * (sum(value) - max(value)) AS strength
    FROM metrics GROUP BY person_id, day, channel
), summed AS (
    SELECT person_id, day, sum(strength) AS strength FROM channels GROUP BY person_id, day
), staged AS (
    SELECT person_id, day, {_BY_STAGE} FROM parts GROUP BY person_id, day
), remembered AS (
    SELECT *, {_RECENT} FROM staged
    WINDOW month AS (PARTITION BY person_id ORDER BY {number("day")} RANGE BETWEEN 30 PRECEDING AND CURRENT ROW)
), told AS (
    SELECT person_id, day, strength, 0.3 * ({_STORY}) AS story
    FROM summed JOIN remembered USING (person_id, day)
), habitual AS (
    SELECT *, coalesce(sum(strength) OVER (PARTITION BY person_id ORDER BY {number("day")}
        RANGE BETWEEN 74 PRECEDING AND 15 PRECEDING), 0) / 42 AS habit
    FROM told
), beyond AS (
    SELECT *, greatest(0, strength + least(story, strength) - habit) AS excess FROM habitual
), lasting AS (
    SELECT *, coalesce(0.1 * sum(excess) OVER (PARTITION BY person_id ORDER BY {number("day")}
            RANGE BETWEEN 7 PRECEDING AND 1 PRECEDING), 0)
        + coalesce(0.03 * sum(excess) OVER (PARTITION BY person_id ORDER BY {number("day")}
            RANGE BETWEEN 30 PRECEDING AND 1 PRECEDING), 0) AS earlier
    FROM beyond
)
SELECT person_id, day, strength, story, habit, excess + least(earlier, excess) AS evidence FROM lasting
"""
"""Habit is what somebody is odd by every working day: only what goes beyond it counts. 42 working days in 60."""

CANDIDATES: Final = """
CREATE TABLE candidates AS
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY day ORDER BY evidence DESC, person_id) AS place
    FROM evidence WHERE day BETWEEN $warm AND $until
)
SELECT * FROM ranked WHERE place <= $candidates AND evidence >= $floor
    OR EXISTS (SELECT 1 FROM leaving l WHERE l.person_id = ranked.person_id AND ranked.day BETWEEN l.since AND l.until)
"""
REASONS: Final = """
SELECT c.day, c.person_id, c.evidence, p.metric, p.width, p.channel, p.y, p.own, p.peer, p.n, p.peer_n, p.rank,
    p.z_own, p.z_peer, p.value, h.odd_mask, f.things, f.thing, f.others
FROM candidates c JOIN parts p USING (person_id, day)
LEFT JOIN hours h ON h.person_id = c.person_id AND h.day = c.day
LEFT JOIN (
    SELECT person_id, day, 'new_' || kind AS metric, count(*) AS things,
        first(thing ORDER BY strange DESC, thing) AS thing, first(others ORDER BY strange DESC, thing) AS others
    FROM news WHERE day BETWEEN $warm AND $until GROUP BY person_id, day, kind
) f ON f.person_id = c.person_id AND f.day = c.day AND f.metric = p.metric
WHERE p.value >= 0.3
ORDER BY c.day, c.evidence DESC, c.person_id, p.value DESC, p.metric, p.width
"""
