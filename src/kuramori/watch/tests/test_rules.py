"""The rules of watching, without a clock or a database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from kuramori.watch.rules.alerts import State, opens_again
from kuramori.watch.rules.charters import Lack, Terms, lack_of
from kuramori.watch.rules.sources import as_logged, is_silent, quiet_hours, read_shares, write_shares

TOKYO = ZoneInfo("Asia/Tokyo")
SHARES = [(r"\\fs01\gijutsu", "/srv/samba/gijutsu")]


def weekday(day: date) -> bool:
    return day.weekday() < 5


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=TOKYO).astimezone(UTC)


def test_a_place_of_the_register_is_found_as_the_log_writes_it():
    assert as_logged("//fs01/gijutsu/図面", SHARES) == ["//fs01/gijutsu/図面", "/srv/samba/gijutsu/図面"]
    assert as_logged(r"\\FS01\Gijutsu\図面", SHARES)[1] == "/srv/samba/gijutsu/図面"


def test_a_share_matches_whole_names_only():
    assert as_logged("//fs01/gijutsu2/図面", SHARES) == ["//fs01/gijutsu2/図面"]


def test_shares_are_written_as_they_are_read():
    assert read_shares(write_shares(SHARES)) == SHARES
    assert read_shares("\n  \n") == []


def test_a_line_without_an_arrow_is_named():
    with pytest.raises(ValueError, match="fs01"):
        read_shares(r"\\fs01\gijutsu /srv/samba/gijutsu")


def test_a_weekend_is_no_silence():
    friday_evening, monday_morning = at(13, 20), at(16, 8)
    assert quiet_hours(friday_evening, monday_morning, TOKYO, weekday) == 4 + 8
    assert not is_silent(12, 24)


def test_a_working_day_without_an_event_is():
    assert quiet_hours(at(17, 9), at(19, 9), TOKYO, weekday) == 48
    assert is_silent(48, 24)


def test_a_source_of_which_nothing_is_expected_is_never_silent():
    assert not is_silent(10_000, 0)


def test_an_event_from_the_future_is_no_silence():
    assert quiet_hours(at(19, 9), at(17, 9), TOKYO, weekday) == 0


def test_a_settled_alert_comes_back_only_when_it_weighs_more():
    assert opens_again(State.EXPLAINED, before="medium", after="high")
    assert not opens_again(State.EXPLAINED, before="high", after="high")
    assert not opens_again(State.IN_REVIEW, before="low", after="high")


def charter(country: str = "JP", **words: object) -> Terms:
    plain = {"noticed_on": date(2026, 3, 1), "valid_from": date(2026, 4, 1), "valid_to": None, "agreed_on": None}
    return Terms(country=country, **(plain | words))


@pytest.mark.parametrize(
    ("terms", "lack"),
    [
        (charter(), None),
        (charter(valid_from=date(2026, 12, 1)), Lack.NOT_YET),
        (charter(valid_to=date(2026, 11, 18)), Lack.OVER),
        (charter(noticed_on=None), Lack.NO_NOTICE),
        (charter(noticed_on=date(2026, 11, 20)), Lack.NO_NOTICE),
        (charter("DE"), Lack.NO_AGREEMENT),
        (charter("DE", agreed_on=date(2026, 11, 20)), Lack.NO_AGREEMENT),
        (charter("DE", agreed_on=date(2026, 3, 20)), None),
    ],
)
def test_a_charter_holds_when_staff_know_and_in_germany_the_works_council_agreed(terms: Terms, lack: Lack | None):
    assert lack_of(terms, date(2026, 11, 19)) is lack
