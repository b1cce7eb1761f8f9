"""A mail or upload with words of a secret is an event about that secret, in joins, look-backs and Sigma's columns."""

import json
from datetime import UTC, date, datetime

import pytest

from kuramori_lake import content
from kuramori_lake.context import Context, Identity, SecretPattern
from kuramori_lake.event import Activity, Namespace
from kuramori_lake.fingerprint.checking import Sending, check, link
from kuramori_lake.fingerprint.index import PrintIndex
from kuramori_lake.fingerprint.reading.reader import Reader
from kuramori_lake.fingerprint.tests import made
from kuramori_lake.fingerprint.tests.test_index import registered, text
from kuramori_lake.tests.conftest import TOKYO, lake  # noqa: F401  # a fixture
from kuramori_lake.unwatched import Unwatched, UnwatchedKind

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
LONG_AGO = date(2020, 1, 1)
BODY = text(1)
MAIL = made.mail("添付します", attached=[("束.zip", made.packed({"図.docx": made.docx(BODY[50:250])}))])
NUMBER = "A"
SENT = Sending(activity=Activity.MAIL_SEND, at=NOW)


def secret(number="A-17", level="極秘", weight=2.0, since=LONG_AGO, until=None):
    return SecretPattern(
        pattern="/none", secret_id=number, number=f"N-{number}", level=level, weight=weight, since=since, until=until
    )


@pytest.fixture(scope="module")
def reader():
    with Reader() as opened:
        yield opened


@pytest.fixture
def indexed(lake):  # noqa: F811
    PrintIndex(lake).add([registered("配合.docx", BODY), registered("別", text(2), of="B-1")])
    return lake


def joined(lake, columns="secret_id, secret_number, secret_level, secret_weight"):  # noqa: F811
    return [tuple(row.values()) for row in lake.query(f"SELECT {columns} FROM joined_events").to_pylist()]


def taken(lake, tmp_path, *checked, name="checks.jsonl"):  # noqa: F811
    path = tmp_path / name
    path.write_text("".join(json.dumps(one.line(), ensure_ascii=False) + "\n" for one in checked))
    return lake.ingest(path, source="fingerprint", zone=TOKYO).counts


def test_excerpt_in_an_archive_on_a_mail_is_found_with_its_place(indexed, reader):
    found = check(indexed, reader, "m.eml", MAIL, SENT)
    [hit] = found.hits
    assert (hit.match.secret_id, hit.part) == ("A-17", "m.eml/束.zip/図.docx/word/document.xml")
    assert BODY[hit.match.start + 50 : hit.match.end + 50] in BODY
    assert found.sending.actor == "akari@kura.example"
    assert found.sending.destinations == ("chihiro@other.example",)
    assert (found.sending.message_id, found.sending.namespace) == ("m1@kura.example", Namespace.MAIL)


def test_what_the_gateway_knows_beats_what_the_mail_claims(indexed, reader):
    knows = Sending(activity=Activity.MAIL_SEND, at=NOW, actor="botan", destinations=("x@y.example",), message_id="q1")
    found = check(indexed, reader, "m.eml", MAIL, knows).sending
    assert (found.actor, found.namespace, found.destinations, found.message_id) == (
        "botan",
        Namespace.AD,
        ("x@y.example",),
        "q1",
    )


def test_check_is_an_event_that_joins_its_secret(indexed, reader, tmp_path):
    found = check(indexed, reader, "m.eml", MAIL, SENT)
    innocent = check(indexed, reader, "n.eml", made.mail(text(9)), SENT)
    link(indexed, [found, innocent])
    counts = taken(indexed, tmp_path, found, innocent)
    assert (counts.rows, counts.accepted, counts.ignored) == (2, 1, 1)
    columns = "activity, flags, hash, uid, destination_class, destination_domain, confidence, secret_id"
    assert joined(indexed, columns) == [
        (
            "mail_send",
            "fingerprint",
            found.sha256,
            "m1@kura.example",
            "external_mail",
            "other.example",
            "claimed",
            "A-17",
        )
    ]
    assert json.loads(joined(indexed, "fields")[0][0])["secret_id"] == "A-17"  # noqa: S105
    assert BODY[60:80] not in json.dumps(found.line(), ensure_ascii=False)


def test_same_checks_again_are_no_new_events(indexed, reader, tmp_path):
    found = check(indexed, reader, "m.eml", MAIL, SENT)
    taken(indexed, tmp_path, found)
    assert taken(indexed, tmp_path, found, check(indexed, reader, "n", b"", SENT), name="more.jsonl").duplicate == 1


def test_level_is_that_of_the_day(indexed, reader, tmp_path):
    found = check(indexed, reader, "m.eml", MAIL, SENT)
    taken(indexed, tmp_path, found)
    assert joined(indexed) == [(None, None, None, None)]
    link(indexed, [found])
    assert joined(indexed) == [("A-17", None, None, 1.0)]
    old = secret(level="秘", until=date(2026, 11, 19))
    indexed.context.write(Context(secrets=[old, secret(since=date(2026, 11, 20))]))
    assert joined(indexed) == [("A-17", "N-A-17", "極秘", 2.0)]
    indexed.context.write(Context(secrets=[old]))
    assert joined(indexed) == [(None, None, None, None)]


def test_log_of_the_mail_server_is_marked_by_the_message_id(indexed, reader, tmp_path):
    line = "2026-11-20T12:00:0{} mx postfix/{}[1]: {}\n".format
    log = tmp_path / "mail.log"
    log.write_text(
        line("1+09:00", "smtpd", "AAAA1: client=pc[10.0.0.1], sasl_method=PLAIN, sasl_username=akari")
        + line("2+09:00", "cleanup", "AAAA1: message-id=<m1@kura.example>")
        + line("3+09:00", "qmgr", "AAAA1: from=<akari@kura.example>, size=9, nrcpt=1 (queue active)")
        + line("4+09:00", "smtp", "AAAA1: to=<c@o.example>, relay=o[1.2.3.4]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (ok)")  # noqa: E501
        + line("5+09:00", "qmgr", "AAAA1: removed")
    )  # fmt: skip
    indexed.ingest(log, source="postfix", zone=TOKYO)
    link(indexed, [check(indexed, reader, "m.eml", MAIL, SENT)])
    assert joined(indexed, "activity, secret_id") == [("mail_send", "A-17")]
    who = [Identity(namespace=one, raw=raw, person_id="p1", since=LONG_AGO) for one in Namespace for raw in ("akari", "akari@kura.example")]  # noqa: E501  # fmt: skip
    indexed.context.write(Context(identities=who))
    back = indexed.lookback("p1", date(2026, 11, 20), date(2026, 11, 20))
    assert back.events["secret_id"].to_pylist() == ["A-17"]


def test_heavier_secret_wins_and_no_row_is_doubled(indexed, reader, tmp_path):
    both = check(indexed, reader, "x.docx", made.docx(BODY[:200] + text(2)[:300]), Sending(activity=Activity.UPLOAD, at=NOW, destinations=("mega.nz",)))  # noqa: E501  # fmt: skip
    assert [hit.match.secret_id for hit in both.hits] == ["B-1", "A-17"]
    link(indexed, [both])
    taken(indexed, tmp_path, both)
    indexed.context.write(Context(secrets=[secret(), secret("B-1", weight=1.0)]))
    assert joined(indexed, "secret_id, destination_class, destination_domain") == [("A-17", "web", "mega.nz")]


def test_mail_to_the_hotline_is_not_looked_at(indexed, reader):
    indexed.context.write(
        Context(unwatched=[Unwatched(kind=UnwatchedKind.ADDRESS, value="chihiro@other.example", reason="通報窓口")])
    )
    by_head = check(indexed, reader, "m.eml", MAIL, SENT)
    told = Sending(activity=Activity.MAIL_SEND, at=NOW, destinations=("chihiro@other.example",))
    by_envelope = check(indexed, reader, "m.eml", b"PK\x03\x04", told)
    assert (by_head.sheltered, by_head.hits, by_envelope.sheltered, by_envelope.problems) == (True, (), True, ())


def test_stronger_match_stays_and_a_secret_can_be_forgotten(lake):  # noqa: F811
    weak = content.Recognised(keys=("k", ""), secret_id=NUMBER, document="d", hits=5, score=0.1)
    strong = content.Recognised(keys=("k",), secret_id=NUMBER, document="e", hits=9, score=0.2)
    for one in (weak, strong, weak):
        content.remember(lake.manifest, [one])
    rows = lake.manifest.db.execute("SELECT key, document, hits FROM content_match").fetchall()
    assert [tuple(row) for row in rows] == [("k", "e", 9)]
    assert content.forget(lake.manifest, NUMBER) == 1
    assert content.table(lake.manifest, lake.context).num_rows == 0


NO_CHECKS = (*(json.dumps({"matches": [{"a": 1}], "activity": one}) for one in ("print", "x")), "[1]", "x")


@pytest.mark.parametrize("line", NO_CHECKS)
def test_line_that_is_no_check_goes_to_quarantine(lake, tmp_path, line):  # noqa: F811
    path = tmp_path / "x.jsonl"
    path.write_text(line + "\n")
    assert lake.ingest(path, source="fingerprint", zone=TOKYO).counts.rejected == 1
