"""A bundle is made in steps; killed between any two, stopped, or asked for again, it stands whole or not at all."""

import hashlib
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyrage
import pytest
import time_machine

from kuramori.directory.acts import people
from kuramori.directory.api import actor_of, subjects_of_person
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.acts import bundles as acts
from kuramori.evidence.bundles import making, preparing
from kuramori.evidence.bundles.asking import PERSON, ask_bundle, write_bundle
from kuramori.evidence.bundles.delivery import encrypt
from kuramori.evidence.bundles.making import make_bundle
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.bundles.preparing import READY
from kuramori.evidence.bundles.selection import select
from kuramori.evidence.bundles.zipping import write_zip
from kuramori.evidence.models import Bundle
from kuramori.evidence.queries.bundles import bundle_entry, bundles_visible_to
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sequencer import seal_now, sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.canonical import canonical
from kuramori.kernel.ids import uuid7
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Entry, Job, JobState, SavedView
from kuramori.kernel.permissions import Role
from kuramori.kernel.tests.moments import files_up_to, just_before, killed_at
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db
EXPORTS = {"verb": "evidence.bundle.export"}


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company():
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    return here


@pytest.fixture
def daichi(company):
    return company.viewer(company.daichi)


def order_about(viewer, person, **values) -> Order:
    sequence_all()
    kept: dict[str, Any] = {
        "id": uuid7(), "kind": PERSON, "subject": person.as_subject(),
        "ids": frozenset(subjects_of_person(viewer, person)), "why": "調査", "made_at": NOON, "up_to": tree_size(),
    }  # fmt: skip
    return Order(**(kept | values))


def entries_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("data/entries/*"))]


# killed between the steps


STEPS = (
    preparing.gather_events, select, preparing.gather_entries, preparing.verifier_files, preparing.digests,
    acts.bundle_export, seal_now, making.stamps_for, making._bag_files, making.write_bag, acts.bundle_finish,
)  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_killed_at_any_step_it_is_finished_by_asking_again(company, daichi, tmp_path, step: Any) -> None:
    order, out = order_about(daichi, company.botan), tmp_path / "bag"
    with killed_at(step):
        make_bundle(order, out, viewer=daichi)
    assert out.exists() == (step is acts.bundle_finish)
    made = make_bundle(order, out, viewer=daichi)
    assert Entry.objects.filter(verb="evidence.bundle.finish").count() == 1
    assert verify(made.folder)["exit"] == 0
    assert Bundle.objects.get().pk == order.id
    assert Entry.objects.filter(**EXPORTS).count() == 1, "the act is done once"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".bag")] == []


def test_killed_while_cleaning_up_it_is_whole_already(company, daichi, tmp_path) -> None:
    """The draft is being deleted, file by file: some are gone when the process dies."""
    order, out = order_about(daichi, company.botan), tmp_path / "bag"
    with killed_at(shutil._rmtree_safe_fd):
        make_bundle(order, out, viewer=daichi)
    (draft,) = tmp_path.glob(".bag.*.making")
    (draft / "data" / "manifest.json").unlink()
    assert verify(out)["exit"] == 0
    assert list(tmp_path.glob(".bag.*.making")), "what is left of the draft is of no use any more, and not asked for"
    assert make_bundle(order, out, viewer=daichi).folder == out
    assert Entry.objects.filter(**EXPORTS).count() == 1
    assert not list(tmp_path.glob(".bag.*.making"))


def test_something_else_in_its_place_is_left_alone_and_nothing_is_sealed(company, daichi, tmp_path) -> None:
    out = tmp_path / "bag"
    out.mkdir()
    with pytest.raises(FileExistsError):
        make_bundle(order_about(daichi, company.botan), out, viewer=daichi)
    assert not list(out.iterdir())
    assert not Entry.objects.filter(**EXPORTS).exists()


def test_a_draft_of_an_order_that_was_given_up_is_swept_away(company, daichi, tmp_path) -> None:
    with killed_at(preparing.digests):
        make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    assert list(tmp_path.glob(".bag.*.making"))
    make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    assert not list(tmp_path.glob(".bag.*.making"))


def test_what_was_prepared_is_not_prepared_anew(company, daichi, tmp_path) -> None:
    order, begun = order_about(daichi, company.botan), []
    with killed_at(making.write_bag):
        make_bundle(order, tmp_path / "bag", viewer=daichi)
    ready = next(tmp_path.glob(f".bag.{order.id}.making")) / READY
    assert ready.exists()
    with pytest.raises(AssertionError, match="never began"), just_before(making.prepare, lambda: begun.append(1)):
        made = make_bundle(order, tmp_path / "bag", viewer=daichi)
        assert verify(made.folder)["exit"] == 0
    assert begun == []


@pytest.mark.parametrize("later", [0, 1, 300])
def test_what_happens_meanwhile_is_not_in_it(company, daichi, tmp_path, write, later: int) -> None:
    order = order_about(daichi, company.botan)
    people.person_edit(person=company.botan, kana="マキノ ボタン 改", by=SYSTEM, why="後から")
    write(later)
    made = make_bundle(order, tmp_path / "bag", viewer=daichi)
    assert all(entry["index"] < order.up_to for entry in entries_in(made.folder))
    assert verify(made.folder)["exit"] == 0


# stopped, refused


def test_progress_may_stop_it_before_the_act_and_nothing_has_happened(company, daichi, tmp_path) -> None:
    def stop(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi, progress=stop)
    assert not Bundle.objects.exists()
    assert not (tmp_path / "bag").exists()


def test_progress_counts_up_to_the_number_of_entries(company, daichi, tmp_path) -> None:
    told: list[tuple[int, int]] = []
    made = make_bundle(
        order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi, progress=lambda *step: told.append(step)
    )
    total = len(entries_in(made.folder))
    steps = list(dict.fromkeys(told))
    assert [step for step in steps if step != (0, 0)] == [(done, total) for done in range(1, total + 1)]
    assert told.count((total, total)) > total, "it gives signs of life to the end, or another worker would take it over"


def test_once_it_is_sealed_it_is_finished_whatever_its_owner_asks(company, daichi, tmp_path) -> None:
    after: list[bool] = []

    def cancelled(_done: int, _total: int) -> None:
        if Bundle.objects.exists():
            after.append(True)
            raise jobs.Cancelled

    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi, progress=cancelled)
    assert len(after) > 5
    assert verify(made.folder)["exit"] == 0


def test_a_zip_and_its_encryption_give_signs_of_life(company, daichi, tmp_path) -> None:
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    beats: list[str] = []
    write_zip(made.folder, tmp_path / "bag.zip", NOON, lambda: beats.append("zip"))
    key = str(pyrage.x25519.Identity.generate().to_public())
    encrypt(tmp_path / "bag.zip", tmp_path / "bag.zip.age", [key], lambda: beats.append("age"))
    assert beats.count("zip") >= len(list((tmp_path / "bag").rglob("*.*")))
    assert beats[-1] == "age"


def test_more_entries_than_a_verifier_reads_are_refused_before_anything_is_sealed(
    company, daichi, tmp_path, monkeypatch
) -> None:
    order = order_about(daichi, company.botan)
    monkeypatch.setattr(preparing, "MAX_ENTRIES", len(select(order, frozenset())) - 1)
    with pytest.raises(Refused, match="検証で読めるのは") as refusal:
        make_bundle(order, tmp_path / "bag", viewer=daichi)
    assert "期間を短く" in str(refusal.value.next_step)
    assert not Bundle.objects.exists()
    monkeypatch.setattr(preparing, "MAX_ENTRIES", len(select(order, frozenset())))
    assert make_bundle(order, tmp_path / "bag", viewer=daichi).bundle.entries == preparing.MAX_ENTRIES


def test_a_bundle_stopped_in_the_middle_is_made_anew_with_the_same_manifest(company, daichi, tmp_path, write) -> None:
    write(3, by=actor_of(company.botan))
    order = order_about(daichi, company.botan)

    def stop(done: int, total: int) -> None:
        if done == total - 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_bundle(order, tmp_path / "bag", viewer=daichi, progress=stop)
    made = make_bundle(order, tmp_path / "bag", viewer=daichi)
    raw = (made.folder / "data/manifest.json").read_bytes()
    assert made.bundle.manifest_sha256 == hashlib.sha256(raw).hexdigest()
    assert raw == canonical(json.loads(raw)), "written in pieces, and still in canonical form"
    chronology = (made.folder / "data/chronology.json").read_bytes()
    assert chronology == canonical(json.loads(chronology))
    assert made.bundle.entries == len(json.loads(raw)["entries"])
    assert made.bundle.twin == json.loads(raw)["twin"]
    assert verify(made.folder)["exit"] == 0


def asked(viewer, person) -> Job:
    return ask_bundle(viewer, kind=PERSON, subject=person.as_subject(), permission=Permission.BUNDLE_PERSON, why="調査")


def test_a_job_cancelled_before_it_begins_makes_nothing(company, daichi) -> None:
    job = asked(daichi, company.botan)
    jobs.cancel(job)
    assert run_waiting() == 0
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED
    assert not Bundle.objects.exists()


def test_a_job_done_twice_gives_the_same_file_and_one_act(company, daichi) -> None:
    job = asked(daichi, company.botan)
    run_waiting()
    bundle = Bundle.objects.get()
    before = bundle_file(bundle.pk).read_bytes()
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    run_waiting()
    assert bundle_file(bundle.pk).read_bytes() == before
    assert Entry.objects.filter(**EXPORTS).count() == 1


def test_the_result_of_a_job_leads_to_its_bundle(company, daichi) -> None:
    job = asked(daichi, company.botan)
    run_waiting()
    done = Job.objects.get(pk=job.pk)
    assert done.result == {"url": f"/evidence/bundles/{Bundle.objects.get().pk}/"}
    assert not bundle_file(Bundle.objects.get().pk).with_suffix("").exists(), "only the zip stays"


def test_an_existing_folder_is_never_written_over(company, daichi, tmp_path) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        write_bundle(daichi, kind=PERSON, subject=company.botan.as_subject(), out=tmp_path / "bag", why="調査")
    assert (tmp_path / "bag" / "mine.txt").read_text() == "mine"
    assert not Bundle.objects.exists()


def test_a_full_disk_leaves_no_half_file(company, daichi, tmp_path) -> None:
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    with files_up_to(4096), pytest.raises(OSError, match="too large"):
        write_zip(made.folder, tmp_path / "out.zip", NOON)
    assert not (tmp_path / "out.zip").exists()


def test_the_same_bag_gives_the_same_zip(company, daichi, tmp_path) -> None:
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_zip(made.folder, tmp_path / name / "out.zip", NOON)
    assert (tmp_path / "a" / "out.zip").read_bytes() == (tmp_path / "b" / "out.zip").read_bytes()


# which entries


def three_days(company) -> None:
    for day in range(3):
        with time_machine.travel(NOON + timedelta(days=day), tick=False):
            people.person_edit(
                person=company.botan, romaji=f"Botan {day}", by=actor_of(company.akari), why=f"{day}日目"
            )


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ((None, None), {0, 1, 2}), ((1, 1), {1}), ((0, 1), {0, 1}), ((2, None), {2}), ((None, 0), {0}), ((5, 9), set()),
    ],
)  # fmt: skip
def test_the_days_asked_for_are_the_viewer_s_and_both_count(company, daichi, tmp_path, period, days) -> None:
    first, last = period
    three_days(company)
    with time_machine.travel(NOON + timedelta(days=20), tick=False):
        made = write_bundle(
            daichi, kind=PERSON, subject=company.botan.as_subject(), out=tmp_path / "bag", why="調査",
            starts_on=None if first is None else TODAY + timedelta(days=first),
            ends_on=None if last is None else TODAY + timedelta(days=last),
        )  # fmt: skip
        edits = [e for e in entries_in(made.folder) if json.loads(e["body"])["verb"] == "directory.person.edit"]
        assert len(edits) == len(days)
        assert verify(made.folder)["exit"] == 0


def test_a_period_begins_and_ends_at_midnight_of_the_viewer_s_zone(company, daichi) -> None:
    order = order_about(
        daichi, company.botan, starts_at=datetime(2026, 11, 19, 15, tzinfo=UTC),
        ends_at=datetime(2026, 11, 20, 15, tzinfo=UTC),
    )  # fmt: skip
    assert order.holds(datetime(2026, 11, 19, 15, tzinfo=UTC))
    assert order.holds(datetime(2026, 11, 20, 14, 59, 59, tzinfo=UTC))
    assert not order.holds(datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert not order.holds(datetime(2026, 11, 19, 14, 59, 59, tzinfo=UTC))
    assert order_about(daichi, company.botan).holds(datetime(1999, 1, 1, tzinfo=UTC))


def test_about_a_person_is_also_what_the_person_did_and_about_a_secret_is_not(company, daichi, write) -> None:
    write(by=actor_of(company.botan))
    mine = order_about(daichi, company.botan)
    as_secret = order_about(daichi, company.botan, kind="secret")
    both, about = select(mine, frozenset()), select(as_secret, frozenset())
    assert set(about) < set(both)
    assert len(both) == len(about) + 1


def test_entries_behind_exhibits_come_along_once(company, daichi, write) -> None:
    shown = write()
    order = order_about(daichi, company.botan)
    with_more = select(order, frozenset({shown.id}))
    assert len(with_more) == len(select(order, frozenset())) + 1
    assert list(with_more) == sorted(set(with_more))


def test_a_bundle_about_nothing_is_still_a_bundle(company, daichi, tmp_path) -> None:
    order = order_about(daichi, company.botan, ends_at=datetime(2001, 1, 1, tzinfo=UTC))
    made = make_bundle(order, tmp_path / "bag", viewer=daichi)
    assert (made.bundle.entries, verify(made.folder)["exit"]) == (0, 0)
    assert "期間" in (made.folder / "data/index.ja.html").read_text()


def test_an_erased_word_is_said_to_be_erased(company, daichi, tmp_path) -> None:
    from kuramori.kernel import guards
    from kuramori.kernel.models import Disclosure

    with act("kernel.view.share", by=SYSTEM, why="x", subjects=[company.botan]):
        SavedView(name="v", register="r", person_id=company.botan.pk).save()
    entry = Entry.objects.order_by("-seq").first()
    guards.lift()
    Disclosure.objects.filter(entry=entry).update(members=[])
    guards.install()
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    manifest = json.loads((made.folder / "data/manifest.json").read_bytes())
    assert "erased" in {each["reason"] for each in manifest["withheld"]}
    assert verify(made.folder)["integrity"] == "sound"


# who may fetch


def test_bundles_are_seen_by_who_asked_and_by_legal_and_the_office(company, daichi, tmp_path) -> None:
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    company.give(company.chihiro, Role.AUDITOR)
    assert list(bundles_visible_to(daichi)) == [made.bundle]
    assert not bundles_visible_to(company.viewer(company.chihiro)).exists()
    assert not bundles_visible_to(company.viewer(company.akari)).exists()
    company.give(company.akari, Role.LEGAL)
    assert list(bundles_visible_to(company.viewer(company.akari))) == [made.bundle]


def test_a_bundle_of_the_command_line_is_nobody_s_own(company, tmp_path) -> None:
    from kuramori.directory.api import viewer_of_system

    write_bundle(viewer_of_system(), kind=PERSON, subject=company.botan.as_subject(), out=tmp_path / "b", why="調査")
    assert Bundle.objects.get().asked_by is None
    assert not bundles_visible_to(company.viewer(company.daichi)).exists()


def test_the_sealing_entry_is_found_from_the_bundle(company, daichi, tmp_path) -> None:
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    found = bundle_entry(daichi, made.bundle)
    assert Entry.objects.get(id=found).verb == "evidence.bundle.export"
    assert str(made.bundle) == "牧野 牡丹"
    assert made.bundle.created_at.date() == date(2026, 11, 20)
    assert seal_now().size == made.head.size + 1, "the act that keeps the tag manifest's digest comes after"
