"""SQL of the daily roll-up, over `events` and `joined_events`."""

from typing import Final

from kuramori_lake.detect.sql import A_DEED, A_FILE, COPYING, DOOR, FLOW_COVERS, PRINTING, READING, WHO, area_of

CHANGED_DAYS: Final = "SELECT DISTINCT local_date AS day FROM events WHERE batch_id > $batch"
RELINKED_DAYS: Final = """
SELECT DISTINCT local_date AS day FROM events
WHERE actor_key IN (SELECT actor_key FROM changed_actors) OR path IN (SELECT path FROM changed_paths)
"""
CHANGED_ACTORS: Final = """
CREATE TEMP TABLE changed_actors AS
SELECT DISTINCT actor_key FROM (
    (SELECT * FROM new_actor_person EXCEPT SELECT * FROM old_actor_person)
    UNION ALL (SELECT * FROM old_actor_person EXCEPT SELECT * FROM new_actor_person)
    UNION ALL (SELECT * FROM new_actor_excluded EXCEPT SELECT * FROM old_actor_excluded)
    UNION ALL (SELECT * FROM old_actor_excluded EXCEPT SELECT * FROM new_actor_excluded)
)
"""
CHANGED_PATHS: Final = """
CREATE TEMP TABLE changed_paths AS
SELECT DISTINCT path FROM (
    (SELECT * FROM new_path_secret EXCEPT SELECT * FROM old_path_secret)
    UNION ALL (SELECT * FROM old_path_secret EXCEPT SELECT * FROM new_path_secret)
)
"""
ROWS: Final = "SELECT count(*), count(*) FILTER (batch_id > $batch), max(batch_id) FROM events"

OF_DAY: Final = f"""
CREATE TEMP TABLE of_day AS
SELECT {WHO} AS person_id, local_date AS day, local_hour AS hour, is_night, activity, path, secret_level AS level,
    secret_weight AS weight, bytes, size, count, device_serial,
    {A_FILE} AS a_file, {READING} AS reading, coalesce({COPYING}, false) AS copying, {PRINTING} AS printing,
    {DOOR} AS door, coalesce({COPYING}, false) AND {FLOW_COVERS} IS NOT NULL AS approved
FROM joined_events e WHERE {A_DEED} AND local_date IN (SELECT day FROM dirty)
"""
DEEDS: Final = """
CREATE TEMP TABLE deeds AS
SELECT person_id, day, count(*) AS events, count(*) FILTER (is_night) AS night,
    count(*) FILTER (copying AND NOT approved) AS copies, count(*) FILTER (approved) AS approved_copies,
    coalesce(sum(coalesce(bytes, size)) FILTER (copying), 0)::BIGINT AS copied_bytes,
    coalesce(sum(coalesce(bytes, size)) FILTER (a_file), 0)::BIGINT AS bytes,
    count(*) FILTER (printing) AS prints, coalesce(sum(count) FILTER (printing), 0)::BIGINT AS pages,
    count(*) FILTER (door) AS doors, histogram(hour) AS hours
FROM of_day GROUP BY ALL
"""
TOUCHES: Final = """
CREATE TEMP TABLE touches AS
SELECT person_id, day, path, any_value(level) AS level, any_value(weight) AS weight, bool_or(reading) AS reading
FROM of_day WHERE a_file GROUP BY person_id, day, path
"""
AREA_OF_PATH: Final = f"""
CREATE TEMP TABLE area_of_path AS
SELECT path, {area_of("path")} AS area FROM (SELECT DISTINCT path FROM touches)
"""
DAYS: Final = """
WITH files AS (
    SELECT person_id, day, count(*) AS files, count(*) FILTER (reading) AS documents,
        count(*) FILTER (reading AND level IS NOT NULL) AS secret_documents,
        coalesce(sum(weight) FILTER (reading), 0) AS weight,
        histogram(level) FILTER (reading AND level IS NOT NULL) AS levels
    FROM touches GROUP BY ALL
)
SELECT d.*, coalesce(files, 0) AS files, coalesce(documents, 0) AS documents,
    coalesce(secret_documents, 0) AS secret_documents, coalesce(weight, 0) AS weight, levels
FROM deeds d LEFT JOIN files USING (person_id, day) ORDER BY day, person_id
"""
AREAS: Final = """
SELECT person_id, day, area, count(*) AS files, count(*) FILTER (reading) AS documents,
    count(*) FILTER (reading AND level IS NOT NULL) AS secret_documents,
    coalesce(sum(weight) FILTER (reading), 0) AS weight
FROM touches JOIN area_of_path USING (path) GROUP BY ALL ORDER BY day, person_id, area
"""
