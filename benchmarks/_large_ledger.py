"""A ledger of ten million entries, written straight into the tables; the last of them still wait for their place.

One act is done for real; the others are its twins with an id and a time of their own, so that every check that the
ledger knows passes over them. The guards are lifted for it and set again.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils.timezone import now

from kuramori.evidence.keys import signer
from kuramori.evidence.models import Checkpoint, Leaf, Node
from kuramori.evidence.rules.tree import Frontier, frontier_at
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import hashes, last_checkpoint, tree_size
from kuramori.kernel import guards
from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.acts import act
from kuramori.kernel.merkle import leaf_hash
from kuramori.kernel.models import Disclosure, Entry, EntrySubject, SavedView, Unsequenced

CHUNK = 20_000
# Between two acts: ten million pass in less than the ten minutes by which the check lets times differ, so that acts of
# the next run on the same data are not back-dated.
A_MOMENT = timedelta(microseconds=50)
Row = tuple[Any, ...]


def build(*, entries: int, waiting: int) -> None:
    """Fill a migrated database up to `entries` entries, of which the last `waiting` have no place yet.

    Each chunk is a transaction: SQLite looks for a page in all of its write-ahead log, which ten million entries in
    one transaction would make as large as the database.
    """
    pattern = _one_act()
    sequence_all()
    guards.lift()
    try:
        first = tree_size()
        frontier = frontier_at(first, hashes)
        rows = _twins(pattern, entries - first)
        while part := list(islice(rows, CHUNK)):
            with transaction.atomic():
                frontier = _chunk(pattern, frontier, part, placed=max(0, entries - waiting - first))
            first += len(part)
    finally:
        guards.install()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _chunk(pattern: "_Pattern", frontier: Frontier, part: list[Row], *, placed: int) -> Frontier:
    """Write some entries, of which the first `placed` have a place from the tree's end on; return the new frontier."""
    _write(Entry, ("seq", "id", "at", "verb", "actor_kind", "actor_id", "body"), part)
    _write(EntrySubject, ("entry_id", "kind", "subject_id"), _subjects(pattern, part))
    _write(Disclosure, ("entry_id", "members"), ((row[0], pattern.members) for row in part))
    frontier = _placed(frontier, frontier.size, part[:placed])
    _sealed(frontier)
    _write(Unsequenced, ("entry_id",), ((row[0],) for row in part[placed:]))
    return frontier


class _Pattern:
    """The act that was done: its row, the text of its body, its subjects and what opens it."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.body = bytes(entry.body).decode()
        self.subjects = list(EntrySubject.objects.filter(entry=entry).values_list("kind", "subject_id"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT members FROM kernel_disclosure WHERE entry_id = %s", [entry.seq])
            members = cursor.fetchone()[0]
        self.members = members if isinstance(members, str) else _json(members)


def _one_act() -> _Pattern:
    by = Actor(kind=ActorKind.PERSON, id=uuid4(), name="佐倉 灯里")
    record = SavedView(name="配合比", register="register:secret", person_id=by.id)
    with act("kernel.view.save", by=by, why="棚卸しの準備", subjects=[record]):
        record.save()
    return _Pattern(Entry.objects.order_by("-seq")[0])


def _twins(pattern: _Pattern, count: int) -> Iterator[Row]:
    """Yield (seq, id, at, verb, kind of actor, actor, body), each with the id and the time of its own moment."""
    entry, start = pattern.entry, pattern.entry.at
    before, after = pattern.body.split(str(entry.id))
    told = entry.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    actor = _id(entry.actor_id)
    for n in range(count):
        at = start + A_MOMENT * n
        own = UUID(int=int(at.timestamp() * 1000) << 80 | 0x7 << 76 | 0x8 << 60 | n)
        moment = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        body = f"{before.replace(told, moment)}{own}{after.replace(told, moment)}".encode()
        yield entry.seq + 1 + n, _id(own), _text(at), entry.verb, entry.actor_kind, actor, body


def _subjects(pattern: _Pattern, part: list[Row]) -> Iterator[Row]:
    return ((row[0], kind, _id(subject)) for row in part for kind, subject in pattern.subjects)


def _placed(frontier: Frontier, first: int, rows: list[Row]) -> Frontier:
    leaves = [leaf_hash(row[6]) for row in rows]
    grown, nodes = frontier.grown(leaves)
    places = ((first + n, row[0], leaf) for n, (row, leaf) in enumerate(zip(rows, leaves, strict=True)))
    _write(Leaf, ("index", "entry_id", "hash"), places)
    _write(Node, ("level", "index", "hash"), ((node.level, node.index, node.hash) for node in nodes))
    return grown


def _sealed(frontier: Frontier) -> None:
    """Sign a head, as the sequencer does each minute."""
    if frontier.size > _sealed_size():
        root = frontier.root()
        Checkpoint.objects.create(size=frontier.size, root=root, note=signer().signed(frontier.size, root), at=now())


def _sealed_size() -> int:
    """Return the size of the newest head."""
    head = last_checkpoint()
    return head.size if head else 0


def _write(model: Any, columns: tuple[str, ...], rows: Any) -> None:
    named = ", ".join(f'"{column}"' for column in columns)
    table = model._meta.db_table  # noqa: SLF001
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({named}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        cursor.executemany(f"INSERT INTO {table} ({named}) VALUES ({', '.join(['%s'] * len(columns))})", rows)


def _id(value: UUID | None) -> Any:
    return value if value is None or connection.vendor == "postgresql" else value.hex


def _text(at: datetime) -> Any:
    return at if connection.vendor == "postgresql" else at.strftime("%Y-%m-%d %H:%M:%S.%f")


def _json(members: Any) -> str:
    return json.dumps(members)
