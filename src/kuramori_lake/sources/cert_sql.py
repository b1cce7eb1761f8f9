"""SQL that turns rows of the CERT layout into events. A row that is not understood has a `problem` and nothing else."""

from dataclasses import dataclass, field
from typing import Final

from kuramori_lake.event import Activity, DestinationClass, ObjectKind

FURTHER: Final = "chr(31) || address"
"""What is added to a mail's id to name the event of one address."""
OWN_DOMAIN: Final = """
SELECT split_part(lower("from"), '@', 2) AS domain FROM block WHERE "from" LIKE '%@%'
GROUP BY domain ORDER BY count(*) DESC, domain LIMIT 1
"""
_COMMON: Final = ("id", "date", "user", "pc")


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One file: its columns, and what they mean."""

    needed: frozenset[str]
    welcome: frozenset[str] = frozenset()
    """Columns that some releases have; the others are read as null."""
    meaning: dict[str, str] = field(default_factory=dict)
    """Column of the event to SQL over the row's columns."""
    source: str = "block"
    key: str = "id"
    further: str = "false"
    """SQL that is true for an event beyond the first of its row."""

    def query(self, present: set[str]) -> str:
        """One SELECT over the table `block`; columns that are not there are null."""
        absent = "".join(f', NULL::VARCHAR AS "{name}"' for name in sorted(self.welcome - present))
        meanings = "".join(f", {text} AS {name}" for name, text in self.meaning.items())
        return f"""
WITH block AS (SELECT *{absent} FROM block), dated AS (
    SELECT *, try_strptime(trim(date), '%m/%d/%Y %H:%M:%S') AS local_time FROM {self.source}
), meant AS (
    SELECT raw_row, local_time, date AS original_text, trim("user") AS actor_raw, nullif(trim(pc), '') AS client,
        id AS uid, ('0x' || left(sha256($salt || encode({self.key})), 16))::UBIGINT AS row_key,
        {self.further} AS is_further, concat_ws(',', id, date, "user", pc) AS excerpt{meanings}
    FROM dated
)
SELECT * EXCLUDE (uid), {"uid" if self.key != "id" else "NULL::VARCHAR AS uid"}, CASE
    WHEN local_time IS NULL THEN 'not a time: ' || coalesce(original_text, '')
    WHEN coalesce(actor_raw, '') = '' THEN 'no user'
    WHEN activity IS NULL THEN 'unknown activity' END AS problem
FROM meant ORDER BY is_further, raw_row
"""


def _words(words: dict[str, Activity], absent: Activity | None = None) -> str:
    """The column `activity` in our words; `absent` where the release has no such column."""
    cases = " ".join(f"WHEN lower(trim(activity)) = '{word}' THEN '{ours}'" for word, ours in words.items())
    first = f"WHEN activity IS NULL THEN '{absent}'" if absent else ""
    return f"CASE {first} {cases} END"


_REMOVABLE: Final = f"'{DestinationClass.REMOVABLE}'"
_TO_MEDIUM: Final = "(to_removable_media IS NULL OR lower(trim(to_removable_media)) = 'true')"
_FILE_WORDS: Final = {
    "file open": Activity.READ,
    "file write": Activity.WRITE,
    "file copy": Activity.COPY,
    "file delete": Activity.DELETE,
}
_FILE: Final = Layout(
    needed=frozenset({*_COMMON, "filename"}),
    welcome=frozenset({"activity", "to_removable_media", "from_removable_media"}),
    meaning={
        "activity": _words(_FILE_WORDS, Activity.COPY),
        "object_kind": f"'{ObjectKind.FILE}'",
        "path": "filename",
        "name": r"regexp_extract(replace(filename, '\', '/'), '[^/]*$')",
        "destination_class": f"CASE WHEN {_TO_MEDIUM} THEN {_REMOVABLE} END",
    },
)
_URL_HOST: Final = "lower(regexp_extract(trim(url), '^(?:[A-Za-z][A-Za-z0-9+.-]*://)?([^/:?#]+)', 1))"
_WEB_WORDS: Final = {
    "www visit": Activity.READ,
    "www upload": Activity.UPLOAD,
    "www download": Activity.DOWNLOAD,
}
_HTTP: Final = Layout(
    needed=frozenset({*_COMMON, "url"}),
    welcome=frozenset({"activity"}),
    meaning={
        "activity": _words(_WEB_WORDS, Activity.READ),
        "object_kind": f"'{ObjectKind.URL}'",
        "destination_class": f"'{DestinationClass.WEB}'",
        "destination_value": "trim(url)",
        "destination_domain": f"regexp_replace({_URL_HOST}, '^www\\.', '')",
    },
)
_ADDRESSES: Final = """list_distinct(list_filter(list_transform(
    string_split(concat_ws(';', "to", cc, bcc), ';'), x -> lower(trim(x))), x -> x <> ''))"""
_MAILS: Final = f"""(
    SELECT * REPLACE (CASE WHEN place = 1 THEN NULL ELSE place END AS place) FROM (
        SELECT *, row_number() OVER (PARTITION BY raw_row ORDER BY address NULLS FIRST) AS place FROM (
            SELECT *, unnest(CASE
                WHEN len(outside) = 0 THEN [NULL]
                WHEN len(outside) < len(addresses) THEN list_prepend(NULL, outside) ELSE outside END) AS address
            FROM (
                SELECT *, list_filter(addresses, x -> split_part(x, '@', 2) <> $own_domain) AS outside
                FROM (SELECT *, {_ADDRESSES} AS addresses FROM block)
            )
        )
    )
)"""
"""A mail as one row for all addresses inside the company (`address` null) and one for each outside."""
_MAIL_WORDS: Final = {"send": Activity.MAIL_SEND, "view": Activity.READ, "receive": Activity.READ}
_SENT: Final = "(activity IS NULL OR lower(trim(activity)) = 'send')"
_EMAIL: Final = Layout(
    needed=frozenset({*_COMMON, "to", "from"}),
    welcome=frozenset({"cc", "bcc", "size", "attachments", "activity"}),
    source=_MAILS,
    key=f"CASE WHEN place IS NULL THEN id ELSE id || {FURTHER} END",
    further="place IS NOT NULL",
    meaning={
        "activity": _words(_MAIL_WORDS, Activity.MAIL_SEND),
        "object_kind": f"'{ObjectKind.MAIL}'",
        "bytes": "try_cast(size AS BIGINT)",
        "count": "len(addresses)",
        "destination_class": f"CASE WHEN NOT {_SENT} THEN NULL WHEN address IS NULL THEN '{DestinationClass.PERSON}'"
        f" ELSE '{DestinationClass.EXTERNAL_MAIL}' END",
        "destination_value": f"CASE WHEN {_SENT} THEN address END",
        "destination_domain": f"CASE WHEN {_SENT} THEN split_part(address, '@', 2) END",
        "flags": """nullif(concat_ws(',',
            CASE WHEN coalesce(trim(attachments), '') NOT IN ('', '0') THEN 'attached' END,
            CASE WHEN split_part(lower("from"), '@', 2) <> $own_domain THEN 'private_sender' END), '')""",
    },
)
_SESSION_WORDS: Final = {"logon": Activity.LOGON, "logoff": Activity.LOGOFF}
_DEVICE_WORDS: Final = {"connect": Activity.DEVICE_CONNECT, "disconnect": Activity.DEVICE_DISCONNECT}
LAYOUTS: Final = {
    "logon": Layout(
        needed=frozenset({*_COMMON, "activity"}),
        meaning={"activity": _words(_SESSION_WORDS), "object_kind": f"'{ObjectKind.ACCOUNT}'"},
    ),
    "device": Layout(
        needed=frozenset({*_COMMON, "activity"}),
        meaning={
            "activity": _words(_DEVICE_WORDS),
            "object_kind": f"'{ObjectKind.DEVICE}'",
            "destination_class": _REMOVABLE,
        },
    ),
    "file": _FILE,
    "email": _EMAIL,
    "http": _HTTP,
}
"""By the name of the file without its ending."""
