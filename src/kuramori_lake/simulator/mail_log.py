"""The mail server's log as Postfix 3.7 writes it to a file: five lines or more for each mail, times local without year.

Clients log in, so the sender is certain. Long queue ids carry the second of receipt, the only year and zone of the log.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from operator import itemgetter

from kuramori_lake.simulator.calendars import Site
from kuramori_lake.simulator.company import MAIL_DOMAIN, Person
from kuramori_lake.simulator.outputs import HMS, MONTHS, SECONDS_A_DAY, MonthlyFile, overflow

HOST = "mx01"
_LETTERS = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
_PIDS = {"smtpd": 28508, "cleanup": 28512, "qmgr": 27706, "smtp": 28513}
_DELIVERED = "delay=0.42, delays=0.11/0.01/0.12/0.18, dsn=2.0.0, status=sent (250 2.0.0 Ok)"
_MOST_SECOND = SECONDS_A_DAY - 1
_by_second = itemgetter(0)
Mail = tuple[int, Person, int, tuple[str, ...]]


class MailLog:
    """One relay for the whole company, its clock on the head office's time."""

    def __init__(self, out: MonthlyFile, site: Site) -> None:
        """Mails of other sites are handed over in those sites' local seconds."""
        self.out, self.site = out, site
        self.entries: list[Mail] = []
        self.sent = 0

    def mailed(self, day: date, second: int, person: Person, *, size: int, to: Sequence[str]) -> None:
        """A mail of `size` bytes; `second` is on the sender's local clock of that day."""
        shift = self.site.utc_offset(day) - person.unit.site.utc_offset(day)
        self.entries.append((max(0, second + shift), person, size, tuple(to)))

    def close_day(self, day: date) -> None:
        """Write the day in order of time; what falls past midnight here waits for the next day."""
        moved = [(entry[0], entry) for entry in self.entries]
        today, late = overflow(moved)
        self.entries = [(second, *entry[1:]) for second, entry in late]
        self.out.write(day, self._lines(day, sorted((entry for _, entry in today), key=_by_second)))

    def _lines(self, day: date, mails: list[Mail]) -> Iterator[str]:
        midnight = datetime.combine(day, time(), UTC) - timedelta(seconds=self.site.utc_offset(day))
        stamp = f"{MONTHS[day.month - 1]} {day.day:2d} "
        for second, person, size, recipients in mails:
            self.sent += 1
            micros = self.sent * 7919 % 1_000_000
            queue = f"{_in_base(int(midnight.timestamp()) + second, 52)}{_in_base(micros, 51):0>4}z{self.sent:05d}"
            account = person.account_on(day)
            for service, what in _told(person, account, queue, size=size, to=recipients):
                at = HMS[min(second + (service != "smtpd"), _MOST_SECOND)]
                yield f"{stamp}{at} {HOST} postfix/{service}[{_PIDS[service]}]: {queue}: {what}\n"


def _told(person: Person, account: str, queue: str, *, size: int, to: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    host = f"{person.pc}.{MAIL_DOMAIN}"
    yield "smtpd", f"client={host}[{person.ip}], sasl_method=PLAIN, sasl_username={account}"
    yield "cleanup", f"message-id=<{queue.lower()}@{host}>"
    yield "qmgr", f"from=<{account}@{MAIL_DOMAIN}>, size={size}, nrcpt={len(to)} (queue active)"
    for address in to:
        relay = f"mx.{address.rpartition('@')[2]}[198.51.100.25]:25"
        yield (
            "smtp",
            f"to=<{address}>, relay={relay}, {_DELIVERED}",
        )
    yield "qmgr", "removed"


def _in_base(number: int, base: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, base)
        digits = _LETTERS[rest] + digits
    return digits or "0"
