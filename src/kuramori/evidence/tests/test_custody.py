"""A hold is copied into custody, and every file's way from then on has no gap (ISO/IEC 27037, LEV-10, EVD-11)."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.acts import custody as acts
from kuramori.evidence.acts.holds import SNAPSHOT, hold_add, hold_edit, hold_retire, snapshot_ask
from kuramori.evidence.api import custody_rows
from kuramori.evidence.bundles.order import BundleSource, EventExtract
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.custody_panel import custody_duties
from kuramori.evidence.custody_store import Collected, our_tool, place_of, seal
from kuramori.evidence.hold_jobs import run_snapshot
from kuramori.evidence.models import Bundle, CustodyItem, CustodyStep
from kuramori.evidence.models.custody import ItemKind, StepKind
from kuramori.evidence.queries.custody import chain_of, items_offered_to, items_visible_to, may_read_on
from kuramori.evidence.rules.custody import Gap, gaps
from kuramori.evidence.wording import GAPS
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import OutsideAct, Refused, Subject, act
from kuramori.kernel.imports.storage import FILE, place
from kuramori.kernel.jobs import Progress, run_waiting
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, EntrySubject, ImportRun, Job, JobState, SavedView
from kuramori.kernel.permissions import Role
from kuramori.kernel.records import record_many
from kuramori.kernel.tests.above import room_above

pytestmark = pytest.mark.django_db
AN_HOUR = timedelta(hours=1)
CSV = b"time_utc,user\r\n2026-11-19T01:00:00Z,botan\r\n"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def company():
    here = Company()
    here.give(here.chihiro, Role.LEGAL)
    here.give(here.akari, Role.LEGAL)
    here.give(here.botan, Role.LEGAL)
    here.give(here.daichi, Role.AUDITOR)
    return here


@pytest.fixture
def chihiro(company):
    return company.viewer(company.chihiro)


@pytest.fixture
def logs():
    """A room above offers one extract of log events."""
    extract = EventExtract(
        segment=uuid4(), entry_id=uuid4(), csv=[CSV], ranges=((0, 1),), path=(), root=b"", title_ja="ログ 1件",
        title_en="Log, 1 row", first_at=NOON, last_at=NOON,
    )  # fmt: skip
    with room_above(exhibits=(BundleSource(collect=lambda _order, _viewer: [extract]),)):
        yield


@pytest.fixture
def hold(company, chihiro):
    return hold_add(matter="B社の件", held=[company.botan.as_subject()], by=chihiro.actor, why="訴訟の準備")


def a_file(content=b"image", *, kind=ItemKind.IMAGE, title="PC-7.E01"):
    return Collected(kind=kind, title=title, sealed=seal(uuid4(), "file", [content]))


@pytest.fixture
def item(hold, chihiro):
    return acts.item_import(
        hold=hold,
        collected=a_file(),
        stated="MD5 0123",
        tool="FTK Imager 4.7",
        examiner="鑑識 太郎",
        acquired_at=NOON - AN_HOUR,
        acquired_where="東京",
        by=chihiro.actor,
        why="調査会社から受領",
    )


@pytest.mark.usefixtures("logs")
def test_placing_a_hold_copies_entries_events_and_files_with_their_digests(company, chihiro, hold, tmp_path):
    bundle = Bundle(
        kind="person", subject_kind="directory.person", subject_id=company.botan.pk, name="牧野", entries=1,
        manifest_sha256="0" * 64,
    )  # fmt: skip
    upload = ImportRun(import_kind="x", file_name="名簿.csv", sha256="0" * 64, size=3)
    with act("evidence.bundle.export", by=SYSTEM):
        bundle.save()
        upload.save()
    bundle_file(bundle.pk).parent.mkdir()
    bundle_file(bundle.pk).write_bytes(b"zip")
    place(upload.pk, FILE).write_bytes(b"csv")
    run_waiting()
    job = Job.objects.get(kind=SNAPSHOT)
    assert (job.state, job.error, job.result) == (JobState.DONE, "", {"items": 4})
    items = list(items_visible_to(chihiro))
    assert [each.kind for each in items] == ["entries", "events", "file", "file"]
    assert [each.title for each in items[1:]] == [
        "ログ 1件, 2026-11-20 – 2026-11-20: 牧野 牡丹",
        "牧野",
        "名簿.csv",
    ]
    contents = [place_of(each.file).read_bytes() for each in items]
    assert contents[1:] == [CSV, b"zip", b"csv"]
    for each, content in zip(items, contents, strict=True):
        digest = hashlib.sha256(content).hexdigest()
        assert (each.source_sha256, each.sha256, each.size) == (digest, digest, len(content))
        assert place_of(each.file).stat().st_mode & 0o777 == 0o400
        assert place_of(each.file).is_relative_to(tmp_path / "custody" / str(job.pk))
    lines = [json.loads(line) for line in contents[0].splitlines()]
    about = entries_about(company.botan.pk)
    assert [line["index"] for line in lines] == sorted(about.values_list("leaf__index", flat=True))
    assert all(line["disclosures"] for line in lines)


def test_of_a_long_list_only_the_subject_s_own_rows_are_copied(company, chihiro):
    rows = [SavedView(id=uuid4(), name=f"図面{n:03}", register="r", person_id=company.akari.pk) for n in range(40)]
    rows[3].id = company.botan.pk
    with act("kernel.view.save", by=SYSTEM):
        record_many(rows)
    hold_add(matter="x", held=[company.botan.as_subject()], by=chihiro.actor, why="x")
    run_waiting()
    lines = [json.loads(line) for line in place_of(custody()[0].file).read_bytes().splitlines()]
    (long,) = [line for line in lines if line["changes"]]
    assert [(each["place"], each["body"]["id"]) for each in long["changes"]] == [(3, str(company.botan.pk))]
    opened = "".join(base64.urlsafe_b64decode(each + "==").decode() for each in long["disclosures"])
    assert ("図面003" in opened, "図面004" in opened) == (True, False)


@pytest.mark.usefixtures("logs")
def test_the_chain_begins_with_who_identified_collected_and_preserved(chihiro, hold):
    run_waiting()
    item = items_visible_to(chihiro)[0]
    chain = chain_of(chihiro, item)
    assert [(s.kind, s.who, s.tool, s.sha256) for s in chain] == [
        ("identified", "遠山 千尋", "", ""),
        ("collected", "遠山 千尋", our_tool(), ""),
        ("preserved", "遠山 千尋", our_tool(), item.sha256),
    ]
    assert gaps(chain, sha256=item.sha256) == []
    entry = read(entries_about(hold.pk))[0]
    files = [f"{each.sha256}  {each.file}\n" for each in items_visible_to(chihiro)]
    assert entry.verb == "evidence.custody.snapshot"
    assert entry.notes["manifest_sha256"] == hashlib.sha256("".join(files).encode()).hexdigest()
    assert (entry.notes["files"], entry.notes["bytes"]) == (2, sum(each.size for each in items_visible_to(chihiro)))


@pytest.mark.usefixtures("logs")
def test_a_snapshot_that_was_killed_begins_anew_and_one_that_is_done_stays(hold, chihiro):
    job = Job.objects.get(kind=SNAPSHOT)
    left = place_of(f"{job.pk}/0000-entries.jsonl")
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    run_waiting()
    assert len(custody()) == 2
    assert hashlib.sha256(b"half").hexdigest() not in [each.sha256 for each in custody()]
    assert run_snapshot(Progress(job), {"hold": str(hold.pk)}) == {}
    assert len(custody()) == 2
    snapshot_ask(hold=hold, by=chihiro.actor)
    run_waiting()
    assert len(custody()) == 4, "a later snapshot stands beside the first"


@pytest.mark.usefixtures("logs", "hold")
def test_what_is_collected_is_named_for_who_asked_whatever_the_worker_speaks():
    with override("en"):
        run_waiting()
    assert {each.title.partition("（")[0].rpartition(" ")[2] for each in custody() if each.kind == "entries"} == {
        "についての証跡"
    }


def custody():
    return list(CustodyItem.objects.all())


@pytest.mark.usefixtures("logs")
def test_a_hold_released_before_its_snapshot_is_not_copied_and_unseen_subjects_are_not(company, chihiro, hold):
    hold_retire(hold=hold, by=SYSTEM, why="取り下げ")
    run_waiting()
    assert (Job.objects.get(kind=SNAPSHOT).state, custody()) == (JobState.FAILED, [])
    hold_add(matter="x", held=[Subject("register.secret", UUID(int=9))], covers_to=date(2026, 1, 1), by=SYSTEM, why="x")
    run_waiting()
    assert custody() == []


def test_extending_to_somebody_else_takes_another_snapshot_and_to_nobody_none(company, hold):
    days = {"covers_from": None, "covers_to": None, "until": None}
    hold_edit(hold=hold, matter="B社", **days, by=SYSTEM, why="x")
    assert Job.objects.filter(kind=SNAPSHOT).count() == 1
    hold_edit(hold=hold, matter="B社", held=[company.daichi.as_subject()], **days, by=SYSTEM, why="x")
    assert Job.objects.filter(kind=SNAPSHOT).count() == 2


def test_an_examiner_s_file_comes_with_what_he_says_of_it(item, chihiro):
    chain = chain_of(chihiro, item)
    assert [(s.kind, s.who, s.place if s.kind == "collected" else "", s.at) for s in chain] == [
        ("identified", "遠山 千尋", "", NOON - AN_HOUR),
        ("collected", "鑑識 太郎", "東京", NOON - AN_HOUR),
        ("preserved", "遠山 千尋", "", NOON),
    ]
    assert (item.stated, chain[1].tool, gaps(chain, sha256=item.sha256)) == ("MD5 0123", "FTK Imager 4.7", [])


def test_a_stated_sha256_must_be_the_file_s(hold, chihiro):
    def take_in(stated):
        return acts.item_import(
            hold=hold, collected=a_file(), stated=stated, tool="x", examiner="x", acquired_at=NOON,
            acquired_where="x", by=chihiro.actor, why="x",
        )  # fmt: skip

    right = hashlib.sha256(b"image").hexdigest()
    assert take_in(f"SHA-256: {right.upper()}").stated
    with pytest.raises(Refused, match="申告されたもの"):
        take_in("f" * 64)
    assert len(custody()) == 1


def test_opening_needs_a_reason_and_is_refused_when_the_file_is_gone(item, chihiro, noon):
    assert not may_read_on(chihiro, item, NOON)
    with acts.item_open(item=item, why="弁護士の依頼", by=chihiro.actor) as file:
        assert file.read() == b"image"
    assert chain_of(chihiro, item)[-1].reason == "弁護士の依頼"
    assert may_read_on(chihiro, item, NOON)
    assert not may_read_on(chihiro, item, NOON + AN_HOUR), "each hour of reading needs a reason"
    assert not may_read_on(replace(chihiro, person_id=None), item, NOON)
    place_of(item.file).unlink()
    with pytest.raises(Refused, match="ファイルがありません"):
        acts.item_open(item=item, why="x", by=chihiro.actor)
    assert item.steps.filter(kind=StepKind.OPENED).count() == 1


def test_without_its_entry_nothing_is_handed_out(item, chihiro):
    with pytest.raises(OutsideAct), act("kernel.view.save", by=SYSTEM):
        acts.item_open(item=item, why="x", by=chihiro.actor)
    assert not item.steps.filter(kind=StepKind.OPENED).exists()


def test_a_changed_file_is_found_and_shows_in_the_chain_for_good(item, chihiro):
    assert acts.item_check(item=item, by=chihiro.actor)
    place_of(item.file).chmod(0o600)
    place_of(item.file).write_bytes(b"imagE")
    assert not acts.item_check(item=item, by=chihiro.actor)
    place_of(item.file).unlink()
    assert not acts.item_check(item=item, by=chihiro.actor)
    found = [each.gap for each in gaps(chain_of(chihiro, item), sha256=item.sha256)]
    assert found == [Gap.DIGEST, Gap.DIGEST]


def test_a_transfer_is_signed_by_both_and_by_nobody_else(company, item, chihiro):
    akari, daichi = company.viewer(company.akari), company.viewer(company.daichi)
    with pytest.raises(Refused, match="引き渡されていません"):
        acts.item_receive(item=item, place="東京", by=akari.actor)
    acts.item_hand_over(item=item, receiver=company.akari, place="東京", why="鑑定", by=chihiro.actor)
    with pytest.raises(Refused, match="途中"):
        acts.item_hand_over(item=item, receiver=company.daichi, place="東京", why="鑑定", by=chihiro.actor)
    with pytest.raises(Refused, match="引き渡されていません"):
        acts.item_receive(item=item, place="東京", by=daichi.actor)
    assert [duty.title for duty in custody_duties(akari, NOON.date())] == ["保管物を受け取ってください：PC-7.E01"]
    assert not items_offered_to(daichi)
    assert not items_offered_to(replace(chihiro, person_id=None))
    acts.item_receive(item=item, place="大阪", by=akari.actor)
    assert (item.holder, item.offered_to, custody_duties(akari, NOON.date())) == (company.akari, None, [])
    with pytest.raises(Refused, match="いまの保管者"):
        acts.item_hand_over(item=item, receiver=company.daichi, place="東京", why="x", by=chihiro.actor)
    steps = [(s.kind, s.who, s.place) for s in chain_of(chihiro, item)[-2:]]
    assert steps == [("handed_over", "遠山 千尋", "東京"), ("received", "佐倉 灯里", "大阪")]


def test_nobody_hands_over_to_himself_or_to_the_one_concerned(company, item, chihiro):
    for receiver, words in ((company.chihiro, "別の人"), (company.botan, "保全の対象")):
        with pytest.raises(Refused, match=words):
            acts.item_hand_over(item=item, receiver=receiver, place="x", why="x", by=chihiro.actor)


def test_what_is_no_longer_what_was_taken_in_is_not_received(company, item, chihiro):
    acts.item_hand_over(item=item, receiver=company.akari, place="東京", why="鑑定", by=chihiro.actor)
    place_of(item.file).chmod(0o600)
    place_of(item.file).write_bytes(b"other")
    with pytest.raises(Refused, match="一致しません"):
        acts.item_receive(item=item, place="東京", by=company.viewer(company.akari).actor)


def test_it_is_purged_only_when_nothing_keeps_it_and_the_act_is_the_certificate(company, item, hold, chihiro):
    with pytest.raises(Refused):
        acts.item_purge(item=item, why="不要", by=chihiro.actor)
    other = hold_add(matter="別件", held=[company.botan.as_subject()], by=SYSTEM, why="x")
    hold_retire(hold=hold, by=SYSTEM, why="和解")
    with time_machine.travel(NOON + AN_HOUR, tick=False):
        with pytest.raises(Refused):
            acts.item_purge(item=item, why="不要", by=chihiro.actor)
        hold_retire(hold=other, by=SYSTEM, why="和解")
    with time_machine.travel(NOON + 2 * AN_HOUR, tick=False):
        acts.item_purge(item=item, why="不要", by=chihiro.actor)
    assert not place_of(item.file).exists()
    entry = read(entries_about(item.pk))[0]
    assert (entry.verb, entry.notes["files"], entry.notes["bytes"]) == ("evidence.custody.purge", 1, 5)
    assert entry.notes["sha256"] == item.sha256 == chain_of(chihiro, item)[-1].sha256
    assert gaps(chain_of(chihiro, item), sha256=item.sha256) == []
    with pytest.raises(Refused, match="消去されました"):
        acts.item_check(item=item, by=chihiro.actor)


def test_items_and_chains_are_seen_through_their_hold_alone(company, item):
    held = company.viewer(company.botan)
    assert (list(items_visible_to(held)), chain_of(held, item), custody_rows(held, [company.botan.pk])) == ([], [], [])
    named = EntrySubject.objects.filter(entry__verb__startswith="evidence.custody.")
    assert company.botan.pk not in set(named.values_list("subject_id", flat=True))
    bodies = "".join(bytes(e.body).decode() for e in Entry.objects.filter(verb__startswith="evidence.custody."))
    assert not [word for word in ("PC-7", "調査会社", str(company.botan.pk)) if word in bodies]


def test_the_custody_table_tells_the_chain_and_its_gaps(company, item, chihiro):
    (row,) = custody_rows(chihiro, [company.botan.pk])
    assert (row["title"], row["sha256"]["custody"], row["gaps"], row["purged"]) == ("PC-7.E01", item.sha256, [], None)
    assert [link["kind"] for link in row["chain"]] == ["identified", "collected", "preserved"]
    assert json.loads(json.dumps(row)) == row
    # As all times of a bundle, so that a reader needs one way to read them.
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", link["at"]) for link in row["chain"])
    acts.item_hand_over(item=item, receiver=company.akari, place="x", why="x", by=chihiro.actor)
    assert custody_rows(chihiro, [company.akari.pk]) == []


def test_a_file_too_large_or_a_name_taken_leaves_nothing_half_written():
    batch = uuid4()
    with pytest.raises(Refused, match="GB"):
        seal(batch, "file", [b"123", b"45"], largest=4)
    assert not place_of(f"{batch}/file").exists()
    seal(batch, "file", [b"1"])
    with pytest.raises(FileExistsError):
        seal(batch, "file", [b"2"])
    assert place_of(f"{batch}/file").exists()


def links(*kinds, digest="", start=datetime(2026, 11, 1, tzinfo=UTC)):
    return [
        CustodyStep(kind=kind, at=start + n * AN_HOUR, sha256=digest if kind == "checked" else "")
        for n, kind in enumerate(kinds)
    ]


WHOLE = ("identified", "collected", "preserved")


@pytest.mark.parametrize(
    ("kinds", "found"),
    [
        (WHOLE, []),
        ((*WHOLE, "checked", "handed_over", "received"), []),
        ((*WHOLE, "handed_over"), []),
        (("collected", "preserved"), [(Gap.BEGINNING, 0)]),
        ((), [(Gap.BEGINNING, 0)]),
        ((*WHOLE, "received"), [(Gap.NOT_GIVEN, 3)]),
        ((*WHOLE, "handed_over", "handed_over", "received"), [(Gap.NOT_RECEIVED, 3)]),
    ],
)
def test_a_chain_is_whole_or_says_where_it_is_not(kinds, found):
    assert [(each.gap, each.step) for each in gaps(links(*kinds, digest="a"), sha256="a")] == found


def test_time_running_back_and_another_digest_are_gaps():
    chain = links(*WHOLE, "checked", digest="b")
    chain[1].at -= 2 * AN_HOUR
    assert [(each.gap, each.step) for each in gaps(chain, sha256="a")] == [(Gap.BACKWARDS, 1), (Gap.DIGEST, 3)]
    assert set(GAPS) == set(Gap)
