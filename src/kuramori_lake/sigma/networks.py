"""A network as a regular expression over addresses as logs write them.

IPv4 (RFC 4632) also as IPv4-mapped IPv6, which Windows writes for some logons. IPv6 in the form of RFC 5952, lower
case, zeros shortened; an address written in another form is not recognised.
"""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from itertools import product

_OCTET = r"\d{1,3}"
_GROUPS = 8


def address_pattern(network: IPv4Network | IPv6Network) -> str:
    """The pattern; it matches the whole text of an address, without a port or zone."""
    if isinstance(network, IPv4Network):
        return rf"^(?:::ffff:)?{_octets(network)}$"
    if network.prefixlen <= 16 and int(network.network_address):  # noqa: PLR2004  # bits of a group
        return f"^{_group(network, 0)[1]}:[0-9a-f:.]*$"
    return "^(?:" + "|".join(_forms(network)) + ")$"


def _octets(network: IPv4Network) -> str:
    whole, bits = divmod(network.prefixlen, 8)
    first = str(network.network_address).split(".")
    parts = [re.escape(part) for part in first[:whole]]
    if bits:
        start = int(first[whole])
        parts.append("(?:" + "|".join(str(number) for number in range(start, start + 2 ** (8 - bits))) + ")")
    return r"\.".join(parts + [_OCTET] * (4 - len(parts)))


def _forms(network: IPv6Network) -> Iterator[str]:
    """Every way in which zero groups may be shortened, as a pattern each."""
    groups = [_group(network, place) for place in range(_GROUPS)]
    for zeros in product((False, True), repeat=_GROUPS):
        if any(zero and not groups[place][0] for place, zero in enumerate(zeros)):
            continue
        if any(not zero and groups[place][1] is None for place, zero in enumerate(zeros)):
            continue
        texts = ["0" if zero else str(groups[place][1]) for place, zero in enumerate(zeros)]
        start, length = _longest(zeros)
        if length < 2:  # noqa: PLR2004  # a single zero group is not shortened (RFC 5952, 4.2.2)
            yield ":".join(texts)
        else:
            yield ":".join(texts[:start]) + "::" + ":".join(texts[start + length :])


def _group(network: IPv6Network, place: int) -> tuple[bool, str | None]:
    """(may be zero, pattern of what it may be beside zero or None)."""
    low = int(network.network_address) >> (112 - 16 * place) & 0xFFFF
    free = 16 - min(max(network.prefixlen - 16 * place, 0), 16)
    if free == 0:
        return low == 0, format(low, "x") if low else None
    if free == 16:  # noqa: PLR2004  # bits of a group
        return True, "[1-9a-f][0-9a-f]{0,3}"
    return low == 0, _between(max(low, 1), low + (1 << free) - 1)


def _between(low: int, high: int) -> str:
    """Hexadecimal numbers of a range whose size is a power of two and which begins at a multiple of it (or at 1)."""
    digits = len(format(high, "x"))
    if len(format(low, "x")) < digits:
        lower = _between(low, (1 << 4 * (digits - 1)) - 1)
        return f"(?:{lower}|{_between(1 << 4 * (digits - 1), high)})"
    pairs = zip(format(low, "x"), format(high, "x"), strict=True)
    return "".join(one if one == other else _digit_range(one, other) for one, other in pairs)


def _digit_range(low: str, high: str) -> str:
    return "[" + "".join("0123456789abcdef"[int(low, 16) : int(high, 16) + 1]) + "]"


def _longest(zeros: tuple[bool, ...]) -> tuple[int, int]:
    best = (0, 0)
    start = None
    for place, zero in enumerate((*zeros, False)):
        if zero and start is None:
            start = place
        if not zero and start is not None:
            best = max(best, (start, place - start), key=lambda run: run[1])
            start = None
    return best
