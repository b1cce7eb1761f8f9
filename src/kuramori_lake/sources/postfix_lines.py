"""Postfix's log, line by line: what each line says of which queue id. `postfix_mails` joins them to mails.

Columns of a line are named after Postfix's own words; those that a line has not are null.
"""

from typing import Final

import pyarrow as pa

from kuramori_lake import scratch
from kuramori_lake.sources.syslog_head import SPLIT

RELAYING: Final = ("discard", "error", "lmtp", "local", "pipe", "smtp", "virtual")
_SERVICES: Final = (*RELAYING, "bounce", "cleanup", "pickup", "postsuper", "qmgr", "smtpd")

_QUEUE_ID: Final = "[0-9A-F]{5,15}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10,20}"
"""Short: hexadecimal microseconds and inode; long: both in base 52, without vowels, so that it is never a word."""

_ADDRESS: Final = r'((?:"(?:[^"\\]|\\.)*")?[^>"]*)'
"""Since Postfix 3.5 a local part with odd signs is quoted: a `>` inside the quotes does not end the address."""

_TO: Final = (
    rf"^to=<{_ADDRESS}>, (?:orig_to=<{_ADDRESS}>, )?relay=([^,]*), (?:conn_use=\d+, )?delay=[\d.]+, delays=[\d./]+, "
    r"dsn=(\d+\.\d+\.\d+), status=([a-z-]+)(?: \((.*?)\)?)?$"
)
_CLIENT: Final = r"^client=(\S*?)\[([^\]]*)\]"
_NAMED: Final = rf"; from=<{_ADDRESS}>(?: to=<{_ADDRESS}>)?"

_LINES: Final = f"""
WITH found AS (
    SELECT * REPLACE (rtrim(line, chr(13) || chr(10)) AS line) FROM lines WHERE NOT bad
), {SPLIT}, worded AS (
    SELECT * EXCLUDE (tail), left(message, greatest(strpos(message, ': ') - 1, 0)) AS word,
        substr(message, strpos(message, ': ') + 2) AS rest,
        CASE WHEN contains(program, '/') THEN array_extract(string_split(program, '/'), -1) END AS service
    FROM syslog
), known AS (
    SELECT *, service IN {_SERVICES} AND regexp_full_match(word, '{_QUEUE_ID}') AS is_mail FROM worded
), kinds AS (
    SELECT *, CASE WHEN NOT is_mail THEN NULL
        WHEN rest = 'masked' THEN 'masked'
        WHEN service IN {RELAYING} THEN CASE WHEN starts_with(rest, 'to=<') THEN 'to' END
        WHEN service = 'qmgr' THEN CASE WHEN rest = 'removed' THEN 'removed'
            WHEN starts_with(rest, 'from=<') AND contains(rest, ', size=') THEN 'from' END
        WHEN service = 'cleanup' THEN CASE WHEN starts_with(rest, 'message-id=') THEN 'id'
            WHEN starts_with(rest, 'milter-hold:') OR starts_with(rest, 'hold:') THEN 'hold'
            WHEN starts_with(rest, 'milter-reject:') OR starts_with(rest, 'reject:')
                OR starts_with(rest, 'milter-discard:') OR starts_with(rest, 'discard:') THEN 'refused' END
        WHEN service = 'smtpd' THEN CASE WHEN starts_with(rest, 'client=') THEN 'birth'
            WHEN starts_with(rest, 'hold:') OR starts_with(rest, 'milter-hold:') THEN 'hold'
            WHEN starts_with(rest, 'milter-reject:') OR starts_with(rest, 'reject:') THEN 'reject' END
        WHEN service = 'pickup' THEN CASE WHEN starts_with(rest, 'uid=') THEN 'birth' END
        WHEN service = 'postsuper' THEN CASE rest WHEN 'released from hold' THEN 'release'
            WHEN 'placed on hold' THEN 'hold' WHEN 'removed' THEN 'removed' END END AS kind,
        CASE WHEN service IN ('bounce', 'local') AND contains(rest, 'notification: ')
            THEN array_extract(string_split(rest, ' '), -1)
            WHEN kind = 'to' AND contains(rest, '(forwarded as ') THEN regexp_extract(rest, 'forwarded as (\\w+)', 1)
            END AS bears
    FROM known
), told AS (
    SELECT *,
        CASE WHEN kind = 'to' THEN regexp_extract(rest, $to, ['to', 'orig_to', 'relay', 'dsn', 'status', 'reply']) END
            AS t,
        CASE WHEN kind = 'birth' AND service = 'smtpd' THEN regexp_extract(rest, $client, ['name', 'ip']) END AS c,
        CASE WHEN kind IN ('hold', 'refused', 'reject') THEN regexp_extract(rest, $named, ['from', 'to']) END AS n
    FROM kinds
)
SELECT raw_row, is_mail AND kind IS NOT NULL OR bears IS NOT NULL AS matters, coalesce(kind, 'notice') AS kind, service,
    trim(line) <> '' AND yearless IS NULL AND zoned IS NULL AS broken,
    kind = 'to' AND t.status = '' AS cut,
    stamp, yearless, zoned, host, word AS queue_id, bears,
    CASE kind WHEN 'to' THEN t."to" WHEN 'hold' THEN nullif(n."to", '') WHEN 'refused' THEN nullif(n."to", '')
        WHEN 'reject' THEN nullif(n."to", '') END AS recipient,
    nullif(t.orig_to, '') AS orig_to, t.relay AS relay, t.dsn AS dsn, t.status AS status,
    CASE WHEN kind = 'to' THEN t.reply WHEN kind IN ('hold', 'refused', 'reject') THEN rest END AS reply,
    CASE WHEN kind = 'from' THEN regexp_extract(rest, '^from=<(.*)>, size=', 1) WHEN n IS NOT NULL THEN n."from" END
        AS sender,
    CASE WHEN kind = 'from' THEN try_cast(regexp_extract(rest, '>, size=(\\d{{1,15}})', 1) AS BIGINT) END AS size,
    CASE WHEN kind = 'from' THEN try_cast(regexp_extract(rest, ', nrcpt=(\\d{{1,9}})', 1) AS BIGINT) END AS recipients,
    CASE WHEN kind = 'id' THEN trim(substr(rest, 12), '<> ') END AS message_id,
    nullif(nullif(c.name, ''), 'unknown') AS client, nullif(c.ip, '') AS ip,
    CASE WHEN c IS NOT NULL AND contains(rest, ', sasl_username=')
        THEN nullif(split_part(split_part(rest, ', sasl_username=', 2), ', ', 1), '') END AS login,
    CASE WHEN c IS NOT NULL AND contains(rest, ', orig_queue_id=')
        THEN nullif(split_part(split_part(rest, ', orig_queue_id=', 2), ', ', 1), '') END AS orig_queue_id,
    CASE WHEN c IS NOT NULL AND contains(rest, ', orig_client=')
        THEN nullif(regexp_extract(rest, ', orig_client=\\S*?\\[([^\\]]*)\\]', 1), '') END AS orig_ip,
    CASE WHEN is_mail AND (kind IS NOT NULL OR bears IS NOT NULL)
        THEN ('0x' || left(sha256($salt || encode(headless)), 16))::UBIGINT END AS row_key
FROM (SELECT *, CASE WHEN starts_with(line, '<') THEN substr(line, strpos(line, '>') + 1) ELSE line END AS headless
    FROM told) ORDER BY raw_row"""


def read_lines(lines: pa.Table, salt: bytes) -> pa.Table:
    """One row for each readable line of `lines` (as `lines.decoded` gives them), in their order.

    `matters`: it says something of a mail. `broken`: not a syslog line at all. `cut`: a delivery that lost its end.
    """
    with scratch.cursor() as db:
        db.register("lines", lines)
        words = {"to": _TO, "client": _CLIENT, "named": _NAMED, "salt": salt}
        return db.execute(_LINES, words).to_arrow_table()
