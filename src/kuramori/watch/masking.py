"""What tells a person's name is taken out of paths, file names and areas while the name is sealed.

A home folder, a profile, or a folder called after its owner would undo the pseudonym (PPC guideline Q&A 5-7).
"""

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from kuramori.directory.api import people_visible_to, viewer_of_system

MASK = "•••"
SHORTEST = 3
SHORTEST_CJK = 2
WORD_ONLY = 5
"""Names of fewer letters are masked as words of their own only: `ken` must not show in a gap of `kenkyu`."""


def names_of(person_id: UUID) -> frozenset[str]:
    """Return every name by which texts may tell a person: number, names, addresses, and accounts, past ones too."""
    person = people_visible_to(viewer_of_system()).filter(pk=person_id).first()
    if person is None:
        return frozenset()
    return frozenset((*person.found_by, *person.identities.values_list("value", flat=True)))


def names_of_many(people: Iterable[UUID]) -> frozenset[str]:
    """Return every name of several people at once, in two queries: what a page that shows them all must mask."""
    found = people_visible_to(viewer_of_system()).filter(pk__in=list(people)).prefetch_related("identities")
    return frozenset(name for one in found for name in (*one.found_by, *(each.value for each in one.identities.all())))


def masked(text: str, names: Iterable[str | None]) -> str:
    """Return a text in which no name stands, in whatever case, width or spelling of its letters."""
    rules = [rule for name in names for rule in _rules(name or "")]
    letters = [(part, place) for place, letter in enumerate(text) for part in _folded(letter)]
    plain = "".join(part for part, _place in letters)
    found = list(re.finditer("|".join(rules), plain)) if rules else []
    hidden = {place for each in found for _part, place in letters[each.start() : each.end()]}
    runs = groupby(enumerate(text), key=lambda pair: pair[0] in hidden)
    return "".join(MASK if is_hidden else "".join(letter for _n, letter in run) for is_hidden, run in runs)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKD", text).casefold()


def _rules(name: str) -> list[str]:
    """Return regular expressions for a name: an account without its domain, a full name in either order."""
    parts = _folded(name).rpartition("\\")[2].partition("@")[0].split()
    length = len("".join(parts))
    if length < (SHORTEST if name.isascii() else SHORTEST_CJK):
        return []
    orders = [parts, parts[::-1]] if len(parts) > 1 else [parts]
    return [_bounded(r"[\s._-]*".join(map(re.escape, order)), length) for order in orders]


def _bounded(rule: str, length: int) -> str:
    """Keep a rule off the middle of longer words when it is short, and off the middle of longer numbers."""
    if length < WORD_ONLY and rule.isascii():
        return rf"(?<![a-z0-9]){rule}(?![a-z0-9])"
    before, after = (r"(?<!\d)" if rule[0].isdigit() else ""), (r"(?!\d)" if rule[-1].isdigit() else "")
    return f"{before}{rule}{after}"
