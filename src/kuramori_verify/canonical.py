"""Strict reading of canonical JSON (RFC 8785): a text that could be read in two ways is refused."""

import base64
import json
import re
from typing import Any

MAX_INTEGER = 2**53 - 1
# Sorting by code point and by UTF-16 code unit differ only above U+D7FF.
HIGH_CHARACTER = re.compile("[\ud800-\U0010ffff]")


class FormError(ValueError):
    """The bytes do not have the form the format demands; the message says which demand."""


def read_canonical(raw: bytes) -> Any:
    """Read one JSON value whose bytes are exactly its canonical form.

    Raises:
        FormError: not UTF-8, not JSON, floats, integers beyond 2^53-1, doubled or unsorted keys, white space,
            escapes that are not needed, anything after the value, nesting too deep.
    """
    try:
        text = raw.decode()
        value = canonical_decoder.decode(text)
        demand_canonical(value, text)
    except RecursionError as error:
        raise FormError("nested too deep") from error
    except FormError:
        raise
    except ValueError as error:
        raise FormError(f"not canonical JSON: {error}"[:200]) from error
    return value


def demand_canonical(read: Any, text: str) -> None:
    """Raise FormError unless a value that was read from a text is written as that very text."""
    written = _as_given.encode(_sorted(read)) if HIGH_CHARACTER.search(text) else _by_code_point.encode(read)
    if written != text:
        raise FormError("JSON, but not in canonical form (RFC 8785)")


def as_canonical(read: Any) -> bytes:
    """Write again what `read_canonical` has read, or a list of such values: its members are in order already."""
    return _as_given.encode(read).encode()


def canonical_strings(texts: list[str]) -> bytes:
    """Write a list of strings in canonical form. Raises ValueError for a lone surrogate."""
    return _as_given.encode(texts).encode()


def unbase64url(text: str) -> bytes:
    """Decode base64url without padding, in its only way of writing. Raises FormError."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise FormError("not base64url") from error
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != text.encode():
        raise FormError("base64url with padding or stray bits")
    return raw


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _sorted(value[key]) for key in keys}
    return [_sorted(member) for member in value] if isinstance(value, list) else value


def _integer(digits: str) -> int:
    number = int(digits) if len(digits) < 20 else MAX_INTEGER + 1  # noqa: PLR2004 - longer than any allowed number
    return number if abs(number) <= MAX_INTEGER else _refuse(digits)


def _refuse(text: str) -> Any:
    raise FormError(f"the number {text[:40]} is not allowed")


canonical_decoder = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse, parse_int=_integer)
_by_code_point = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_as_given = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
