"""The words of one XML part of an office document, read in pieces so that it never stands in memory whole."""

from collections.abc import Iterable
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from kuramori_lake.fingerprint.reading.limits import Budget, Reason, RefusalError

_SPEAKING: Final = frozenset({"t", "delText", "oddHeader", "oddFooter", "evenHeader", "evenFooter", "text", "v"})
"""Elements of OOXML that hold words: runs, deleted runs, headers of sheets, threaded comments, text of charts."""
_ENDING: Final = frozenset({"p", "h", "si", "comment", "threadedComment", "tr", "pt"})
_SPACING: Final = frozenset({"tab", "br", "cr", "s", "line-break", "c", "tc"})


class _Words:
    """Target of the parser: collects what speaks. In OpenDocument everything does."""

    def __init__(self, budget: Budget, *, everything: bool) -> None:
        self._budget = budget
        self._everything = everything
        self._depth = 0
        self._speaking = 0
        self.found: list[str] = []

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > self._budget.limits.nesting:
            raise RefusalError(Reason.TOO_DEEP)
        name = tag.rpartition("}")[2]
        if name in _SPACING:
            self.found.append(" ")
        if name in _SPEAKING:
            self._speaking += 1

    def end(self, tag: str) -> None:
        self._depth -= 1
        name = tag.rpartition("}")[2]
        if name in _SPEAKING:
            self._speaking -= 1
        if name in _ENDING:
            self.found.append("\n")

    def data(self, words: str) -> None:
        if self._everything or self._speaking:
            self._budget.speak(len(words))
            self.found.append(words)

    def close(self) -> None:
        """Nothing to do; the parser asks."""


def words_of(pieces: Iterable[bytes], budget: Budget, *, everything: bool) -> str:
    """The words of an XML part; `everything` where all text counts, else that of the elements known to hold words.

    Raises:
        RefusalError: it is not well-formed, declares entities (billion laughs, external ones), or passes a limit.
    """
    target = _Words(budget, everything=everything)
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True)
    try:
        for piece in pieces:
            parser.feed(piece)
        parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise RefusalError(Reason.DAMAGED) from error
    return "".join(target.found).strip()
