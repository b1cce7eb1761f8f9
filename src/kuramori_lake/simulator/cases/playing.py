"""Plays the cases day by day into the raw logs, and tells afterwards what really happened."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from kuramori_lake.simulator import samba
from kuramori_lake.simulator.calendars import DAY, days
from kuramori_lake.simulator.cases.casting import Part
from kuramori_lake.simulator.company import Person
from kuramori_lake.simulator.database_log import CUSTOMERS
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.library import Document
from kuramori_lake.simulator.stage import Stage

HOUR = 3600
_PRINTED_SHARE = 0.4
_QUERIES_A_DAY = 5
_PAPERS_A_MAIL = 20
_SHARES_OUT = (5, 20, 50, 100)


@dataclass
class _Deed:
    """What was done on one day; `amount` are documents read or rows selected."""

    day: date
    amount: int
    copied: int = 0
    pages: int = 0


@dataclass
class CasePlay:
    """All cases of a company."""

    stage: Stage
    parts: Sequence[Part]
    _done: dict[str, list[_Deed]] = field(default_factory=dict)
    _papers: dict[str, list[Document]] = field(default_factory=dict)
    _waiting: dict[str, list[Document]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Choose the documents, and see to it that people are there when they are needed, and away when on leave."""
        for part in self.parts:
            rng = dice(self.stage.seed, "case", part.case.id)
            self._done[part.case.id], self._waiting[part.case.id] = [], []
            self._papers[part.case.id] = self._choose(rng, part)
            self.stage.spoken_for.add(part.person)
            for day in part.days:
                self.stage.stays_until[part.person, day] = _hours(part)[1] + 1800
            if part.case.away_before and part.days:
                gone = days(part.days[0] - timedelta(days=part.case.away_before), part.days[0])
                self.stage.away.update((part.person, day) for day in gone)

    def happen(self, day: date) -> None:
        """The deeds of that day."""
        for part in self.parts:
            if day in part.days:
                self._act(dice(self.stage.seed, "case", part.case.id, day), part, day)

    def _choose(self, rng: Random, part: Part) -> list[Document]:
        if part.case.way in {"db", "none"}:
            return []
        areas = [self.stage.library.areas[code] for code in part.case.vaults]
        each = [part.amount // len(areas) + (place < part.amount % len(areas)) for place in range(len(areas))]
        chosen = [rng.sample([d for d in area.documents if d[1].startswith(area.main_folder)], count)
                  for area, count in zip(areas, each, strict=True)]  # fmt: skip
        papers = [document for one in chosen for document in one]
        if len(chosen) > 1:
            rng.shuffle(papers)
        else:
            papers.sort()
        return papers

    def _act(self, rng: Random, part: Part, day: date) -> None:
        place = part.days.index(day)
        amount = _slice(part.amount, place, len(part.days))
        deed = _Deed(day, len(amount))
        self._done[part.case.id].append(deed)
        person = self.stage.company.person(part.person)
        if part.case.way == "db":
            self._select(rng, part, person, deed)
            return
        papers = self._papers[part.case.id][amount.start : amount.stop]
        self._read(rng, part, person, day, papers)
        if part.case.way == "removable":
            waiting = self._waiting[part.case.id]
            waiting += papers
            if (place + 1) % part.case.copies_every == 0 or place == len(part.days) - 1:
                self._copy(rng, part, person, deed, waiting)
                waiting.clear()
        if part.case.way == "print":
            self._print(rng, part, person, deed, papers)
        if part.case.way == "web":
            self._upload(rng, part, person, deed, papers)
        elif part.case.way == "mail":
            self._mail(rng, part, person, deed, papers)
        elif part.case.contact and papers:
            self._write(rng, part, person, deed)

    def _read(self, rng: Random, part: Part, person: Person, day: date, papers: list[Document]) -> None:
        who, (first, last) = samba.who(person.account_on(day), person.ip, person.pc), _hours(part)
        seconds, folder = sorted(rng.randrange(first, last) for _ in papers), ""
        for second, document in zip(seconds, papers, strict=True):
            add = self.stage.server_of(document).entries.append
            if document[1].rpartition("/")[0] != folder:
                folder = document[1].rpartition("/")[0]
                add((second, samba.listed(who, document)))
            add((second, samba.opened(who, document)))
            add((second, samba.fetched(who, document)))
            self.stage.remember(person, day, document[1])

    def _copy(self, rng: Random, part: Part, person: Person, deed: _Deed, papers: list[Document]) -> None:
        log, stick, second = self.stage.endpoints, _stick(part), _hours(part)[1] + 60
        log.plugged(deed.day, second, person, stick, known=False)
        self.stage.devices.disk(deed.day, second, person, "SanDisk Extreme", stick[1])
        step = min(2.0, HOUR / max(1, len(papers)))
        for place, (_, path) in enumerate(papers):
            name, size = path.rpartition("/")[2], rng.randrange(200_000, 6_000_000)
            log.copied(deed.day, int(second + 20 + place * step), person, name, size=size, stick=stick, known=False)
        log.unplugged(deed.day, second + HOUR + 60, person, stick)
        deed.copied = len(papers)

    def _print(self, rng: Random, part: Part, person: Person, deed: _Deed, papers: list[Document]) -> None:
        for place, (_, path) in enumerate(rng.sample(papers, round(len(papers) * _PRINTED_SHARE))):
            pages, second = rng.randrange(2, 14), _hours(part)[1] - 1800 + 9 * place
            name = path.rpartition("/")[2]
            self.stage.endpoints.printed(deed.day, second, person, name, pages=pages, printer="H-MFP9")
            deed.pages += pages
            deed.copied += 1

    def _select(self, rng: Random, part: Part, person: Person, deed: _Deed) -> None:
        """Large queries, the answer saved to the PC, and a private phone on the cable."""
        first, last = _hours(part)
        for place in range(_QUERIES_A_DAY):
            rows = len(_slice(deed.amount, place, _QUERIES_A_DAY))
            self.stage.database.queried(deed.day, rng.randrange(first, last), person, CUSTOMERS, rows)
        self.stage.devices.phone(deed.day, last + 120, person, f"8C1X{person.number}")
        deed.copied = deed.amount

    def _upload(self, rng: Random, part: Part, person: Person, deed: _Deed, papers: list[Document]) -> None:
        """One by one to a storage service that nobody here uses, within half an hour."""
        last, url = _hours(part)[1], f"http://{part.case.contact}/upload"
        for place, _ in enumerate(papers):
            size = rng.randrange(200_000, 6_000_000)
            self.stage.proxy.uploaded(deed.day, last + place * 1800 // len(papers), person, url, size)
        deed.copied = len(papers)

    def _mail(self, rng: Random, part: Part, person: Person, deed: _Deed, papers: list[Document]) -> None:
        """Some papers at a time to the own private address."""
        home, last = f"{person.name.account}@{part.case.contact}", _hours(part)[1]
        for place in range(0, len(papers), _PAPERS_A_MAIL):
            size = sum(rng.randrange(200_000, 900_000) for _ in papers[place : place + _PAPERS_A_MAIL])
            self.stage.mail.mailed(deed.day, last + 15 * place, person, size=size, to=[home])
        deed.copied = len(papers)

    def _write(self, rng: Random, part: Part, person: Person, deed: _Deed) -> None:
        size, to = rng.randrange(900_000, 6_000_000), f"m.chen@{part.case.contact}"
        self.stage.mail.mailed(deed.day, _hours(part)[1] + 300, person, size=size, to=[to])

    def told(self) -> list[dict[str, Any]]:
        """What truth.json says of each case."""
        return [self._told(part) for part in self.parts]

    def _told(self, part: Part) -> dict[str, Any]:
        deeds, person = self._done[part.case.id], self.stage.company.person(part.person)
        return {
            "case": part.case.id,
            "firm": part.case.firm,
            "strength": str(part.strength),
            "detectable": part.case.detectable,
            "person": part.person,
            "account": person.account_on(part.last),
            "channel": part.case.way,
            "channels": list(part.case.channels),
            "own_ground": part.case.member,
            "amount": sum(deed.amount for deed in deeds),
            "unit": "rows" if part.case.way == "db" else "documents",
            "vaults": [self.stage.library.areas[code].main_folder for code in part.case.vaults],
            "device": list(_stick(part)) if part.case.way == "removable" else [],
            "hr_event": part.case.hr_event,
            "notice": person.career.notice.isoformat() if person.career.notice else None,
            "departure": part.last.isoformat(),
            "first": deeds[0].day.isoformat() if deeds else None,
            "last": deeds[-1].day.isoformat() if deeds else None,
            "out_by": {str(share): _day_by(deeds, share) for share in _SHARES_OUT} if deeds else {},
            "days": [
                {"day": deed.day.isoformat(), "amount": deed.amount, "copied": deed.copied, "pages": deed.pages}
                for deed in deeds
            ],
        }


def hr_events(parts: Iterable[Part], today: date) -> list[tuple[str, str, date]]:
    """Person, what happened, and the day before today on which the personnel department knew."""
    found = []
    for part in parts:
        known = part.case.notice_before
        day = part.days[0] - DAY if part.case.hr_event == "leave_return" else part.last - timedelta(days=known or 0)
        if part.case.hr_event and day < today:
            found.append((part.person, part.case.hr_event, day))
    return found


def _day_by(deeds: list[_Deed], share: int) -> str:
    """The first day at whose end that share (percent) of everything was out of where it belongs."""
    whole = sum(deed.amount for deed in deeds)
    sums = accumulate(deed.amount for deed in deeds)
    return next(deed.day for deed, so_far in zip(deeds, sums, strict=True) if so_far * 100 >= whole * share).isoformat()


def _hours(part: Part) -> tuple[int, int]:
    return (19 * HOUR, 22 * HOUR) if part.case.evening else (10 * HOUR, 17 * HOUR)


def _stick(part: Part) -> tuple[str, str]:
    return "USB大容量記憶装置 外付けHDD 1TB", f"A1B2{part.case.id[-2:]}{part.person}"


def _slice(amount: int, place: int, places: int) -> range:
    return range(amount * place // places, amount * (place + 1) // places)
