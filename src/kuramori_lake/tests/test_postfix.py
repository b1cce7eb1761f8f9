"""Postfix: one event per recipient, whatever queues, files and forms of syslog the mail's lines lie in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.sources import postfix
from kuramori_lake.sources.parsed import Options
from kuramori_lake.tests.conftest import SAMPLES, TOKYO
from kuramori_lake.tests.postfix_log import FILTER, birth, filtered, head, line, mail, removed, to

OPTIONS = Options(zone=TOKYO, salt=b"salt", written=datetime(2026, 11, 22, tzinfo=UTC))
REAL = (SAMPLES / "postfix37_content_filter_and_milter_real.log").read_bytes()


def joined(lines, options=OPTIONS):
    return b"".join(one if isinstance(one, bytes) else one.encode(options.encoding) + b"\n" for one in lines)


def read(*lines, options=OPTIONS):
    """The one reading of a log; its counts add up."""
    (reading,) = postfix.parse(joined(lines, options), options)
    read_here = reading.events.num_rows - reading.derived
    assert read_here + len(reading.rejects) + reading.ignored == len(lines)
    return reading


def events(*lines, options=OPTIONS):
    return read(*lines, options=options).events.to_pylist()


def only(*lines, options=OPTIONS):
    (event,) = events(*lines, options=options)
    return event


def in_files(*files, options=OPTIONS):
    """Events of files taken in one after the other, as the lake does it: what is loose goes to the next one."""
    found = []
    for number, lines in enumerate(files, 1):
        for reading in postfix.parse(joined(lines), options):
            found += reading.events.to_pylist()
            options = replace(
                options, loose=tuple(replace(one, batch_id=one.batch_id or number) for one in reading.loose)
            )
    return {one["row_key"]: one for one in found}, options.loose


def story(found):
    told = ("actor_raw", "confidence", "activity", "outcome", "uid", "ip", "size", "count", "destination_value")
    return sorted([str(one[name]) for name in told] for one in found)


# one mail


def test_mail_out_of_the_house_is_one_event_for_each_recipient():
    first, second = events(*mail(recipients=("x@rival.example", "y@rival.example"), login="akari"))
    assert (first["destination_value"], second["destination_value"]) == ("x@rival.example", "y@rival.example")
    assert (first["activity"], first["outcome"], first["destination_class"]) == ("mail_send", "ok", "external_mail")
    assert (first["uid"], first["bytes"], first["count"], first["destination_domain"]) == (
        "1@kura",
        9000,
        2,
        "rival.example",
    )
    assert (first["host"], first["client"], first["ip"]) == ("mx", "pc7.kura.example", "192.0.2.7")
    assert (first["raw_row"], first["stitched_from"]) == (4, "1,2,3")


def test_who_logged_in_is_certain_and_an_envelope_is_a_claim():
    event = only(*mail(login="akari"))
    assert (event["actor_raw"], event["actor_namespace"], event["confidence"]) == ("akari", "ad", "authenticated")
    assert '"sender":"akari@kura.example"' in event["fields"]
    event = only(*mail(login="akari@kura.example"))
    assert (event["actor_namespace"], event["confidence"]) == ("mail", "authenticated")
    event = only(*mail())
    assert (event["actor_raw"], event["actor_namespace"], event["confidence"]) == (
        "akari@kura.example",
        "mail",
        "claimed",
    )


def test_mail_of_a_program_on_the_server_itself_names_its_sender():
    lines = [
        line("10:00:01", "pickup", "A1B2C3", "uid=1000 from=<botan>"),
        *mail("A1B2C3", sender="botan@mx.kura.example")[1:],
    ]
    assert only(*lines)["actor_raw"] == "botan@mx.kura.example"


@pytest.mark.parametrize(
    ("service", "recipient", "domains", "expected"),
    [
        ("smtp", "botan@kura.example", (), "person"),
        ("smtp", "x@rival.example", (), "external_mail"),
        ("lmtp", "botan@office.kura.example", (), "person"),
        ("local", "root", (), "person"),
        ("smtp", "botan@kura.test", ("kura.test", "kura.example"), "person"),
        ("smtp", "botan@kura.example", ("kura.test",), "external_mail"),
        ("smtp", "Botan@KURA.Example", ("kura.example",), "person"),
    ],
)
def test_inside_is_the_own_domain_or_what_is_delivered_here(service, recipient, domains, expected):
    event = only(*mail(recipients=[recipient], service=service), options=replace(OPTIONS, domains=domains))
    assert (event["activity"], event["destination_class"]) == ("mail_send", expected)


def test_bounce_by_the_far_side_is_an_error_and_a_bounce_by_our_filter_a_block():
    far = only(*mail(status="bounced", reply="host said: 550 5.1.1 no such user"))
    assert (far["activity"], far["outcome"], far["flags"]) == ("mail_send", "error", "bounced")
    near = only(*mail(status="bounced", relay=FILTER, reply="554 5.7.1 blocked by policy"))
    assert (near["activity"], near["outcome"]) == ("mail_block", "blocked")


def test_mail_that_waits_is_told_once_and_then_that_it_went():
    tries = [to(f"1{hour}:00:00", "3FA0B12C", "x@rival.example", status="deferred") for hour in range(5)]
    found = events(*mail()[:3], *tries, *mail()[3:])
    assert [(one["outcome"], one["flags"]) for one in found] == [("error", "deferred"), ("ok", None)]


def test_postfix_own_notices_are_no_mail_of_anybody():
    notice = line("10:00:05", "bounce", "3FA0B12C", "sender non-delivery notification: DEAD5")
    lines = [*mail(status="bounced")[:-1], notice, *head("10:00:05", "DEAD5", "n@mx", sender=""),
             to("10:00:06", "DEAD5", "akari@kura.example"), removed("10:00:06", "DEAD5")]  # fmt: skip
    assert len(events(*lines)) == 1


def test_null_sender_of_somebody_who_logged_in_is_told():
    assert only(*mail(sender="", login="chihiro"))["actor_raw"] == "chihiro"


def test_milter_holds_rejects_and_a_release_are_events():
    named = "from=<akari@kura.example> to=<x@rival.example> proto=ESMTP helo=<pc7>"
    lines = [
        birth("10:00:01", "AAAA1", login="akari"),
        line("10:00:02", "cleanup", "AAAA1", "message-id=<1@kura>"),
        line(
            "10:00:02",
            "cleanup",
            "AAAA1",
            f"milter-hold: END-OF-MESSAGE from pc7[192.0.2.7]: milter triggers HOLD action; {named}",
        ),
        line("11:00:00", "postsuper", "AAAA1", "released from hold"),
        birth("12:00:01", "BBBB2", login="akari"),
        line("12:00:02", "cleanup", "BBBB2", "message-id=<2@kura>"),
        line("12:00:02", "cleanup", "BBBB2", f"milter-reject: END-OF-MESSAGE from pc7[192.0.2.7]: 5.7.1 no; {named}"),
        birth("12:00:03", "BBBB2", login="botan"),
    ]
    found = events(*lines)
    assert [(one["activity"], one["outcome"], one["uid"], one["actor_raw"]) for one in found] == [
        ("mail_hold", "held", "1@kura", "akari"),
        ("mail_release", "ok", "1@kura", "akari"),
        ("mail_block", "blocked", "2@kura", "akari"),
    ]
    assert [one["destination_value"] for one in found] == ["x@rival.example", None, "x@rival.example"]


def test_short_queue_id_that_is_used_again_is_another_mail():
    found = events(*mail(message_id="1@kura"), *mail(message_id="2@kura", at="10:05", sender="botan@kura.example"))
    assert [(one["uid"], one["actor_raw"]) for one in found] == [
        ("1@kura", "akari@kura.example"), ("2@kura", "botan@kura.example"),
    ]  # fmt: skip


def test_one_queue_id_on_two_hosts_is_two_mails():
    other = [one.replace(" mx ", " mx2 ", 1).replace("1@kura", "2@kura").replace("akari", "botan") for one in mail()]
    mixed = [one for pair in zip(mail(), other, strict=True) for one in pair]
    assert story(events(*mixed)) == story(events(*mail()) + events(*other))


# through a content filter


def test_mail_through_a_filter_counts_once_and_keeps_who_logged_in():
    found = events(*filtered())
    assert [one["destination_value"] for one in found] == ["x@rival.example", "y@rival.example"]
    for one in found:
        assert (one["actor_raw"], one["confidence"], one["ip"], one["size"]) == (
            "akari",
            "authenticated",
            "192.0.2.7",
            9100,
        )
        assert one["stitched_from"] == "1,2,3,4,5,6"


def test_mail_that_the_filter_keeps_is_held_once_five_days_have_passed():
    kept = [birth("11:00:01", "CCCC3"), *head("11:00:01", "CCCC3", "9@kura"),
            to("11:00:02", "CCCC3", "x@rival.example", relay=FILTER), removed("11:00:02", "CCCC3")]  # fmt: skip
    assert len(events(*filtered(), *kept)) == 2
    later = line("10:00:00", "qmgr", "EEEE4", "removed").replace("Nov 20", "Nov 26")
    options = replace(OPTIONS, written=datetime(2026, 11, 27, tzinfo=UTC))
    last = events(*filtered(), *kept, later, options=options)[-1]
    assert (last["activity"], last["outcome"], last["flags"]) == ("mail_hold", "held", "not_returned")


def test_alias_that_the_second_pass_resolves_is_still_one_mail():
    lines = filtered()
    lines[9] = to("10:00:04", "BBBB2", "z@rival.example", orig_to="x@rival.example")
    assert [one["destination_value"] for one in events(*lines)] == ["z@rival.example", "y@rival.example"]


def test_same_message_id_sent_twice_over_the_far_side_is_two_mails():
    assert len(events(*mail("AAAA1"), *mail("BBBB2", at="10:30"))) == 2


def test_real_log_with_filter_and_milter_is_the_story_that_was_played():
    (reading,) = postfix.parse(REAL, OPTIONS)
    assert not reading.rejects
    assert [(one["activity"], one["outcome"], one["destination_value"]) for one in reading.events.to_pylist()] == [
        ("mail_send", "ok", "cc@partner.example"),
        ("mail_send", "ok", "tanaka@partner.example"),
        ("mail_send", "ok", "bcc-secret@rival.example"),
        ("mail_send", "error", "x@partner.example"),
        ("mail_block", "blocked", "y@partner.example"),
        ("mail_send", "ok", "Ok@partner.example"),
        ("mail_hold", "held", "Hold@partner.example"),
        ("mail_block", "blocked", "Block@partner.example"),
        ("mail_send", "ok", "boss@kura.example"),
        ("mail_send", "ok", "CC@partner.example"),
    ]


# over several files


@settings(max_examples=5, deadline=None)
@given(cut=st.integers(1, 144), turned=st.booleans())
def test_wherever_a_log_is_cut_and_whichever_half_comes_first_the_story_is_the_same(cut, turned):
    lines = REAL.splitlines(keepends=True)
    halves = [lines[:cut], lines[cut:]]
    found, _ = in_files(*(reversed(halves) if turned else halves))
    (whole,) = postfix.parse(REAL, OPTIONS)
    assert story(found.values()) == story(whole.events.to_pylist())


@pytest.mark.parametrize("cut", [3, 5, 8, 10])
def test_filtered_mail_cut_anywhere_keeps_its_login_and_counts_once(cut):
    lines = filtered()
    for halves in ((lines[:cut], lines[cut:]), (lines[cut:], lines[:cut])):
        found, _ = in_files(*halves)
        assert story(found.values()) == story(events(*lines))


def test_delivery_that_came_before_its_head_cites_both_files():
    lines = mail()
    found, loose = in_files(lines[3:], lines[:3])
    (event,) = found.values()
    assert (event["raw_row"], event["stitched_from"], event["flags"]) == (None, "1:1,1,2,3", "joined_later")
    assert [one.told for one in loose] == []


def test_log_that_grew_tells_nothing_twice():
    lines = [*filtered(), *mail("CCCC3", "2@kura", at="11:00")]
    for cut in (4, 9, 16):
        found, _ = in_files(lines[:cut], lines)
        assert story(found.values()) == story(events(*lines))


def test_delivery_whose_head_never_comes_is_told_after_five_days():
    orphan = to("10:00:00", "3FA0B12C", "x@rival.example")
    assert events(orphan) == []
    options = replace(OPTIONS, written=datetime(2026, 11, 27, tzinfo=UTC))
    later = line("10:00:01", "qmgr", "EEEE4", "removed").replace("Nov 20", "Nov 25")
    found, loose = in_files([orphan], [later], options=options)
    (event,) = found.values()
    assert (event["actor_raw"], event["flags"]) == (None, "head_missing,joined_later")
    assert [one for one in loose if b"3FA0B12C" in one.line] == []


def test_line_from_the_far_future_does_not_end_the_wait_of_others():
    far = "2999-01-01T00:00:00+09:00 mx postfix/qmgr[1]: EEEE4: removed"
    assert events(to("10:00:00", "3FA0B12C", "x@rival.example"), far) == []


# forms and times


@pytest.mark.parametrize(
    ("form", "basis"),
    [
        ("{bsd} mx postfix/{service}[77]: {rest}", "configured"),
        ("<22>{bsd} mx postfix/{service}[77]: {rest}", "configured"),
        ("2026-11-20T{time}+09:00 mx postfix/{service}[77]: {rest}", "explicit"),
        ("2026-11-20T{time}.123456+09:00 mx postfix/{service}[77]: {rest}", "explicit"),
        ("<22>1 2026-11-20T{time}.1+09:00 mx postfix/{service} 77 - - {rest}", "explicit"),
        ('<22>1 2026-11-20T{time}.1+09:00 mx postfix/{service} 77 - [origin ip="192.0.2.1"] \ufeff{rest}', "explicit"),
        ("{bsd} mx postfix/submission/{service}[77]: {rest}", "configured"),
        ("{bsd} mx postfix-out/{service}[77]: {rest}", "configured"),
    ],
)
def test_every_form_of_syslog_tells_the_same(form, basis):
    lines = []
    for one in mail(login="akari"):
        stamp, rest = one[:15], one.split(": ", 1)[1]
        service = one.split("postfix/")[1].split("[")[0]
        lines.append(form.format(bsd=stamp, time=stamp[7:], service=service, rest=rest))
    event = only(*lines)
    assert story([event]) == story([only(*mail(login="akari"))])
    assert event["tz_basis"] == basis
    assert event["time_utc"].replace(microsecond=0).isoformat() == "2026-11-20T01:00:03"


def test_long_queue_id_tells_the_year_whatever_the_file_system_says():
    (reading,) = postfix.parse(REAL, replace(OPTIONS, written=datetime(2031, 1, 1, tzinfo=UTC)))
    assert {one.year for one in reading.events["time_utc"].to_pylist()} == {2026}
    assert postfix.born("4jXs3M6hDTzQSYw") == 1795404799_000000
    assert postfix.born("3FA0B12C") is None


def test_year_turns_in_the_middle_of_a_log():
    old = [one.replace("Nov 20", "Dec 31") for one in mail("AAAA1")]
    new = [one.replace("Nov 20", "Jan  1") for one in mail("BBBB2", "2@kura")]
    found = events(*old, *new, options=replace(OPTIONS, written=datetime(2027, 1, 5, tzinfo=UTC)))
    assert [one["time_utc"].year for one in found] == [2026, 2027]


def test_line_without_a_year_that_nothing_tells_is_quarantined():
    reading = read(*mail(), options=replace(OPTIONS, written=None))
    assert {one.reason for one in reading.rejects} == {"the year of the line is not known"}


# what is not understood


def test_strange_lines_are_counted_and_shown_alone():
    reading = read(
        *mail(),
        "gibberish",
        "",
        "Nov 20 10:00:00 mx sshd[1]: Accepted publickey for akari",
        "Nov 20 10:00:00 mx postfix/smtpd[1]: connect from pc7[192.0.2.7]",
        to("10:00:09", "3FA0B12C", "x@rival.example")[:90],
        b"Nov 20 10:00:00 mx postfix/smtpd[1]: AAAA1: client=\xff\xfe[192.0.2.7]\n",
    )
    assert [(one.row, one.reason) for one in reading.rejects] == [
        (6, "no time and program found"),
        (10, "delivery without recipient, relay or status"),
        (11, "not utf-8"),
    ]
    assert reading.events.num_rows == 1


def test_quoted_address_cannot_forge_what_follows_it():
    evil = '"a>, relay=none, delay=1, delays=1/1/1/1, dsn=4.0.0, status=deferred (x)"@rival.example'
    event = only(*mail(recipients=[evil]))
    assert (event["destination_value"], event["outcome"], event["destination_domain"]) == (evil, "ok", "rival.example")


def test_reply_of_the_far_side_cannot_forge_the_outcome():
    event = only(*mail(reply="250 ok), relay=none, dsn=4.0.0, status=deferred (no"))
    assert event["outcome"] == "ok"


def test_japanese_reply_in_cp932_is_read_where_the_encoding_is_told():
    told = replace(OPTIONS, encoding="cp932")
    assert "①髙橋" in only(*mail(reply="250 ①髙橋"), options=told)["fields"]


PIECES = st.sampled_from(
    [*mail(), *filtered(), "Nov 20 10:00:00 mx postfix/", "to=<", "<22>1 ", "2026-11-20T", "\x00", ": "]
)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.one_of(PIECES, st.text(max_size=30), st.binary(max_size=30).map(lambda b: b.replace(b"\n", b"") + b"\n")),
        max_size=12,
    )
)
def test_nothing_makes_it_fail_and_every_line_is_counted(lines):
    plain = [one if isinstance(one, bytes) else one.replace("\n", " ") for one in lines]
    if plain:
        read(*plain)
