"""What a zone asks for where a company says nothing else (FAC-05), and how doors are written."""

from typing import Final

LEAST: Final = 2
MINUTES: Final = 20
MOST_MINUTES: Final = 24 * 60


def names_in(text: str) -> frozenset[str]:
    """Return the names in a text with one on each line."""
    return frozenset(line.strip() for line in text.splitlines()) - {""}
