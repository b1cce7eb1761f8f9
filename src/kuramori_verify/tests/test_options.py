"""What `--key`, `--head`, `--json` and `--lang` do, and the exit status that scripts rely on."""

import json

import pytest

from kuramori.evidence.rules import tree
from kuramori.kernel.merkle import leaf_hash
from kuramori_verify.cli import main
from kuramori_verify.tests.samples import STRANGER, VERIFIER_KEY, Sample, checkpoint, key_line, write_ledger

BODIES = [f'{{"n":{n}}}'.encode() for n in range(260)]
OURS, THEIRS = str(VERIFIER_KEY), key_line(STRANGER).decode().strip()


@pytest.fixture
def bag(tmp_path):
    return Sample.make().write(tmp_path / "bag")


@pytest.fixture
def export(tmp_path):
    return write_ledger(tmp_path / "ledger", BODIES)


def head(folder, size, *, bodies=BODIES, key=None):
    root = tree.root_at(size, tree.over([leaf_hash(body) for body in bodies[:size]]))
    path = folder / f"head-{size}"
    path.write_bytes(checkpoint(size, root, key) if key else checkpoint(size, root))
    return str(path)


def run(capsys, *arguments):
    status = main([*map(str, arguments), "--json"])
    report = json.loads(capsys.readouterr().out)
    assert report["exit"] == status
    return status, report


@pytest.mark.parametrize(
    ("keys", "status"),
    [((), 0), ((OURS,), 0), ((THEIRS,), 1), ((THEIRS, OURS), 0), ((OURS, THEIRS), 0)],
    ids=["enclosed", "ours", "theirs", "theirs and ours", "ours and theirs"],
)
def test_keys_from_outside_decide_who_may_have_signed(bag, capsys, keys, status):
    found, report = run(capsys, bag, *(part for key in keys for part in ("--key", key)))
    assert found == status
    if status == 0:
        assert report["key"]["given"] is bool(keys)


def test_enclosed_key_is_not_asked_for_where_one_is_given(bag, capsys):
    (bag / "data/ledger/keys.txt").unlink()
    _, report = run(capsys, bag, "--key", OURS)
    assert report["integrity"] == "broken"  # the bag itself says that a file is gone
    assert "ledger.file_missing" not in {each["code"] for each in report["findings"]}
    assert report["ledger"]["size"] == 13


def test_ledger_needs_no_enclosed_key_either(export, capsys):
    (export / "keys.txt").unlink()
    assert run(capsys, export, "--key", OURS)[0] == 0
    assert run(capsys, export)[0] == 2


@pytest.mark.parametrize("sizes", [(1,), (1, 256), (1, 100, 256, 257, 260)])
def test_any_number_of_kept_heads_is_continued(export, tmp_path, capsys, sizes):
    status, report = run(capsys, export, *(part for size in sizes for part in ("--head", head(tmp_path, size))))
    assert status == 0
    assert "limit.unwitnessed" not in {each["code"] for each in report["does_not_prove"]}


def test_one_kept_head_that_differs_is_enough(tmp_path, export, capsys):
    other = head(tmp_path, 200, bodies=[b"{}", *BODIES[1:]])
    status, report = run(capsys, export, "--head", head(tmp_path, 100), "--head", other)
    assert status == 1
    assert [(each["code"], each["entry"]) for each in report["findings"]] == [("ledger.history_differs", 200)]


def test_kept_head_must_be_signed_by_the_key_that_counts(export, tmp_path, capsys):
    strangers = head(tmp_path, 100, key=STRANGER)
    assert run(capsys, export, "--head", strangers)[1]["findings"][0]["code"] == "ledger.older_head_malformed"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--key", "nonsense"], "a key line reads name+keyid+base64"),
        (["--head", "/nowhere/head"], "No such file"),
        (["--lang", "de"], "invalid choice"),
        (["--jso"], "unrecognized arguments"),
        (["one", "more"], "unrecognized arguments"),
        (["--key"], "expected one argument"),
    ],
)
def test_wrong_usage_is_status_three_with_a_word_on_standard_error(bag, capsys, arguments, words):
    try:
        status = main([str(bag), *arguments])
    except SystemExit as ended:
        status = ended.code
    told = capsys.readouterr()
    assert (status, told.out) == (3, "")
    assert words in told.err


@pytest.mark.parametrize(
    ("surroundings", "language"),
    [("ja_JP.UTF-8", "ja"), ("ja", "ja"), ("JA_jp", "ja"), ("en_US.UTF-8", "en"), ("C", "en"), ("de_DE", "en")],
)
def test_language_is_that_of_the_surroundings_unless_asked_for(bag, monkeypatch, capsys, surroundings, language):
    monkeypatch.setenv("LC_ALL", surroundings)
    titles = {"ja": "この検証が証明しないこと:", "en": "What this does not prove:"}
    main([str(bag)])
    assert titles[language] in capsys.readouterr().out
    for asked, title in titles.items():
        main([str(bag), f"--lang={asked}"])
        assert title in capsys.readouterr().out


def test_lang_is_asked_before_lc_all(bag, monkeypatch, capsys):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    main([str(bag)])
    assert "改変は見つかりません" in capsys.readouterr().out


def test_json_is_the_same_in_every_language(bag, capsys):
    told = []
    for language in ("ja", "en"):
        main([str(bag), "--json", "--lang", language])
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
