"""The web proxy's log in the `logformat kura` that Kuramori asks for: what a client sent is in `up`, times are UTC."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from operator import itemgetter

from kuramori_lake.simulator.company import Person
from kuramori_lake.simulator.outputs import MonthlyFile

AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"
_by_instant = itemgetter(0)


class ProxyLog:
    """One proxy for all sites. Entries are (UTC second counted from the local day, rest of the line)."""

    def __init__(self, out: MonthlyFile) -> None:
        """Nothing is written before `close_day`."""
        self.out = out
        self.entries: list[tuple[int, str]] = []
        self._line = 0

    def uploaded(self, day: date, second: int, person: Person, url: str, size: int) -> None:
        """A request with a body of `size` bytes, readable because the proxy opens the connection."""
        host = url.split("/")[2]
        self._add(day, second, person, f"TCP_MISS/200 512 POST {url}", host, sent=size + 640, body=str(size))

    def tunnelled(self, day: date, second: int, person: Person, host: str, size: int) -> None:
        """An encrypted tunnel at its end: host and bytes are all there is to know."""
        self._add(day, second, person, f"TCP_TUNNEL/200 6120 CONNECT {host}:443", host, sent=size, body="-")

    def fetched(self, day: date, second: int, person: Person, url: str) -> None:
        """A page read."""
        self._add(day, second, person, f"TCP_MISS/200 18233 GET {url}", url.split("/")[2], sent=512, body="-")

    def close_day(self, day: date) -> None:
        """Write the day in order of the instants."""
        today, self.entries = self.entries, []
        today.sort(key=_by_instant)
        midnight = int(datetime.combine(day, time(), UTC).timestamp())
        self.out.write(day, self._lines(midnight, today))

    def _add(self, day: date, second: int, person: Person, what: str, host: str, *, sent: int, body: str) -> None:
        result, _, request = what.partition(" ")
        answered, _, request = request.partition(" ")
        line = (
            f"{person.ip} {result} {answered} {request} {person.account_on(day)} HIER_DIRECT/198.51.100.80 text/html "
            f'up={sent} bodyreq={body} host={host} ua="{AGENT}"'
        )
        self.entries.append((second - person.unit.site.utc_offset(day), line))

    def _lines(self, midnight: int, entries: list[tuple[int, str]]) -> Iterator[str]:
        for second, line in entries:
            self._line += 1
            yield f"{midnight + second}.{self._line * 7919 % 1000:03d} {40 + self._line % 300} {line}\n"
