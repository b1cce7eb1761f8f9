import json
import subprocess
import sys

import pytest

from kuramori_verify import messages, onefile
from kuramori_verify.cli import main
from kuramori_verify.tests.samples import VERIFIER_KEY, Sample, checkpoint


@pytest.fixture
def folder(tmp_path):
    return Sample.make().write(tmp_path / "bag")


def test_the_one_file_says_the_same_as_the_package(folder, tmp_path, capfdbinary):
    single = tmp_path / "kuramori_verify.py"
    single.write_text(onefile.one_file(), encoding="utf-8")
    for spoil in (lambda: None, (folder / "data/entries/0001.json").unlink):
        spoil()
        expected = main([str(folder), "--json"])
        packaged = capfdbinary.readouterr().out
        # -I and -S: no packages, no surroundings, only Python itself.
        alone = subprocess.run(
            [sys.executable, "-I", "-S", str(single), str(folder), "--json"], capture_output=True, check=False
        )
        assert alone.stderr == b""
        assert (alone.returncode, alone.stdout) == (expected, packaged)


def test_the_one_file_is_the_same_every_time():
    assert onefile.one_file() == onefile.one_file()
    assert "kuramori_verify." not in onefile.one_file().replace("kuramori_verify.py", "")


def test_what_cannot_stand_in_one_file_is_named(tmp_path, monkeypatch):
    (tmp_path / "one.py").write_text('"""One."""\n\nLIMIT = 1\n', encoding="utf-8")
    (tmp_path / "two.py").write_text('"""Two."""\n\nLIMIT: int = 2\n', encoding="utf-8")
    (tmp_path / "three.py").write_text('"""Three."""\n\nimport os as system\n', encoding="utf-8")
    monkeypatch.setattr(onefile, "HERE", tmp_path)
    for modules, words in ((("one", "two"), "LIMIT is defined in one and in two"), (("three",), "another name")):
        monkeypatch.setattr(onefile, "MODULES", modules)
        with pytest.raises(onefile.AssemblyError, match=words):
            onefile.one_file()


@pytest.mark.parametrize(("language", "words"), [("ja", "改変は見つかりません"), ("en", "no change found")])
def test_the_report_for_people(folder, capsys, language, words):
    assert main([str(folder), "--lang", language]) == 0
    assert words in capsys.readouterr().out


def test_help_follows_the_language(monkeypatch, capsys):
    for surroundings, words in (("ja_JP.UTF-8", "終了コード"), ("C", "Exit status")):
        monkeypatch.setenv("LC_ALL", surroundings)
        with pytest.raises(SystemExit) as ended:
            main(["--help"])
        assert ended.value.code == 0
        assert words in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["--lang=ja", "--help"])
    assert "終了コード" in capsys.readouterr().out


def test_wrong_usage_never_looks_like_a_verdict(folder, capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 3
    assert main([str(folder), "--key", "nonsense"]) == 3
    assert main([str(folder), "--head", str(folder / "missing")]) == 3
    capsys.readouterr()


def test_keys_and_heads_from_outside(folder, tmp_path, capsys):
    (tmp_path / "head").write_bytes(checkpoint(1, bytes(32)))
    assert main([str(folder), "--key", str(VERIFIER_KEY), "--head", str(tmp_path / "head"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["key"]["given"] is True


def test_both_languages_have_all_words():
    assert set(messages.WORDS["ja"]) == set(messages.WORDS["en"])
    assert all(meaning.ja and meaning.en for meaning in messages.MEANINGS.values())
