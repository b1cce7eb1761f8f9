"""Winnowing: of each window of n-grams the smallest digest is kept as a print (Schleimer, Wilkerson, Aiken 2003).

Two texts that share `SHARED` folded characters in a row share at least one print, wherever in them these lie; about
one print falls on every 8.5 characters. A checked text is winnowed by a smaller window, which chooses all that the
large one does and more: a print is found though a word nearby was edited. Digests are keyed: without the lake's salt
nobody can guess what a print is of.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from kuramori_lake.fingerprint.folding import BREAK, BREAK_CODE, Codes, codes_of

Digests = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]

GRAM: Final = 8
WINDOW: Final = 16
NEAR: Final = 8
"""The window of checked texts: finds 98 of 100 excerpts of 200 characters with 5 % edited, the large one 95."""
SHARED: Final = GRAM + WINDOW - 1
"""So many folded characters in common are always noticed."""

NONE: Final = np.uint64(0xFFFFFFFFFFFFFFFF)
_GAP: Final = WINDOW
_STEP: Final = 1 << 16
"""N-grams worked on at a time: their arrays stay in the processor's cache."""


@dataclass(frozen=True)
class Key:
    """Two odd factors that make digests of this lake unlike those of any other."""

    step: int
    last: int

    @classmethod
    def of(cls, salt: bytes) -> Self:
        """Draw the factors from the lake's salt."""
        drawn = hashlib.blake2b(salt, digest_size=16, person=b"kuramori-print").digest()
        return cls(int.from_bytes(drawn[:8], "big") | 1, int.from_bytes(drawn[8:], "big") | 1)


def _grams(codes: Codes, key: Key) -> Digests:
    """A digest for each n-gram: a polynomial modulo 2^64, put together by doubling; those over a break are `NONE`."""
    found = codes.astype(np.uint64)
    found *= np.uint64(key.last)
    factor, span = key.step, 1
    while span < GRAM:
        found = found[:-span] * np.uint64(factor) + found[span:]
        factor, span = factor * factor % 2**64, span * 2
    breaks = np.flatnonzero(codes == BREAK_CODE)
    for before in range(GRAM):
        at = breaks - before
        found[at[(at >= 0) & (at < len(found))]] = NONE
    return found


def _chosen(grams: Digests, window: int) -> tuple[Places, Digests]:
    """The smallest digest of each full window, by doubling, where it is another than that of the window before."""
    found, span = grams, 1
    while span < window:
        found = np.minimum(found[:-span], found[span:])
        span *= 2
    new = np.empty(len(found), dtype=bool)
    new[0] = True
    np.not_equal(found[1:], found[:-1], out=new[1:])
    new &= found != NONE
    places = np.flatnonzero(new)
    return places, found[places]


@dataclass(frozen=True)
class Folded:
    """Some texts, folded and set one behind another, apart enough that no window sees two of them."""

    count: int
    _codes: Codes
    _kept: Places
    """Where each folded character stood in the texts put together."""
    _starts: Places
    _ends: Places
    """From here on, among folded characters, a gram or window is the next text's."""

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        """Fold texts."""
        gap = BREAK * _GAP
        joined = codes_of("".join([gap, *(text + gap for text in texts)]))
        kept = np.flatnonzero(joined)
        lengths = np.fromiter((len(text) + _GAP for text in texts), np.int64, len(texts))
        starts = _GAP + np.concatenate(([0], np.cumsum(lengths)))
        ends = np.searchsorted(kept, starts[1:] - _GAP) - (GRAM - 1)
        return cls(len(texts), joined[kept], kept, starts[:-1], ends)

    def grams(self, key: Key) -> Iterator[tuple[int, Digests]]:
        """Digests of all n-grams in pieces that overlap by a window; the number is the place of the first."""
        for begin in range(0, len(self._codes) - SHARED + 1, _STEP):
            yield begin, _grams(self._codes[begin : begin + _STEP + SHARED - 1], key)

    def owners(self, places: Places) -> Places:
        """The number of the text that each gram or window is of."""
        return np.searchsorted(self._ends, places, side="right")

    def within(self, first: Places, last: Places) -> tuple[Places, Places]:
        """Where stretches from one n-gram to another begin and end, in characters of their own unfolded text."""
        start = self._starts[self.owners(first)]
        return self._kept[first] - start, self._kept[last + GRAM - 1] + 1 - start


def prints(texts: Sequence[str], key: Key) -> tuple[Digests, Places]:
    """Prints of each text, with the text's number. A text shorter than a window has those of what there is."""
    folded = Folded.of(texts)
    digests, windows = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for begin, grams in folded.grams(key):
        places, chosen = _chosen(grams, WINDOW)
        digests.append(chosen)
        windows.append(places + begin)
    return np.concatenate(digests), folded.owners(np.concatenate(windows))


def sought(grams: Digests, maybe: Callable[[Digests], Places]) -> tuple[Places, Digests]:
    """What of a piece of `Folded.grams` to look up: each print of a document whose surroundings are whole for `NEAR`.

    Of those `maybe` chooses which to return, with the places of their n-grams in the piece.
    """
    places, digests = _chosen(grams[: len(grams) - WINDOW + NEAR], NEAR)  # the rest comes again with the next piece
    which = maybe(digests)
    places, digests = places[which], digests[which]
    near = grams[places[:, None] + np.arange(NEAR)]
    return places + (near == digests[:, None]).argmax(axis=1), digests
