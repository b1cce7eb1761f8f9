import subprocess
import zipfile

import bagit
import pytest

from kuramori_verify.cli import verify
from kuramori_verify.note import read_log_key
from kuramori_verify.tests.samples import KEY, STRANGER, VERIFIER_KEY, Sample


@pytest.fixture
def sound(tmp_path):
    return Sample.make().write(tmp_path / "bag")


def test_a_sound_bundle_is_found_sound(sound):
    report = verify(sound)
    assert (report["findings"], report["exit"]) == ([], 0)
    assert (report["integrity"], report["completeness"]) == ("sound", "complete")
    assert report["checked"]["entries"] == 4
    assert report["checked"]["rows"] == 4
    assert report["ledger"]["size"] == 13


def test_others_tools_agree(sound):
    assert bagit.Bag(str(sound)).validate(processes=1)
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", manifest], cwd=sound, check=True)


def test_a_zip_of_it_is_read_in_place_with_and_without_a_folder_around(sound, tmp_path):
    for prefix in ("", "KM-2026-0001/"):
        path = tmp_path / f"{len(prefix)}.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sound.rglob("*"):
                archive.write(file, prefix + str(file.relative_to(sound)))
        assert verify(path)["exit"] == 0


def test_it_says_what_it_does_not_prove(sound):
    codes = [limit["code"] for limit in verify(sound)["does_not_prove"]]
    assert codes == [
        "limit.truth", "limit.time", "limit.unwitnessed", "limit.all_entries", "limit.key_from_bundle",
        "limit.withheld",
    ]  # fmt: skip


def test_a_key_got_another_way_is_used_instead_of_the_enclosed_one(sound, tmp_path):
    trusted = [read_log_key(str(VERIFIER_KEY))]
    report = verify(sound, trusted)
    assert (report["exit"], report["key"]["given"]) == (0, True)
    assert "limit.key_from_bundle" not in [limit["code"] for limit in report["does_not_prove"]]


def test_a_history_signed_again_with_another_key_is_found_with_the_key_got_another_way(tmp_path):
    forged = Sample.make()
    forged.prove([2, 4, 6, 9], key=STRANGER)
    assert KEY is not STRANGER
    report = verify(forged.write(tmp_path / "bag"), [read_log_key(str(VERIFIER_KEY))])
    assert (report["exit"], report["findings"][0]["code"]) == (1, "ledger.signature_wrong")


def test_every_finding_has_a_meaning_in_both_languages(sound):
    (sound / "data/exhibits/0001.txt").write_bytes(b"other")
    for finding in verify(sound)["findings"]:
        assert finding["ja"] != finding["en"]
        assert finding["file"]


def test_what_an_operating_system_leaves_behind_is_mentioned_and_not_held_against_it(sound, tmp_path):
    (sound / ".DS_Store").write_bytes(b"finder")
    (sound / "data/Thumbs.db").write_bytes(b"explorer")
    report = verify(sound)
    assert report["exit"] == 0
    left = [limit["file"] for limit in report["does_not_prove"] if limit["code"] == "limit.system_file"]
    assert left == [".DS_Store", "data/Thumbs.db"]
    path = tmp_path / "packed on a Mac.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/KM/._bagit.txt", b"x")
        for file in sound.rglob("*"):
            archive.write(file, "KM/" + str(file.relative_to(sound)))
    assert verify(path)["exit"] == 0
