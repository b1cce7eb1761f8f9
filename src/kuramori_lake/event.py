"""The normalised event: what every log line becomes, and the columns it is stored in.

All times are naive UTC (`timestamp[us]`): zone-aware columns make DuckDB's date functions about ten times slower.
What a person at the site saw on the clock is kept beside it in `local_hour`, `local_date` and `is_night`.
`person_id` and `secret_id` are not stored: they are joined at query time from the context that was valid on the day.
"""

import unicodedata
from enum import StrEnum
from typing import Final

import pyarrow as pa

NIGHT_FROM: Final = 22
NIGHT_UNTIL: Final = 5
"""Late-night hours, local clock: 22:00 to 05:00 (Japanese Labour Standards Act, article 37-4)."""

BUCKETS: Final = 16
"""Compacted segments are split by the first hexadecimal digit of SHA-256(actor_key), the same in Python and in SQL."""


class Activity(StrEnum):
    """What was done. One closed list for all sources."""

    ACCOUNT_DISABLE = "account_disable"
    ACCOUNT_ENABLE = "account_enable"
    AGENT_SILENT = "agent_silent"
    CLIPBOARD = "clipboard"
    COPY = "copy"
    COPY_SCAN_FAX = "copy_scan_fax"
    CREATE = "create"
    DB_CHANGE = "db_change"
    DB_EXPORT = "db_export"
    DB_READ = "db_read"
    DELETE = "delete"
    DEVICE_CONNECT = "device_connect"
    DEVICE_DISCONNECT = "device_disconnect"
    DEVICE_LOST = "device_lost"
    DOOR_DENIED = "door_denied"
    DOOR_IN = "door_in"
    DOOR_OUT = "door_out"
    DOWNLOAD = "download"
    LOGOFF = "logoff"
    LOGON = "logon"
    LOGON_FAIL = "logon_fail"
    LOG_CLEARED = "log_cleared"
    LOG_GAP = "log_gap"
    MAIL_BLOCK = "mail_block"
    MAIL_HOLD = "mail_hold"
    MAIL_RELEASE = "mail_release"
    MAIL_SEND = "mail_send"
    PERMISSION_CHANGE = "permission_change"
    PRINT = "print"
    PRIVILEGE = "privilege"
    PROCESS_START = "process_start"
    READ = "read"
    RENAME = "rename"
    SHARE_ANONYMOUS = "share_anonymous"
    SHARE_EXTERNAL = "share_external"
    SHARE_INTERNAL = "share_internal"
    SYSTEM_EVENT = "system_event"  # kept for what its `fields` say, such as an installed service
    UNSHARE = "unshare"
    UPLOAD = "upload"
    VISITOR_IN = "visitor_in"
    VISITOR_OUT = "visitor_out"
    WRITE = "write"


class Outcome(StrEnum):
    """How it ended, as the source tells it."""

    BLOCKED = "blocked"
    DENIED = "denied"
    ERROR = "error"
    HELD = "held"
    OK = "ok"
    UNKNOWN = "unknown"


class Namespace(StrEnum):
    """Which kind of name `actor_raw` is; names of different namespaces never match each other."""

    AD = "ad"
    BADGE = "badge"
    DB = "db"
    EMPLOYEE = "employee"
    LOCAL = "local"
    MAIL = "mail"
    UPN = "upn"


class TimeBasis(StrEnum):
    """Why we believe the zone of the time: the log said so, an administrator said so, or nobody did."""

    ASSUMED = "assumed"
    CONFIGURED = "configured"
    EXPLICIT = "explicit"


class Confidence(StrEnum):
    """How sure the source is of the actor."""

    AUTHENTICATED = "authenticated"
    CLAIMED = "claimed"
    INFERRED = "inferred"


class ObjectKind(StrEnum):
    """What kind of thing was touched."""

    ACCOUNT = "account"
    DB_RELATION = "db_relation"
    DEVICE = "device"
    DOOR = "door"
    FILE = "file"
    FOLDER = "folder"
    LOG = "log"
    MAIL = "mail"
    PAPER = "paper"
    SHARE = "share"
    URL = "url"


class DestinationClass(StrEnum):
    """Where something went, when it went somewhere."""

    ANONYMOUS_LINK = "anonymous_link"
    CLOUD_SHARE = "cloud_share"
    DB_CLIENT = "db_client"
    EXTERNAL_MAIL = "external_mail"
    FOLDER = "folder"
    PERSON = "person"
    PRINTER = "printer"
    REMOVABLE = "removable"
    WEB = "web"


_TIME = pa.timestamp("us")

PARSED: Final = pa.schema(
    [
        pa.field("row_key", pa.uint64(), nullable=False),  # salted digest of the row or of the vendor's event id
        pa.field("time_utc", _TIME, nullable=False),
        pa.field("original_text", pa.string()),  # the time exactly as the log wrote it
        pa.field("tz_basis", pa.string(), nullable=False),
        pa.field("actor_raw", pa.string()),
        pa.field("actor_namespace", pa.string()),
        pa.field("confidence", pa.string()),
        pa.field("activity", pa.string(), nullable=False),
        pa.field("outcome", pa.string(), nullable=False),
        pa.field("object_kind", pa.string()),
        pa.field("path", pa.string()),
        pa.field("name", pa.string()),
        pa.field("uid", pa.string()),  # the source's own id of the object
        pa.field("hash", pa.string()),
        pa.field("label_at_event", pa.string()),  # a label the source itself saw, e.g. ResourceAttributes
        pa.field("size", pa.int64()),
        pa.field("bytes", pa.int64()),
        pa.field("count", pa.int64()),  # pages, rows, recipients, files or people
        pa.field("host", pa.string()),  # the machine that wrote the log
        pa.field("ip", pa.string()),  # where the actor came from
        pa.field("client", pa.string()),  # name of the actor's machine
        pa.field("device", pa.string()),  # printer, door, USB model
        pa.field("device_serial", pa.string()),
        pa.field("reader", pa.string()),
        pa.field("destination_class", pa.string()),
        pa.field("destination_value", pa.string()),
        pa.field("destination_domain", pa.string()),
        pa.field("session_key", pa.string()),
        pa.field("stitched_from", pa.string()),  # record numbers joined into this event, comma separated
        pa.field("flags", pa.string()),  # what a reader must know: "cut", "name_unsure", …; comma separated
        pa.field("raw_row", pa.int64()),  # line or record number in the batch, from 1
        pa.field("raw_offset", pa.int64()),
        pa.field("raw_length", pa.int32()),
        pa.field("raw_encoding", pa.string()),
        pa.field("fields", pa.string()),  # JSON object: the record's own members, where no column holds them all
    ]
)
"""What a parser yields. Columns that a parser leaves out are null."""

EVENT: Final = pa.schema(
    [
        pa.field("event_id", pa.int64(), nullable=False),  # batch_id * 2**32 + ordinal in the batch
        pa.field("dedupe_key", pa.uint64(), nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("instance", pa.string(), nullable=False),
        pa.field("parser_version", pa.int16(), nullable=False),
        pa.field("batch_id", pa.int32(), nullable=False),  # names the raw blob: view `batches` has its SHA-256
        pa.field("received_utc", _TIME, nullable=False),
        pa.field("skew_s", pa.int32()),  # seconds the event lies in the future of its reception, else null
        pa.field("actor_key", pa.string(), nullable=False),  # join key only; the evidence is actor_raw
        *(field for field in PARSED if field.name not in {"row_key", "fields"}),
        pa.field("local_hour", pa.int8(), nullable=False),
        pa.field("local_date", pa.date32(), nullable=False),
        pa.field("is_night", pa.bool_(), nullable=False),
        PARSED.field("fields"),
    ]
)
"""The stored table, one row per event."""

FILE_ACTIVITIES: Final = frozenset(
    {Activity.READ, Activity.WRITE, Activity.CREATE, Activity.DELETE, Activity.RENAME, Activity.COPY, Activity.DOWNLOAD}
)


def actor_key(raw: str | None) -> str:
    """The key an actor's name is joined by: NFKC, case folded, trimmed; "" for nobody. The domain is kept."""
    return unicodedata.normalize("NFKC", raw).strip().casefold() if raw else ""


def path_key(path: str) -> str:
    """The key a path is matched by: NFKC, case folded, forward slashes, no trailing slash.

    macOS writes names decomposed and Windows composed; both must meet the same pattern.
    """
    return unicodedata.normalize("NFKC", path).casefold().replace("\\", "/").rstrip("/")
