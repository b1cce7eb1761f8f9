import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from kuramori.kernel.canonical import canonical
from kuramori.kernel.commitments import open_commitment
from kuramori.kernel.entry_body import BodyTooLargeError, Change, Note, Op, entry_body
from kuramori.kernel.merkle import leaf_hash, root_of

SECRET = UUID("01938a00-0000-7000-8000-000000000001")
AKARI_ID = UUID("01938a00-0000-7000-8000-00000000000a")


@dataclass(frozen=True)
class Akari:
    kind: str = "person"
    id: UUID = AKARI_ID
    name: str = "佐倉 灯里"
    on_behalf_of: UUID | None = None


def change(number=1, **fields):
    return Change(on="register.secret", id=UUID(int=number), op=Op.EDIT, fields=fields or {"level": ("極秘", "秘")})


def body(**members):
    given = {
        "id": SECRET,
        "at": datetime(2026, 11, 23, 14, 14, 37, 123456, tzinfo=timezone(timedelta(hours=9))),
        "verb": "register.secret.reclassify",
        "by": Akari(),
        "why": "棚卸しで見直した",
        "subjects": [("register.secret", SECRET)],
        "changes": [change()],
    }
    return entry_body(**(given | members))


def opened(made, digest):
    return open_commitment(made.disclosures[digest], digest)


def test_the_members_of_version_1():
    made = body(notes={"sha256": Note(value="00ff", is_open=True), "note": Note(value="社外秘")}, steps=["a.b", "a.b"])
    read = json.loads(made.raw)
    assert list(read) == sorted(["v", "id", "at", "verb", "steps", "by", "why", "subjects", "notes", "changes"])
    assert read["v"] == 1
    assert read["at"] == "2026-11-23T05:14:37.123456Z"
    assert read["steps"] == ["a.b"]
    assert read["by"] | {"name": ""} == {"kind": "person", "id": str(AKARI_ID), "name": "", "for": None}
    assert read["subjects"] == [["register.secret", str(SECRET)]]
    assert read["notes"]["sha256"] == {"open": "00ff"}
    assert opened(made, read["notes"]["note"]["sd"]).value == "社外秘"
    assert opened(made, read["changes"][0]["fields"]["level"]).value == ["極秘", "秘"]
    assert made.raw == canonical(read)


def test_no_word_about_people_or_content_is_in_the_clear():
    text = body().raw.decode()
    assert not any(word in text for word in ("佐倉", "棚卸し", "極秘"))


def test_every_committed_member_names_itself():
    made = body()
    read = json.loads(made.raw)
    assert opened(made, read["why"]).name == "why"
    assert opened(made, read["by"]["name"]).name == "name"
    assert len(made.disclosures) == 3


def test_the_same_act_twice_gives_different_bytes_because_salts_are_fresh():
    assert body().raw != body().raw


def test_a_long_change_list_becomes_its_root_and_stays_beside_the_entry():
    made = body(changes=[change(n, title=(None, f"図面 {n}")) for n in range(10_000)])
    read = json.loads(made.raw)
    assert read["changes"] == {"count": 10_000, "root": root_of(map(leaf_hash, made.change_list)).hex()}
    assert json.loads(made.change_list[7])["id"] == str(UUID(int=7))
    assert len(made.raw) < 1_000


def test_few_changes_with_many_fields_become_a_root_too():
    made = body(changes=[change(n, **{f"field_{i}": (0, 1) for i in range(40)}) for n in range(30)])
    assert json.loads(made.raw)["changes"]["count"] == 30


def test_many_subjects_become_a_root_and_doubles_count_once():
    made = body(subjects=[("register.secret", UUID(int=n % 50)) for n in range(100)])
    assert json.loads(made.raw)["subjects"]["count"] == 50
    assert json.loads(made.subject_list[3]) == ["register.secret", str(UUID(int=3))]


def test_a_body_that_others_tools_could_not_store_is_refused():
    with pytest.raises(BodyTooLargeError, match=r"at most 65535"):
        body(notes={"text": Note(value="あ" * 30_000, is_open=True)})


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        body(at=datetime(2026, 11, 23, tzinfo=UTC).replace(tzinfo=None))
