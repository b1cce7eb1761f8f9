"""One byte string for one value: the JSON Canonicalization Scheme (RFC 8785).

Whatever is hashed or signed goes through here, so that equal values give equal bytes on every machine.
We take a subset on purpose: no floats (their text is where implementations differ; send a decimal as a string),
integers that every JSON reader holds exactly (RFC 7493, I-JSON), and no lone surrogates (they have no UTF-8).
"""

import json
from typing import Any

MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1

# Python sorts keys by code point, RFC 8785 by UTF-16 code unit: the same for every key below U+D800.
_by_code_point = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False)
_as_given = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)
_FIRST_SURROGATE = "\ud800"


class CanonicalError(ValueError):
    """The value has no canonical form; the message says where in it and what to send instead."""


def canonical(value: Any) -> bytes:
    """Return the RFC 8785 bytes (UTF-8, no white space, sorted keys) of a JSON value.

    Strings are kept as they are: no Unicode normalisation, which is the caller's decision.

    Raises:
        CanonicalError: a float, an integer beyond ±(2^53-1), a key that is not a string, a lone surrogate, a type
            that JSON does not have, or nesting deeper than 64.
    """
    plain_order = _check(value, "$", 0)
    text = _by_code_point.encode(value) if plain_order else _as_given.encode(_in_utf16_order(value))
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise CanonicalError(f"a string holds a lone surrogate (U+{ord(text[error.start]):04X})") from error


def _check(value: Any, where: str, depth: int) -> bool:
    """Refuse what has no canonical form; True when sorting keys by code point is already right."""
    if value is None or isinstance(value, str | bool):
        return True
    if isinstance(value, int):
        if -MAX_INTEGER <= value <= MAX_INTEGER:
            return True
        raise CanonicalError(f"{where}: {value} is beyond 2^53-1; send it as a string")
    if depth == MAX_DEPTH:
        raise CanonicalError(f"{where}: nested deeper than {MAX_DEPTH}")
    plain = True
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise CanonicalError(f"{where}: the key {key!r} is not a string")
            plain &= key.isascii() or max(key) < _FIRST_SURROGATE
            plain &= _check(member, f"{where}.{key}", depth + 1)
        return plain
    if isinstance(value, list | tuple):
        for member in value:
            plain &= _check(member, where, depth + 1)
        return plain
    advice = "; send a decimal as a string" if isinstance(value, float) else "; send it as a string"
    raise CanonicalError(f"{where}: {type(value).__name__} has no canonical form{advice}")


def _in_utf16_order(value: Any) -> Any:
    """Rebuild objects with their keys in UTF-16 code unit order (RFC 8785 section 3.2.3)."""
    if isinstance(value, dict):
        # Surrogates pass here so that the encoder below can name them.
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _in_utf16_order(value[key]) for key in keys}
    if isinstance(value, list | tuple):
        return [_in_utf16_order(member) for member in value]
    return value
