"""Whose traffic no log may tell: hotline, labour union, works council. Rows about them are dropped as they come in.

They are counted as ignored, never stored, and never shown in quarantine; a file that holds one is not kept. The list
holds for all days: a log that comes in late must not bring back what was protected. An account that is excluded for a
time (`Untaken`) is dropped on its own local days only, however late their log comes in.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from kuramori_lake.event import Namespace, actor_key
from kuramori_lake.stamp import local_days

Mask = npt.NDArray[np.bool_]

UTC: Final = ZoneInfo("UTC")
_NO_END: Final = 2**31 - 1
ENCODINGS: Final = ("utf-8", "cp932", "utf-16-le", "utf-16-be")
_NAME: Final = r"[\w-]"
_BEFORE: Final = r"(?<![\w.+-])"
_AFTER: Final = r"(?![\w-]|\.[\w-])"


class UnwatchedKind(StrEnum):
    """How the protected party is known."""

    ADDRESS = "address"
    """A mail address or account (`hotline@kura.example`), or a whole domain (`@union.example`)."""
    HOST = "host"
    """A machine or web site by its name, with or without domain, or its IP address."""


@dataclass(frozen=True, kw_only=True)
class Unwatched:
    """One address or machine, and why it is protected."""

    kind: UnwatchedKind
    value: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Untaken:
    """An account whose deeds are not taken in on some days (local, both included; `until` None: still), and why.

    A `raw` without a domain means the account in any. `source` and `instance` narrow it to one log; "" for all.
    """

    namespace: Namespace
    raw: str
    reason: str
    since: date
    until: date | None = None
    source: str = ""
    instance: str = ""

    def is_of(self, source: str, instance: str) -> bool:
        """Whether it holds for this log."""
        return self.source in {"", source} and self.instance in {"", instance}

    def means(self, key: str) -> bool:
        """Whether an actor of its namespace with this key is the account."""
        own = actor_key(self.raw)
        return own in {key, key.rpartition("\\")[2]}


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


class Shelter:
    """The list, ready to be asked about rows and about bytes."""

    _ADDRESSED: Final = ("actor_raw", "destination_value", "fields")
    _NAMED: Final = ("host", "client", "ip", "destination_domain", "destination_value")
    _PLACED: Final = ("path", "destination_value")

    def __init__(self, parties: Iterable[Unwatched], absent: Iterable[Untaken] = (), zone: ZoneInfo = UTC) -> None:
        """An empty list shelters nobody and costs nothing. `zone`: by whose days `absent` are counted."""
        self._absent, self._zone = tuple(absent), zone
        by_kind: dict[UnwatchedKind, set[str]] = {kind: set() for kind in UnwatchedKind}
        for one in parties:
            by_kind[UnwatchedKind(one.kind)].add(_plain(one.value))
        hosts = _any(_host(value) for value in by_kind[UnwatchedKind.HOST])
        addresses = _any(_address(value) for value in by_kind[UnwatchedKind.ADDRESS])
        domains = _any(_domain(value[1:]) for value in by_kind[UnwatchedKind.ADDRESS] if value.startswith("@"))
        rules = [
            (self._ADDRESSED, addresses and f"{_BEFORE}(?:{addresses}){_AFTER}"),
            (self._NAMED, hosts and rf"\A(?:{hosts})\Z"),
            (("destination_domain",), domains and rf"\A(?:{domains})\Z"),
            (self._PLACED, hosts and rf"\A(?:[a-z][a-z0-9+.-]*:)?[/\\]{{2}}(?:[^/\\@]*@)?(?:{hosts})(?=[/\\:]|\Z)"),
        ]
        self._rules = [(columns, re.compile(rule)) for columns, rule in rules if rule]
        accounts = _any(re.escape(_plain(one.raw).rpartition("\\")[2]) for one in self._absent)
        free = _any(one for one in (addresses, hosts, accounts) if one)
        self._free = re.compile(f"{_BEFORE}(?:{free}){_AFTER}") if free else None

    def hides(self, events: pa.Table) -> Mask:
        """Which rows are about a protected party."""
        hidden = np.zeros(events.num_rows, dtype=bool)
        for columns, rule in self._rules:
            for name in columns:
                if name in events.column_names:
                    hidden |= _found(events[name], rule)
        return hidden | self._missed(events)

    def _missed(self, events: pa.Table) -> Mask:
        """Which rows are deeds of accounts that are not taken in, on the days on which they are not."""
        hidden = np.zeros(events.num_rows, dtype=bool)
        if not self._absent or not {"actor_raw", "actor_namespace"} <= set(events.column_names):
            return hidden
        days = None
        for one in self._absent:
            theirs = _meant(events, one)
            if theirs.any():
                days = local_days(events, self._zone) if days is None else days
                until = _NO_END if one.until is None else _day(one.until)
                hidden |= theirs & (days >= _day(one.since)) & (days <= until)
        return hidden

    def names(self, raw: bytes) -> bool:
        """The bytes of a row that could not be understood name a protected party, in any of our encodings."""
        rule = self._free
        return rule is not None and any(rule.search(text) for text in _texts(raw))


def _any(rules: Iterable[str]) -> str:
    return "|".join(sorted(rules))


def _domain(name: str) -> str:
    return rf"(?:{_NAME}+\.)*{re.escape(name)}"


def _address(value: str) -> str:
    """`@union.example` stands for every address in it; a whole address only for itself."""
    return rf"[\w.+-]*@{_domain(value[1:])}" if value.startswith("@") else re.escape(value)


def _host(value: str) -> str:
    """A bare name stands for the machine in any domain; a full name or an IP address only for itself."""
    is_bare = "." not in value and ":" not in value
    return re.escape(value) + (rf"(?:\.{_NAME}+)*" if is_bare else "")


def _found(column: pa.ChunkedArray, rule: re.Pattern[str]) -> Mask:
    """Rows whose text the rule finds, looked at once per distinct text."""
    words = column.cast(pa.string()).combine_chunks()
    coded = (words.chunk(0) if isinstance(words, pa.ChunkedArray) else words).dictionary_encode()
    hits = [bool(word) and bool(rule.search(_plain(word))) for word in coded.dictionary.to_pylist()]
    if not any(hits):
        return np.zeros(len(column), dtype=bool)
    return np.asarray(pa.array(hits).take(coded.indices).fill_null(fill_value=False))


def _meant(events: pa.Table, one: Untaken) -> Mask:
    """Rows whose actor is the account."""
    names = {text for text in events["actor_raw"].unique().to_pylist() if text and one.means(actor_key(text))}
    if not names:
        return np.zeros(events.num_rows, dtype=bool)
    named = pc.is_in(events["actor_raw"].cast(pa.string()), pa.array(sorted(names)))
    same = pc.equal(events["actor_namespace"].cast(pa.string()), str(one.namespace))
    return np.asarray(pc.fill_null(pc.and_(named, same), fill_value=False))


def _day(day: date) -> int:
    """Days since 1970, as the local clock counts them."""
    return (day - date(1970, 1, 1)).days


def _texts(raw: bytes) -> Iterator[str]:
    for encoding in ENCODINGS:
        if encoding.startswith("utf-16") != (b"\0" in raw):
            continue
        yield _plain(raw.decode(encoding, errors="replace"))


def shelter_of(
    rows: Sequence[dict[str, str]], absent: Sequence[dict[str, Any]] = (), *, zone: ZoneInfo = UTC,
    source: str = "", instance: str = "",
) -> Shelter:  # fmt: skip
    """The shelter out of the context's tables `unwatched` and `untaken`, for one log."""
    parties = (Unwatched(kind=UnwatchedKind(row["kind"]), value=row["value"], reason=row["reason"]) for row in rows)
    missing = (Untaken(**row | {"namespace": Namespace(row["namespace"])}) for row in absent)
    return Shelter(parties, [one for one in missing if one.is_of(source, instance)], zone)
