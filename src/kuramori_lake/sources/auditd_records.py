"""Records of the Linux audit system: one line each, several to an event, joined by node, moment and serial number.

Values are quoted, or in hexadecimal where they hold a blank, a quote or anything beyond ASCII: Japanese file names
always are. `log_format = ENRICHED` adds names in capitals after 0x1D. Source: linux-audit's specification of records.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from kuramori_lake.sources.text_rows import Row

LINE: Final = re.compile(
    r"(?:node=(?P<node>\S+) )?type=(?P<type>[A-Z0-9_\[\]]+) msg=audit\((?P<seconds>\d{1,10})\.(?P<ms>\d{1,3}):"
    r"(?P<serial>\d+)\): ?(?P<rest>.*)"
)
_MEMBER: Final = re.compile(r"""([A-Za-z_][\w-]*)=("[^"]*"|'[^']*'|\S*)""")
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+\Z")
_CODED: Final = frozenset({"name", "cwd", "proctitle", "exe", "comm", "cmd", "acct", "key", "path", "data", "dir"})
ENRICHMENT: Final = "\x1d"
ENDS: Final = frozenset({"PROCTITLE", "EOE"})
KERNEL: Final = frozenset(
    {"SYSCALL", "PATH", "CWD", "EXECVE", "LOGIN", "SOCKADDR", "FD_PAIR", "BPRM_FCAPS", "MMAP", "IPC"}
)


@dataclass(slots=True)
class Record:
    """One line: its type and its members, decoded."""

    type: str
    members: dict[str, str]


@dataclass(kw_only=True)
class Group:
    """All records of one event so far."""

    name: str
    time: int
    """Microseconds, UTC."""
    text: str
    node: str | None
    records: list[Record] = field(default_factory=list)
    places: list[Row] = field(default_factory=list)

    def first(self, kind: str) -> dict[str, str]:
        """Members of the first record of that type; {} if there is none."""
        return next((one.members for one in self.records if one.type == kind), {})

    def all(self, kind: str) -> list[dict[str, str]]:
        """Members of all records of that type."""
        return [one.members for one in self.records if one.type == kind]

    @property
    def is_whole(self) -> bool:
        """No record is still to come: a kernel event ends with PROCTITLE, what programs report is one record."""
        return any(one.type in ENDS for one in self.records) or not any(one.type in KERNEL for one in self.records)


def plain(name: str, value: str) -> str:
    """A value as it was meant: without quotes, out of hexadecimal, words of a command line with blanks between."""
    if value[:1] in {'"', "'"}:
        return value[1:-1]
    coded = name in _CODED or re.fullmatch(r"a\d+", name)
    if coded and _HEX.match(value):
        return bytes.fromhex(value).replace(b"\0", b" ").decode("utf-8", "replace").strip()
    return value


def members(kind: str, rest: str) -> dict[str, str]:
    """Members of a record; those of a program's own message come out of its quotes."""
    bare, _, enriched = rest.partition(ENRICHMENT)
    outer, quote, inner = bare.partition("msg='")
    found = dict(_MEMBER.findall(outer))
    if quote:
        body, _, tail = inner.rpartition("'")
        found |= dict(_MEMBER.findall(body or inner))
        enriched = enriched or tail
    numbers = kind == "SYSCALL"
    decoded = {
        name: value if numbers and re.fullmatch(r"a\d", name) else plain(name, value) for name, value in found.items()
    }
    names = {name: plain(name, value) for name, value in _MEMBER.findall(enriched) if name.isupper() or "-" in name}
    return decoded | names
