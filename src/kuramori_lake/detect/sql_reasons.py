"""The query behind each reason: one row of numbers out of `joined_events`, so that anybody can count again.

Parameters: `person`; `since` and `until`, the window; `base_from`, where the usual begins (it ends before `since`);
`peers`, the people compared with; `notice` and `lookback_from` of a leaver; `rest_days` of the site. Where several
would do (equally busy days, several media), the query says which one is told, so that a recount tells the same one.
"""

from typing import Final

from kuramori_lake.detect.findings import Code
from kuramori_lake.detect.sql import (
    A_DEED,
    A_FILE,
    COPYING,
    FLOW_COVERS,
    HANDED_OVER,
    HIS,
    IN_WINDOW,
    MAKING,
    READING,
    WHO,
    area_of,
)

_THEIRS: Final = f"{WHO} IN (SELECT unnest($peers::VARCHAR[])) AND {A_DEED}"
_NAME: Final = r"regexp_extract(replace(path, '\', '/'), '[^/]*$')"
_USUALLY: Final = "local_date >= $base_from AND local_date < $since"

BULK_READ: Final = f"""
WITH mine AS (
    SELECT local_date AS day, count(DISTINCT path) AS documents FROM joined_events
    WHERE {HIS} AND {A_FILE} AND {READING} AND local_date BETWEEN $base_from AND $until GROUP BY day
), theirs AS (
    SELECT {WHO} AS peer, local_date AS day, count(DISTINCT path) AS documents FROM joined_events
    WHERE {_THEIRS} AND {A_FILE} AND {READING} AND {_USUALLY} GROUP BY peer, day
)
SELECT (SELECT count(DISTINCT path) FROM joined_events WHERE {HIS} AND {A_FILE} AND {READING} AND {IN_WINDOW})
        AS own_now,
    count(*) FILTER (day >= $since) AS days, max(documents) FILTER (day >= $since) AS busiest_day_count,
    first(day ORDER BY documents DESC, day) FILTER (day >= $since) AS busiest_day,
    coalesce(median(documents) FILTER (day < $since), 0) AS own_usual,
    count(*) FILTER (day < $since) AS own_days,
    (SELECT median(documents) FROM theirs) AS peer_usual
FROM mine
"""
SECRETS: Final = f"""
WITH touched AS (
    SELECT path, any_value(secret_id) AS secret_id, any_value(secret_number) AS number,
        any_value(secret_level) AS level, any_value(secret_weight) AS weight
    FROM joined_events
    WHERE {HIS} AND {A_FILE} AND {READING} AND {IN_WINDOW} AND secret_id IS NOT NULL GROUP BY path
), by_secret AS (
    SELECT secret_id, any_value(number) AS number, any_value(level) AS level, count(*) AS documents,
        sum(weight) AS weight
    FROM touched GROUP BY secret_id
)
SELECT (SELECT count(*) FROM touched) AS secret_count,
    (SELECT histogram(level) FROM touched) AS secret_count_by_level,
    (SELECT round(coalesce(sum(weight), 0), 2) FROM touched) AS weight, count(*) AS secrets,
    first(secret_id ORDER BY weight DESC, secret_id) AS top_secret_id,
    first(number ORDER BY weight DESC, secret_id) AS top_secret_number,
    first(level ORDER BY weight DESC, secret_id) AS top_secret_level,
    first(documents ORDER BY weight DESC, secret_id) AS top_secret_documents
FROM by_secret
"""
FIRST_AREA: Final = f"""
WITH files AS (
    SELECT local_date AS day, path, {area_of("path")} AS area, coalesce(secret_weight, 0) AS weight,
        {READING} AS reading
    FROM joined_events WHERE {HIS} AND {A_FILE} AND local_date <= $until
), first AS (
    SELECT area, min(day) AS first_day FROM files GROUP BY area
), now AS (
    SELECT path, any_value(area) AS area, max(weight) AS weight FROM files WHERE reading AND day >= $since GROUP BY path
), used AS (
    SELECT {area_of("path")} AS area, count(DISTINCT {WHO}) AS peers FROM joined_events
    WHERE {_THEIRS} AND {A_FILE} AND local_date BETWEEN $base_from AND $until GROUP BY area
), fresh AS (
    SELECT area, any_value(first_day) AS first_day, count(*) AS documents, sum(weight) AS weight,
        1 - coalesce(any_value(used.peers), 0) / greatest(len($peers::VARCHAR[]), 1) AS novelty
    FROM now JOIN first USING (area) LEFT JOIN used USING (area) WHERE first_day >= $since GROUP BY area
)
SELECT first(area ORDER BY documents * novelty DESC, area) AS area,
    first(first_day ORDER BY documents * novelty DESC, area) AS first_time_area,
    first(documents ORDER BY documents * novelty DESC, area) AS area_documents,
    count(*) AS areas, coalesce(sum(documents), 0)::BIGINT AS documents,
    round(coalesce(sum(documents), 0) / greatest((SELECT count(*) FROM now), 1), 4) AS share,
    round(coalesce(sum(documents * novelty), 0), 2) AS new_documents,
    round(coalesce(sum(weight * novelty), 0), 2) AS new_weight,
    (SELECT min(day) FROM files) AS known_since
FROM fresh
"""
COPY_OUT: Final = f"""
WITH copied AS (
    SELECT local_date AS day, {_NAME} AS name, coalesce(bytes, size, 0) AS bytes, device_serial, destination_value,
        {FLOW_COVERS} AS approved
    FROM joined_events e WHERE {HIS} AND {COPYING} AND local_date <= $until
), earlier AS (
    SELECT DISTINCT coalesce(device_serial, destination_value) AS device FROM copied WHERE day < $since
), read AS (
    SELECT DISTINCT lower({_NAME}) AS name FROM joined_events
    WHERE {HIS} AND {A_FILE} AND {READING} AND {IN_WINDOW}
), now AS (
    SELECT *, coalesce(device_serial, destination_value) AS device FROM copied WHERE day >= $since AND approved IS NULL
)
SELECT count(*) AS files, coalesce(sum(bytes), 0)::BIGINT AS bytes, count(DISTINCT device) AS devices,
    count(DISTINCT device) FILTER (device NOT IN (SELECT device FROM earlier WHERE device IS NOT NULL))
        AS first_time_devices,
    first(destination_value ORDER BY destination_value, device_serial) AS device,
    first(device_serial ORDER BY destination_value, device_serial) AS device_serial,
    count(*) FILTER (lower(name) IN (SELECT name FROM read)) AS read_before,
    count(*) FILTER (regexp_matches(lower(name), '\\.(zip|7z|rar|lzh|tgz|gz|cab|iso)$')) AS archives,
    (SELECT count(*) FROM copied WHERE day >= $base_from AND day < $since) AS own_usual
FROM now
"""
APPROVED_FLOW: Final = f"""
WITH done AS (
    SELECT path, bytes, size, {COPYING} AS copying, {FLOW_COVERS} AS approved, {HANDED_OVER} AS handed_over
    FROM joined_events e WHERE {HIS} AND {IN_WINDOW} AND ({COPYING} OR {A_FILE} AND {MAKING})
)
SELECT count(*) FILTER (copying AND approved IS NOT NULL) AS files,
    coalesce(sum(coalesce(bytes, size)) FILTER (copying AND approved IS NOT NULL), 0)::BIGINT AS bytes,
    count(DISTINCT path) FILTER (handed_over IS NOT NULL) AS handed_over,
    coalesce(min(approved), min(handed_over)) AS flow
FROM done
"""
OFF_HOURS: Final = f"""
WITH band AS (
    SELECT quantile_disc(local_hour, 0.05) AS band_from, quantile_disc(local_hour, 0.95) AS band_until
    FROM joined_events WHERE {HIS} AND {_USUALLY}
)
SELECT count(*) AS events, any_value(band_from) AS band_from, any_value(band_until) AS band_until,
    count(*) FILTER (is_night) AS night,
    count(*) FILTER (local_date IN (SELECT unnest($rest_days::DATE[]))) AS on_rest_days,
    count(*) FILTER (local_hour < band_from OR local_hour > band_until
        OR local_date IN (SELECT unnest($rest_days::DATE[]))) AS events_outside_band
FROM joined_events, band WHERE {HIS} AND {A_FILE} AND {IN_WINDOW}
"""
LEAVER: Final = f"""
SELECT count(DISTINCT path) FILTER (local_date < $notice) AS documents_before,
    count(DISTINCT path) FILTER (local_date >= $notice) AS documents_after,
    count(DISTINCT path) FILTER (local_date < $notice AND secret_id IS NOT NULL) AS secret_before,
    count(DISTINCT path) FILTER (local_date >= $notice AND secret_id IS NOT NULL) AS secret_after
FROM joined_events
WHERE {HIS} AND {A_FILE} AND {READING} AND local_date BETWEEN $lookback_from AND $until
"""
QUERIES: Final = {
    Code.APPROVED_FLOW: APPROVED_FLOW,
    Code.BULK_READ: BULK_READ,
    Code.COPY_OUT: COPY_OUT,
    Code.FIRST_AREA: FIRST_AREA,
    Code.LEAVER: LEAVER,
    Code.OFF_HOURS: OFF_HOURS,
    Code.SECRETS: SECRETS,
}
_TELLING: Final = {
    Code.APPROVED_FLOW: f"({COPYING} AND {FLOW_COVERS} IS NOT NULL OR {A_FILE} AND {HANDED_OVER} IS NOT NULL)",
    Code.BULK_READ: f"{A_FILE} AND {READING}",
    Code.COPY_OUT: f"{COPYING} AND {FLOW_COVERS} IS NULL",
    Code.FIRST_AREA: f"{A_FILE} AND {READING} AND {area_of('path')} = $area",
    Code.OFF_HOURS: f"{A_FILE} AND (is_night OR local_date IN (SELECT unnest($rest_days::DATE[])))",
    Code.SECRETS: f"{A_FILE} AND {READING} AND secret_id = $secret",
}
SAMPLE: Final = 20


def sample_of(code: Code) -> str | None:
    """SQL for the ids of the most telling events of a reason; None if it rests on no single events."""
    if code not in _TELLING:
        return None
    return (
        f"SELECT event_id FROM joined_events e WHERE {HIS} AND {IN_WINDOW} AND {_TELLING[code]}"
        f" ORDER BY secret_weight DESC NULLS LAST, time_utc, event_id LIMIT {SAMPLE}"
    )


NARROW: Final = f"""
SELECT event_id, time_utc, local_date, local_hour, is_night, actor_key, person_id, excluded_reason, activity, outcome,
    object_kind, path, name, bytes, size, count, flags, client, device, reader, device_serial, destination_class,
    destination_value, destination_domain, secret_id, secret_number, secret_level, secret_weight
FROM joined_events
WHERE {A_DEED} AND local_date <= $as_of AND (
    {WHO} IN (SELECT unnest($people::VARCHAR[]))
    OR (local_date >= $peers_from AND {WHO} IN (SELECT unnest($peers::VARCHAR[])))
)
"""
"""The part of the events that the queries will look at; its name hides the view, so that their text stays the same."""

BATCHES: Final = (
    "SELECT DISTINCT sha256 FROM batches WHERE batch_id IN (SELECT unnest($ids::BIGINT[]) >> 32) ORDER BY 1"
)
