"""When a post was published: every way an export writes it, and never a guess at its zone."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from kuramori.kernel.imports.errors import Unreadable
from kuramori.watch.patrols.moments import aware, read_moment, read_zone

AT = datetime(2026, 11, 19, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-19T09:05:00+09:00", "2026-11-19T00:05:00Z", "2026-11-19T00:05:00.000Z", "2026-11-19 09:05 JST",
        "2026/11/19 9:05 +0900", "2026/11/19 09:05:00 (JST)", "2026年11月19日 9時5分 日本時間", "2026.11.19 0:05 UTC",
        "Thu, 19 Nov 2026 09:05:00 +0900", "Thu Nov 19 00:05:00 +0000 2026", "２０２６／１１／１９　９：０５　ＪＳＴ",
        datetime(2026, 11, 19, 9, 5, tzinfo=timezone(timedelta(hours=9))),
    ],
)  # fmt: skip
def test_a_time_with_its_zone_is_one_moment(written: object) -> None:
    assert aware(read_moment(written), None) == AT  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written",
    ["2026-11-19 09:05", "2026/11/19 9:05:00", "2026年11月19日 9:05", datetime(2026, 11, 19, 9, 5)],  # noqa: DTZ001
)
def test_a_time_without_zone_needs_one_from_another_column(written: object) -> None:
    assert aware(read_moment(written), None) is None  # type: ignore[arg-type]
    assert aware(read_moment(written), "Asia/Tokyo") == AT  # type: ignore[arg-type]
    assert aware(read_moment(written), "UTC") == AT + timedelta(hours=9)  # type: ignore[arg-type]


def test_the_times_own_zone_goes_before_the_columns() -> None:
    assert aware(read_moment("2026-11-19T00:05:00Z"), "Asia/Tokyo") == AT


@pytest.mark.parametrize(
    "written", ["", "昨日", "2026-13-01 09:00", "2026年2月30日 9時0分", "2026-11-19 25:00", 46113, "x JST"]
)
def test_what_is_no_time_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(Unreadable) as refused:
        read_moment(written)  # type: ignore[arg-type]
    assert "+09:00" in str(refused.value.next_step)


@pytest.mark.parametrize(
    ("written", "zone"),
    [("JST", "Asia/Tokyo"), ("日本時間", "Asia/Tokyo"), ("utc", "UTC"), ("Europe/Berlin", "Europe/Berlin")],
)
def test_zones_are_known_by_their_names(written: str, zone: str) -> None:
    assert read_zone(written) == zone


@pytest.mark.parametrize("written", ["Mars/Base", "../etc/passwd", "+9", "", "Asia"])
def test_an_unknown_zone_is_refused(written: str) -> None:
    with pytest.raises(Unreadable):
        read_zone(written)
