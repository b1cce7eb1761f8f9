"""What our own receiver lost: messages that it dropped or cut, by sender (`receiver.spool` writes the lines).

A gap in the log is an event, never drawn as quiet: one for what was dropped, one for what was cut.
"""

from collections.abc import Iterable
from typing import Final

from kuramori_lake.event import Activity, ObjectKind, Outcome
from kuramori_lake.sources.json_records import Record, RecordError, Row, json_source, size_of, words
from kuramori_lake.sources.parsed import Options, Source

VERSION: Final = 1
_KINDS: Final = ("dropped", "cut")


def lost(record: Record, _options: Options) -> Iterable[Row]:
    """Events of one line."""
    sender = words(record.get("sender"))
    if sender is None:
        raise RecordError("no sender")
    for kind in _KINDS:
        if count := size_of(record.get(kind)):
            yield {
                "time": words(record.get("time")),
                "activity": Activity.LOG_GAP,
                "outcome": Outcome.ERROR,
                "object_kind": ObjectKind.LOG,
                "name": sender,
                "ip": sender,
                "count": count,
                "flags": kind,
            }


RECEIVER: Final[Source] = json_source("receiver", VERSION, lost, numbered=False)
