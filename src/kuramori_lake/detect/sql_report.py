"""SQL of the look-back at one person, over the tables `found` (all his events up to `until`) and `flows`.

Parameters: `since`, `until`; `base_from`, where the usual begins (it ends before `since`); `notice`, null if none;
`rest_days` of the site from `base_from` on.
"""

from typing import Final

from kuramori_lake.detect.sql import A_FILE, COPYING, DOOR, FLOW_COVERS, PRINTING, READING, area_of

_NAME: Final = r"lower(regexp_extract(replace(path, '\', '/'), '[^/]*$'))"
_IN: Final = "local_date BETWEEN $since AND $until"
_USUALLY: Final = "local_date >= $base_from AND local_date < $since"
_REST: Final = "list_contains($rest_days::DATE[], local_date)"

USUAL: Final = f"""
WITH days AS (
    SELECT local_date AS day, {_REST} AS rest, count(DISTINCT path) FILTER ({A_FILE} AND {READING}) AS documents
    FROM found WHERE {_USUALLY} GROUP BY local_date
)
SELECT coalesce(median(documents) FILTER (NOT rest AND documents > 0), 0) AS on_work_days,
    CASE WHEN count(*) FILTER (rest) * 2 > len($rest_days::DATE[])
        THEN coalesce(median(documents) FILTER (rest), 0) ELSE 0 END AS on_rest_days,
    (SELECT quantile_disc(local_hour, 0.05) FROM found WHERE {_USUALLY}) AS band_from,
    (SELECT quantile_disc(local_hour, 0.95) FROM found WHERE {_USUALLY}) AS band_until
FROM days
"""
DAYS: Final = f"""
SELECT local_date AS day, count(*) AS events, count(DISTINCT path) FILTER ({A_FILE} AND {READING}) AS documents,
    count(DISTINCT path) FILTER ({A_FILE} AND {READING} AND secret_id IS NOT NULL) AS secret_documents,
    count(*) FILTER ({COPYING}) AS copied_out,
    coalesce(sum(count) FILTER ({PRINTING}), 0)::BIGINT AS printed_pages, count(*) FILTER ({DOOR}) AS doors,
    count(*) FILTER (is_night OR local_hour < $band_from OR local_hour > $band_until) AS off_hours
FROM found WHERE {_IN} GROUP BY local_date ORDER BY local_date
"""
CHANNELS: Final = f"""
SELECT destination_class AS channel, count(*) AS events, count(DISTINCT path) AS files,
    coalesce(sum(coalesce(bytes, size)), 0)::BIGINT AS bytes,
    coalesce(sum(count) FILTER ({PRINTING}), 0)::BIGINT AS pages,
    coalesce(list_sort(list(DISTINCT coalesce(destination_domain, destination_value, device))), []) AS destinations,
    count(*) FILTER ({FLOW_COVERS} IS NOT NULL) AS approved
FROM found e
WHERE {_IN} AND destination_class IS NOT NULL AND outcome = 'ok' AND activity NOT LIKE 'device%'
GROUP BY destination_class ORDER BY files DESC, channel
"""
SECRETS: Final = f"""
SELECT secret_id, any_value(secret_number) AS number, any_value(secret_level) AS level,
    count(DISTINCT path) AS documents,
    count(DISTINCT path) FILTER (local_date < coalesce($notice::DATE, DATE '9999-12-31')) AS documents_before,
    min(local_date) AS first, max(local_date) AS last
FROM found WHERE {_IN} AND {A_FILE} AND secret_id IS NOT NULL
GROUP BY secret_id ORDER BY count(DISTINCT path) * max(secret_weight) DESC, number
"""
AREAS: Final = f"""
WITH files AS (
    SELECT path, secret_id, local_date AS day, {area_of("path")} AS area FROM found WHERE {A_FILE}
)
SELECT area, min(day) AS first, count(DISTINCT path) AS documents,
    count(DISTINCT path) FILTER (secret_id IS NOT NULL) AS secret_documents
FROM files WHERE area <> '' GROUP BY area
HAVING min(day) >= $since AND min(day) > (SELECT min(local_date) + 30 FROM found) ORDER BY documents DESC, area
"""
DOCUMENTS: Final = f"""
WITH copied AS (SELECT DISTINCT {_NAME} AS name FROM found WHERE {_IN} AND {COPYING}),
printed AS (SELECT DISTINCT {_NAME} AS name FROM found WHERE {_IN} AND {PRINTING}),
files AS (
    SELECT path, any_value(secret_number) AS secret_number, any_value(secret_level) AS level,
        coalesce(any_value(secret_weight), 0) AS weight, count(*) AS touches, max(local_date) AS last,
        {_NAME} AS name, bool_or({READING}) AS read, bool_or(activity IN ('write', 'create')) AS written
    FROM found WHERE {_IN} AND {A_FILE} GROUP BY path
), depths AS (
    SELECT *, CASE WHEN name IN (SELECT name FROM copied) THEN 'copy_out'
        WHEN name IN (SELECT name FROM printed) THEN 'print' WHEN read THEN 'read'
        WHEN written THEN 'write' ELSE 'list' END AS deepest
    FROM files
)
SELECT path, secret_number, level, touches, deepest, last,
    round((0.05 + weight) * CASE deepest WHEN 'copy_out' THEN 1.0 WHEN 'print' THEN 0.8 WHEN 'list' THEN 0.1
        ELSE 0.5 END * (1 + ln(touches) / 10), 4) AS weight
FROM depths ORDER BY weight DESC, last DESC, path LIMIT $limit
"""
TOTAL: Final = f"SELECT count(*) FROM found WHERE {_IN}"
