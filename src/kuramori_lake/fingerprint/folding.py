"""Text as prints see it: what rewriting, copying and retyping do not change.

Each character is decomposed as in NFKD and case folded; of that the first letter or digit stays, katakana as
hiragana. Width, case, voice marks, punctuation, spaces and line ends are gone: a paragraph pasted from a PDF into a
mail folds to the same letters. Unlike NFKD proper a character never becomes two, so that offsets lead back.
"""

import unicodedata
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]

BREAK: Final = "\U0010ffff"
"""Set between texts: a character that is none, which no n-gram may hold."""
BREAK_CODE: Final = np.uint32(0xFFFFFFFF)

_DECOMPOSED: Final = 0x30000
_KANA: Final = (0x30A1, 0x30F6, 0x60)
_SURROGATES: Final = range(0xD800, 0xE000)


def _folded(code: int) -> int:
    for char in unicodedata.normalize("NFKD", chr(code)).casefold():
        if unicodedata.category(char)[0] in "LN":
            first, last, apart = _KANA
            return ord(char) - apart if first <= ord(char) <= last else ord(char)
    return 0


@cache
def table() -> Codes:
    """For each code point the code it folds to, 0 for what is dropped. Takes a third of a second, once."""
    found = np.arange(0x110000, dtype=np.uint32)
    found[:_DECOMPOSED] = [0 if code in _SURROGATES else _folded(code) for code in range(_DECOMPOSED)]
    found[0xE0000:] = 0
    found[ord(BREAK)] = BREAK_CODE
    found.flags.writeable = False
    return found


def codes_of(text: str) -> Codes:
    """The folded code of each character, dropped ones as 0."""
    return table().take(np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4"))
