"""SQL that looks through the roll-up for what is unusual. Steps in the order they run.

Tables given: `rolled` and `touched` (the roll-up's days and areas up to the day asked for), `people`, `sites`.
Robust deviation: x' = ln(1+x); z = (x' - median) / max(1.4826 * MAD, 0.25), against oneself and against peers.
"""

from collections.abc import Sequence
from typing import Final

from kuramori_lake.detect.metrics import SCREENED

STAFF: Final = """
CREATE TABLE staff AS
WITH known AS (
    SELECT person_id, arg_max(unit, until) AS unit, arg_max(site, until) AS site, arg_max(role, until) AS role,
        arg_max(array_to_string(projects, ','), until) AS projects,
        max(notice_on) FILTER (notice_on <= $as_of) AS notice_on,
        max(last_day) FILTER (notice_on IS NULL OR notice_on <= $as_of) AS last_day
    FROM people WHERE since <= $as_of AND until >= $as_of - 30 GROUP BY person_id
), everybody AS (
    SELECT * FROM known
    UNION ALL BY NAME
    SELECT DISTINCT person_id FROM rolled
    WHERE person_id NOT IN (SELECT person_id FROM known) AND ($unknown OR NOT starts_with(person_id, 'actor:'))
), leaving AS (
    SELECT *, least(notice_on, last_day - $leaver_days) AS trigger FROM everybody
)
SELECT person_id, coalesce(unit, '') AS unit, coalesce(role, '') AS role, coalesce(projects, '') AS projects,
    notice_on, last_day, CASE WHEN site IN (SELECT site FROM sites) THEN site ELSE '' END AS site,
    CASE WHEN trigger <= $as_of AND coalesce(last_day, $as_of) >= $as_of - 30 THEN trigger END AS trigger,
    CASE WHEN trigger <= $as_of AND coalesce(last_day, $as_of) >= $as_of - 30
        THEN least(trigger - $lookback_days, $first - $tail_days) ELSE $first - $tail_days END AS scan_from
FROM leaving
"""
"""Who is judged, and from which day on: what HR will learn after the day asked for is not known yet."""

CALENDAR: Final = """
CREATE TABLE calendar AS
SELECT site, day::DATE AS day, isodow(day) >= 6 OR list_contains(holidays, day::DATE) AS rest
FROM (SELECT site, holidays FROM sites UNION ALL SELECT '', []::DATE[]),
    generate_series(greatest((SELECT min(day) FROM rolled), (SELECT min(scan_from) FROM staff) - $reach),
        $as_of, INTERVAL 1 DAY) t(day)
"""
ALIVE: Final = f"SELECT {', '.join(f'max({name}) AS {name}' for name in SCREENED)} FROM rolled"


def grid(alive: Sequence[str]) -> str:
    """Everybody's days with the numbers looked at: those of channels only where the lake has any."""
    more = "".join(f", coalesce({name}, 0) AS {name}" for name in alive)
    return f"""
CREATE TABLE grid AS
SELECT person_id, day, rest, coalesce(events, 0) > 0 AS present, coalesce(documents, 0) AS documents,
    coalesce(copies, 0) AS copies{more}
FROM staff JOIN calendar USING (site) LEFT JOIN rolled USING (person_id, day)
"""


def series(alive: Sequence[str]) -> str:
    """Sums over windows that end on each day; one-day windows keep working days and rest days apart."""
    return f"""
CREATE TABLE series AS
WITH long AS (UNPIVOT grid ON {", ".join(("documents", "copies", *alive))} INTO NAME metric VALUE x)
SELECT person_id, metric, 1 AS width, day, rest, x FROM long WHERE rest OR present
UNION ALL
SELECT person_id, metric, width, day, false, x FROM (
    SELECT person_id, metric, width, day, sum(x) OVER earlier AS x, count(*) OVER earlier AS filled
    FROM long, (SELECT unnest($windows::INTEGER[]) AS width) WHERE width > 1
    WINDOW earlier AS (PARTITION BY person_id, metric, width ORDER BY day
        RANGE BETWEEN to_days(width - 1) PRECEDING AND CURRENT ROW)
) WHERE filled = width
"""


_LEAST: Final = " ".join(f"WHEN '{name}' THEN {least}" for name, least in SCREENED.items())

OWN: Final = """
CREATE TABLE own AS
SELECT person_id, metric, width, rest, median(ln(1 + x)) AS usual, mad(ln(1 + x)) AS spread, count(*) AS samples
FROM series JOIN staff USING (person_id)
WHERE day < CASE WHEN width = 1 THEN scan_from ELSE $as_of - width + 1 END
    AND day >= CASE WHEN width = 1 THEN scan_from ELSE $as_of - width + 1 END - $baseline_days
GROUP BY ALL
"""
ROLE: Final = """
CREATE TABLE of_role AS
SELECT role, metric, width, rest, median(usual) AS usual, median(spread) AS spread
FROM own JOIN staff USING (person_id) GROUP BY ALL
"""
ODD: Final = f"""
CREATE TABLE odd AS
WITH now AS (
    SELECT s.* FROM series s JOIN staff USING (person_id)
    WHERE day BETWEEN CASE WHEN width = 1 THEN scan_from ELSE $as_of END AND $as_of
        AND x >= CASE metric WHEN 'copies' THEN $least_copies {_LEAST} ELSE $least_documents END
), compared AS (
    SELECT now.*, coalesce(samples, 0) AS samples, least(coalesce(samples, 0), 10) / 10.0 AS own_share,
        coalesce(own.usual, 0) * own_share + coalesce(of_role.usual, 0) * (1 - own_share) AS usual,
        coalesce(own.spread, 0) * own_share + coalesce(of_role.spread, 0) * (1 - own_share) AS spread
    FROM now JOIN staff USING (person_id)
    LEFT JOIN own USING (person_id, metric, width, rest) LEFT JOIN of_role USING (role, metric, width, rest)
)
SELECT *, (ln(1 + x) - usual) / greatest(1.4826 * spread, 0.25) AS z_own FROM compared WHERE z_own >= 2
"""
"""Unusual for oneself; somebody with fewer than ten days to compare with shrinks to his role."""

MEMBERS: Final = """
CREATE TABLE members AS
SELECT person_id, rank, key, count(*) OVER (PARTITION BY rank, key) AS size FROM (
    SELECT person_id, unnest([
        {'rank': 1, 'key': role || '|' || site || '|' || projects}, {'rank': 2, 'key': unit},
        {'rank': 3, 'key': role}, {'rank': 4, 'key': ''}
    ], recursive := true) FROM staff
)
"""
PEERS: Final = """
CREATE TABLE peers AS
SELECT person_id, arg_min(rank, rank) AS rank, arg_min(key, rank) AS key, arg_min(size, rank) AS size
FROM members WHERE size > $peers_least OR rank = 4 GROUP BY person_id
"""
"""The closest group with enough others in it."""

FLAGGED: Final = """
CREATE TABLE flagged AS
WITH asked AS (SELECT DISTINCT rank, key, metric, width, day FROM odd JOIN peers USING (person_id)),
beside AS (
    SELECT rank, key, metric, width, day, median(ln(1 + x)) AS usual, mad(ln(1 + x)) AS spread, count(*) AS present
    FROM asked JOIN members USING (rank, key) JOIN series USING (person_id, metric, width, day) GROUP BY ALL
)
SELECT odd.person_id, metric, width, day, x, samples, z_own, size - 1 AS peer_n,
    CASE WHEN size > 3 THEN (ln(1 + x) - beside.usual) / greatest(1.4826 * beside.spread, 0.25) END AS z_peer,
    sqrt(z_own * greatest(coalesce(z_peer, z_own * 0.5), 0)) AS z
FROM odd JOIN peers USING (person_id) JOIN beside USING (rank, key, metric, width, day)
WHERE z >= $least_z
"""
"""Unusual for oneself and among peers in the very same days, so that a quarter end is nobody's alarm."""

FRESH: Final = """
CREATE TABLE fresh AS
WITH first AS (SELECT person_id, area, min(day) AS first_day FROM touched GROUP BY ALL),
known AS (SELECT person_id, min(day) AS known_since FROM rolled GROUP BY ALL),
users AS (
    SELECT unit, area, count(DISTINCT person_id) AS users FROM touched JOIN staff USING (person_id)
    WHERE day >= $as_of - $reach GROUP BY ALL
), units AS (SELECT unit, count(*) AS size FROM staff GROUP BY ALL)
SELECT t.person_id, t.day, t.area, t.documents, t.weight, first_day, scan_from,
    known_since <= first_day - 30 AS is_settled,
    CASE WHEN unit = '' THEN 0.5 ELSE 1 - least(1, (users - 1) / greatest(size - 1, 1)) END
        * CASE WHEN known_since <= first_day - 30 THEN 1 ELSE 0.2 END AS novelty
FROM touched t JOIN staff USING (person_id) JOIN first USING (person_id, area) JOIN known USING (person_id)
JOIN users USING (unit, area) JOIN units USING (unit)
WHERE first_day >= least(scan_from, $as_of - $lookback_days) AND area <> ''
"""
"""Areas entered for the first time; the more of the unit works there anyway, the less new it is."""

FLAGS: Final = """
SELECT person_id, day, width, metric, z, z_own, z_peer, x::BIGINT AS x FROM flagged
UNION ALL
SELECT person_id, day, 1, 'areas', ln(1 + sum(weight * novelty)), NULL, NULL, sum(documents)::BIGINT FROM fresh
WHERE first_day >= scan_from
GROUP BY person_id, day HAVING sum(weight * novelty) >= $least_weight OR sum(documents * novelty) >= $least_fresh
UNION ALL
SELECT person_id, $as_of, $as_of - min(day) + 1, 'areas', ln(1 + sum(weight * novelty)), NULL, NULL,
    sum(documents)::BIGINT FROM fresh
WHERE is_settled
GROUP BY person_id HAVING sum(weight * novelty) >= 3 * $least_weight AND max(day) > $as_of - 30
ORDER BY person_id, day, width, metric
"""
"""The last part is the slow one: a few grave documents a day out of an area that was new some weeks ago."""

STANDING: Final = """
SELECT staff.*, peers.size - 1 AS peer_n, peers.rank AS peer_rank,
    (SELECT list(m.person_id ORDER BY m.person_id) FROM members m
     WHERE m.rank = peers.rank AND m.key = peers.key AND m.person_id <> staff.person_id) AS peers,
    (SELECT coalesce(sum(samples), 0) FROM own
     WHERE own.person_id = staff.person_id AND width = 1 AND metric = 'documents' AND NOT rest)::BIGINT AS samples
FROM staff JOIN peers USING (person_id)
WHERE person_id IN (SELECT unnest($wanted::VARCHAR[]))
"""
LEAVERS: Final = "SELECT person_id FROM staff WHERE trigger IS NOT NULL ORDER BY person_id"
HEADCOUNT: Final = "SELECT count(*) FROM staff"
