"""The words of a bundle, in Japanese and English: what its entries say, and the legal elements as they stand."""

from collections.abc import Iterable, Sequence

from django.utils.translation import override

from kuramori.directory.api import Person
from kuramori.evidence.bundles.compact import Chronology
from kuramori.evidence.bundles.numbering import LANGUAGES
from kuramori.evidence.bundles.order import EventExtract, Order
from kuramori.evidence.bundles.selection import ERASED, OPEN, ShownEntry
from kuramori.evidence.bundles.withholding import MASK, Withholding
from kuramori.evidence.claims.known import default_claims, known_claims
from kuramori.evidence.claims.matrix import ClaimMatrix, claim_matrix
from kuramori.evidence.rules.bundle import ChronologyRow
from kuramori.kernel.pen import NAME
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.sentences import actor_name, sentence

READINGS = 5


def is_about_person(order: Order) -> bool:
    """Say whether a bundle's subject is a person: its name is then a person's name."""
    return order.subject.kind == Person.record_kind()


def sentence_of(order: Order, entry: ShownEntry, withholding: Withholding = OPEN) -> str:
    """Say an entry in the present language, with the words that the bundle discloses; others are dashes."""
    notes = {place.removeprefix("notes."): word for place, word in entry.words.items() if place.startswith("notes.")}
    names = {place: word for place, word in notes.items() if place.startswith(NAME)}
    own = next((word for word in names.values() if word), withholding.masked(order.subject.name))
    words = {name: word for name, word in notes.items() if not name.startswith(NAME)}
    words |= {order.subject.kind.rpartition(".")[2]: own, "subject": own}
    is_hidden = any(each.member == "by.name" and each.reason != ERASED for each in entry.withheld)
    by = MASK if is_hidden and entry.actor_kind == "person" else entry.words.get("by.name") or ""
    return sentence(entry.verb, words | {"by": actor_name(entry.actor_kind, by)})


def rows_of_entries(order: Order, entries: Sequence[ShownEntry], withholding: Withholding) -> list[ChronologyRow]:
    """Return the chronology's lines of some entries, with their ledger index."""
    texts: dict[str, list[str]] = {}
    for language in LANGUAGES:
        with override(language):
            texts[language] = [sentence_of(order, entry, withholding) for entry in entries]
    return [
        ChronologyRow(at=entry.at, text_ja=ja, text_en=en, entry=entry.entry.index)
        for entry, ja, en in zip(entries, texts["ja"], texts["en"], strict=True)
    ]


def chronology_rows(rows: Chronology, extracts: Iterable[EventExtract], withholding: Withholding = OPEN) -> Chronology:
    """Complete the chronology of acts with log extracts, each at its first event."""
    for each in extracts:
        ja, en = (withholding.log_title(each.segment, title) for title in (each.title_ja, each.title_en))
        rows.add(ChronologyRow(at=each.first_at, text_ja=ja, text_en=en))
    return rows


def matrices_of(order: Order, viewer: Viewer) -> dict[str, Sequence[ClaimMatrix]]:
    """Return the claims with elements, exhibits and gaps in each language, as of the bundle's day; none of a person.

    Each language is a reading of its own. When logs came in or an act was done between two of them, all are read
    again: the languages of one bundle tell of the same exhibits. RuntimeError when that never comes to rest.
    """
    if order.kind != "secret":
        return dict.fromkeys(LANGUAGES, ())
    day = order.made_at.astimezone(viewer.zone).date()
    known = known_claims()
    claims = [known.named(code) for code in order.claims] or default_claims()
    for _attempt in range(READINGS):
        matrices: dict[str, Sequence[ClaimMatrix]] = {}
        for language in LANGUAGES:
            with override(language):
                matrices[language] = claim_matrix(order.subject, viewer, claims, day)
        if len({_outline(each) for each in matrices.values()}) == 1:
            return matrices
    raise RuntimeError("the exhibits changed at every reading; make the bundle again")


def _outline(matrices: Sequence[ClaimMatrix]) -> tuple[object, ...]:
    """Return what is the same in every language."""
    elements = [each for matrix in matrices for each in matrix.elements]
    return tuple((e.code, tuple((s.exhibit.at, s.exhibit.entry_id) for s in e.exhibits)) for e in elements)
