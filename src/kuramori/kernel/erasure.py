"""Taking words out of the ledger by law: disclosures go, commitments stay, every proof still verifies (fault L12).

Only inside an act, only these two tables, and so that the act's entry can say exactly what went. Whose words they
are, and why they may go, is for the room `evidence` to find out.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from kuramori.kernel import guards
from kuramori.kernel.acts import current
from kuramori.kernel.commitments import digest_of
from kuramori.kernel.entry_body import Change, Op
from kuramori.kernel.merkle import leaf_hash, root_of
from kuramori.kernel.models import Disclosure, ListedChange
from kuramori.kernel.records import Record, as_json

BATCH = 1000


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One entry with the digests whose disclosures speak of the person."""

    seq: int
    digests: frozenset[str]


def erase(hits: Iterable[Hit]) -> tuple[int, int, str]:
    """Take the disclosures of these entries away, inside an act; say how many entries, how many words, and their root.

    The root (hex) is RFC 6962's over the digests in order: whoever finds digests without a disclosure computes the
    same one, so that nothing else can have gone under cover of the act.
    """
    at, digests, entries = current().at, set[str](), 0
    guards.allow_erasure()
    for hit in hits:
        kept = Disclosure.objects.get(entry=hit.seq)
        kept.members, kept.erased_at = _without(kept.members, hit.digests), at
        kept.save(update_fields=["members", "erased_at"])
        for listed in ListedChange.objects.filter(entry=hit.seq).iterator(BATCH):
            left = _without(listed.members, hit.digests)
            if len(left) != len(listed.members):
                ListedChange.objects.filter(pk=listed.pk).update(members=left)
        digests |= hit.digests
        entries += 1
    return entries, len(digests), erased_root(digests)


def erased_root(digests: Iterable[str]) -> str:
    """Return the root (hex) over digests whose disclosures were erased."""
    return root_of(leaf_hash(each.encode()) for each in sorted(digests)).hex()


def purge(record: Record, **values: Any) -> None:
    """Write values over a row's fields inside an act, without keeping what stood there: versions and all."""
    this = current()
    plain: models.QuerySet[Any] = models.QuerySet(type(record))
    plain.filter(pk=record.pk).update(**values, updated_at=this.at)
    fields = {name: (None, as_json(value)) for name, value in values.items()}
    this.changes.append(Change(on=record.record_kind(), id=record.pk, op=Op.PURGE, fields=fields))


def _without(members: Sequence[str], digests: Collection[str]) -> list[str]:
    return [each for each in members if digest_of(each) not in digests]
