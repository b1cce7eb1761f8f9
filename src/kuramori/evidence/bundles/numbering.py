"""The exhibits of a bundle, numbered: by legal element and date, then the ledger's entries, then the logs.

The order depends on nothing but what there is, so a redacted bundle and its twin give the same numbers (EVD-08).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from kuramori.evidence.bundles.variants import Variant
from kuramori.evidence.bundles.withholding import MASK, Withholding
from kuramori.evidence.claims.matrix import ClaimMatrix, Element, ShownExhibit
from kuramori.evidence.rules.bundle import NamedExhibit, moment, sha256_hex
from kuramori.kernel.canonical import canonical

LANGUAGES = ("ja", "en")
RECORD, ENTRIES, LOG = "record", "entries", "log"
LATEST = datetime.max.replace(tzinfo=UTC)
Words = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One numbered exhibit, as a lawyer lists it: title, author, date, what it is to show, and where its data lies.

    `key` names it whatever its number: who chose to keep it back meant this one. `withheld` is the reason for
    that, as the manifest writes reasons.
    """

    number: int
    kind: str
    key: str
    title: Words
    purport: Words
    at: datetime | None
    elements: tuple[str, ...] = ()
    entry: int | None = None
    segment: UUID | None = None
    root: str | None = None
    rows: int | None = None
    files: tuple[str, ...] = ()
    withheld: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Return where its words lie in the bag."""
        return f"data/exhibits/{self.number:04d}.json"

    @property
    def named(self) -> NamedExhibit:
        """Return it as the manifest names it."""
        return NamedExhibit(
            number=self.number, kind=self.kind, file=self.file, entry=self.entry, segment=self.segment, root=self.root
        )

    def written(self, variant: Variant, author: str) -> bytes:
        """Write its file."""
        return canonical(
            {
                "format": "kuramori-exhibit/1",
                "number": self.number,
                "label": {language: variant.label(self.number, language) for language in LANGUAGES},
                "kind": self.kind,
                "title": dict(self.title),
                "purport": dict(self.purport),
                "author": author,
                "copy": copy_words(self.kind),
                "at": moment(self.at) if self.at else None,
                "elements": list(self.elements),
                "entry": self.entry,
                "segment": str(self.segment) if self.segment else None,
                "root": self.root,
                "rows": self.rows,
                "files": list(self.files),
                **({"withheld": self.withheld} if self.withheld else {}),
                **self.more,
            }
        )


@dataclass(frozen=True, kw_only=True)
class LogExtract:
    """A log extract after its rows were written: where they lie (None: kept back), and the root over them."""

    segment: UUID
    entry: int
    title: Words
    first_at: datetime
    rows: int
    root: str
    csv: str | None


def numbered(
    matrices: Mapping[str, Sequence[ClaimMatrix]],
    *,
    leaves: Mapping[int, str],
    entries_root: str,
    extracts: Sequence[LogExtract],
    withholding: Withholding,
) -> list[Exhibit]:
    """Number all exhibits; `leaves`: ledger index to leaf (hex) of the entries that the bundle shows."""
    told = [
        *_of_elements(matrices, leaves, withholding),
        *_of_entries(leaves, entries_root),
        *_of_logs(extracts, withholding),
    ]
    return [Exhibit(number=number, **members) for number, members in enumerate(told, start=1)]


def contents_digest(exhibits: Sequence[Exhibit]) -> str:
    """Digest which exhibits there are, in which order: what was looked through is what is made, or nothing."""
    return sha256_hex(canonical([[each.number, each.key, each.root] for each in exhibits]))


def record_key(ja: ShownExhibit, en: ShownExhibit) -> str:
    """Return what names an exhibit of a room: where it comes from, its entry and date, and its title."""
    told, at = ja.exhibit, ja.exhibit.at
    behind = str(told.entry_id) if told.entry_id else None
    named = [told.source, told.practice, behind, moment(at) if at else None, ja.title, en.title]
    return sha256_hex(canonical(named))[:32]


def record_pairs(matrices: Mapping[str, Sequence[ClaimMatrix]]) -> Iterator[tuple[str, ShownExhibit, ShownExhibit]]:
    """Yield (element, exhibit in Japanese, in English) for each place in the matrices where an exhibit stands."""
    for ja, en in zip(matrices["ja"], matrices["en"], strict=True):
        for own_ja, own_en in zip(ja.elements, en.elements, strict=True):
            pairs = zip(own_ja.exhibits, own_en.exhibits, strict=True)
            for one_ja, one_en in sorted(pairs, key=lambda pair: pair[0].exhibit.at or LATEST):
                yield element_code(ja, own_ja), one_ja, one_en


def in_both(text: str, **values: Any) -> Words:
    """Return one of our sentences in both languages; `text` is marked for translation where it is written."""
    words = {}
    for language in LANGUAGES:
        with override(language):
            words[language] = gettext(text) % values
    return words


def copy_words(kind: str) -> Words:
    """Say whether original or copy: entries are copied bit for bit, of logs the rows that concern the subject."""
    if kind == LOG:
        return in_both(_("copy (extract of electronic records)"))
    return in_both(_("copy (identical electronic record)"))


def element_code(matrix: ClaimMatrix, element: Element) -> str:
    """Name an element across claims."""
    return f"{matrix.code}/{element.code}"


def _of_elements(
    matrices: Mapping[str, Sequence[ClaimMatrix]], leaves: Mapping[int, str], withholding: Withholding
) -> Iterator[dict[str, Any]]:
    """Yield each exhibit once, at the first element it stands under; it names all of them."""
    found: dict[int, tuple[ShownExhibit, ShownExhibit, list[str]]] = {}
    for code, one_ja, one_en in record_pairs(matrices):
        found.setdefault(id(one_ja.exhibit), (one_ja, one_en, []))[2].append(code)
    for one_ja, one_en, codes in found.values():
        yield _record(one_ja, one_en, codes, leaves, withholding)


def _record(
    one_ja: ShownExhibit,
    one_en: ShownExhibit,
    codes: Sequence[str],
    leaves: Mapping[int, str],
    withholding: Withholding,
) -> dict[str, Any]:
    index = one_ja.seal.index if one_ja.seal and one_ja.seal.index in leaves else None
    key = record_key(one_ja, one_en)
    withheld = withholding.exhibit_reason(key, one_ja.exhibit.source)

    def told(ja: str, en: str) -> Words:
        return {"ja": MASK, "en": MASK} if withheld else {"ja": withholding.masked(ja), "en": withholding.masked(en)}

    return {
        "kind": RECORD,
        "key": key,
        "withheld": withheld,
        "title": told(one_ja.title, one_en.title),
        "purport": told(one_ja.statement, one_en.statement),
        "at": one_ja.exhibit.at,
        "elements": tuple(codes),
        "entry": index,
        "root": leaves[index] if index is not None else None,
        "more": {
            "practice": one_ja.exhibit.practice,
            "proves": str(one_ja.exhibit.kind),
            "strength": str(one_ja.strength),
        },
    }


def _of_entries(leaves: Mapping[int, str], root: str) -> Iterator[dict[str, Any]]:
    if leaves:
        yield {
            "kind": ENTRIES,
            "key": ENTRIES,
            "title": in_both(_("Entries of the ledger, %(count)s in all"), count=f"{len(leaves):,}"),
            "purport": in_both(
                _("Who did what about the subject and when, as sealed at the time and unchanged since.")
            ),
            "at": None,
            "root": root,
            "files": ("data/entries",),
        }


def _of_logs(extracts: Sequence[LogExtract], withholding: Withholding) -> Iterator[dict[str, Any]]:
    for each in sorted(extracts, key=lambda extract: (extract.first_at, str(extract.segment))):
        yield {
            "kind": LOG,
            "key": str(each.segment),
            "withheld": withholding.rows_reason(each.segment),
            "title": {language: withholding.log_title(each.segment, each.title[language]) for language in LANGUAGES},
            "purport": in_both(_("What was observed of the subject in the company's logs, row by row.")),
            "at": each.first_at,
            "entry": each.entry,
            "segment": each.segment,
            "root": each.root,
            "rows": each.rows,
            "files": (each.csv,) if each.csv else (),
        }
