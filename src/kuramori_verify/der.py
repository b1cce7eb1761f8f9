"""Strict reading of DER (ITU-T X.690): bytes that could be read in two ways are refused with FormError.

Only what certificates and time stamps need: single-byte tags, definite lengths, and a reader that takes values in
order. Nothing recurses, so hostile nesting costs nothing.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from kuramori_verify.canonical import FormError

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x17, 0x18, 0x30, 0x31
HIGH_TAG = 0x1F
LONG_LENGTH = 0x80
MAX_LENGTH_BYTES = 4
MAX_INTEGER_BYTES = 2_100
MAX_OID_BYTES = 64
GENERALIZED = re.compile(rb"(\d{14})(?:\.(\d{0,8}[1-9]))?Z")
UTC_SHORT = re.compile(rb"\d{12}Z")
FIRST_SHORT_YEAR = 50


@dataclass(frozen=True, slots=True)
class Der:
    """One value: its identifier octet, its content, and all its bytes as they came."""

    tag: int
    content: bytes
    raw: bytes

    def inside(self) -> "DerReader":
        """Read the values that this one is made of."""
        return DerReader(self.content)


class DerReader:
    """Takes value after value; every method raises FormError."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._place = 0

    @property
    def is_done(self) -> bool:
        """Whether every byte was taken."""
        return self._place == len(self._raw)

    def peek(self) -> int | None:
        """The identifier octet of the next value, None at the end."""
        return None if self.is_done else self._raw[self._place]

    def take(self, tag: int | None = None) -> Der:
        """The next value, which must have this tag (any, when None)."""
        found = self.peek()
        if found is None:
            raise FormError("DER ends too early")
        if tag is not None and found != tag:
            raise FormError(f"DER: tag {tag:#04x} is expected, not {found:#04x}")
        if found & HIGH_TAG == HIGH_TAG:
            raise FormError("DER: tags of more than one byte are not used here")
        start = self._place
        begin, length = self._length()
        if begin + length > len(self._raw):
            raise FormError("DER: a length goes beyond the end")
        self._place = begin + length
        return Der(found, self._raw[begin : self._place], self._raw[start : self._place])

    def maybe(self, tag: int) -> Der | None:
        """The next value if it has this tag."""
        return self.take(tag) if self.peek() == tag else None

    def end(self) -> None:
        """Nothing may follow."""
        if not self.is_done:
            raise FormError("DER: something follows the last member")

    def rest(self, tag: int | None = None) -> list[Der]:
        """All further values, each with this tag."""
        found = []
        while not self.is_done:
            found.append(self.take(tag))
        return found

    def _length(self) -> tuple[int, int]:
        place = self._place + 1
        if place >= len(self._raw):
            raise FormError("DER ends too early")
        first = self._raw[place]
        if first < LONG_LENGTH:
            return place + 1, first
        count = first - LONG_LENGTH
        octets = self._raw[place + 1 : place + 1 + count]
        length = int.from_bytes(octets, "big")
        if not 1 <= count <= MAX_LENGTH_BYTES or len(octets) != count or octets[0] == 0 or length < LONG_LENGTH:
            raise FormError("DER: a length is not in its only form")
        return place + 1 + count, length


def read_der(raw: bytes, tag: int | None = None) -> Der:
    """Read one value that is all there is. Raises FormError."""
    reader = DerReader(raw)
    found = reader.take(tag)
    reader.end()
    return found


def der_integer(value: Der) -> int:
    """Read an INTEGER of up to 2,100 bytes. Raises FormError."""
    octets = value.content
    if value.tag != INTEGER or not octets or len(octets) > MAX_INTEGER_BYTES:
        raise FormError("DER: an integer is expected")
    if len(octets) > 1 and octets[0] in {0x00, 0xFF} and (octets[0] ^ octets[1]) < LONG_LENGTH:
        raise FormError("DER: an integer is not in its only form")
    return int.from_bytes(octets, "big", signed=True)


def der_boolean(value: Der) -> bool:
    """Read a BOOLEAN. Raises FormError."""
    if value.tag != BOOLEAN or value.content not in {b"\x00", b"\xff"}:
        raise FormError("DER: a boolean is 00 or FF")
    return value.content == b"\xff"


def der_bits(value: Der) -> bytes:
    """Read a BIT STRING of whole bytes: a signature or a key. Raises FormError."""
    if value.tag != BIT_STRING or value.content[:1] != b"\x00":
        raise FormError("DER: a string of whole bytes is expected")
    return value.content[1:]


def der_oid(value: Der) -> str:
    """Read an OBJECT IDENTIFIER as dotted numbers. Raises FormError."""
    octets = value.content
    if value.tag != OID or not octets or len(octets) > MAX_OID_BYTES or octets[-1] & 0x80:
        raise FormError("DER: an object identifier is expected")
    arcs, number, fresh = [], 0, True
    for octet in octets:
        if fresh and octet == 0x80:  # noqa: PLR2004 - a leading zero
            raise FormError("DER: an object identifier is not in its only form")
        number, fresh = number << 7 | octet & 0x7F, not octet & 0x80
        if fresh:
            arcs.append(number)
            number = 0
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, [top, arcs[0] - 40 * top, *arcs[1:]]))


def der_time(value: Der) -> datetime:
    """Read a UTCTime (years 1950 to 2049) or GeneralizedTime in UTC, as RFC 5280 and RFC 3161 write them.

    Raises FormError; fractions are cut after microseconds.
    """
    text, fraction = value.content, b""
    if value.tag == UTC_TIME and UTC_SHORT.fullmatch(text):
        century = b"20" if int(text[:2]) < FIRST_SHORT_YEAR else b"19"
        text = century + text[:-1]
    elif value.tag == GENERALIZED_TIME and (match := GENERALIZED.fullmatch(text)):
        text, fraction = match[1], match[2] or b""
    else:
        raise FormError("DER: a time in UTC is expected")
    try:
        moment = datetime.strptime(text.decode(), "%Y%m%d%H%M%S")  # noqa: DTZ007 - the zone is added below
    except ValueError as error:
        raise FormError("DER: a time that no calendar has") from error
    return moment.replace(microsecond=int((fraction + b"000000")[:6]), tzinfo=UTC)
