"""The nightly check reads sealed files back: bundles against their acts, stamps against their checkpoints (L2, L10)."""

import hashlib
import zipfile

import pytest
import time_machine
from django.db import connection

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles.asking import ask_bundle
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.check import ledger_check
from kuramori.evidence.models import Authority, Bundle, KindChoice, Stamp
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.witnessing.acts.witnesses import witness_add
from kuramori.evidence.witnessing.rounds import look
from kuramori.evidence.witnessing.sealed_files import check_files
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.permissions import Role
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(tmp_path_factory):
    """A bundle about Botan, as the auditor asked for it; a drive holds the head that was signed before."""
    with time_machine.travel(NOON, tick=False):
        here = Company()
        drive = tmp_path_factory.mktemp("usb")
        witness = witness_add(kind=KindChoice.FOLDER, name="金庫のUSB", place=str(drive), by=SYSTEM)
        seal_now()
        look(witness)
        here.give(here.daichi, Role.AUDITOR)
        ask_bundle(
            here.viewer(here.daichi),
            kind="person",
            subject=here.botan.as_subject(),
            permission=Permission.BUNDLE_PERSON,
            why="検査",
        )
        run_waiting()
        seal_now()
        yield Bundle.objects.get()


def found():
    return [(each.damage, each.detail) for each in ledger_check().found]


def raw(sql, *values):
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guards.install()


def rewritten(path, change):
    """Write the zip anew, each member as `change(name, content)` gives it; None leaves it out."""
    draft = path.with_suffix(".new")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(draft, "w") as new:
        for name in old.namelist():
            content = change(name.partition("/")[2], old.read(name))
            if content is not None:
                new.writestr(name, content)
    draft.replace(path)


def with_space(name):
    return lambda each, content: content + b" " if each == name else content


def made_to_fit(archive):
    """What somebody does who edits a file and both manifests: he cannot edit what the act has sealed."""
    (full,) = [each for each in archive.namelist() if each.endswith("data/chronology.json")]
    before = archive.read(full)
    after = before.replace(b"2026", b"2025")
    digests = [hashlib.sha256(each).hexdigest().encode() for each in (before, after)]
    return lambda each, content: after if each == "data/chronology.json" else content.replace(*digests)


def test_whatever_is_done_to_a_bundle_is_named_and_what_is_sound_is_not(made):
    """One bundle, tampered with in turn: to make it is what takes time."""
    path, told = bundle_file(made.pk), []
    whole = path.read_bytes()
    report = verify(path)
    assert (report["exit"], report["findings"]) == (0, [])
    assert report["witnesses"][0]["file"] == "data/ledger/witnesses/folder-1.txt", "the head a witness held is in it"
    assert list(check_files(lambda: told.append(1))) == []
    assert (told, found()) == ([1], [])
    with zipfile.ZipFile(path) as archive:
        fitting = made_to_fit(archive)
    for name, change in (
        *((each, with_space(each)) for each in ("data/index.ja.html", "data/manifest.json", "bag-info.txt")),
        ("manifest-sha256.txt", with_space("manifest-sha256.txt")),
        ("data/chronology.json", lambda each, content: None if each == "data/chronology.json" else content),
        ("data/manifest.json", fitting),
        ("data/manifest.json", lambda each, content: b"{}" if each == "data/manifest.json" else content),
    ):
        rewritten(path, change)
        findings = found()
        assert (Damage.FILE_DIFFERS, f"{path.name}: {name}") in findings
        assert {damage for damage, _detail in findings} == {Damage.FILE_DIFFERS}
        path.write_bytes(whole)
    path.write_bytes(whole[:500])
    ((damage, detail),) = found()
    assert (damage, path.name in detail) == (Damage.FILE_DIFFERS, True), "a zip that is none is no crash"
    path.unlink()
    assert found() == [], "a bundle that was made away with is no damage"
    path.write_bytes(whole)
    raw("UPDATE evidence_bundle SET manifest_sha256 = %s", "0" * 64)
    assert {damage for damage, _detail in found()} == {Damage.FILE_UNSEALED, Damage.FILE_DIFFERS}


def test_a_stamp_over_another_checkpoint_is_found(write):
    write(2)
    head = seal_now()
    with act("evidence.authority.add", by=SYSTEM):
        authority = Authority(slug="x", name_ja="局", name_en="TSA", url="https://tsa.example")
        authority.save()
        digest = hashlib.sha256(head.note.encode()).hexdigest()
        words = {"authority": authority, "size": head.size, "reply": b"r", "received_at": head.at}
        Stamp(**words, content_sha256=digest, serial="1").save()
    assert found() == []
    with act("evidence.authority.add", by=SYSTEM):
        stray = Stamp(**words, content_sha256="0" * 64, serial="2")
        stray.save()
    assert found() == [(Damage.STAMP_DIFFERS, str(stray.pk))]
