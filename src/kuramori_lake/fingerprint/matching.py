"""Which documents a text has words of: prints in common, close together, counted."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from kuramori_lake.fingerprint.print_files import MANY, PrintFile
from kuramori_lake.fingerprint.winnowing import Digests, Folded, Key, sought

ALARM: Final = 5
"""So many prints in one stretch make a match; fewer also come by chance between texts of one trade."""
APART: Final = 200
"""Folded characters between neighbouring hits of one stretch at most: a long text gathers chance hits, far apart."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Document:
    """An indexed document as a match tells it."""

    secret_id: str
    sha256: str
    name: str
    prints: int


@dataclass(frozen=True, kw_only=True)
class Match:
    """A stretch of a checked text that is in a document of a secret."""

    secret_id: str
    document: str
    """SHA-256 of the registered file."""
    name: str
    hits: int
    """Prints in common in this stretch."""
    score: float
    """How much of the document the whole text has, 0 to 1."""
    start: int
    end: int
    """Where the stretch is in the checked text, in characters; the end not included."""


@dataclass(frozen=True, kw_only=True)
class _Hits:
    """N-grams of checked texts that are prints of documents; parallel arrays."""

    places: Numbers
    digests: Digests
    documents: Numbers


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A text's longest stretch in one document: number of the text and of the document, hits, and where."""

    text: int
    document: int
    hits: int
    found: int
    start: int
    end: int


def stretches(texts: Sequence[str], key: Key, files: Sequence[PrintFile]) -> list[Stretch]:
    """What of each text is in which document, by number. Touches nothing shared: may run in several threads."""
    folded = Folded.of(texts)
    found = list(_stretches(folded, _hits(folded, key, files)))
    first, last = (np.array([getattr(one, end) for one in found], np.int64) for end in ("start", "end"))
    places = zip(*(ends.tolist() for ends in folded.within(first, last)), strict=True) if found else ()
    return [replace(one, start=start, end=end) for one, (start, end) in zip(found, places, strict=True)]


def matches(count: int, found: Sequence[Stretch], documents: Mapping[int, Document]) -> list[list[Match]]:
    """For each of so many texts its matches, strongest first, the best document of each secret."""
    told: list[list[Match]] = [[] for _ in range(count)]
    for one in found:
        if (document := documents.get(one.document)) is not None:
            told[one.text].append(_match(one, document))
    return [_best(some) for some in told]


def _hits(folded: Folded, key: Key, files: Sequence[PrintFile]) -> _Hits:
    """What is found in any file, without boilerplate, which is counted over all files."""
    found = _found(folded, key, files)
    places, digests, documents = (np.concatenate(each) for each in zip(_NOTHING, *found, strict=True))
    counts = np.bincount(places, minlength=1)
    tells = counts[places] <= MANY
    for file in files:
        tells &= ~file.calls_common(digests)
    places, digests, documents = places[tells], digests[tells], documents[tells]
    order = np.argsort(places, kind="stable")
    return _Hits(places=places[order], digests=digests[order], documents=documents[order])


_NOTHING: Final = (np.empty(0, np.int64), np.empty(0, np.uint64), np.empty(0, np.int64))


def _found(folded: Folded, key: Key, files: Sequence[PrintFile]) -> list[tuple[Numbers, Digests, Numbers]]:
    """Places, digests and documents of n-grams that are in a file."""
    asked: list[list[tuple[Numbers, Digests]]] = [[_NOTHING[:2]] for _ in files]
    for begin, grams in folded.grams(key):
        for file, some in zip(files, asked, strict=True):
            places, digests = sought(grams, file.maybe)
            some.append((places + begin, digests))
    found = []
    for file, some in zip(files, asked, strict=True):
        places, digests = (np.concatenate(each) for each in zip(*some, strict=True))
        order = np.argsort(digests)  # in order, so that the search walks through the file instead of jumping
        places, digests = places[order], digests[order]
        held, documents = file.find(digests)
        found.append((places[held], digests[held], documents.astype(np.int64)))
    return found


def _stretches(folded: Folded, hits: _Hits) -> Iterator[Stretch]:
    """For each text and document its longest stretch, if it has enough hits; no loop over what comes by chance."""
    pair = folded.owners(hits.places) << 32 | hits.documents
    _, which, counts = np.unique(pair, return_inverse=True, return_counts=True)
    chosen = np.flatnonzero(counts[which] >= ALARM)
    if not len(chosen):
        return
    chosen = chosen[np.argsort(pair[chosen], kind="stable")]
    pair, places, digests = pair[chosen], hits.places[chosen], hits.digests[chosen]
    begins = np.ones(len(pair), dtype=bool)
    begins[1:] = (pair[1:] != pair[:-1]) | (np.diff(places) > APART)
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(pair)) - 1
    sizes = _distinct(np.cumsum(begins) - 1, digests)
    pairs, of_pair, runs = np.unique(pair[first], return_index=True, return_counts=True)
    most = np.maximum.reduceat(sizes, of_pair)
    longest = np.flatnonzero(sizes == np.repeat(most, runs))
    _, foremost = np.unique(pair[first[longest]], return_index=True)
    best, found = longest[foremost], _distinct(np.searchsorted(pairs, pair), digests)
    for at in np.flatnonzero(most >= ALARM).tolist():
        yield Stretch(
            text=int(pairs[at]) >> 32,
            document=int(pairs[at]) & 0xFFFFFFFF,
            hits=int(most[at]),
            found=int(found[at]),
            start=int(places[first[best[at]]]),
            end=int(places[last[best[at]]]),
        )


def _distinct(groups: Numbers, digests: Digests) -> Numbers:
    """How many distinct digests each group has; groups are numbered from 0 without gaps."""
    order = np.lexsort((digests, groups))
    groups, digests = groups[order], digests[order]
    fresh = np.ones(len(groups), dtype=bool)
    fresh[1:] = (groups[1:] != groups[:-1]) | (digests[1:] != digests[:-1])
    return np.bincount(groups[fresh])


def _match(stretch: Stretch, document: Document) -> Match:
    return Match(
        secret_id=document.secret_id,
        document=document.sha256,
        name=document.name,
        hits=stretch.hits,
        score=round(min(stretch.found / max(document.prints, 1), 1.0), 4),
        start=stretch.start,
        end=stretch.end,
    )


def _best(matches: list[Match]) -> list[Match]:
    by_secret: dict[str, Match] = {}
    for one in sorted(matches, key=lambda one: (-one.hits, -one.score, one.document)):
        by_secret.setdefault(one.secret_id, one)
    return list(by_secret.values())
