"""Reading inside Kuramori is seen as reading elsewhere is: acts of its ledger become events."""

import orjson
import pytest

from kuramori_lake.sources.ledger import activity_of
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.records import events_of, one_of, read

ACT = {
    "id": "018f3b1e-0000-7000-8000-000000000001", "at": "2026-11-20T10:00:00+09:00", "verb": "document.downloaded",
    "actor": {"name": "E0001", "namespace": "employee"}, "ip": "192.0.2.7",
    "subjects": [{"kind": "document", "id": "d1", "name": "設計書", "size": 900}, {"kind": "secret", "id": "s1"}],
}  # fmt: skip


def test_each_subject_of_an_act_is_an_event_of_its_actor():
    rows = events_of("ledger", ACT)
    assert [(row["activity"], row["path"], row["name"], row["size"]) for row in rows] == [
        ("download", "kuramori:/document/d1", "設計書", 900),
        ("download", "kuramori:/secret/s1", None, None),
    ]
    assert {(row["actor_raw"], row["actor_namespace"], row["ip"], row["flags"]) for row in rows} == {
        ("E0001", "employee", "192.0.2.7", "document.downloaded")
    }
    assert rows[0]["time_utc"].isoformat() == "2026-11-20T01:00:00"
    assert len({row["row_key"] for row in rows}) == 2


@pytest.mark.parametrize(
    ("verb", "activity"),
    [
        ("document_viewed", "read"),
        ("secret.opened", "read"),
        ("file.printed", "print"),
        ("link.shared", "share_external"),
        ("signed_in", "logon"),
        ("sign_in_failed", "logon_fail"),
        ("case.closed", "system_event"),
        ("misread", "system_event"),
    ],
)
def test_verbs(verb, activity):
    assert activity_of(verb) == activity
    assert one_of("ledger", ACT | {"verb": verb, "subjects": []}, "activity", "path") == (activity, None)


def test_an_activity_that_the_exporter_knows_beats_the_guess_and_one_that_is_none_does_not():
    known = ACT | {"verb": "register.secret.edit", "subjects": []}
    assert one_of("ledger", known, "activity") == ("system_event",)
    assert one_of("ledger", known | {"activity": "write"}, "activity", "flags") == ("write", "register.secret.edit")
    for odd in ("reading", "", None, 7):
        assert one_of("ledger", ACT | {"subjects": [], "activity": odd}, "activity") == ("download",)


def test_a_subject_is_known_by_the_last_part_of_its_kind_and_its_path_by_the_whole():
    subject = {"kind": "directory.person", "id": "p"}
    assert one_of("ledger", ACT | {"subjects": [subject]}, "object_kind", "path") == (
        "account", "kuramori:/directory.person/p",
    )  # fmt: skip
    secret = ACT | {"subjects": [{"kind": "register.secret", "id": "s"}]}
    assert one_of("ledger", secret, "object_kind", "path") == ("file", "kuramori:/register.secret/s")


def test_path_that_the_exporter_gives_meets_the_secrets_patterns():
    subject = {"kind": "person", "id": "p", "path": "//fs01/設計/A-17.dwg"}
    assert one_of("ledger", ACT | {"subjects": [subject]}, "path", "object_kind") == ("//fs01/設計/A-17.dwg", "account")
    assert one_of("ledger", ACT | {"verb": "a.printed", "subjects": [subject]}, "destination_class") == ("printer",)


def test_words_that_the_lake_does_not_know_fall_back():
    odd = ACT | {"subjects": [], "outcome": "maybe", "actor": {"name": "akari", "namespace": "moon"}}
    assert one_of("ledger", odd, "outcome", "actor_namespace") == ("ok", "employee")
    assert one_of("ledger", odd | {"outcome": "denied"}, "outcome") == ("denied",)
    assert one_of("ledger", odd | {"actor": None}, "actor_raw", "confidence") == (None, None)


@pytest.mark.parametrize("wrong", [{"verb": None}, {"id": ""}, {"at": None}, {"at": "today"}, {"outcome": [1]}])
def test_line_without_its_essentials_is_a_reject(wrong):
    events, rejects, _ = read("ledger", orjson.dumps(ACT | wrong))
    assert (events, len(rejects)) == ([], 1)


def test_export_that_overlaps_the_last_one_adds_nothing(lake, tmp_path):
    path = tmp_path / "ledger.jsonl"
    path.write_bytes(orjson.dumps(ACT))
    assert lake.ingest(path, source="ledger", zone=TOKYO).counts.accepted == 2
    path.write_bytes(orjson.dumps(ACT) + b"\n" + orjson.dumps(ACT | {"id": "018f3b1e-0000-7000-8000-000000000002"}))
    counts = lake.ingest(path, source="ledger", zone=TOKYO).counts
    assert (counts.accepted, counts.duplicate) == (2, 2)
