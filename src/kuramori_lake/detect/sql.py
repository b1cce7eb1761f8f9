"""Every SQL text of detection, in one place: another engine is another version of this module.

Views and tables they read: `joined_events` (engine.joined), the context's tables, and the roll-up's `days` and `areas`.
Whose deed it was: the person, or `actor:ACCOUNT` for an account that no identity names.
"""

from typing import Final

from kuramori_lake.event import Activity, DestinationClass, ObjectKind, Outcome

AREA_LEVELS: Final = 3
_ROOT: Final = "(?://[^/]+|[A-Za-z]:/[^/]+|/(?:data|export|home|mnt|srv|vol[^/]*)/[^/]+)?"
"""What stands before the shares in a server's own paths: a host, a drive's folder, a mount point."""

WHO: Final = "coalesce(person_id, 'actor:' || actor_key)"
A_DEED: Final = (
    "excluded_reason IS NULL AND actor_key <> ''"
    f" AND activity NOT IN ('{Activity.PROCESS_START}', '{Activity.SYSTEM_EVENT}')"
)
"""A person's act upon something. What programs do on his account comes by the thousand and is for rules only."""
A_FILE: Final = (
    f"object_kind = '{ObjectKind.FILE}' AND outcome = '{Outcome.OK}' AND destination_class IS NULL"
    r" AND (contains(path, '/') OR contains(path, '\'))"
)
"""A file in a folder: endpoint logs of printing and copying out know but a name."""
READING: Final = f"activity IN ('{Activity.READ}', '{Activity.COPY}', '{Activity.DOWNLOAD}')"
COPYING: Final = (
    f"activity IN ('{Activity.COPY}', '{Activity.WRITE}', '{Activity.CREATE}')"
    f" AND destination_class = '{DestinationClass.REMOVABLE}' AND outcome = '{Outcome.OK}'"
)
PRINTING: Final = f"activity = '{Activity.PRINT}' AND outcome = '{Outcome.OK}'"
DOOR: Final = f"activity IN ('{Activity.DOOR_IN}', '{Activity.DOOR_OUT}') AND coalesce(flags, '') <> 'repeat'"
"""A passage; that a reader wrote again within seconds is none of its own."""

FLOW_COVERS: Final = """(SELECT min(f.reason) FROM flows f
    WHERE f.destination_class = e.destination_class
      AND f.destination_value IN (e.destination_value, e.destination_domain, e.device_serial)
      AND (f.person_id IS NULL OR f.person_id = e.person_id) AND e.local_date BETWEEN f.since AND f.until)"""
"""Why what left with event `e` was approved; null if it was not. Media are registered by their serial number."""

COVERED: Final = """joined_events e JOIN flows f ON f.destination_class = e.destination_class
    AND e.local_date BETWEEN f.since AND f.until AND (f.person_id IS NULL OR f.person_id = e.person_id)
    AND (f.destination_value = e.destination_value OR f.destination_value = e.destination_domain
        OR f.destination_value = e.device_serial)"""
"""The events `e` that left with approval, each with what covers it: as `FLOW_COVERS`, for many at a time."""

MAKING: Final = f"activity IN ('{Activity.CREATE}', '{Activity.WRITE}', '{Activity.COPY}')"
_IN_ITS_FOLDER: Final = rf"""f.destination_class = '{DestinationClass.FOLDER}'
      AND starts_with(lower(replace(e.path, '\', '/')), lower(replace(f.destination_value, '\', '/')) || '/')
      AND e.local_date BETWEEN f.since AND f.until"""
HANDED_OVER: Final = f"""(SELECT min(f.reason) FROM flows f
    WHERE {MAKING} AND {_IN_ITS_FOLDER} AND (f.person_id IS NULL OR f.person_id = e.person_id))"""
"""Why a file that event `e` put into a folder was meant to go there: a handover that the boss knows of."""
READ_AS_AGREED: Final = f"""EXISTS (SELECT 1 FROM flows f
    WHERE {_IN_ITS_FOLDER} AND f.person_id = e.person_id)"""
"""The file of event `e` lies where its person was to work: only what was agreed for him by name allows him to read."""


def area_of(path: str) -> str:
    """SQL for the part of the tree a path lies in: its folders down to three levels below the file server's root."""
    plain = rf"replace({path}, '\', '/')"
    return f"regexp_extract({plain}, '^({_ROOT}(?:/?[^/]+){{0,1}}(?:/[^/]+){{0,{AREA_LEVELS - 1}}})/[^/]*', 1)"


HIS: Final = f"{WHO} = $person AND {A_DEED}"
IN_WINDOW: Final = "local_date BETWEEN $since AND $until"
EVENTS: Final = f"""
SELECT * FROM joined_events WHERE {HIS} AND {IN_WINDOW}
ORDER BY coalesce({COPYING}, false) DESC, secret_weight DESC NULLS LAST, time_utc DESC, event_id DESC LIMIT $limit
"""
"""The events of a window: copies and secrets first, then the newest."""
