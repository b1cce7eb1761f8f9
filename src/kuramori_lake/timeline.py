"""Everything in order: the events of a person, a secret, a document or a device, page by page, the newest first.

A page is found by its key (time, event id) and not by counting from the start, and its limit goes into the query: the
thousandth page of a million events costs what the first does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import duckdb

from kuramori_lake.lookback import Wanted, theirs
from kuramori_lake.store import Lake

CHANNELS: Final = {
    "files": "activity IN ('read', 'write', 'create', 'delete', 'rename', 'copy', 'permission_change')"
    " AND destination_class IS DISTINCT FROM 'removable'",
    "media": "(activity LIKE 'device%' OR destination_class = 'removable')",
    "print": "activity IN ('print', 'copy_scan_fax')",
    "mail": "activity LIKE 'mail%'",
    "web": "(activity IN ('upload', 'download') OR activity LIKE 'share%' OR activity = 'unshare')",
    "doors": "(activity LIKE 'door%' OR activity LIKE 'visitor%')",
    "databases": "activity LIKE 'db%'",
    "sign_in": "(activity LIKE 'logo%' OR activity LIKE 'account%' OR activity = 'privilege')",
    "system": "activity IN ('process_start', 'system_event', 'log_cleared', 'log_gap', 'agent_silent', 'clipboard')",
    "kuramori": "source = 'ledger'",
}
"""What each channel holds, as a condition over the view `joined_events`; every activity lies in at least one."""
THINGS: Final = {
    "document": "(lower(path) = lower($thing) OR lower(name) = lower($thing))",
    "device": "(lower(device_serial) = lower($thing) OR lower(device) = lower($thing) OR lower(client) = lower($thing)"
    " OR (destination_class = 'removable' AND lower(destination_value) = lower($thing)))",
}
"""How an event touches a thing that logs call by a text of their own: capitals differ from system to system."""
COLUMNS: Final = """event_id, time_utc, source, instance, activity, outcome, object_kind, path, name, secret_id,
    secret_level, device, destination_class, destination_value, client, ip, actor_raw, person_id, "count", "bytes" """


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which days (local, both included), which channels (none: all), and after which key: time (naive UTC) and id.

    `only` narrows to events of these ids; None does not. `untold` are verbs of Kuramori's ledger that whoever asks
    tells himself, from the ledger, and does not want to tell twice.
    """

    since: date
    until: date
    channels: Sequence[str] = ()
    before: tuple[datetime, int] | None = None
    limit: int = 100
    only: Sequence[int] | None = None
    untold: Sequence[str] = ()


def person_timeline(lake: Lake, person_id: str, asked: Asked) -> list[dict[str, Any]]:
    """A page of one person's events; only the months and buckets where his names can be are read."""
    lake.context.refresh()
    wanted = Wanted(person_id=person_id, since=asked.since, until=asked.until, limit=asked.limit)
    with theirs(lake.root, lake.manifest, lake.context, wanted) as (db, keys):
        those = "actor_key IN (SELECT unnest($keys)) AND person_id = $person"
        return _page(db, those, {"keys": keys, "person": person_id}, asked)


def secret_timeline(lake: Lake, secret_id: str, asked: Asked) -> list[dict[str, Any]]:
    """A page of the events that touched a secret, whoever did it."""
    with lake.connect() as db:
        those = "path IN (SELECT path FROM path_secret WHERE secret_id = $secret) AND secret_id = $secret"
        return _page(db, those, {"secret": secret_id}, asked)


def thing_timeline(lake: Lake, kind: str, thing: str, asked: Asked) -> list[dict[str, Any]]:
    """A page of the events in which a document (path or file name) or a device (medium or machine) has a part (DET-14).

    Whoever is excluded from monitoring is left out. Raises KeyError for a kind of thing that is not in `THINGS`.
    """
    those = f"{THINGS[kind]} AND excluded_reason IS NULL"
    with lake.connect() as db:
        return _page(db, those, {"thing": thing}, asked)


def _page(db: duckdb.DuckDBPyConnection, those: str, given: dict[str, Any], asked: Asked) -> list[dict[str, Any]]:
    conditions = [those, "local_date BETWEEN $since AND $until"]
    given = given | {"since": asked.since, "until": asked.until, "limit": asked.limit}
    if chosen := [CHANNELS[name] for name in asked.channels]:
        conditions.append(f"({' OR '.join(chosen)})")
    if asked.only is not None:
        conditions.append("event_id IN (SELECT unnest($only::BIGINT[]))")
        given |= {"only": list(asked.only)}
    if asked.untold:
        conditions.append("NOT (source = 'ledger' AND flags IN (SELECT unnest($untold)))")
        given |= {"untold": list(asked.untold)}
    if asked.before is not None:
        conditions.append("(time_utc, event_id) < ($time, $id)")
        given |= {"time": asked.before[0], "id": asked.before[1]}
    text = f"SELECT {COLUMNS} FROM joined_events WHERE {' AND '.join(conditions)}"
    rows: list[dict[str, Any]] = (
        db.execute(f"{text} ORDER BY time_utc DESC, event_id DESC LIMIT $limit", given).to_arrow_table().to_pylist()
    )
    return rows
