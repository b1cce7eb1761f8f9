"""What the check reads: rows as the database has them, without Django's conversions (this is where its time goes)."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Min

from kuramori.evidence.models import Leaf
from kuramori.kernel.models import Entry

LEAVES = """
SELECT l."index", l.hash, l.entry_id, e.id, e.at, e.verb, e.actor_kind, e.actor_id, e.body
FROM evidence_leaf l LEFT JOIN kernel_entry e ON e.seq = l.entry_id
WHERE l."index" >= %s AND l."index" < %s ORDER BY l."index"
"""
BODIES = """
SELECT l."index", l.hash, l.entry_id, e.body
FROM evidence_leaf l LEFT JOIN kernel_entry e ON e.seq = l.entry_id
WHERE l."index" >= %s AND l."index" < %s ORDER BY l."index"
"""
BESIDE = {
    "subjects": "SELECT entry_id, kind, subject_id FROM kernel_entrysubject WHERE entry_id IN ({}) ORDER BY id",
    "disclosures": "SELECT entry_id, members, erased_at FROM kernel_disclosure WHERE entry_id IN ({})",
    "listed": "SELECT entry_id, body, members, record_id FROM kernel_listedchange WHERE entry_id IN ({}) "
    "ORDER BY entry_id, place",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A leaf with its entry's row; `body` is None when the entry is gone. Ids in hex, `at` as bodies write it."""

    index: int
    hash: bytes
    seq: int
    id: str = ""
    at: str = ""
    verb: str = ""
    actor_kind: str = ""
    actor_id: str | None = None
    body: bytes | None = None


def rows_between(first: int, end: int) -> dict[int, Row]:
    """Return the leaves with index in [first, end) that exist, with their entries."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVES, [first, end])
        return {each[0]: _row(*each) for each in cursor.fetchall()}


def bodies_between(first: int, end: int) -> dict[int, Row]:
    """Return the same rows with nothing but their hashes and bodies."""
    with connection.cursor() as cursor:
        cursor.execute(BODIES, [first, end])
        return {
            index: Row(index, bytes(leaf), seq, body=None if body is None else bytes(body))
            for index, leaf, seq, body in cursor.fetchall()
        }


def beside(table: str, seqs: Collection[int]) -> dict[int, list[tuple[Any, ...]]]:
    """Return the rows of a table beside the ledger, by the entry they belong to."""
    grouped: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    if seqs:
        with connection.cursor() as cursor:
            cursor.execute(BESIDE[table].format(",".join(map(str, seqs))))
            for seq, *rest in cursor.fetchall():
                grouped[seq].append(tuple(rest))
    return grouped


def entries_without_place(limit: int) -> Iterator[tuple[int, bool, datetime, int | None]]:
    """Yield (row, whether it waits in the outbox, time, index of the next entry that has one) of entries without."""
    found = Entry.objects.filter(leaf__isnull=True).order_by("seq")
    for seq, waits, at in found.values_list("seq", "unsequenced", "at")[:limit]:
        yield seq, waits is not None, at, Leaf.objects.filter(entry__gt=seq).aggregate(next=Min("index"))["next"]


def hex_of(value: Any) -> str:
    """Return an id's 32 hex digits, whether the database gives text or a UUID."""
    return value.hex if isinstance(value, UUID) else str(value)


def _row(  # noqa: PLR0917  (the columns of LEAVES)
    index: int, leaf: Any, seq: int, id_: Any, at: Any, verb: str, kind: str, actor: Any, body: Any
) -> Row:
    if body is None:
        return Row(index, bytes(leaf), seq)
    actor_id = None if actor is None else hex_of(actor)
    return Row(index, bytes(leaf), seq, hex_of(id_), moment(at), verb, kind, actor_id, bytes(body))


def moment(at: Any) -> str:
    """Write a time as bodies do; SQLite gives text without microseconds when they are zero."""
    text = (
        at.isoformat(sep="T", timespec="microseconds")[:26] if isinstance(at, datetime) else str(at).replace(" ", "T")
    )
    return f"{text if '.' in text else text + '.000000'}Z"
