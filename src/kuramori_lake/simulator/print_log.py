"""The Kitakami plant's print server: CUPS' page_log, one `total` line for each job, times with their zone."""

from collections.abc import Iterator
from datetime import date
from operator import itemgetter

from kuramori_lake.simulator.calendars import Site
from kuramori_lake.simulator.company import Person
from kuramori_lake.simulator.outputs import HMS, MONTHS, MonthlyFile, overflow

_by_second = itemgetter(0)


class PrintLog:
    """One server. Entries are (local second of the day, line up to the job number, rest after the time)."""

    def __init__(self, out: MonthlyFile, site: Site) -> None:
        """Times are `site`'s."""
        self.out, self.site = out, site
        self.entries: list[tuple[int, tuple[str, str]]] = []
        self.job = 40_100

    def printed(self, day: date, second: int, person: Person, name: str, *, pages: int, printer: str) -> None:
        """A print job."""
        who = f"{printer} {person.account_on(day)}"
        self.entries.append((second, (who, f"total {pages} - {person.ip} {name} A4 two-sided-long-edge")))

    def close_day(self, day: date) -> None:
        """Write the day in order of time; jobs are numbered as they come."""
        today, self.entries = overflow(self.entries)
        self.out.write(day, self._lines(day, sorted(today, key=_by_second)))

    def _lines(self, day: date, entries: list[tuple[int, tuple[str, str]]]) -> Iterator[str]:
        zone = f"+{self.site.utc_offset(day) // 3600:02d}00"
        for second, (who, what) in entries:
            self.job += 1
            yield f"{who} {self.job} [{day.day:02d}/{MONTHS[day.month - 1]}/{day.year}:{HMS[second]} {zone}] {what}\n"
