"""SQL of the daily roll-up, over `events` and `joined_events`."""

from typing import Final

from kuramori_lake.detect.metrics import COUNTED, Kind
from kuramori_lake.detect.sites import TOOLS, looks_like
from kuramori_lake.detect.sql import A_DEED, A_FILE, COPYING, DOOR, FLOW_COVERS, PRINTING, READING, WHO, area_of
from kuramori_lake.event import Activity, DestinationClass

CHANGED_DAYS: Final = "SELECT DISTINCT local_date AS day FROM events WHERE batch_id > $batch"
DAYS_OF_MONTH: Final = "SELECT day FROM dirty WHERE strftime(day, '%Y-%m') = $month"
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
CHANGED_KEYS: Final = """
CREATE TEMP TABLE changed_keys AS
SELECT DISTINCT key FROM (
    (SELECT * FROM new_content_match EXCEPT SELECT * FROM old_content_match)
    UNION ALL (SELECT * FROM old_content_match EXCEPT SELECT * FROM new_content_match)
)
"""
RECOGNISED_DAYS: Final = """
SELECT DISTINCT local_date AS day FROM events
WHERE hash IN (SELECT key FROM changed_keys) OR uid IN (SELECT key FROM changed_keys)
"""
ROWS: Final = "SELECT count(*), count(*) FILTER (batch_id > $batch), max(batch_id) FROM events"

_TOOLS: Final = looks_like("coalesce(destination_value, destination_domain)", TOOLS)
_SOMEWHERE: Final = "destination_class IS NOT NULL"


def of_day(source: str, *, flows: bool) -> str:
    """One row for each deed in `source`, with what the metrics are counted from; `flows`: some may be approved."""
    approved = f"{_SOMEWHERE} AND {FLOW_COVERS} IS NOT NULL" if flows else "false"
    return f"""
SELECT {WHO} AS person_id, local_date AS day, local_hour AS hour, is_night, activity, outcome, object_kind, path, name,
    secret_level AS level, secret_weight AS weight, bytes, size, count, flags, client,
    coalesce(device_serial, e.destination_value, device) AS device, coalesce(device, reader) AS door_name,
    destination_class, destination_value, e.destination_domain,
    {A_FILE} AS a_file, {READING} AS reading, coalesce({COPYING}, false) AS copying, {PRINTING} AS printing,
    {DOOR} AS door, {approved} AS approved, coalesce(is_free_mail, false) AS is_free_mail,
    coalesce(is_jobs, false) AS is_jobs, coalesce(is_storage, false) AS is_storage,
    coalesce(is_leaks, false) AS is_leaks,
    coalesce(destination_class = '{DestinationClass.WEB}' AND {_TOOLS}, false) AS is_tools
FROM {source} e LEFT JOIN places USING (destination_domain) WHERE {A_DEED}
"""


def month_of_deeds(*, flows: bool) -> str:
    """The deeds of the days in `month`."""
    return f"""
CREATE OR REPLACE TEMP TABLE of_day AS
{of_day("joined_events", flows=flows)} AND local_date IN (SELECT day FROM month)
"""


DEEDS: Final = f"""
CREATE OR REPLACE TEMP TABLE deeds AS
SELECT person_id, day, count(*) AS events, count(*) FILTER (is_night) AS night,
    count(*) FILTER (copying AND approved) AS approved_copies,
    coalesce(sum(coalesce(bytes, size)) FILTER (a_file), 0)::BIGINT AS bytes, histogram(hour) AS hours,
    bit_or(1 << hour::INTEGER)::INTEGER AS hours_mask,
    {", ".join(f"{one.sql} AS {one.name}" for one in COUNTED)}
FROM of_day GROUP BY person_id, day
"""
_KINDS: Final = (
    (Kind.PC, "client", "client IS NOT NULL"),
    (
        Kind.ADDRESS,
        "CASE WHEN is_free_mail THEN destination_value ELSE destination_domain END",
        f"destination_class = '{DestinationClass.EXTERNAL_MAIL}' AND NOT approved",
    ),
    (Kind.SITE, "destination_domain", f"destination_class = '{DestinationClass.WEB}' AND NOT approved"),
    (
        Kind.DEVICE,
        "device",
        (
            f"(destination_class = '{DestinationClass.REMOVABLE}' OR activity = '{Activity.DEVICE_CONNECT}')"
            " AND NOT approved"
        ),
    ),
    (Kind.PRINTER, "device", "printing"),
    (Kind.DOOR, "door_name", "door"),
    (Kind.RELATION, "path", f"activity IN ('{Activity.DB_READ}', '{Activity.DB_EXPORT}')"),
)
THINGS: Final = " UNION ALL ".join(
    f"""
SELECT person_id, day, '{kind}' AS kind, {thing} AS thing, count(*) AS events FROM of_day
WHERE {condition} AND {thing} IS NOT NULL GROUP BY person_id, day, {thing}"""
    for kind, thing, condition in _KINDS
)
"""What somebody used on a day: a PC, an address outside (its domain, unless anybody may have one there), a site, …"""

TOUCHES: Final = """
CREATE OR REPLACE TEMP TABLE touches AS
SELECT person_id, day, path, any_value(level) AS level, any_value(weight) AS weight, bool_or(reading) AS reading
FROM of_day WHERE a_file GROUP BY person_id, day, path
"""
AREA_OF_PATH: Final = f"""
CREATE OR REPLACE TEMP TABLE area_of_path AS
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
