"""The rules of watching, without a clock or a database."""

import re
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori.watch.models import Severity, StateChoice
from kuramori.watch.rules.alerts import OPEN, SETTLED, UNSEALED_FOR, WEIGHT, State, opens_again
from kuramori.watch.rules.charters import Lack, Terms, lack_of, needs_agreement
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.sources import as_logged, is_silent, quiet_hours, read_shares, write_shares

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NOWHERE = ZoneInfo("Pacific/Apia")  # skipped 30 December 2011
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


# shares


@pytest.mark.parametrize(
    ("line", "pair"),
    [
        (r"\\fs01\a => /srv/a", (r"\\fs01\a", "/srv/a")),
        (r"  \\fs01\a=>/srv/a/  ", (r"\\fs01\a", "/srv/a")),
        (r"\\fs01\技術 => D:\技術\\", (r"\\fs01\技術", r"D:\技術")),
        ("//fs01/a/ => /srv/a//", ("//fs01/a", "/srv/a")),
        ("a => b => c", ("a", "b => c")),
    ],
)
def test_a_share_is_read_without_its_last_slash_and_at_the_first_arrow(line: str, pair: tuple[str, str]):
    assert read_shares(line) == [pair]


@pytest.mark.parametrize("line", ["=>", "a =>", "=> b", " => ", "a -> b", "a > b", "a = > b"])
def test_half_a_line_of_shares_is_named_as_it_was_typed(line: str):
    with pytest.raises(ValueError, match=f"^{re.escape(line.strip())}$"):
        read_shares(f"\\\\x => /y\n{line}\n")


def test_the_longest_share_and_the_shortest_both_tell_how_the_log_writes_a_place():
    shares = [("//fs01/a", "/srv/a"), ("//fs01/a/b", "/mnt/b"), ("//fs02/a", "/srv/x")]
    assert as_logged("//fs01/a/b/c", shares) == ["//fs01/a/b/c", "/srv/a/b/c", "/mnt/b/c"]


def test_the_share_itself_is_a_place_and_a_place_stands_once():
    assert as_logged("//fs01/gijutsu", SHARES) == ["//fs01/gijutsu", "/srv/samba/gijutsu"]
    assert as_logged("/srv/a", [("/srv/a", "/srv/a")]) == ["/srv/a"]
    assert as_logged("//fs01/gijutsu/x", []) == ["//fs01/gijutsu/x"]


def test_a_drive_of_windows_is_told_with_one_kind_of_slash():
    assert as_logged(r"\\fs01\g\図面", [(r"\\fs01\g", r"D:\share\g")])[1] == "D:/share/g/図面"


PART = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=6)


@settings(max_examples=40)
@given(share=PART, path=PART, below=st.lists(PART, max_size=3))
def test_whatever_lies_below_a_share_is_found_below_its_path(share: str, path: str, below: list[str]):
    place = "/".join([f"//fs/{share}", *below])
    found = as_logged(place, [(rf"\\fs\{share}", f"/srv/{path}")])
    assert found[0] == place
    assert found[-1].casefold() == "/".join([f"/srv/{path}", *below]).casefold()


@settings(max_examples=40)
@given(pairs=st.lists(st.tuples(PART, PART), max_size=4))
def test_what_was_written_is_read_again(pairs: list[tuple[str, str]]):
    assert read_shares(write_shares(pairs)) == pairs


# silence


def every_day(_day: date) -> bool:
    return True


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 11, 20), 24)]
)
def test_a_day_has_as_many_hours_as_the_clock_of_its_site(day: date, hours: int):
    """In Berlin the clock goes forward on 29 March and back on 25 October."""
    begin = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=BERLIN).astimezone(UTC)
    assert quiet_hours(begin, end, BERLIN, every_day) == hours
    assert quiet_hours(begin, end, BERLIN, lambda each: each != day) == 0


def test_a_day_that_the_calendar_left_out_has_no_hours():
    begin = datetime(2011, 12, 29, tzinfo=NOWHERE).astimezone(UTC)
    end = datetime(2011, 12, 31, tzinfo=NOWHERE).astimezone(UTC)
    assert quiet_hours(begin, end, NOWHERE, every_day) == 24


def test_the_same_moment_is_another_day_elsewhere():
    """Friday 20:00 UTC is Saturday in Tokyo: nobody works there any more, in Berlin they do until midnight."""
    begin, end = datetime(2026, 11, 20, 20, tzinfo=UTC), datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert quiet_hours(begin, end, TOKYO, weekday) == 0
    assert quiet_hours(begin, end, BERLIN, weekday) == 2


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001


@settings(max_examples=60)
@given(moments=st.lists(MOMENTS, min_size=3, max_size=3), zone=st.sampled_from([TOKYO, BERLIN]))
def test_hours_of_parts_add_up_to_those_of_the_whole(moments: list[datetime], zone: ZoneInfo):
    first, between, last = sorted(moments)
    parts = quiet_hours(first, between, zone, weekday) + quiet_hours(between, last, zone, weekday)
    assert parts == pytest.approx(quiet_hours(first, last, zone, weekday))
    assert quiet_hours(first, last, zone, every_day) == pytest.approx((last - first).total_seconds() / 3600)
    assert 0 <= parts <= (last - first).total_seconds() / 3600 + 1e-6


def test_silence_begins_after_the_hours_and_not_with_the_last():
    assert [is_silent(quiet, 24) for quiet in (0, 23.9, 24, 24.1)] == [False, False, False, True]


# an alert's life


def test_only_what_is_settled_comes_back_and_only_heavier():
    for state, before, after in product(State, WEIGHT, WEIGHT):
        back = opens_again(state, before=before, after=after)
        assert back is (state in {State.EXPLAINED, State.CLOSED} and WEIGHT[after] > WEIGHT[before])


def test_every_state_is_open_or_settled_and_has_its_word_and_every_weight_too():
    assert set(OPEN) | set(SETTLED) == set(State)
    assert not set(OPEN) & set(SETTLED)
    assert set(StateChoice.values) == set(State)
    assert set(Severity.values) == set(WEIGHT)
    assert sorted(WEIGHT, key=WEIGHT.__getitem__) == ["note", "low", "medium", "high"]
    assert timedelta(hours=24) == UNSEALED_FOR, "the pages say 24 hours"


# charters


DAYS = [date(2026, 4, 1) + timedelta(days=n) for n in (-1, 0, 1, 29, 30)]


@pytest.mark.parametrize("day", DAYS)
def test_a_charter_holds_on_its_first_day_and_its_last(day: date):
    terms = charter(valid_from=date(2026, 4, 1), valid_to=date(2026, 4, 30))
    expected = Lack.NOT_YET if day < terms.valid_from else Lack.OVER if day > date(2026, 4, 30) else None
    assert lack_of(terms, day) is expected


def test_the_day_on_which_staff_are_told_counts():
    terms = charter(noticed_on=date(2026, 5, 1))
    assert lack_of(terms, date(2026, 4, 30)) is Lack.NO_NOTICE
    assert lack_of(terms, date(2026, 5, 1)) is None


@pytest.mark.parametrize("country", ["DE", "de", "De"])
def test_germany_asks_for_an_agreement_however_it_is_written(country: str):
    assert needs_agreement(country)
    assert lack_of(charter(country), date(2026, 11, 19)) is Lack.NO_AGREEMENT


@pytest.mark.parametrize("country", ["JP", "US", "", "DEU", "AT"])
def test_elsewhere_staff_who_know_suffice(country: str):
    assert not needs_agreement(country)
    assert lack_of(charter(country), date(2026, 11, 19)) is None


def test_what_lacks_first_is_named():
    """What ended is not told that nobody agreed: the next step would be the wrong one."""
    over = charter("DE", noticed_on=None, valid_to=date(2026, 5, 1))
    assert lack_of(over, date(2026, 11, 19)) is Lack.OVER
    assert lack_of(charter("DE", noticed_on=None), date(2026, 11, 19)) is Lack.NO_NOTICE


# permissions


def test_permissions_are_this_rooms_in_order_and_each_is_said_once():
    values = [str(each) for each in Permission]
    assert values == sorted(set(values))
    assert all(each.split(":")[0] == "watch" and len(each.split(":")) == 3 for each in values)
    assert all(each.name == "_".join(each.value.split(":")[1:]).upper() for each in Permission)
