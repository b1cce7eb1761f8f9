"""A small sound bundle made with the writer's pure functions; only tests join writer and verifier."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kuramori.evidence.rules import bundle, tiles, tree
from kuramori.evidence.rules.bag import write_bag
from kuramori.evidence.rules.note import Checkpoint, VerifierKey, sign
from kuramori.kernel.canonical import canonical
from kuramori.kernel.entry_body import Body, Change, Note, Op, entry_body
from kuramori.kernel.imports.guarding import guarded
from kuramori.kernel.merkle import leaf_hash

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(32))
ORIGIN = "kuramori.example/ledger"
VERIFIER_KEY = VerifierKey(ORIGIN, KEY.public_key().public_bytes_raw())
START = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SECRET = UUID("01938a00-0000-7000-8000-000000000001")
AKARI_ID = UUID("01938a00-0000-7000-8000-00000000000a")
SEGMENT = UUID("01938a00-0000-7000-8000-0000000000e1")
INFO = {
    "External-Identifier": "KM-2026-0001",
    "Source-Organization": "倉守テスト株式会社",
    "Bagging-Date": "2026-11-23",
}
ROWS = [
    ["time_utc", "person", "path"],
    *([f"2026-11-{day:02d}", "大地 監査", f"図面/{day},A.dwg"] for day in range(1, 29)),
]
SHOWN_ROWS = [3, 4, 5, 9]


@dataclass(frozen=True)
class Akari:
    kind: str = "person"
    id: UUID = AKARI_ID
    name: str = "佐倉 灯里"
    on_behalf_of: UUID | None = None


def id_at(moment: datetime, number: int) -> UUID:
    return UUID(int=(int(moment.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | number)


def body(
    number: int, verb: str = "register.secret.edit", changes: int = 1, at: datetime | None = None, **notes
) -> Body:
    at = at or START + timedelta(minutes=number)
    return entry_body(
        id=id_at(at, number),
        at=at,
        verb=verb,
        by=Akari(),
        why="棚卸し",
        subjects=[("register.secret", SECRET)],
        changes=[
            Change(on="register.secret", id=UUID(int=n), op=Op.EDIT, fields={"title": (None, f"図面 {n}")})
            for n in range(changes)
        ],
        notes={name: Note(value=value, is_open=True) for name, value in notes.items()},
    )


def csv_bytes(rows) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([guarded(field) for field in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def checkpoint(size: int, root: bytes, key: Ed25519PrivateKey = KEY) -> bytes:
    return sign(Checkpoint(ORIGIN, size, root).text, key, ORIGIN).encode()


def key_line(key: Ed25519PrivateKey = KEY) -> bytes:
    return f"{VerifierKey(ORIGIN, key.public_key().public_bytes_raw())}\n".encode()


def disclosures_in(entry: Body, shown_changes=()) -> list[str]:
    """Those that open members in sight: of a rooted list only the shown items count."""
    sight = entry.raw.decode() + "".join(each["item"] for each in shown_changes)
    return [disclosure for digest, disclosure in entry.disclosures.items() if digest in sight]


def shown_of(index: int, entry: Body) -> tuple[list[str], list[dict]]:
    """Disclosures and items of a rooted list that the sample shows: the name in entry 9 is withheld."""
    changes = bundle.shown_items(entry.change_list, [7]) if entry.change_list else []
    disclosed = disclosures_in(entry, changes)
    return (disclosed[1:] if index == 9 else disclosed), changes


def named_entry(index: int, entry: Body) -> bundle.BundleEntry:
    return bundle.BundleEntry(index=index, raw=entry.raw, shown=bundle.shown_digest(*shown_of(index, entry)))


def ledger_bodies(leaves: list[bytes], back_dated: bool = False, rows_sealed: bool = True) -> list[Body]:
    """Twelve entries: the fourth an import with 100 changes, the sixth seals a log segment."""
    bodies = [body(number) for number in range(12)]
    bodies[4] = body(4, verb="imports.apply", changes=100)
    seal = {"segment": str(SEGMENT), "sha256": bundle.sha256_hex(b"PAR1")}
    if rows_sealed:
        seal |= {"rows": len(leaves) - 1, "rows_root": tree.root_at(len(leaves), tree.over(leaves)).hex()}
    bodies[6] = body(6, verb="watch.segment.seal", **seal)
    if back_dated:
        bodies[9] = body(9, at=START - timedelta(days=30))
    return bodies


def exhibit_file(each: bundle.NamedExhibit) -> bytes:
    told = {"number": each.number, "kind": each.kind, "entry": each.entry, "root": each.root}
    return canonical(told | {"segment": str(each.segment) if each.segment else None, "title": "書証"})


def as_first_version(manifest: bytes) -> bytes:
    """What the same bundle's manifest was before exhibits had numbers."""
    told = json.loads(manifest)
    for entry in told["entries"]:
        del entry["shown"]
    for name in ("exhibits", "redaction", "stamps", "witnesses", "twin", "variant"):
        del told[name]
    del told["counts"]["exhibits"]
    return canonical(told | {"format": "kuramori-bundle/1"})


def chronology_of(shown: list[int]) -> bytes:
    rows = (
        bundle.ChronologyRow(at=START + timedelta(minutes=n), text_ja="変更", text_en="Edited", entry=n) for n in shown
    )
    return b"".join(bundle.chronology(rows))


@dataclass
class Sample:
    """What a bundle is made of, kept open so that tests can replace parts before it is written."""

    bodies: list[Body]
    files: dict[str, bytes]

    @classmethod
    def make(  # noqa: PLR0917
        cls,
        back_dated=False,
        exhibit=b"exhibit",
        rows=ROWS,
        shown_rows=SHOWN_ROWS,
        rows_sealed=True,
        version=2,
        witnesses=(),
    ) -> "Sample":
        leaves = [bundle.row_leaf(row) for row in rows]
        bodies = ledger_bodies(leaves, back_dated, rows_sealed)
        shown = [2, 4, 6, 9]
        payload = {
            "data/index.ja.html": "<p>証拠束</p>".encode(),
            "data/index.en.html": b"<p>Evidence bundle</p>",
            "data/exhibits/0001.txt": exhibit,
            "data/events/0001.csv": csv_bytes([rows[0], *(rows[row] for row in shown_rows)]),
            "data/events/0001.parquet": b"PAR1",
            bundle.CHRONOLOGY: chronology_of(shown[:3]),
        }
        exhibits = [
            bundle.NamedExhibit(
                number=1, kind="record", file="data/exhibits/0001.json", entry=2, root=leaf_hash(bodies[2].raw).hex()
            ),
            bundle.NamedExhibit(
                number=2, kind="entries", file="data/exhibits/0002.json",
                root=bundle.leaves_root([leaf_hash(bodies[n].raw) for n in shown]),
            ),
            bundle.NamedExhibit(
                number=3, kind="log", file="data/exhibits/0003.json", entry=6, segment=SEGMENT,
                root=bundle.leaves_root([leaves[0], *(leaves[row] for row in shown_rows)]),
            ),
        ]  # fmt: skip
        payload |= {each.file: exhibit_file(each) for each in exhibits}
        tags = {"verify/kuramori_verify.py": b"print()\n", "verify/HOWTO.ja.html": b"<p>"}
        segment = bundle.Segment(
            segment=SEGMENT, entry=6, csv="data/events/0001.csv", parquet="data/events/0001.parquet",
            ranges=bundle.row_ranges(shown_rows), path=bundle.rows_path(leaves, shown_rows),
        )  # fmt: skip
        told = bundle.bundle_manifest(
            id=SECRET, kind="secret", subject=("register.secret", SECRET), made_at=START + timedelta(hours=1),
            origin=ORIGIN, info=INFO,
            entries=[named_entry(n, bodies[n]) for n in shown],
            files={path: bundle.sha256_hex(raw) for path, raw in payload.items()},
            tags={path: bundle.sha256_hex(raw) for path, raw in tags.items()},
            segments=[segment],
            withheld=[bundle.Withheld(entry=9, member="by.name", reason="need_to_know")], exhibits=exhibits,
            witnesses=witnesses,
        )  # fmt: skip
        manifest = b"".join(told)
        if version == 1:
            manifest = as_first_version(manifest)
        bodies.append(body(12, verb="evidence.bundle.seal", bundle_manifest_sha256=bundle.sha256_hex(manifest)))
        sample = cls(bodies, {**payload, **tags, bundle.MANIFEST: manifest, bundle.KEYS: key_line()})
        sample.prove(shown)
        return sample

    def prove(self, shown: list[int], key: Ed25519PrivateKey = KEY) -> None:
        """(Re)make everything that hangs on the tree: checkpoint, seal, entries with proofs."""
        hashes = tree.over([leaf_hash(each.raw) for each in self.bodies])
        size = len(self.bodies)
        self.files[bundle.CHECKPOINT] = checkpoint(size, tree.root_at(size, hashes), key)
        for number, index in enumerate(shown, start=1):
            self.files[bundle.entry_path(number)] = self._entry(index, hashes)
        self.files[bundle.SEAL] = self._entry(size - 1, hashes)

    def _entry(self, index: int, hashes) -> bytes:
        entry = self.bodies[index]
        disclosed, changes = shown_of(index, entry)
        return bundle.entry_file(
            bundle.BundleEntry(index=index, raw=entry.raw),
            proof=tree.inclusion_proof(index, len(self.bodies), hashes), disclosures=disclosed, changes=changes,
        )  # fmt: skip

    def write(self, folder: Path, info: dict[str, str] = INFO) -> Path:
        """Write the bag as it is now: BagIt's own manifests always fit, as a careful forger would make them."""
        lines = {label: value for label, value in info.items() if label != "Bagging-Date"}
        files = ((path, [raw]) for path, raw in sorted(self.files.items()))
        write_bag(folder, files, info=lines, bagging_date=date.fromisoformat(info["Bagging-Date"]))
        return folder


def write_ledger(folder: Path, bodies: list[bytes], key: Ed25519PrivateKey = KEY) -> Path:
    """Write a ledger export as C2SP tiles."""
    frontier, _ = tree.Frontier().grown(leaf_hash(each) for each in bodies)
    hashes = tree.over([leaf_hash(each) for each in bodies])
    files = {"checkpoint": checkpoint(len(bodies), frontier.root(), key), "keys.txt": key_line(key)}
    for tile in tiles.tiles_of(len(bodies)):
        level, index, width = tile
        files[tiles.tile_path(level, index, width)] = tiles.tile_bytes(tile, hashes)
        if level == 0:
            part = bodies[index * tiles.WIDTH : index * tiles.WIDTH + width]
            files[tiles.entries_path(index, width)] = tiles.entry_bundle(part)
    for path, raw in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)
    return folder
