"""`kuramori-lake fingerprint`: documents in, checks out, exit codes, both languages."""

import json

import pytest

from kuramori_lake import cli
from kuramori_lake.fingerprint.tests import made
from kuramori_lake.fingerprint.tests.test_index import text


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def run(tmp_path, capsys):
    def command(name, *args):
        status = cli.main(["fingerprint", name, "--lake", str(tmp_path / "lake"), *map(str, args)])
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


@pytest.fixture
def documents(tmp_path):
    folder = tmp_path / "docs"
    (folder / "下").mkdir(parents=True)
    (folder / "a.docx").write_bytes(made.docx(text(1)))
    (folder / "下" / "b.txt").write_bytes(text(2).encode("utf-16"))
    (folder / "link").symlink_to(folder / "a.docx")
    return folder


def test_add_check_and_remove(run, tmp_path, documents):
    assert run("add", "--secret", "A-17", documents)[:2] == (
        0,
        "2 files: 2 added, 0 known, 0 without text, 0 unread; 0 too short to be found\n",
    )
    status, out, _ = run("add", "--secret", "A-17", "--json", documents)
    assert (status, json.loads(out)["known"], json.loads(out)["files"]) == (0, 2, 2)
    leak = tmp_path / "m.eml"
    leak.write_bytes(made.mail(text(1)[100:300]))
    status, out, _ = run("check", "--json", "--link", leak)
    found = json.loads(out)
    assert (status, found["secret_id"], found["activity"], found["flags"]) == (0, "A-17", "mail_send", "fingerprint")
    assert found["matches"][0]["name"] == "a.docx"
    assert "secret A-17" in run("check", leak)[1]
    assert run("remove", "--secret", "A-17", documents / "a.docx")[1] == "1 documents removed, 0 links forgotten\n"
    assert run("check", leak)[1].endswith("nothing found\n")
    assert json.loads(run("remove", "--secret", "A-17", "--links", "--json")[1]) == {"removed": 1, "unlinked": 2}


def test_what_cannot_be_read_is_counted_and_named(run, tmp_path):
    bad, short, empty = (tmp_path / name for name in ("bad.docx", "short.txt", "empty.txt"))
    bad.write_bytes(b"PK\x03\x04")
    short.write_text("短い文です。配合表の件")
    empty.write_bytes(b"")
    status, out, err = run("add", "--secret", "A", bad, short, empty, tmp_path / "none")
    assert status == 1
    assert out == "4 files: 1 added, 0 known, 1 without text, 2 unread; 1 too short to be found\n"
    assert "bad.docx: not read: damaged" in err
    status, out, err = run("check", "--as", "upload", "--to", "mega.nz", "--actor", "akari", bad, tmp_path / "none")
    assert (status, out.endswith("bad.docx: nothing found\n")) == (1, True)


def test_remove_of_a_file_that_is_not_there_is_wrong_use(run, tmp_path):
    assert run("remove", "--secret", "A", tmp_path / "none")[0] == 2


def test_damaged_index_fails_instead_of_finding_nothing(run, tmp_path, documents):
    run("add", "--secret", "A-17", documents)
    for path in (tmp_path / "lake" / "prints").iterdir():
        path.write_bytes(b"x")
    assert run("check", documents / "a.docx")[0] == 3
    assert run("remove", "--secret", "A-17")[0] == 3


@pytest.mark.parametrize("language", ["ja_JP.UTF-8", "C.UTF-8"])
@pytest.mark.parametrize("name", ["add", "check", "remove"])
def test_command_explains_itself(monkeypatch, capsys, language, name):
    monkeypatch.setenv("LC_ALL", language)
    with pytest.raises(SystemExit) as ended:
        cli.main(["fingerprint", name, "--help"])
    assert ended.value.code == 0
    assert ("終了コード" in capsys.readouterr().out) == language.startswith("ja")
