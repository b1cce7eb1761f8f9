"""The customer database: PostgreSQL 15's csvlog with pgaudit 1.7 (`pgaudit.log_rows` on), times local with their zone.

The rows of a query stand at the end of its AUDIT message. Users of the database are the log-in names of the people.
"""

from collections.abc import Iterator
from datetime import date
from operator import itemgetter

from kuramori_lake.simulator.company import Person
from kuramori_lake.simulator.outputs import HMS, MonthlyFile, overflow

DATABASE = "sales"
CUSTOMERS = "顧客"
TABLES = (CUSTOMERS, "受注", "価格", "在庫")
_by_second = itemgetter(0)


class DatabaseLog:
    """One server. Entries are (local second in Tokyo, (account, address, table, rows))."""

    def __init__(self, out: MonthlyFile) -> None:
        """Nothing is written before `close_day`."""
        self.out = out
        self.entries: list[tuple[int, tuple[str, str, str, int]]] = []
        self.users: dict[str, str] = {}
        """Staff number by account."""
        self.session = 0

    def queried(self, day: date, second: int, person: Person, table: str, rows: int) -> None:
        """A query and the rows that it gave back."""
        account = person.account_on(day)
        self.users[account] = person.number
        self.entries.append((second, (account, person.ip, table, rows)))

    def close_day(self, day: date) -> None:
        """Write the day in order of time."""
        today, self.entries = overflow(self.entries)
        self.out.write(day, self._lines(day, sorted(today, key=_by_second)))

    def _lines(self, day: date, entries: list[tuple[int, tuple[str, str, str, int]]]) -> Iterator[str]:
        for second, (account, ip, table, rows) in entries:
            self.session += 1
            at = f"{day.isoformat()} {HMS[second]}"
            head = f'{at}.{self.session * 7919 % 1000:03d} JST,"{account}","{DATABASE}",{2000 + self.session % 30_000}'
            who = f'"{ip}:{40_000 + self.session % 20_000}",{0x6B000000 + self.session:x}.{self.session % 4096:x}'
            audit = (
                f'"AUDIT: SESSION,1,1,READ,SELECT,TABLE,""public.""""{table}"""""",select * from {table},<none>,{rows}"'
            )
            yield (
                f'{head},{who},3,"SELECT",{at} JST,3/{self.session % 900},0,LOG,00000,{audit},,,,,,,,,'
                '"psql","client backend",,0\n'
            )
