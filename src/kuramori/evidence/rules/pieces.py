"""Canonical JSON (RFC 8785) in pieces: an object whose lists are too long to stand in memory whole."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from kuramori.kernel.canonical import canonical

ITEMS = 1_000


def canonical_pieces(members: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the canonical form of an object with ASCII names; a member that is an iterator is written as a list.

    Raises:
        CanonicalError: a member has no canonical form; what was yielded before is of no use then.
    """
    sign = b"{"
    for name in sorted(members):
        yield sign + canonical(name) + b":"
        value = members[name]
        if isinstance(value, Iterator):
            yield from _list(value)
        else:
            yield canonical(value)
        sign = b","
    yield b"}" if members else b"{}"


def _list(items: Iterator[Any]) -> Iterator[bytes]:
    sign = b"["
    while part := list(islice(items, ITEMS)):
        yield sign + canonical(part)[1:-1]
        sign = b","
    yield b"]" if sign == b"," else b"[]"
