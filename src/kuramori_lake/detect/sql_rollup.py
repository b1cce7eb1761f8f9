"""SQL of the daily roll-up, over `events` and `joined_events`."""

from collections.abc import Iterable
from typing import Final

from kuramori_lake.detect.metrics import COUNTED, Kind
from kuramori_lake.detect.sites import TOOLS, looks_like, places
from kuramori_lake.detect.sql import (
    A_DEED,
    A_FILE,
    COPYING,
    COVERED,
    DOOR,
    FLOW_COVERS,
    PRINTING,
    READING,
    WHO,
    area_of,
)
from kuramori_lake.event import Activity, DestinationClass

STORED: Final = """
SELECT local_date AS day, count(*) AS events, count(*) FILTER (batch_id > $batch) AS fresh, max(batch_id) AS batch
FROM events GROUP BY local_date ORDER BY local_date
"""
"""All days of the lake, in one look at two narrow columns."""
RELINKED: Final = {
    "actor_person": ("actor_key", ("actor_key",)),
    "actor_excluded": ("actor_key", ("actor_key",)),
    "path_secret": ("path", ("path",)),
    "content_match": ("key", ("hash", "uid")),
    "flows": ("destination_value", ("destination_value", "destination_domain", "device_serial")),
}
"""What events are joined with: by which of its columns, and where events have the same."""


def differing(key: str) -> str:
    """Values of `key` in rows that only one of `was` and `now` has."""
    return f"""
SELECT DISTINCT {key} AS changed FROM ((FROM was EXCEPT FROM now) UNION ALL (FROM now EXCEPT FROM was))
"""


def relinked(columns: Iterable[str]) -> str:
    """Days with events that have one of the values in `changes`."""
    return f"""
SELECT DISTINCT local_date AS day FROM events
WHERE {" OR ".join(f"{column} IN (SELECT changed FROM changes)" for column in columns)}
"""


IN_PORTION: Final = "local_date IN (SELECT day FROM portion)"
PLACES: Final = places(IN_PORTION)
_TOOLS: Final = looks_like("coalesce(destination_value, destination_domain)", TOOLS)
_SOMEWHERE: Final = "destination_class IS NOT NULL"


def of_day(source: str, *, approved: str = f"{_SOMEWHERE} AND {FLOW_COVERS} IS NOT NULL") -> str:
    """One row for each deed in `source`, with what the metrics are counted from; `approved`: how that is known."""
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


APPROVED: Final = f"SELECT DISTINCT e.event_id FROM {COVERED} WHERE e.{IN_PORTION}"


def deeds_of_portion(*, flows: bool) -> str:
    """The deeds of the days in `portion`; with `flows`, the table `approved` is there."""
    approved = f"{_SOMEWHERE} AND event_id IN (SELECT event_id FROM approved)" if flows else "false"
    return f"{of_day('joined_events', approved=approved)} AND {IN_PORTION}"


DEEDS: Final = f"""
SELECT person_id, day, count(*) AS events, count(*) FILTER (is_night) AS night,
    count(*) FILTER (copying AND approved) AS approved_copies,
    coalesce(sum(coalesce(bytes, size)) FILTER (a_file), 0)::BIGINT AS bytes,
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
SELECT person_id, day, path, arg_max(level, weight) AS level, max(weight) AS weight, bool_or(reading) AS reading
FROM of_day WHERE a_file GROUP BY person_id, day, path
"""
AREA_OF_PATH: Final = f"SELECT path, {area_of('path')} AS area FROM (SELECT DISTINCT path FROM touches)"
_WEIGHT: Final = "coalesce(round(sum(weight) FILTER (reading), 6), 0) AS weight"
"""Rounded, so that it does not depend on the order in which it was summed."""
DAYS: Final = f"""
WITH files AS (
    SELECT person_id, day, count(*) AS files, count(*) FILTER (reading) AS documents,
        count(*) FILTER (reading AND level IS NOT NULL) AS secret_documents, {_WEIGHT}
    FROM touches GROUP BY person_id, day
)
SELECT d.*, coalesce(files, 0) AS files, coalesce(documents, 0) AS documents,
    coalesce(secret_documents, 0) AS secret_documents, coalesce(weight, 0) AS weight
FROM deeds d LEFT JOIN files USING (person_id, day) ORDER BY day, person_id
"""
AREAS: Final = f"""
SELECT person_id, day, area, count(*) AS files, count(*) FILTER (reading) AS documents,
    count(*) FILTER (reading AND level IS NOT NULL) AS secret_documents, {_WEIGHT}
FROM touches JOIN area_of_path USING (path) GROUP BY person_id, day, area ORDER BY day, person_id, area
"""
STEPS: Final = {"deeds": DEEDS, "touches": TOUCHES, "area_of_path": AREA_OF_PATH}
ROLLED: Final = {"days": DAYS, "areas": AREAS, "things": THINGS}
"""The tables of a portion's roll-up, after its steps."""
