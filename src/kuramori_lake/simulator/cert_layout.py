"""A made-up company in the CERT insider-threat layout (release 4.2's columns): for tests and for measuring speed.

Everybody has a PC, a start of day and habits of their own; some carry media, some work late. It is drawn from a seed
and knows nothing of the published data but its columns.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final

from kuramori_lake.simulator.dice import dice

DOMAIN: Final = "example-works.test"
OUTSIDE: Final = (*(f"client{n:03d}.example" for n in range(120)), "gmail.com", "yahoo.com", "hotmail.com")
SATURDAY: Final = 5
CARRYING, LATE, BACK_LATE, ON_WEEKENDS = 0.25, 0.1, 0.15, 0.02
"""Share of people who use media daily and who come back late; how often these do; weekend days worked."""
TO_OUTSIDE, WITH_ATTACHMENT, ADMIN_AT_WORK, MEDIUM_TODAY = 0.35, 0.2, 0.5, 0.6
SITES: Final = tuple(f"site{n:03d}.example" for n in range(150))
ROLES: Final = ("Engineer", "Salesman", "Accountant", "ITAdmin", "Manager", "Technician")
HEADERS: Final = {
    "logon": ("id", "date", "user", "pc", "activity"),
    "device": ("id", "date", "user", "pc", "activity"),
    "file": ("id", "date", "user", "pc", "filename", "content"),
    "email": ("id", "date", "user", "pc", "to", "cc", "bcc", "from", "size", "attachments", "content"),
    "http": ("id", "date", "user", "pc", "url", "content"),
}
LDAP: Final = (
    "employee_name", "user_id", "email", "role", "business_unit", "functional_unit", "department", "team", "supervisor",
)  # fmt: skip
Row = tuple[datetime, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Worker:
    """One person of the company."""

    user: str
    name: str
    role: str
    team: str
    pc: str
    starts: float
    """Usual start, hours since midnight."""
    carries: bool
    """Uses removable media in daily work."""
    late: bool
    """Comes back in the evening now and then."""
    contacts: tuple[str, ...]
    sites: tuple[str, ...]

    @property
    def address(self) -> str:
        """The address at work."""
        return f"{self.name.replace(' ', '.')}@{DOMAIN}"


@dataclass(kw_only=True)
class Company:
    """Workers and what they did, ready to be written as a folder. Times are local."""

    seed: int = 1
    workers: list[Worker] = field(default_factory=list)
    rows: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in HEADERS})
    _count: int = 0

    @classmethod
    def of(cls, people: int, *, seed: int = 1) -> "Company":
        """A company of that many people, in teams of twelve of the same role."""
        rng, made = dice(seed, "cert"), cls(seed=seed)
        for n in range(people):
            team = n // 12
            made.workers.append(
                Worker(
                    user=f"U{n:04d}",
                    name=f"First{n:04d} Last{n:04d}",
                    role=ROLES[team % len(ROLES)],
                    team=f"{team} - Team",
                    pc=f"PC-{n:04d}",
                    starts=rng.choice((7.0, 7.5, 8.0, 8.5, 9.0)),
                    carries=rng.random() < CARRYING,
                    late=rng.random() < LATE,
                    contacts=tuple(rng.sample(OUTSIDE, 6)),
                    sites=tuple(rng.sample(SITES, 25)),
                )
            )
        return made

    def log(self, kind: str, when: datetime, who: Worker, *cells: str, pc: str | None = None) -> None:
        """Add one row; `cells` are those after `pc`."""
        self._count += 1
        head = (f"{{{kind[:2].upper()}{self._count:08d}}}", f"{when:%m/%d/%Y %H:%M:%S}", who.user, pc or who.pc)
        self.rows[kind].append((when, (*head, *cells)))

    def mail(self, when: datetime, who: Worker, to: Sequence[str], *, size: int = 30_000, attached: int = 0) -> None:
        """A mail from the person's address at work."""
        self.log("email", when, who, ";".join(to), "", "", who.address, str(size), str(attached), "some words")

    def work(self, days: Iterable[date], *, mails: float = 4.6, pages: int = 0, media: bool = True) -> "Company":
        """Ordinary days of everybody: logon, mails, perhaps media and pages, logoff."""
        rng = dice(self.seed, "work")
        for day in days:
            for who in self.workers:
                if day.weekday() >= SATURDAY and rng.random() > ON_WEEKENDS:
                    continue
                self._day(rng, who, datetime(day.year, day.month, day.day), mails, pages, media=media)  # noqa: DTZ001
        return self

    def _day(self, rng: Random, who: Worker, day: datetime, mails: float, pages: int, *, media: bool) -> None:
        start = day + timedelta(hours=who.starts + rng.gauss(0, 0.25))
        hours = 8.5 + rng.gauss(0, 0.4)
        self.log("logon", start, who, "Logon")
        self.log("logon", start + timedelta(hours=hours), who, "Logoff")
        if who.late and rng.random() < BACK_LATE:
            self.log("logon", day + timedelta(hours=21 + rng.random()), who, "Logon")
        if who.role == "ITAdmin" and rng.random() < ADMIN_AT_WORK:
            self.log("logon", start + timedelta(hours=3), who, "Logon", pc=rng.choice(self.workers).pc)
        for _ in range(round(max(0.0, rng.gauss(mails, 1.5)))):
            outside = rng.random() < TO_OUTSIDE
            to = [f"someone@{rng.choice(who.contacts)}"] if outside else [rng.choice(self.workers).address]
            when = start + timedelta(hours=rng.random() * hours)
            self.mail(
                when, who, to, size=round(rng.lognormvariate(10, 0.6)), attached=int(rng.random() < WITH_ATTACHMENT)
            )
        for _ in range(pages):
            url = f"http://{rng.choice(who.sites)}/p{rng.randrange(999)}.html"
            self.log("http", start + timedelta(hours=rng.random() * hours), who, url, "words")
        if media and who.carries and rng.random() < MEDIUM_TODAY:
            self.carry(start + timedelta(hours=2), who, files=rng.randrange(1, 6))

    def carry(self, when: datetime, who: Worker, *, files: int, pc: str | None = None) -> None:
        """A medium is connected, files are copied onto it, and it is taken out again."""
        self.log("device", when, who, "Connect", pc=pc)
        for n in range(files):
            self.log("file", when + timedelta(seconds=20 + n), who, f"F{self._count:06d}.doc", "words", pc=pc)
        self.log("device", when + timedelta(seconds=60 + files), who, "Disconnect", pc=pc)

    def write(self, folder: Path, *, months: Iterable[date] = (), gone: dict[str, date] | None = None) -> None:
        """Write the files that have rows, and one LDAP snapshot a month without those gone before it."""
        folder.mkdir(parents=True, exist_ok=True)
        for kind, rows in self.rows.items():
            if rows:
                rows.sort(key=lambda row: row[0])
                _write(folder / f"{kind}.csv", HEADERS[kind], (cells for _, cells in rows))
        for month in months:
            there = [one for one in self.workers if (gone or {}).get(one.user, date.max) >= month]
            (folder / "LDAP").mkdir(exist_ok=True)
            _write(folder / "LDAP" / f"{month:%Y-%m}.csv", LDAP, (self._entry(one) for one in there))

    def _entry(self, who: Worker) -> tuple[str, ...]:
        boss = next(one for one in self.workers if one.team == who.team)
        unit = "2 - Making"
        return (who.name, who.user, who.address, who.role, "1", unit, "3 - Works", who.team, boss.name)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
