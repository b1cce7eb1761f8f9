"""The endpoint manager's operation log (USB media, printing): one CSV in CP932 a month for the whole company.

The first eight columns are those that JP1/ITDM2 documents for `ioutils exportoplog`: use the UTC column. Those after
them are the details that every such product has under a name of its own.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from operator import itemgetter

from kuramori_lake.simulator.company import AD_DOMAIN, Person
from kuramori_lake.simulator.names import plain
from kuramori_lake.simulator.outputs import HMS, SECONDS_A_DAY, MonthlyFile

HEADER = (
    "不審操作,操作日時(エージェント),操作日時(UTC),タイムゾーン,発生元,ユーザー名,操作種別,操作種別(詳細),"
    "ファイル名,操作先,シリアル番号,サイズ(バイト),ページ数\r\n"
)
_by_instant = itemgetter(0)


class EndpointLog:
    """All PCs. Entries are (UTC second counted from the local day, offset of the zone in seconds, row)."""

    def __init__(self, out: MonthlyFile) -> None:
        """`out` must encode CP932."""
        self.out = out
        self.entries: list[tuple[int, int, str]] = []

    def printed(self, day: date, second: int, person: Person, name: str, *, pages: int, printer: str) -> None:
        """A print job."""
        self._add(day, second, person, "印刷操作,印刷", f"{name},{printer},,,{pages}", known=True)

    def plugged(self, day: date, second: int, person: Person, stick: tuple[str, str], *, known: bool) -> None:
        """A USB medium connected; `stick` is its name and serial number."""
        self._add(day, second, person, "外部メディア操作,接続", f",{stick[0]},{stick[1]},,", known=known)

    def unplugged(self, day: date, second: int, person: Person, stick: tuple[str, str]) -> None:
        """A USB medium removed."""
        self._add(day, second, person, "外部メディア操作,切断", f",{stick[0]},{stick[1]},,", known=True)

    def copied(
        self, day: date, second: int, person: Person, name: str, *, size: int, stick: tuple[str, str], known: bool
    ) -> None:
        """A file copied to a USB medium."""
        details = f"{name},{stick[0]},{stick[1]},{size},"
        self._add(day, second, person, "外部メディア操作,ファイルコピー", details, known=known)

    def close_day(self, day: date) -> None:
        """Write the day in order of the UTC instants."""
        today, self.entries = self.entries, []
        today.sort(key=_by_instant)
        self.out.write(day, _lines(day, today))

    def _add(self, day: date, second: int, person: Person, deed: str, details: str, *, known: bool) -> None:
        alarm = "FALSE" if known else "警戒"
        offset = person.unit.site.utc_offset(day)
        row = f"{person.pc.upper()},{AD_DOMAIN}\\{person.account_on(day)},{deed},{plain(details)}"
        self.entries.append((second - offset, offset, f"{alarm}\n{row}"))


def _lines(day: date, entries: list[tuple[int, int, str]]) -> Iterator[str]:
    days = [f"{day + timedelta(days=shift):%Y/%m/%d} " for shift in (-1, 0, 1)]
    for instant, offset, text in entries:
        alarm, _, row = text.partition("\n")
        shift, second = divmod(instant, SECONDS_A_DAY)
        local_shift, local = divmod(instant + offset, SECONDS_A_DAY)
        here, instant_utc = f"{days[local_shift + 1]}{HMS[local]}", f"{days[shift + 1]}{HMS[second]}"
        yield f"{alarm},{here},{instant_utc},GMT{offset // 3600:+03d}:00,{row}\r\n"
