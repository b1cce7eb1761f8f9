"""Squid: uploads by what the client really sent, tunnels, who asked, and lines that are none."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.sources import squid
from kuramori_lake.sources.parsed import Options
from kuramori_lake.tests.conftest import SAMPLES, TOKYO

OPTIONS = Options(zone=TOKYO, salt=b"salt")


def line(
    method="POST", url="https://up.rival.example/a?key=1", *, user="akari", result="TCP_MISS/200", up="120449",
    epoch="1795405304.069",
):  # fmt: skip
    own = f' up={up} bodyreq=120201 host=up.rival.example ua="Mozilla/5.0 (X11; Linux)"' if up else ""
    return f"{epoch}     63 192.0.2.7 {result} 270 {method} {url} {user} HIER_DIRECT/198.51.100.9 text/html{own}"


def read(*lines, options=OPTIONS):
    content = b"".join(one if isinstance(one, bytes) else one.encode() + b"\n" for one in lines)
    (reading,) = squid.parse(content, options)
    assert reading.events.num_rows + len(reading.rejects) + reading.ignored == len(lines)
    return reading


def only(*args, **words):
    (event,) = read(line(*args, **words)).events.to_pylist()
    return event


def test_upload_is_what_the_client_sent_not_what_it_got():
    event = only()
    assert (event["activity"], event["bytes"], event["outcome"]) == ("upload", 120449, "ok")
    assert (event["actor_raw"], event["actor_namespace"], event["confidence"]) == ("akari", "ad", "authenticated")
    assert (event["destination_class"], event["destination_domain"]) == ("web", "up.rival.example")
    assert (event["path"], event["destination_value"]) == (
        "https://up.rival.example/a",
        "https://up.rival.example/a?key=1",
    )
    assert (event["time_utc"].isoformat(), event["tz_basis"]) == ("2026-11-23T03:41:44.069000", "explicit")


def test_native_format_says_that_the_size_is_not_known():
    event = only(up="")
    assert (event["activity"], event["bytes"], event["flags"]) == ("upload", None, "size_unknown")


@pytest.mark.parametrize(
    ("method", "up", "activity"),
    [
        ("POST", "2048", "upload"), ("POST", "2047", None), ("PUT", "9000", "upload"), ("PATCH", "9000", "upload"),
        ("GET", "9000", None), ("HEAD", "100", None), ("CONNECT", "90000", "upload"), ("CONNECT", "700", None),
    ],
)  # fmt: skip
def test_reading_and_small_forms_are_noise(method, up, activity):
    url = "up.rival.example:443" if method == "CONNECT" else "http://up.rival.example/"
    found = read(line(method, url, up=up)).events.to_pylist()
    assert [one["activity"] for one in found] == [activity] * (activity is not None)


def test_tunnel_has_its_host_and_its_bytes_only():
    event = only("CONNECT", "up.rival.example:443", result="TCP_TUNNEL/200", up="7000000")
    assert (event["destination_domain"], event["bytes"], event["flags"]) == ("up.rival.example", 7000000, "tunnel")


def test_refusal_by_policy_is_told_even_of_a_reader_and_a_question_for_the_password_is_not():
    event = only("GET", "http://rival.example/", result="TCP_DENIED/403", up="300")
    assert (event["activity"], event["outcome"]) == ("read", "denied")
    assert read(line(result="TCP_DENIED/407")).ignored == 1


@pytest.mark.parametrize(
    ("user", "namespace", "confidence"),
    [("-", None, None), ("akari@KURA.EXAMPLE", "upn", "authenticated"), ("KURA\\akari", "ad", "authenticated")],
)
def test_who_asked(user, namespace, confidence):
    event = only(user=user)
    assert (event["actor_namespace"], event["confidence"]) == (namespace, confidence)
    assert event["actor_raw"] == (None if user == "-" else user)


@pytest.mark.parametrize("url", ["http://a:b@rival.example:8080/x", "HTTP://RIVAL.example", "http://rival.example?q=1"])
def test_domain_is_without_port_login_and_case(url):
    assert only(url=url)["destination_domain"] == "rival.example"


def test_real_logs_in_both_formats_tell_the_same_uploads():
    stories = []
    for name in ("squid57_access_kura_format_real.log", "squid57_access_real.log"):
        (reading,) = squid.parse((SAMPLES / name).read_bytes(), OPTIONS)
        assert not reading.rejects
        stories.append([(one["activity"], one["outcome"], one["path"]) for one in reading.events.to_pylist()])
    assert stories[0][:3] == stories[1][:3]
    assert [outcome for _, outcome, _ in stories[0]] == ["ok", "denied", "ok", "denied"]
    assert [stories[0][3][0], stories[1][3][0]] == ["read", "upload"]  # 13 bytes, which the native format does not say


def test_syslog_in_front_is_read_and_other_lines_there_are_noise():
    head = "Nov 20 10:00:00 proxy (squid-1)[77]: "
    assert read(head + line()).events.num_rows == 1
    assert read(head + "Starting Squid Cache version 5.7", "").ignored == 2


@pytest.mark.parametrize(
    "bad",
    [
        line(epoch="99999999999999.069"), line(epoch="1795405304"), line(result="nonsense"), line(up="x"), line()[:60],
        "1795405304.069 8",
    ],
)  # fmt: skip
def test_broken_line_is_quarantined_alone(bad):
    reading = read(bad, line())
    assert [(one.row, one.reason) for one in reading.rejects] == [(1, "not a line of an access log")]
    assert reading.events.num_rows == 1


def test_bytes_that_are_no_text_are_quarantined_and_cp932_is_read_where_told():
    raw = line(user="X").encode().replace(b" X ", " 佐倉① ".encode("cp932")) + b"\n"
    assert [one.reason for one in read(raw).rejects] == ["not utf-8"]
    (event,) = read(raw, options=replace(OPTIONS, encoding="cp932")).events.to_pylist()
    assert event["actor_raw"] == "佐倉①"


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.one_of(st.just(line()), st.text(max_size=60), st.just(line()[:40]), st.just("1795405304.069 " * 9)),
        min_size=1,
        max_size=8,
    )
)
def test_nothing_makes_it_fail_and_every_line_is_counted(lines):
    read(*(one.replace("\n", " ").encode("utf-8", "replace") + b"\n" for one in lines))
