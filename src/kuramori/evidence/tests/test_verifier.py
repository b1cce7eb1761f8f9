import subprocess
import sys

import pytest

from kuramori.evidence.rules import verifier
from kuramori.evidence.rules.verifier import verifier_files


def test_the_enclosed_verifier_runs_alone_and_reading_it_imports_nothing(tmp_path):
    before = set(sys.modules)
    files = verifier_files()
    assert not [name for name in set(sys.modules) - before if name.startswith("kuramori_verify")]
    single = tmp_path / "kuramori_verify.py"
    single.write_bytes(files["verify/kuramori_verify.py"])
    ended = subprocess.run([sys.executable, "-I", str(single), str(tmp_path)], capture_output=True, check=False)
    assert (ended.returncode, ended.stderr) == (3, b"")


def test_how_to_use_it_is_said_in_both_languages():
    files = verifier_files()
    for language in ("ja", "en"):
        page = files[f"verify/HOWTO.{language}.html"].decode()
        assert f'<html lang="{language}">' in page
        for command in ("sha256sum -c manifest-sha256.txt", "bagit.py --validate", "verify/kuramori_verify.py"):
            assert command in page


def test_an_installation_without_the_verifier_says_so(monkeypatch):
    monkeypatch.setattr(verifier, "find_spec", lambda _name: None)
    with pytest.raises(FileNotFoundError, match="whole distribution"):
        verifier_files()
