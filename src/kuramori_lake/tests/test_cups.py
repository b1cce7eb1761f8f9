"""CUPS: one event per job, titles with spaces, pages counted once, and an actor who only claims."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.sources import cups
from kuramori_lake.sources.parsed import Options
from kuramori_lake.tests.conftest import SAMPLES, TOKYO

OPTIONS = Options(zone=TOKYO, salt=b"salt")
ACCESS = 'localhost - - [20/Nov/2026:10:00:00 +0900] "POST /printers/mfp5f HTTP/1.1" 200 368 Create-Job successful-ok'


def line(count="total 12", title="設計書 （極秘） 2026", *, job=7, user="akari", host="192.0.2.7", at="10:00:00"):
    return f"mfp5f {user} {job} [20/Nov/2026:{at} +0900] {count} - {host} {title} A4 two-sided-long-edge"


def read(*lines, options=OPTIONS):
    content = b"".join(one if isinstance(one, bytes) else one.encode(options.encoding) + b"\n" for one in lines)
    (reading,) = cups.parse(content, options)
    assert reading.events.num_rows + len(reading.rejects) + reading.ignored == len(lines)
    return reading


def events(*lines, options=OPTIONS):
    return read(*lines, options=options).events.to_pylist()


def test_job_has_its_title_pages_printer_and_a_claimed_actor():
    (event,) = events(line())
    assert (event["activity"], event["object_kind"], event["destination_class"]) == ("print", "paper", "printer")
    assert (event["name"], event["count"], event["device"]) == ("設計書 （極秘） 2026", 12, "mfp5f")
    assert (event["actor_raw"], event["confidence"], event["ip"]) == ("akari", "claimed", "192.0.2.7")
    assert (event["time_utc"].isoformat(), event["tz_basis"]) == ("2026-11-20T01:00:00", "explicit")


def test_numbered_pages_are_added_up_with_their_copies():
    pages = [line(f"{page} 2", at=f"10:00:0{page}") for page in (1, 2, 3)]
    (event,) = events(*pages)
    assert (event["count"], event["raw_row"], event["stitched_from"]) == (6, 1, "2,3")


def test_total_stands_for_the_pages_before_it():
    (event,) = events(line("1 1"), line("2 1"), line("total 2"))
    assert event["count"] == 2


def test_log_that_grew_keeps_the_key_of_the_job():
    assert events(line("1 1"))[0]["row_key"] == events(line("1 1"), line("2 1"))[0]["row_key"]


def test_total_of_nought_is_pages_that_nobody_knows():
    (event,) = events(line("total 0"))
    assert (event["count"], event["flags"]) == (None, "pages_unknown")


def test_job_number_that_comes_again_is_another_job():
    assert len(events(line(), line(at="11:00:00"))) == 2
    assert len(events(line("1 1"), line("1 1", user="botan"))) == 2


@pytest.mark.parametrize("title", ["a", "a b", "[x] total 9 - y", "src.txt - -", " ", "見積 '26\"｜"])
def test_title_may_hold_anything(title):
    assert events(line(title=title))[0]["name"] == title


@pytest.mark.parametrize(("host", "ip", "client"), [("localhost", None, "localhost"), ("fd00::7", "fd00::7", None)])
def test_client_is_a_name_or_an_address(host, ip, client):
    (event,) = events(line(host=host))
    assert (event["ip"], event["client"]) == (ip, client)


def test_user_with_a_space_is_one_user():
    assert events(line(user="KURA akari"))[0]["actor_raw"] == "KURA akari"


def test_real_page_log_is_read_and_the_access_log_says_nothing_of_people():
    (reading,) = cups.parse((SAMPLES / "cups24_page_log_real.log").read_bytes(), OPTIONS)
    assert [(one["actor_raw"], one["name"]) for one in reading.events.to_pylist()] == [
        ("root", "顧客リスト 2026"), ("yamada", "設計書（極秘）"), ("sato", "src.txt"),
    ]  # fmt: skip
    (reading,) = cups.parse((SAMPLES / "cups24_access_log_real.log").read_bytes(), OPTIONS)
    assert (reading.events.num_rows, reading.rejects, reading.ignored) == (0, (), 8)


def test_broken_lines_are_quarantined_alone_and_empty_ones_ignored():
    reading = read(
        line(), "", ACCESS, line().replace("20/Nov", "31/Feb"), line()[:30], "\u3042 x".encode("cp932") + b"\n"
    )
    assert [one.row for one in reading.rejects] == [4, 5, 6]
    assert (reading.events.num_rows, reading.ignored) == (1, 2)


def test_cp932_is_read_where_the_encoding_is_told():
    assert events(line(title="①髙"), options=replace(OPTIONS, encoding="cp932"))[0]["name"] == "①髙"


@given(st.lists(st.one_of(st.just(line()), st.text(max_size=40), st.just(ACCESS), st.just(line("1 1"))), min_size=1))
def test_nothing_makes_it_fail_and_every_line_is_counted(lines):
    read(*(one.replace("\n", " ").encode("utf-8", "replace") + b"\n" for one in lines))
