"""The words of a bundle, in Japanese and English: the chronology, and the pages one opens first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import override

from kuramori.evidence.bundles.order import EventExtract, Order
from kuramori.evidence.bundles.selection import ShownEntry
from kuramori.evidence.elements import Element, proof_of
from kuramori.evidence.rules.bundle import ChronologyRow, entry_path
from kuramori.kernel.ledger import NAME
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.sentences import actor_name, sentence

READINGS = 5
LANGUAGES = ("ja", "en")
STYLE = Path(__file__).with_name("index.css")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One line of a bundle's index: what the chronology says, with the file behind it and its number in the ledger."""

    at: datetime
    text: str
    why: str
    file: str
    index: int | None


def sentence_of(order: Order, entry: ShownEntry) -> str:
    """Say an entry in the present language, with the words that the bundle discloses; others are dashes."""
    notes = {place.removeprefix("notes."): word for place, word in entry.words.items() if place.startswith("notes.")}
    names = {place: word for place, word in notes.items() if place.startswith(NAME)}
    own = next((word for word in names.values() if word), order.subject.name)
    words = {name: word for name, word in notes.items() if not name.startswith(NAME)}
    words |= {order.subject.kind.rpartition(".")[2]: own, "subject": own}
    return sentence(entry.verb, words | {"by": actor_name(entry.actor_kind, entry.words.get("by.name") or "")})


def chronology_rows(
    order: Order, entries: Sequence[ShownEntry], extracts: Sequence[EventExtract]
) -> list[ChronologyRow]:
    """Return the chronology: acts with their ledger index, and log extracts at their first event, oldest first."""
    texts: dict[str, list[str]] = {}
    for language in LANGUAGES:
        with override(language):
            texts[language] = [sentence_of(order, entry) for entry in entries]
    rows = [
        ChronologyRow(at=entry.at, text_ja=ja, text_en=en, entry=entry.entry.index)
        for entry, ja, en in zip(entries, texts["ja"], texts["en"], strict=True)
    ]
    rows += [ChronologyRow(at=each.first_at, text_ja=each.title_ja, text_en=each.title_en) for each in extracts]
    return sorted(rows, key=lambda row: (row.at, row.entry is None, row.entry or 0))


def exhibits(order: Order, viewer: Viewer) -> dict[str, Sequence[Element]]:
    """Return the legal elements with exhibits and gaps in each language, as of the bundle's day.

    Each language is a reading of its own. When logs came in or an act was done between two of them, all are read
    again: the languages of one bundle tell of the same exhibits. RuntimeError when that never comes to rest.
    """
    day = order.made_at.astimezone(viewer.zone).date()
    for _attempt in range(READINGS):
        elements = {}
        for language in LANGUAGES:
            with override(language):
                elements[language] = proof_of(order.subject, viewer, today=day)
        if len({_outline(each) for each in elements.values()}) == 1:
            return elements
    raise RuntimeError("the exhibits changed at every reading; make the bundle again")


def _outline(elements: Sequence[Element]) -> tuple[object, ...]:
    """Return what is the same in every language."""
    return tuple((e.code, tuple((s.exhibit.at, s.exhibit.entry_id) for s in e.exhibits)) for e in elements)


def index_pages(
    order: Order,
    *,
    elements: dict[str, Sequence[Element]],
    numbers: dict[int, int],
    rows: Sequence[ChronologyRow],
    events: Sequence[tuple[str, EventExtract]],
    facts: Callable[[], Sequence[tuple[str, Any]]],
    withheld: int,
) -> dict[str, bytes]:
    """Draw `data/index.*.html` and their style; `numbers`: ledger index to entry file, `events`: (path, extract)."""
    pages = {"data/index.css": STYLE.read_bytes()}
    for language in LANGUAGES:
        with override(language):
            told = [_told(row, language, numbers) for row in rows]
            context = {
                "language": language,
                "subject": order.subject.name,
                "facts": facts(),
                "elements": elements[language],
                "told": told,
                "events": [
                    (path, each.title_ja if language == "ja" else each.title_en, each.rows) for path, each in events
                ],
                "withheld": withheld,
            }
            pages[f"data/index.{language}.html"] = render_to_string("evidence/bundle/index.html", context).encode()
    return pages


def _told(row: ChronologyRow, language: str, numbers: dict[int, int]) -> Told:
    file = entry_path(numbers[row.entry]).removeprefix("data/") if row.entry is not None else ""
    text = row.text_ja if language == "ja" else row.text_en
    return Told(at=row.at.astimezone(UTC), text=text, why="", file=file, index=row.entry)
