"""Exchange: the message tracking log of a server, and Exchange Online's message trace (enhanced summary, CSV).

A mail is tracked at every step and on every server it passes. What counts is that it went out: `SENDEXTERNAL`, or a
`SEND` of a mail that began here (`directionality` Originating), once for each recipient and message; `DELIVER` says
that a colleague got it. Times are UTC. Recipients are parted by `;`, in a trace each carries its status behind `##`.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from kuramori_lake import clock
from kuramori_lake.event import Activity, Confidence, DestinationClass, Namespace, ObjectKind, Outcome, TimeBasis
from kuramori_lake.sources.json_records import domain_of
from kuramori_lake.sources.named_fields import Format, Named, RowError, by_commas, named_source
from kuramori_lake.sources.parsed import Options, Source, digest
from kuramori_lake.sources.text_rows import Row, number

_STEPS: Final = {
    "SENDEXTERNAL": Outcome.OK, "SEND": Outcome.OK, "DELIVER": Outcome.OK, "FAIL": Outcome.ERROR,
}  # fmt: skip
_OUTBOUND: Final = frozenset({"originating", "2", "outbound"})
_INBOUND: Final = frozenset({"incoming", "1", "inbound"})


def tracked(named: Named, options: Options) -> Iterable[Row]:
    """A row for each recipient whom a mail of a colleague reached, or failed to reach."""
    time, sender = named.get("date_time") or named.get("origin_timestamp_utc"), named.get("sender_address", "")
    if time is None:
        raise RowError("no time")
    if sender in {"", "<>"} or not _is_ours(named, sender, options):
        return []
    known = named.get("network_message_id") or named.get("message_id") or named.get("internal_message_id")
    if known is None:
        raise RowError("no id of the message")
    base = {
        "time_utc": clock.iso_micros(time), "original_text": time, "tz_basis": TimeBasis.EXPLICIT,
        "actor_raw": sender, "actor_namespace": Namespace.MAIL, "confidence": Confidence.CLAIMED,
        "activity": Activity.MAIL_SEND, "object_kind": ObjectKind.MAIL, "name": named.get("message_subject"),
        "uid": named.get("message_id"), "bytes": number(named.get("total_bytes")),
        "host": named.get("server_hostname") or options.host,
        "ip": named.get("original_client_ip") or named.get("client_ip"),
    }  # fmt: skip
    reached = list(_reached(named))
    count = number(named.get("recipient_count")) or len(reached)
    return [
        base
        | {"count": count, "outcome": outcome, "row_key": digest(options.salt, f"{known}\0{to}\0{outcome}".encode())}
        | _to(to, sender, options)
        for to, outcome in reached
    ]


def _is_ours(named: Named, sender: str, options: Options) -> bool:
    way = named.get("directionality", "").casefold()
    if way in _INBOUND:
        return False
    return way in _OUTBOUND or domain_of(sender) in options.domains


def _reached(named: Named) -> Iterator[tuple[str, Outcome]]:
    """Recipients with how it ended, small letters; none for a step that says nothing of that."""
    step = named.get("event_id", "").upper()
    if "recipient_address" not in named:
        for part in named.get("recipient_status", "").split(";"):
            to, _, status = part.strip().rpartition("##")
            steps = {word.strip().casefold() for word in status.split(",")}
            if to and steps & {"send", "deliver", "fail"}:
                yield to.casefold(), Outcome.ERROR if "fail" in steps else Outcome.OK
    elif step in _STEPS:
        for to in named["recipient_address"].split(";"):
            if to.strip():
                yield to.strip().casefold(), _STEPS[step]


def _to(to: str, sender: str, options: Options) -> Row:
    domain = domain_of(to)
    own = domain in options.domains if options.domains else domain == domain_of(sender)
    return {
        "destination_class": DestinationClass.PERSON if own else DestinationClass.EXTERNAL_MAIL,
        "destination_value": to,
        "destination_domain": domain,
    }


EXCHANGE: Final[Source] = named_source(
    "exchange", 1, Format(values=by_commas, first="origin_timestamp_utc"), tracked, numbered=True
)
