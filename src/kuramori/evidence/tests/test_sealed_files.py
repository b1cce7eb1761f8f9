"""The nightly check reads sealed files back: bundles against their acts, stamps against their checkpoints (L2, L10)."""

import hashlib
import shutil
import zipfile

import pytest
import time_machine
from django.db import connection

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles.asking import ask_bundle
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.check import ledger_check
from kuramori.evidence.models import Authority, Bundle, Stamp
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.witnessing.sealed_files import check_files
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.permissions import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    """A bundle about Botan, as the auditor asked for it."""
    with time_machine.travel(NOON, tick=False):
        here = Company()
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


def test_a_bundle_as_it_was_made_is_sound_and_told_of(made):
    told = []
    assert list(check_files(lambda: told.append(1))) == []
    assert told
    assert found() == []


def test_a_bundle_that_was_made_away_with_is_no_damage(made):
    bundle_file(made.pk).unlink()
    assert found() == []


@pytest.mark.parametrize("name", ["data/index.ja.html", "data/manifest.json", "bag-info.txt", "manifest-sha256.txt"])
def test_a_changed_file_in_a_bundle_is_named(made, name):
    path = bundle_file(made.pk)
    rewritten(path, lambda each, content: content + b" " if each == name else content)
    findings = found()
    assert {damage for damage, _detail in findings} == {Damage.FILE_DIFFERS}
    assert f"{path.name}: {name}" in {detail for _damage, detail in findings}


def test_a_file_taken_out_of_a_bundle_is_named(made):
    path = bundle_file(made.pk)
    rewritten(path, lambda each, content: None if each == "data/chronology.json" else content)
    assert (Damage.FILE_DIFFERS, f"{path.name}: data/chronology.json") in found()


def test_a_bundle_made_to_fit_throughout_still_differs_from_its_act(made):
    """Whoever edits the file and both manifests cannot edit what the act has sealed."""
    path = bundle_file(made.pk)
    digests = {}

    def change(name, content):
        if name == "data/chronology.json":
            content = content.replace(b"2026", b"2025")
        for before, after in digests.items():
            content = content.replace(before, after)
        return content

    with zipfile.ZipFile(path) as archive:
        (full,) = [each for each in archive.namelist() if each.endswith("data/chronology.json")]
        before = archive.read(full)
    pair = [hashlib.sha256(each).hexdigest().encode() for each in (before, before.replace(b"2026", b"2025"))]
    digests[pair[0]] = pair[1]
    rewritten(path, change)
    assert (Damage.FILE_DIFFERS, f"{path.name}: data/manifest.json") in found()


def test_a_zip_that_is_none_is_damage_and_no_crash(made):
    path = bundle_file(made.pk)
    path.write_bytes(path.read_bytes()[:500])
    ((damage, detail),) = found()
    assert damage is Damage.FILE_DIFFERS
    assert path.name in detail


def test_a_record_that_was_made_to_fit_another_file_differs_from_its_act(made):
    raw("UPDATE evidence_bundle SET manifest_sha256 = %s", "0" * 64)
    damages = {damage for damage, _detail in found()}
    assert damages == {Damage.FILE_UNSEALED, Damage.FILE_DIFFERS}


def test_another_bundle_s_file_in_its_place_is_found(made):
    path = bundle_file(made.pk)
    shutil.copy(path, path.with_suffix(".other"))
    rewritten(path, lambda name, content: b"{}" if name == "data/manifest.json" else content)
    assert (Damage.FILE_DIFFERS, f"{path.name}: data/manifest.json") in found()


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
