"""A language that nobody speaks: every text that gettext gives comes out in ⟦brackets⟧.

On a page drawn in it, words outside brackets were never given to a translator.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from django.utils import translation

from tools.lint.templates import READ_ALOUD, SAME_IN_EVERY_LANGUAGE, VOID, WORDS, fixed_language

OPEN, CLOSE = "⟦", "⟧"
INNERMOST = re.compile(f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}")


@contextmanager
def pseudo_language() -> Iterator[None]:
    """Draw everything in the pseudo-language while inside."""
    real = translation._trans
    with pytest.MonkeyPatch.context() as patch:
        for name in ("gettext", "pgettext", "ngettext", "npgettext"):
            genuine = getattr(real, name)
            patch.setattr(real, name, lambda *words, genuine=genuine: f"{OPEN}{genuine(*words)}{CLOSE}")
        yield


def without_translated(text: str) -> str:
    """What is left of a text when everything that was translated is taken away, inner brackets first."""
    while INNERMOST.search(text):
        text = INNERMOST.sub("", text)
    return text


class _Words(HTMLParser):
    """Collects the words of a page that nobody could translate."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__()
        self.names = names
        self.open: list[tuple[str, dict[str, str]]] = []
        self.bare: list[str] = []

    def look(self, text: str) -> None:
        for name in self.names:
            text = text.replace(name, "")
        left = SAME_IN_EVERY_LANGUAGE.sub("", without_translated(text))
        if WORDS.search(left):
            self.bare.append(" ".join(left.split()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        for name in READ_ALOUD & attributes.keys():
            self.look(attributes[name])
        if tag not in VOID:
            self.open.append((tag, attributes))

    def handle_endtag(self, tag: str) -> None:
        while self.open and any(name == tag for name, _ in self.open):
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not any(fixed_language(tag, attributes) for tag, attributes in self.open):
            self.look(data)


def bare_words(page: str, *, names: tuple[str, ...] = ()) -> list[str]:
    """Words of a page outside the pseudo-language; ``names`` of people and records are nobody's to translate."""
    reader = _Words(names)
    reader.feed(page)
    reader.close()
    return reader.bare
