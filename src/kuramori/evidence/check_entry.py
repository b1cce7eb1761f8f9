"""What stands beside an entry's body must say what the body says: columns, subjects, disclosures, long change lists."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.utils.timezone import now

from kuramori.evidence.check_rows import Row, beside, hex_of, moment
from kuramori.evidence.rules.damage import Damage, Found
from kuramori.kernel.canonical import canonical
from kuramori.kernel.commitments import digests_of
from kuramori.kernel.erasure import erased_root
from kuramori.kernel.merkle import leaf_hash, root_of
from kuramori.kernel.models import Entry

# An act may take minutes (a large import) between its first moment and its place in the ledger.
TOLERANCE = timedelta(minutes=10)
UUID_VERSION = slice(12, 13)
ERASED_BY = "evidence.erasure.carry_out"


class Beside:
    """Compares entries, lowest index first; remembers the latest time so far, which none may be dated well before."""

    def __init__(self) -> None:
        self.latest = ""
        self.began_at = now()
        # Digests without a disclosure, by the time at which they are said to have been erased, with the first index.
        self.absent: dict[str, tuple[int, set[str]]] = {}

    def compare(self, rows: Sequence[Row]) -> Iterator[Found]:
        """Yield what does not fit its entry's body."""
        seqs = [row.seq for row in rows]
        subjects, opening, listed = (beside(table, seqs) for table in ("subjects", "disclosures", "listed"))
        for row in rows:
            body = orjson.loads(row.body or b"")
            changes = listed.get(row.seq, ())
            for damage in (
                _columns(row, body) or self._time(body),
                _subjects(body["subjects"], subjects.get(row.seq, ())),
                _changes(body["changes"], changes),
                self._disclosures(row, body, opening.get(row.seq, ()), changes),
            ):
                if damage is not None:
                    yield Found(damage=damage, index=row.index, detail=body["id"])

    def close(self) -> Iterator[Found]:
        """Yield where words are gone that no act of erasure says it took: its entry notes the root over them (L12).

        An erasure carried out while this walk went on is left for the next one.
        """
        for at, (index, digests) in sorted(self.absent.items(), key=lambda each: each[1][0]):
            if at and datetime.fromisoformat(at) > self.began_at:
                continue
            acts = Entry.objects.filter(verb=ERASED_BY, at=datetime.fromisoformat(at)) if at else ()
            roots = {orjson.loads(bytes(act.body))["notes"]["root"]["open"] for act in acts}
            if erased_root(digests) not in roots:
                yield Found(damage=Damage.DISCLOSURE_MISSING, index=index, detail=at)

    def _disclosures(
        self, row: Row, body: dict[str, Any], kept: Sequence[tuple[Any, ...]], listed: Collection[tuple[Any, ...]]
    ) -> Damage | None:
        """Every disclosure must open a digest of the body; digests without one are remembered."""
        digests = {body["by"]["name"], body["why"], *(note["sd"] for note in body["notes"].values() if "sd" in note)}
        if isinstance(body["changes"], list):
            digests.update(digest for change in body["changes"] for digest in change["fields"].values())
        opened = set(digests_of(each for raw, _at in kept for each in _list(raw)))
        fits, absent = digests >= opened, digests - opened
        for raw, members, _record in listed:
            wanted, opened = set(orjson.loads(bytes(raw))["fields"].values()), set(digests_of(_list(members)))
            fits &= wanted >= opened
            absent |= wanted - opened
        if fits and absent:
            at = next((moment(at) for _raw, at in kept if at is not None), "")
            self.absent.setdefault(at, (row.index, set()))[1].update(absent)
        return None if fits else Damage.DISCLOSURE_DIFFERS

    def _time(self, body: dict[str, Any]) -> Damage | None:
        """Compare an entry's time with earlier ones and with the time inside its own id (UUIDv7, RFC 9562)."""
        at, number = body["at"], body["id"].replace("-", "")
        moment = datetime.fromisoformat(at)
        in_id = int(number[:12], 16) / 1000 if number[UUID_VERSION] == "7" else moment.timestamp()
        is_early = at < self.latest and moment < datetime.fromisoformat(self.latest) - TOLERANCE
        self.latest = max(self.latest, at)
        if is_early or abs(moment.timestamp() - in_id) > TOLERANCE.total_seconds():
            return Damage.BACK_DATED
        return None


def _columns(row: Row, body: dict[str, Any]) -> Damage | None:
    if row.at != body["at"]:
        return Damage.BACK_DATED
    actor = body["by"]["id"]
    in_body = (body["id"].replace("-", ""), body["verb"], body["by"]["kind"], actor and actor.replace("-", ""))
    return Damage.EDITED if in_body != (row.id, row.verb, row.actor_kind, row.actor_id) else None


def _subjects(in_body: Any, rows: Collection[tuple[Any, ...]]) -> Damage | None:
    if isinstance(in_body, list):
        fits = [[kind, each.replace("-", "")] for kind, each in in_body] == [[k, hex_of(i)] for k, i in rows]
    else:
        items = (leaf_hash(canonical([kind, _dashed(hex_of(each))])) for kind, each in rows)
        fits = len(rows) == in_body["count"] and root_of(items).hex() == in_body["root"]
    return None if fits else Damage.SUBJECTS_DIFFER


def _changes(in_body: Any, listed: Collection[tuple[Any, ...]]) -> Damage | None:
    if isinstance(in_body, list):
        fits = not listed
    else:
        root = root_of(leaf_hash(bytes(raw)) for raw, _members, _record in listed)
        fits = len(listed) == in_body["count"] and root.hex() == in_body["root"]
        fits &= all(orjson.loads(bytes(raw))["id"].replace("-", "") == hex_of(record) for raw, _m, record in listed)
    return None if fits else Damage.CHANGES_DIFFER


def _list(raw: Any) -> list[str]:
    """Return a JSON list, whether the database gives text or, by its adapter, the list itself."""
    members: list[str] = orjson.loads(raw) if isinstance(raw, str | bytes) else raw
    return members


def _dashed(number: str) -> str:
    return f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}"
