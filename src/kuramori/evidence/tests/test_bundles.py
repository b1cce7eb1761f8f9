"""A bundle about a person: it stands up to strangers' tools, hides others, and comes out the same when made again."""

import base64
import hashlib
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import bagit
import pytest
import time_machine

from kuramori.directory.api import actor_of, subjects_of_person
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles import making
from kuramori.evidence.bundles.asking import PERSON, write_bundle
from kuramori.evidence.bundles.making import make_bundle
from kuramori.evidence.bundles.order import BundleSource, EventExtract, Order
from kuramori.evidence.models import Bundle
from kuramori.evidence.rules.bundle import SEAL_NOTE, row_leaf, row_ranges, rows_path, sha256_hex
from kuramori.evidence.rules.tree import over, root_at
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.merkle import root_of
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.permissions import Role
from kuramori.kernel.records import record_many
from kuramori.kernel.tests.above import room_above
from kuramori.kernel.tests.moments import killed_at
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db
WHY = "退職者の調査"


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


def about_both(company):
    """An act that concerns Botan and Chihiro alike."""
    with act("kernel.view.share", by=actor_of(company.akari), why="共有", subjects=[company.botan, company.chihiro]):
        record = SavedView(name="一覧", register="r", person_id=company.botan.pk, is_shared=True)
        record.save()


def order_about(viewer, person, **values):
    sequence_all()
    kept = {
        "id": uuid7(), "kind": PERSON, "subject": person.as_subject(),
        "ids": frozenset(subjects_of_person(viewer, person)),
        "why": WHY, "made_at": NOON, "up_to": tree_size(),
    }  # fmt: skip
    return Order(**{**kept, **values})


@pytest.fixture
def made(company, daichi, tmp_path):
    about_both(company)
    return make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)


def shown(folder):
    return [json.loads(path.read_bytes()) for path in sorted((folder / "data/entries").iterdir())]


def words(entry):
    found = {}
    for each in entry["disclosures"]:
        _salt, name, value = json.loads(base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)))
        found[name] = value
    return found


def test_it_is_sound_and_complete_by_our_verifier_run_as_a_stranger_would(made):
    answer = subprocess.run(
        [sys.executable, str(made.folder / "verify/kuramori_verify.py"), str(made.folder), "--json"],
        capture_output=True, text=True, check=False, env={},
    )  # fmt: skip
    report = json.loads(answer.stdout)
    assert (answer.returncode, report["integrity"], report["completeness"]) == (0, "sound", "complete")
    assert report["checked"]["entries"] == len(shown(made.folder))
    module = subprocess.run(
        [sys.executable, "-m", "kuramori_verify", str(made.folder)], capture_output=True, check=False
    )
    assert module.returncode == 0


def test_it_is_sound_by_public_tools(made):
    assert bagit.Bag(str(made.folder)).is_valid()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        answer = subprocess.run(["sha256sum", "-c", manifest], cwd=made.folder, capture_output=True, check=False)
        assert answer.returncode == 0


def test_the_act_that_made_it_seals_its_manifest_with_who_and_why(made, company):
    finishing, sealing = read(entries_about(made.bundle.pk))
    assert (sealing.verb, finishing.verb) == ("evidence.bundle.export", "evidence.bundle.finish")
    tags = sha256_hex((made.folder / "tagmanifest-sha256.txt").read_bytes())
    assert finishing.notes["tag_manifest_sha256"] == Bundle.objects.get().tag_manifest_sha256 == tags
    assert sealing.notes[SEAL_NOTE] == sha256_hex((made.folder / "data/manifest.json").read_bytes())
    assert (sealing.actor_name, sealing.why) == (company.daichi.name, WHY)
    assert Bundle.objects.get().asked_by == company.daichi.pk


def test_whoever_is_not_asked_for_stays_hidden(made, company):
    manifest = json.loads((made.folder / "data/manifest.json").read_bytes())
    both = next(entry for entry in shown(made.folder) if "kernel.view.share" in entry["body"])
    name = f"notes.name:{company.chihiro.pk}"
    assert {"entry": both["index"], "member": name, "reason": "need_to_know"} in manifest["withheld"]
    assert company.botan.name in words(both).values()
    everything = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert company.chihiro.name.encode() not in everything
    assert company.chihiro.name not in str([words(entry) for entry in shown(made.folder)])


def test_of_a_long_import_only_the_own_row_is_shown(company, daichi, tmp_path):
    with act("kernel.view.save", by=SYSTEM, why="取込") as this:
        record_many([SavedView(name=f"一覧{n}", register="r", person_id=uuid7()) for n in range(99)])
        SavedView(name="牡丹の一覧", register="r", person_id=company.botan.pk).save()
        this.about(company.botan)
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    entry = next(each for each in shown(folder) if "kernel.view.save" in each["body"])
    assert isinstance(json.loads(entry["body"])["changes"], dict)
    assert (len(entry["changes"]), len(entry["subjects"])) == (1, 2), "her view; herself and her view"
    assert all(each["path"] for each in [*entry["changes"], *entry["subjects"]])
    assert "一覧7" not in words(entry).values()
    assert verify(folder)["exit"] == 0


def test_only_the_period_asked_for_is_in_it(company, daichi, tmp_path):
    with time_machine.travel(NOON + timedelta(days=3), tick=False):
        about_both(company)
        day = date(2026, 11, 23)
        made = write_bundle(
            daichi, kind=PERSON, subject=company.botan.as_subject(), out=tmp_path / "bag", why=WHY,
            starts_on=day, ends_on=day,
        )  # fmt: skip
        assert {json.loads(entry["body"])["verb"] for entry in shown(made.folder)} == {"kernel.view.share"}
        assert verify(made.folder)["exit"] == 0


def test_the_chronology_reads_in_both_languages(made):
    rows = json.loads((made.folder / "data/chronology.json").read_bytes())["rows"]
    last = rows[-1]
    assert last["text_ja"] != last["text_en"]
    assert "佐倉 灯里" in last["text_ja"]
    for language in ("ja", "en"):
        page = (made.folder / f"data/index.{language}.html").read_text()
        assert f'<html lang="{language}">' in page
        assert last[f"text_{language}"] in page
        assert "<script" not in page


def test_made_again_after_a_crash_it_holds_the_same(company, daichi, tmp_path):
    about_both(company)
    order = order_about(daichi, company.botan)
    with killed_at(making.write_bag):
        make_bundle(order, tmp_path / "bag", viewer=daichi)
    about_both(company)
    sequence_all()
    made = make_bundle(order, tmp_path / "bag", viewer=daichi)
    assert verify(made.folder)["exit"] == 0
    assert Entry.objects.filter(verb="evidence.bundle.export").count() == 1
    assert not list(tmp_path.glob(".bag*"))


def test_the_same_order_gives_the_same_bytes(company, daichi, tmp_path):
    about_both(company)
    order = order_about(daichi, company.botan)
    one = make_bundle(order, tmp_path / "one", viewer=daichi).folder
    other = make_bundle(order, tmp_path / "other", viewer=daichi).folder

    def digests(folder):
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).digest() for path in paths}

    assert digests(one) == digests(other)


def test_an_order_survives_being_kept(company, daichi):
    order = order_about(daichi, company.botan, starts_at=NOON, ends_at=None)
    assert Order.of_json(json.loads(json.dumps(order.as_json()))) == order


# ---- log events, as a higher room offers them

ROWS = [["time_utc", "path"], *([f"2026-11-{day:02d}", f"図面/{day}.dwg"] for day in range(1, 29))]


@pytest.fixture
def events(company):
    """A room whose segment of 28 rows holds three of Botan's."""
    leaves = [row_leaf(row) for row in ROWS]
    segment, mine = UUID(int=77), [3, 4, 9]
    with act("kernel.view.save", by=SYSTEM) as this:
        values = {"segment": str(segment), "sha256": "0" * 64, "rows": len(ROWS) - 1}
        for name, value in {**values, "rows_root": root_at(len(leaves), over(leaves)).hex()}.items():
            this.note(name, value, in_clear=True)
    sealing = Entry.objects.order_by("-seq").first()
    csv = "".join(",".join(row) + "\r\n" for row in [ROWS[0], *(ROWS[n] for n in mine)]).encode()

    def collect(order, viewer):
        yield EventExtract(
            segment=segment, entry_id=sealing.id, csv=[csv], root=root_of([leaves[0], *(leaves[n] for n in mine)]),
            ranges=row_ranges(mine), path=rows_path(leaves, mine),
            title_ja="ファイルサーバーのログ 3件", title_en="File server log, 3 rows",
            first_at=datetime(2026, 11, 3, tzinfo=UTC), last_at=datetime(2026, 11, 9, tzinfo=UTC),
        )  # fmt: skip

    with room_above(exhibits=(BundleSource(collect=collect),)):
        yield


def test_events_come_with_the_entry_that_sealed_their_segment(events, company, daichi, tmp_path):
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    report = verify(folder)
    assert (report["exit"], report["checked"]["rows"]) == (0, 3)
    assert "File server log, 3 rows" in (folder / "data/index.en.html").read_text()


def test_a_row_of_an_event_file_exchanged_is_found(events, company, daichi, tmp_path):
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    path = folder / "data/events/0001.csv"
    path.write_bytes(path.read_bytes().replace(b"2026-11-03", b"2026-11-02"))
    found = {each["code"] for each in verify(folder)["findings"]}
    assert {"events.row_changed", "bag.file_changed"} <= found


# ---- what a forger might do to a real bundle; each is found, named, and gives its exit status


def without_line(path, part):
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if part not in line))


def edit_json(path, change):
    value = json.loads(path.read_bytes())
    change(value)
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def swap(one, other):
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


MANIPULATIONS = {
    "index page edited": (lambda f: (f / "data/index.ja.html").write_bytes(b"<p>"), 1, "bag.file_changed"),
    "chronology edited": (
        lambda f: edit_json(f / "data/chronology.json", lambda v: v["rows"].pop()), 1, "bundle.file_differs"),
    "entry deleted": (lambda f: (f / "data/entries/0001.json").unlink(), 1, "bundle.entry_missing"),
    "entries swapped": (
        lambda f: swap(f / "data/entries/0001.json", f / "data/entries/0002.json"), 1, "entry.differs_from_manifest"),
    "body edited": (
        lambda f: edit_json(
            f / "data/entries/0001.json", lambda v: v.update(body=v["body"].replace("directory.", "directorx."))
        ),
        1, "entry.not_in_ledger"),
    "disclosure removed": (
        lambda f: edit_json(f / "data/entries/0001.json", lambda v: v["disclosures"].pop()), 1, "entry.member_missing"),
    "disclosure forged": (
        lambda f: edit_json(f / "data/entries/0001.json", lambda v: v["disclosures"].append("WyJhIiwibmFtZSIsIngiXQ")),
        1, "entry.disclosure_foreign"),
    "index moved": (
        lambda f: edit_json(f / "data/entries/0001.json", lambda v: v.update(index=v["index"] + 1)),
        1, "entry.not_in_ledger"),
    "proof cut": (
        lambda f: edit_json(f / "data/entries/0001.json", lambda v: v["proof"].pop()), 1, "entry.not_in_ledger"),
    "manifest shortened": (
        lambda f: edit_json(f / "data/manifest.json", lambda v: v["entries"].pop()), 1, "bundle.seal_broken"),
    "seal removed": (lambda f: (f / "data/ledger/seal.json").unlink(), 1, "ledger.file_missing"),
    "checkpoint edited": (
        lambda f: without_line(f / "data/ledger/checkpoint.txt", "—"), 1, "ledger.checkpoint_malformed"),
    "key exchanged": (lambda f: (f / "data/ledger/keys.txt").write_text("x\n"), 1, "ledger.checkpoint_malformed"),
    "file added": (lambda f: (f / "data/extra.txt").write_text("x"), 1, "bundle.file_unknown"),
    "verifier exchanged": (lambda f: (f / "verify/kuramori_verify.py").write_text(""), 1, "bundle.file_differs"),
    "help removed": (lambda f: (f / "verify/HOWTO.ja.html").unlink(), 2, "bundle.file_missing"),
    "not a bundle": (
        lambda f: [path.unlink() for path in sorted(f.rglob("*")) if path.is_file()], 3, "form.not_a_bundle"),
}  # fmt: skip


@pytest.mark.parametrize("manipulation", MANIPULATIONS)
def test_each_manipulation_of_a_real_bundle_is_found_and_named(made, manipulation):
    harm, status, code = MANIPULATIONS[manipulation]
    harm(Path(made.folder))
    report = verify(made.folder)
    assert code in {each["code"] for each in report["findings"]}
    assert report["exit"] == status


def test_a_log_kept_back_by_choice_keeps_its_number_and_root(events, company, daichi, tmp_path):
    """EVD-08: one exhibit of logs is withheld with a reason of its own; it stays the same exhibit."""
    plain = make_bundle(order_about(daichi, company.botan), tmp_path / "plain", viewer=daichi).bundle
    chosen = ((f"exhibit:{UUID(int=77)}", "他社の営業秘密"),)
    made = make_bundle(order_about(daichi, company.botan, choices=chosen), tmp_path / "bag", viewer=daichi)
    report = verify(made.folder)
    assert (report["exit"], report["checked"]["rows"]) == (0, 0)
    assert not (made.folder / "data/events").exists()
    pages = "".join(each.read_text() for each in made.folder.glob("data/*.html"))
    assert "File server log" not in pages
    assert "他社の営業秘密" in pages
    told = json.loads((made.folder / "data/exhibits/0002.json").read_bytes())
    assert (told["withheld"], told["rows"]) == ("single: 他社の営業秘密", 3)
    assert told["root"] == json.loads((tmp_path / "plain/data/exhibits/0002.json").read_bytes())["root"]
    assert made.bundle.withheld["single: 他社の営業秘密"] == 1
    assert plain.kind == made.bundle.kind
