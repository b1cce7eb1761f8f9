"""Whether parsed JSON has the members the format names, and no others. Every check raises FormError."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from kuramori_verify.canonical import FormError
from kuramori_verify.sources import is_plain_name

HEX_DIGEST_PATTERN = re.compile(r"[0-9a-f]{64}", re.ASCII)
TEXT_DIGEST_PATTERN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
RECORD_ID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
MOMENT_PATTERN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)

# A check takes a value and a place for the message, and returns the value or raises FormError.
Check = Callable[[Any, str], Any]


def members_of(**checks: Check) -> Check:
    """An object with exactly these members."""

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, dict) or set(value) != set(checks):
            raise FormError(f"{where}: the members are {', '.join(sorted(checks))}")
        for name, member in checks.items():
            member(value[name], f"{where}.{name}")
        return value

    return check


def list_of(item: Check) -> Check:
    """A list whose items all pass."""

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise FormError(f"{where}: a list is expected")
        for place, member in enumerate(value):
            item(member, f"{where}[{place}]")
        return value

    return check


def map_of(item: Check) -> Check:
    """An object with any names whose members all pass."""

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise FormError(f"{where}: an object is expected")
        for name, member in value.items():
            item(member, f"{where}.{name}")
        return value

    return check


def either(*checks: Check) -> Check:
    """The first check that passes decides; else the last one's message."""

    def check(value: Any, where: str) -> Any:
        for one in checks[:-1]:
            try:
                return one(value, where)
            except FormError:
                continue
        return checks[-1](value, where)

    return check


def pair_of(first: Check, second: Check) -> Check:
    """A list of exactly two."""

    def check(value: Any, where: str) -> Any:
        if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 - a pair
            raise FormError(f"{where}: a pair is expected")
        return [first(value[0], where), second(value[1], where)]

    return check


def one_of(*allowed: Any) -> Check:
    """One of these values, of the same type."""
    return _predicate(lambda value: any(type(value) is type(one) and value == one for one in allowed), str(allowed))


def _predicate(holds: Callable[[Any], bool], wanted: str) -> Check:
    def check(value: Any, where: str) -> Any:
        if not holds(value):
            raise FormError(f"{where}: {wanted} is expected")
        return value

    return check


def _matching(pattern: re.Pattern[str], wanted: str) -> Check:
    return _predicate(lambda value: isinstance(value, str) and bool(pattern.fullmatch(value)), wanted)


def is_moment(value: Any) -> bool:
    """Whether a value is a UTC time with microseconds that the calendar has."""
    if not isinstance(value, str) or not MOMENT_PATTERN.fullmatch(value):
        return False
    try:
        moment_of(value)
    except ValueError:
        return False
    return True


def moment_of(text: str) -> datetime:
    """Read a time that `is_moment`."""
    return datetime.fromisoformat(text)


ANY_JSON = _predicate(lambda _value: True, "a value")
COUNT = _predicate(lambda value: type(value) is int and value >= 0, "a count")
DIGEST_HEX = _matching(HEX_DIGEST_PATTERN, "a SHA-256 in hex")
DIGEST_TEXT = _matching(TEXT_DIGEST_PATTERN, "a SHA-256 in base64url")
MOMENT = _predicate(is_moment, "a UTC time with microseconds")
PLAIN_PATH = _predicate(lambda value: isinstance(value, str) and is_plain_name(value), "a plain path")
RECORD_ID = _matching(RECORD_ID_PATTERN, "a UUID")
TEXT = _predicate(lambda value: isinstance(value, str), "a string")
NOTHING = one_of(None)
