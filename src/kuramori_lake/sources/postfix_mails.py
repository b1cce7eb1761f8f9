"""Lines of Postfix's log joined to mails, and what becomes of each line: an event, waiting for others, or done.

A mail is the lines of one host and queue id from its birth (`client=`, `uid=`) to `removed`; a short queue id is used
again by the next mail. A content filter makes it pass twice, under two queue ids and one Message-ID: a delivery that
came back for the same recipient is a handover inside the house, and the second delivery is the event. Who logged in
and from where is known of the first pass only, so the second takes it over: while the head of a first pass that may
be it is missing, the second waits too.
"""

from typing import Final

import pyarrow as pa

from kuramori_lake import scratch

WAIT: Final = 5 * 86_400_000_000
"""Postfix's own patience with a mail (maximal_queue_lifetime, 5 days), microseconds: so long a line waits."""

HELD: Final = 90 * 86_400_000_000
"""A mail in the hold queue waits for a person."""

_NEAR: Final = r"\[((127|10)\.\d+\.\d+\.\d+|::1|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|f[cd][0-9a-f:]+)\]"

_MAILS: Final = f"""
WITH turned AS (
    SELECT *, kind = 'birth' OR coalesce(lag(kind) OVER by_queue IN ('removed', 'refused'), false) AS starts
    FROM lines WINDOW by_queue AS (PARTITION BY host, queue_id ORDER BY spot)
), passes AS MATERIALIZED (
    SELECT *, sum(starts::INTEGER) OVER (PARTITION BY host, queue_id ORDER BY spot ROWS UNBOUNDED PRECEDING) AS turn
    FROM turned
), born AS (
    SELECT DISTINCT host, bears AS queue_id FROM lines WHERE bears IS NOT NULL
), heads AS (
    SELECT host, queue_id, turn, min(spot) AS pass, bool_or(kind = 'birth') AS born_here, max(utc) AS last_utc,
        bool_or(kind IN ('removed', 'refused')) AS is_over, bool_or(kind = 'masked') AS is_masked,
        bool_or(kind = 'hold') AS is_held, bool_or(kind IN ('hold', 'refused')) AS is_stopped,
        arg_min(sender, spot) AS sender, max(size) AS size, max(recipients) AS recipients,
        arg_min(message_id, spot) AS message_id, arg_min(client, spot) AS client, arg_min(ip, spot) AS ip,
        arg_min(orig_ip, spot) AS orig_ip, arg_min(login, spot) AS login, arg_min(orig_queue_id, spot) AS orig_queue_id,
        concat_ws(',', arg_min(cited, spot) FILTER (kind = 'birth'), arg_min(cited, spot) FILTER (kind = 'id'),
            arg_min(cited, spot) FILTER (kind = 'from')) AS head_lines
    FROM passes GROUP BY ALL
), whole AS MATERIALIZED (
    SELECT heads.*, born_here OR born.queue_id IS NOT NULL AS is_whole FROM heads LEFT JOIN born USING (host, queue_id)
), placed AS MATERIALIZED (
    SELECT passes.* EXCLUDE (client, ip, orig_ip, login, orig_queue_id, message_id, size, recipients, sender),
        whole.* EXCLUDE (host, queue_id, turn),
        lower(passes.recipient) AS recipient_key,
        CASE WHEN kind IN ('to', 'hold', 'refused', 'reject', 'from')
            THEN row_number() OVER (PARTITION BY pass, kind, recipient, status, batch_kind ORDER BY spot) END AS nth
    FROM (SELECT *, kind = 'to' AND status = 'deferred' AS batch_kind FROM passes) AS passes
    JOIN whole USING (host, queue_id, turn)
), handed AS MATERIALIZED (
    SELECT spot, pass, message_id, recipient_key, queue_id, relay, service = 'pipe' OR
        contains(relay, '[127.') OR contains(relay, '[::1]') AS is_local,
        regexp_extract(relay, '\\[([^\\]]*)\\]', 1) AS relay_ip,
        regexp_extract(reply, 'queued as (\\w+)', 1) AS queued_as
    FROM placed WHERE kind = 'to' AND status = 'sent' AND message_id <> '' AND service IN ('smtp', 'lmtp', 'pipe')
), again AS (
    SELECT message_id FROM whole WHERE message_id <> '' GROUP BY message_id HAVING count(*) > 1
), links AS MATERIALIZED (
    SELECT handed.spot, handed.pass AS first_pass, second.pass, second.is_over, second.is_stopped, handed.recipient_key
    FROM handed JOIN again USING (message_id)
    JOIN whole AS second ON second.message_id = handed.message_id AND second.pass > handed.pass
    WHERE handed.is_local OR handed.relay_ip = second.ip OR handed.queued_as = second.queue_id
        OR handed.queue_id = second.orig_queue_id
), named AS MATERIALIZED (
    SELECT pass, recipient_key FROM placed WHERE kind IN ('to', 'reject')
    UNION SELECT pass, lower(orig_to) FROM placed WHERE kind = 'to' AND orig_to IS NOT NULL
), verdicts AS MATERIALIZED (
    SELECT links.spot, bool_or(links.is_stopped OR named.pass IS NOT NULL) AS came_back,
        bool_or(NOT links.is_over) AS may_come
    FROM links LEFT JOIN named USING (pass, recipient_key) GROUP BY links.spot
), doubts AS MATERIALIZED (
    SELECT handover.spot, named.pass
    FROM placed AS handover JOIN named USING (recipient_key) JOIN whole AS second ON second.pass = named.pass
    WHERE handover.kind = 'to' AND handover.status = 'sent' AND NOT handover.is_whole AND handover.message_id IS NULL
        AND second.born_here AND second.message_id <> '' AND (second.ip = regexp_extract(relay, '\\[([^\\]]*)\\]', 1)
            OR (contains(relay, '[127.') AND starts_with(second.ip, '127.')))
), origins AS MATERIALIZED (
    SELECT links.pass, min(first_pass) AS first_pass FROM links GROUP BY links.pass
), filters AS MATERIALIZED (
    SELECT relay FROM handed JOIN verdicts USING (spot)
    WHERE came_back AND (is_local OR regexp_matches(relay, $near))
    UNION SELECT relay FROM known_filters
), judged AS (
    SELECT placed.*, origins.first_pass IS NOT NULL AS is_second, came_back, may_come,
        filters.relay IS NOT NULL AS by_filter,
        first.login AS first_login, first.client AS first_client, coalesce(first.orig_ip, first.ip) AS first_ip,
        placed.spot IN (SELECT spot FROM doubts) AS may_be_handover,
        placed.pass IN (SELECT pass FROM doubts) AS may_be_second,
        first.is_whole AS first_is_whole,
        CASE WHEN first.pass IS NOT NULL THEN first.head_lines || ',' ELSE '' END || placed.head_lines AS from_lines,
        $now - utc AS age
    FROM placed LEFT JOIN verdicts USING (spot) LEFT JOIN origins USING (pass)
    LEFT JOIN whole AS first ON first.pass = origins.first_pass
    LEFT JOIN filters ON filters.relay = placed.relay AND status = 'sent'
), decided AS MATERIALIZED (
    SELECT *, CASE
        WHEN kind NOT IN ('to', 'hold', 'refused', 'reject', 'release') THEN 'head'
        WHEN told OR is_masked THEN 'done'
        WHEN coalesce(sender, '') = '' AND kind = 'to' AND sender IS NOT NULL AND coalesce(ip, login) IS NULL
            AND NOT is_second THEN 'done'
        WHEN came_back THEN 'done'
        WHEN kind = 'to' AND status = 'deferred' AND nth > 1 THEN 'done'
        WHEN NOT is_whole THEN CASE WHEN age < {WAIT} THEN 'wait' WHEN by_filter OR may_be_handover THEN 'done'
            ELSE 'event' END
        WHEN (CASE WHEN is_second THEN NOT first_is_whole ELSE may_be_second END) AND age < {WAIT} THEN 'wait'
        WHEN (may_come OR by_filter) AND age < {WAIT} THEN 'wait'
        ELSE 'event' END AS fate
    FROM judged
), kept AS MATERIALIZED (
    SELECT DISTINCT pass FROM decided WHERE fate = 'wait'
        OR (NOT is_over AND $now - last_utc < CASE WHEN is_held THEN {HELD} ELSE {WAIT} END)
), keeping AS (
    SELECT pass FROM kept UNION SELECT first_pass FROM origins JOIN kept USING (pass)
    UNION SELECT links.pass FROM links JOIN decided USING (spot) WHERE fate = 'wait'
)
SELECT decided.*, keeping.pass IS NOT NULL AND NOT (kind IN ('from', 'to') AND nth > 1) AS keeps
FROM decided LEFT JOIN keeping USING (pass) ORDER BY spot"""


def join(lines: pa.Table, filters: pa.Table, now: int) -> pa.Table:
    """The lines with what is known of their mails and their `fate`: `event`, `wait`, `done` or `head`.

    `keeps`: a later file may need the line. `filters`: column `relay`, next hops that are known to give mails back.
    `now`: the latest time of the log, microseconds UTC.
    """
    with scratch.cursor() as db:
        db.register("lines", lines)
        db.register("known_filters", filters)
        return db.execute(_MAILS, {"near": _NEAR, "now": now}).to_arrow_table()
