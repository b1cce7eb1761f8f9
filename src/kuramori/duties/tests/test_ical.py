"""The calendar's text as RFC 5545 wants it, read back here by a reader of our own that forgives nothing."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.duties.rules.ical import Event, calendar, escaped, folded

CHANGED = datetime(2026, 11, 20, 12, 0, 5, tzinfo=timezone(timedelta(hours=9)))


def event(**values):
    usual = {"uid": "1@localhost", "day": date(2026, 11, 25), "summary": "棚の点検", "url": "https://k.example/1"}
    return Event(**({"changed": CHANGED} | usual | values))


def read(content):
    """Unfold and split a calendar into (name with parameters, value), each line checked."""
    assert content.endswith(b"\r\n")
    lines = content.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    whole = []
    for line in lines:
        line.decode()  # no letter was cut
        if line.startswith(b" "):
            whole[-1] += line[1:]
        else:
            whole.append(line)
    return [tuple(line.decode().split(":", 1)) for line in whole]


def unescaped(value):
    out, letters = "", iter(value)
    for letter in letters:
        following = next(letters) if letter == "\\" else letter
        out += "\n" if letter == "\\" and following == "n" else following
    return out


def test_an_event_is_a_whole_day_that_takes_no_time_from_anybody():
    lines = read(calendar("私の実施事項", [event()]))
    assert lines[:4] == [
        ("BEGIN", "VCALENDAR"), ("VERSION", "2.0"), ("PRODID", "-//Kuramori//duties//EN"), ("CALSCALE", "GREGORIAN"),
    ]  # fmt: skip
    assert lines[-12 + 1 :] == [
        ("BEGIN", "VEVENT"),
        ("UID", "1@localhost"),
        ("DTSTAMP", "20261120T030005Z"),
        ("DTSTART;VALUE=DATE", "20261125"),
        ("DTEND;VALUE=DATE", "20261126"),
        ("SUMMARY", "棚の点検"),
        ("URL", "https://k.example/1"),
        ("TRANSP", "TRANSPARENT"),
        ("CLASS", "PRIVATE"),
        ("END", "VEVENT"),
        ("END", "VCALENDAR"),
    ]


def test_a_calendar_without_events_is_still_one():
    lines = read(calendar("", []))
    assert lines[0] == ("BEGIN", "VCALENDAR")
    assert lines[-1] == ("END", "VCALENDAR")
    assert ("BEGIN", "VEVENT") not in lines


def test_the_day_after_the_last_of_a_year_is_the_next_year():
    assert ("DTEND;VALUE=DATE", "20270101") in read(calendar("x", [event(day=date(2026, 12, 31))]))


@pytest.mark.parametrize("hours", [-11, 0, 9, 14])
def test_when_it_changed_is_told_in_utc_and_the_day_moves_in_no_zone(hours):
    local = datetime(2026, 11, 20, 3, 0, 5, tzinfo=UTC).astimezone(timezone(timedelta(hours=hours)))
    lines = read(calendar("x", [event(changed=local)]))
    assert ("DTSTAMP", "20261120T030005Z") in lines
    assert ("DTSTART;VALUE=DATE", "20261125") in lines
    assert not any("TZID" in name for name, _value in lines)


def test_words_cannot_end_a_line_or_begin_another_event():
    evil = "a\r\nEND:VEVENT\nBEGIN:VALARM;b,c\\d\x07\x00"
    lines = read(calendar("x", [event(summary=evil)]))
    assert [name for name, _value in lines].count("END") == 2
    assert dict(lines)["SUMMARY"] == "a\\nEND:VEVENT\\nBEGIN:VALARM\\;b\\,c\\\\d"


@given(st.text(max_size=200))
def test_whatever_the_words_are_they_come_back_without_control_characters(words):
    plain = words.replace("\r\n", "\n").replace("\r", "\n")
    expected = "".join(each for each in plain if each >= " " or each == "\n")
    assert unescaped(escaped(words)) == expected


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=300))
def test_long_lines_fold_at_75_octets_and_never_inside_a_letter(words):
    line = f"SUMMARY:{words}"
    octets = folded(line)
    parts = octets.removesuffix(b"\r\n").split(b"\r\n ")
    assert all(len(part.decode().encode()) <= 75 for part in parts)
    assert b"".join(parts).decode() == line
