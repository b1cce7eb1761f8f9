"""Logs that name their own columns: Exchange's tracking and trace, proxies in the W3C's format, Zscaler's feed.

Samples are made in the documented formats; none is a real server's. Names of columns: Microsoft's page on message
tracking, the W3C's working draft, Zscaler's page on web log fields.
"""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake import sources
from kuramori_lake.setup import SetupError, recipes
from kuramori_lake.sources.named_fields import RowError, by_blanks, by_commas
from kuramori_lake.sources.parsed import Options
from kuramori_lake.store import Lake

BERLIN = ZoneInfo("Europe/Berlin")
OPTIONS = Options(zone=BERLIN, salt=b"s", domains=("kura.example",))
TRACKING = (
    "date-time,client-ip,server-hostname,source,event-id,message-id,network-message-id,recipient-address,"
    "recipient-status,total-bytes,recipient-count,message-subject,sender-address,directionality"
)
HEAD = (
    "#Software: Microsoft Exchange Server\r\n#Version: 15.02\r\n#Log-type: Message Tracking Log\r\n"
    f"#Fields: {TRACKING}\r\n"
)
TIME = "2026-11-20T01:02:03.004Z"


def step(event, *to, way="Originating", sender="akari@kura.example", known="n1", subject="仕様", count=None):
    told = f'"{";".join(to)}"' if len(to) > 1 else "".join(to)
    return (
        f"{TIME},10.0.0.9,EX01,SMTP,{event},<m1@kura.example>,{known},{told},,91000,{count or len(to)},"
        f"{subject},{sender},{way}\r\n"
    )


def read(source, text, options=OPTIONS):
    """Events, rejects and how many rows were ignored; every line is one of the three."""
    data = text if isinstance(text, bytes) else text.encode()
    readings = list(sources.source(source).parse(data, options))
    events = [row for one in readings for row in one.events.to_pylist()]
    rejects = [reject for one in readings for reject in one.rejects]
    return events, rejects, sum(one.ignored for one in readings)


def test_a_mail_that_passes_two_servers_and_a_step_inside_counts_once_for_each_recipient():
    """One event for each recipient: outside and inside, whatever the order of the steps."""
    text = HEAD + step("RECEIVE", "b@partner.example") + step("SEND", "b@partner.example", "botan@kura.example")
    text += step("DELIVER", "botan@kura.example") + step("SENDEXTERNAL", "B@partner.example")
    events, rejects, ignored = read("exchange", text)
    assert (rejects, ignored) == ([], 5), "four lines of the head and the step that only takes a mail in"
    assert len({event["row_key"] for event in events}) == 2
    out, inside = events[:2]
    assert (out["destination_class"], out["destination_domain"]) == ("external_mail", "partner.example")
    assert (inside["destination_class"], inside["destination_value"]) == ("person", "botan@kura.example")
    assert (out["actor_raw"], out["actor_namespace"], out["confidence"]) == ("akari@kura.example", "mail", "claimed")
    assert (out["bytes"], out["count"], out["name"], out["host"]) == (91_000, 2, "仕様", "EX01")
    assert out["time_utc"].replace(tzinfo=UTC) == datetime(2026, 11, 20, 1, 2, 3, 4000, tzinfo=UTC)
    assert (out["tz_basis"], out["uid"], out["activity"]) == ("explicit", "<m1@kura.example>", "mail_send")


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (step("SEND", "b@x.example", way="Incoming"), "mail of others passing through"),
        (step("SEND", "b@x.example", sender="<>"), "a bounce is nobody's"),
        (step("SEND", "b@x.example", way="", sender="spam@x.example"), "a stranger's mail, its way not named"),
        (step("AGENTINFO", "b@x.example"), "a step that says nothing of sending"),
        (step("SEND", ""), "nobody is named"),
    ],
)
def test_what_is_no_deed_of_a_colleague_is_ignored(row, why):
    assert read("exchange", HEAD + row) == ([], [], 5), why


def test_a_mail_of_ours_is_known_by_its_domain_where_its_way_is_not_named():
    (event,), _rejects, _ignored = read("exchange", HEAD + step("SEND", "b@x.example", way=""))
    assert event["outcome"] == "ok"
    (failed,), _rejects, _ignored = read("exchange", HEAD + step("FAIL", "b@x.example"))
    assert failed["outcome"] == "error"
    assert failed["row_key"] != event["row_key"], "that it failed is told beside that it was sent"
    guess = Options(zone=BERLIN, salt=b"s")
    (near,), _rejects, _ignored = read("exchange", HEAD + step("SEND", "c@kura.example"), guess)
    assert near["destination_class"] == "person", "without domains the sender's own is inside"


TRACE = (
    "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,"
    "original_client_ip,directionality\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_trace_of_exchange_online_is_read_by_its_first_row_in_any_encoding(encoding):
    text = TRACE + (
        '2026-11-20T01:02:03.0000000Z,akari@kura.example,"b@x.example##Receive, Send;'
        "botan@kura.example##Receive, Deliver;"
        'c@x.example##Receive, Fail;d@x.example##Receive",見積,5000,<m2>,n2,203.0.113.9,2\n'
        "2026-11-20T01:02:03Z,b@x.example,akari@kura.example##Receive,re,10,<m3>,n3,198.51.100.1,1\n"
    )
    events, rejects, ignored = read("exchange", text.encode(encoding))
    assert (rejects, ignored) == ([], 2)
    assert [(one["destination_value"], one["destination_class"], one["outcome"]) for one in events] == [
        ("b@x.example", "external_mail", "ok"),
        ("botan@kura.example", "person", "ok"),
        ("c@x.example", "external_mail", "error"),
    ]
    assert {(one["count"], one["ip"], one["name"]) for one in events} == {(3, "203.0.113.9", "見積")}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2026-11-20T01:02:03Z,1\r\n", "2 values, 14 columns"),
        (step("SEND", "b@x.example")[:60], "values, 14 columns"),
        (step("SEND", "b@x.example").replace(TIME, "gestern"), "Invalid isoformat"),
        (step("SEND", "b@x.example").replace(TIME, ""), "no time"),
        (step("SEND", "b@x.example", known="").replace("<m1@kura.example>", ""), "no id of the message"),
        (step("SEND", "b@x.example", subject='"offen'), "unexpected end"),
    ],
)
def test_a_row_that_cannot_be_read_goes_to_quarantine_alone(row, said):
    good = step("SEND", "c@x.example")
    events, (reject,), _ignored = read("exchange", HEAD + row.rstrip("\r\n") + "\r\n" + good)
    assert said in reject.reason
    assert (reject.row, len(events)) == (5, 1)


def test_rows_before_any_names_and_bytes_that_are_no_text_are_rejects():
    _events, rejects, _ignored = read("exchange", step("SEND", "b@x.example"))
    assert "0 columns are named" in rejects[0].reason
    (reject,) = read("elff", b"#Fields: date time\n2026-11-20 \x81\n")[1]
    assert reject.reason == "not cp932"


def test_two_servers_logs_and_the_same_log_again_are_each_mail_once(tmp_path):
    rows = HEAD + step("SEND", "b@x.example") + step("SEND", "c@x.example", known="n9")
    with Lake.open(tmp_path / "lake") as lake:
        counts = []
        for name, text in (("a.log", rows), ("b.log", HEAD + step("SENDEXTERNAL", "b@x.example")), ("c.log", rows * 2)):
            (tmp_path / name).write_text(text, encoding="utf-8")
            report = lake.ingest(tmp_path / name, source="exchange", instance="ex", zone=BERLIN)
            counts.append((report.counts.accepted, report.counts.duplicate))
            assert report.counts.rows == sum(
                (report.counts.accepted, report.counts.duplicate, report.counts.rejected, report.counts.ignored)
            )
    assert counts == [(2, 0), (0, 1), (0, 4)]


PROXY = (
    "#Software: SGOS 7.3\n#Version: 1.0\n#Date: 2026-10-25 00:30:00\n"
    "#Fields: date time c-ip cs-username cs-method cs-uri-scheme cs-host cs-uri-path cs-bytes sc-status s-action "
    "cs(User-Agent)\n"
)


def asked(
    verb="POST", sent="120449", *, user="KURA\\akari", action="TCP_NC_MISS", status="200", agent='"Mozilla/5.0 (X 11)"'
):
    return f"2026-10-25 00:30:01 10.1.4.7 {user} {verb} https upload.example /f {sent} {status} {action} {agent}\n"


def test_an_upload_through_a_proxy_is_told_with_what_the_client_sent():
    (event,), rejects, ignored = read("elff", PROXY + asked() + asked("GET", "300"))
    assert (rejects, ignored) == ([], 5)
    assert (event["activity"], event["outcome"], event["bytes"]) == ("upload", "ok", 120_449)
    assert (event["destination_domain"], event["path"]) == ("upload.example", "https://upload.example/f")
    assert (event["actor_raw"], event["actor_namespace"], event["ip"]) == ("KURA\\akari", "ad", "10.1.4.7")
    assert (event["tz_basis"], event["flags"], event["destination_class"]) == ("explicit", None, "web")


def test_the_hour_that_berlin_has_twice_is_one_hour_for_a_log_in_utc():
    """The format is UTC whatever the site's clock shows."""
    twice = PROXY + asked() + asked().replace("00:30:01", "01:30:01")
    first, second = (event["time_utc"] for event in read("elff", twice)[0])
    assert (first.hour, second.hour) == (0, 1)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (asked("POST", "2047"), None),
        (asked("PUT", "2048"), ("upload", "ok", 2048, None)),
        (asked("PATCH", "-"), ("upload", "ok", None, "size_unknown")),
        (asked("CONNECT", "90000", status="0"), ("upload", "unknown", 90_000, "tunnel")),
        (asked("CONNECT", "-"), None),
        (asked("GET", "300", action="TCP_DENIED", status="403"), ("read", "denied", 300, None)),
        (asked("POST", "9000", action="TCP_DENIED"), ("upload", "denied", 9000, None)),
        (asked("POST", "9000", status="500"), ("upload", "error", 9000, None)),
        (asked("POST", "9000", user="akari@kura.example"), ("upload", "ok", 9000, None)),
        (asked("POST", "9000", user="-"), ("upload", "ok", 9000, None)),
    ],
)
def test_what_counts_as_sent_and_what_was_refused(row, told):
    events, rejects, _ignored = read("elff", PROXY + row)
    assert rejects == []
    assert [(one["activity"], one["outcome"], one["bytes"], one["flags"]) for one in events] == ([told] if told else [])
    for one in events:
        assert (one["actor_raw"] is None) == (one["confidence"] is None) == (" - POST" in row)


def test_columns_in_another_order_and_named_anew_further_down_are_read_by_name():
    text = (
        "#Date: 2026-11-20 08:00:00\n#Fields: time\tcs-method\tcs-uri\tcs-bytes\n"
        "08:00:01\tPOST\thttp://user:pw@Store.Example:8080/a?token=1\t9000\n"
        "#Fields: cs-bytes cs-method date time cs-uri-stem\n9001 POST 2026-11-21 00:00:00 /b\n"
    )
    first, second = read("elff", text)[0]
    assert (first["destination_domain"], first["bytes"], first["time_utc"].day) == ("store.example", 9000, 20)
    assert "token" not in (first["path"] or ""), "what is asked of a service may be a secret"
    assert (second["bytes"], second["path"], second["time_utc"].day) == (9001, "/b", 21)
    assert read("elff", "#Fields: time cs-method\n08:00:01 POST\n")[1][0].reason == "no date and time"


def test_two_equal_rows_are_two_events_and_their_keys_do_not_hang_on_the_others():
    one, two = read("elff", PROXY + asked() + asked())[0]
    assert one["row_key"] == two["row_key"] == read("elff", PROXY + asked("PUT") + asked())[0][1]["row_key"]


def test_values_in_quotes_keep_their_blanks_and_quotes():
    assert by_blanks('a "b ""c"" d"\t- ""') == ["a", 'b "c" d', "-", ""]
    assert by_commas('a,"b,c"') == ["a", "b,c"]
    with pytest.raises(RowError):
        by_commas('"a')


FEED = {"epochtime": "1795395723", "tz": "GMT", "login": "akari@kura.example", "reqmethod": "POST", "reqsize": "120449",
        "respcode": "200", "action": "Allowed", "ehost": "Upload.Example:443", "eurl": "upload.example/f?k=1",
        "appname": "Dropbox", "cip": "10.1.4.7", "devicehostname": "PC7"}  # fmt: skip


def fed(**more):
    return json.dumps(FEED | more) + "\n"


def test_zscalers_feed_is_read_as_our_recipe_writes_it():
    (recipe,) = recipes("zscaler")
    names = {part.split('"')[1] for part in recipe.text.strip().strip("\\{} ").split(",")}
    assert set(FEED) <= names
    (event,), rejects, ignored = read("zscaler", fed() + fed(reqmethod="GET"))
    assert (rejects, ignored) == ([], 1)
    assert (event["activity"], event["outcome"], event["bytes"]) == ("upload", "ok", 120_449)
    assert event["time_utc"].replace(tzinfo=UTC) == datetime.fromtimestamp(1795395723, UTC)
    assert (event["destination_domain"], event["path"], event["client"]) == (
        "upload.example",
        "upload.example/f",
        "PC7",
    )
    (wrapped,), _rejects, _ignored = read("zscaler", json.dumps({"sourcetype": "zscalernss-web", "event": FEED}))
    assert wrapped["actor_raw"] == event["actor_raw"] == "akari@kura.example"


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"action": "Blocked", "reqmethod": "GET"}, ("read", "blocked")),
        ({"action": "Blocked"}, ("upload", "blocked")),
        ({"respcode": "502"}, ("upload", "error")),
        ({"respcode": "NA"}, ("upload", "unknown")),
        ({"reqsize": "NA"}, ("upload", "ok")),
        ({"reqmethod": "CONNECT"}, ("upload", "ok")),
        ({"reqsize": "2047"}, None),
        ({"login": "None"}, ("upload", "ok")),
    ],
)
def test_what_zscaler_let_through_and_what_it_stopped(more, told):
    events, rejects, _ignored = read("zscaler", fed(**more))
    assert rejects == []
    assert [(one["activity"], one["outcome"]) for one in events] == ([told] if told else [])
    assert all((one["actor_raw"] is None) == (more.get("login") == "None") for one in events)


def test_a_time_of_zscaler_without_a_zone_is_not_guessed():
    bare = {name: value for name, value in FEED.items() if name != "epochtime"}
    (event,), _rejects, _ignored = read("zscaler", json.dumps(bare | {"time": "Fri Nov 20 07:07:07 2026"}))
    assert event["time_utc"].hour == 7
    for wrong in ({"tz": "JST", "time": "Fri Nov 20 07:07:07 2026"}, {"time": "gestern"}):
        _events, (reject,), _ignored = read("zscaler", json.dumps(bare | wrong))
        assert "not understood" in reject.reason
    assert len(read("zscaler", fed() + "{broken\n" + fed()[:40])[1]) == 2


@pytest.mark.parametrize(("source", "version"), [("exchange", "14.3"), ("zscaler", "5.7"), ("exchange", "neu")])
def test_a_server_too_old_for_the_recipe_is_refused(source, version):
    with pytest.raises(SetupError):
        recipes(source, version)


def test_what_is_pasted_names_what_the_parsers_need():
    (exchange,) = recipes("exchange")
    assert "-MessageTrackingLogEnabled $true" in exchange.text
    (zscaler,) = recipes("zscaler")
    assert zscaler.text.startswith(r"\{ ")
    assert zscaler.text.endswith("\\}\n")
    assert '"epochtime":"%d{epochtime}"' in zscaler.text
    assert all(caution.ja and caution.en for one in (exchange, zscaler) for caution in one.warnings)


_LINES = st.lists(st.one_of(
    st.sampled_from([PROXY, HEAD, asked(), step("SEND", "b@x.example"), fed(), TRACE, "\n", "#Fields:\n", "#\n"]),
    st.text(max_size=40),
), max_size=8)  # fmt: skip


@pytest.mark.parametrize("source", ["elff", "exchange", "zscaler"])
@given(lines=_LINES, cut=st.integers(0, 400))
@settings(max_examples=25, deadline=None)
def test_whatever_comes_nothing_raises_and_each_line_is_counted_once(source, lines, cut):
    data = "".join(lines).encode("utf-8", "surrogatepass")[cut:]
    events, rejects, ignored = read(source, data)
    rows = {event["raw_row"] for event in events}
    assert not rows & {reject.row for reject in rejects}
    if source != "zscaler":
        assert len(rows) + len(rejects) + ignored == data.count(b"\n") + (not data.endswith(b"\n") if data else 0)
