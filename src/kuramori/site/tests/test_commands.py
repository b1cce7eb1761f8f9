"""The commands on an installation at work: exit codes, one result on stdout, words to people on stderr.

They run in this process, on the tests' database; `tests/cli` runs them as a shell does.
"""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest

from kuramori.directory.models import Person
from kuramori.directory.tests.company import TODAY, Company
from kuramori.evidence.api import seal_now
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry
from kuramori.register.models import Secret
from kuramori.register.tests.conftest import Add
from kuramori.site import cli
from kuramori.site.terminal import Exit
from kuramori.watch.models import Alert

pytestmark = pytest.mark.django_db
Run = Callable[..., tuple[int, str, str]]
HEADING = "管理番号,名称,秘密区分,所管部署コード,管理責任者番号,保管場所"
ROW = r"S-{n},電解液の配合比 {n},秘,1100,A-1,\\FS01\材料\配合\{n}"
EVENT = "<173>Nov 19 10:{n:02}:00 smbd_audit: 2026/11/19 10:{n:02}:00|akari|10.1.4.7|pc7|zairyo|openat|ok|r|/srv/{n}\n"


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> Path:
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    return settings.DATA


@pytest.fixture
def kuramori(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command; return its exit code, what it said, and what it complained of."""
    monkeypatch.setattr("os.umask", lambda mode: mode)

    def run(*words: object, language: str = "en") -> tuple[int, str, str]:
        monkeypatch.setenv("KURAMORI_LANG", language)
        code = cli.main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture
def register(tmp_path: Path) -> Callable[..., Path]:
    def written(*rows: str, heading: str = HEADING) -> Path:
        file = tmp_path / "register.csv"
        file.write_text("\n".join([heading, *rows]), encoding="utf-8")
        return file

    return written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "audit.log"
    file.write_text("".join(EVENT.format(n=n) for n in range(5)), encoding="utf-8")
    return file


# import


def test_an_import_is_one_act_with_its_reason_and_says_its_counts(
    kuramori: Run, register: Callable[..., Path], company: Company, scheme: object
) -> None:
    code, out, err = kuramori(
        "import", "secrets", register(ROW.format(n=1), ROW.format(n=2)), "--why", "移行", "--json"
    )
    told = json.loads(out)
    assert (code, err, told["added"], told["rejected"]) == (Exit.OK, "", 2, 0)
    assert Secret.objects.count() == 2
    assert read(Entry.objects.filter(verb="register.secret.import"))[0].why == "移行"


def test_a_rejected_row_makes_the_command_fail_and_names_the_cell(
    kuramori: Run, register: Callable[..., Path], company: Company, scheme: object
) -> None:
    file = register(ROW.format(n=1).replace(",秘,", ",ひみつ,"), ROW.format(n=2))
    code, out, _err = kuramori("import", "secrets", file)
    assert (code, "C2" in out, "ひみつ" in out) == (Exit.REFUSED, True, True)
    assert [secret.number for secret in Secret.objects.all()] == ["S-2"]


@pytest.mark.parametrize("content", ["{", "[]", '{"title": 3}', '"title"'])
def test_a_mapping_that_is_none_is_refused_before_the_file_is_read(
    kuramori: Run, tmp_path: Path, content: str, company: Company
) -> None:
    mapping = tmp_path / "mapping.json"
    mapping.write_text(content)
    code, out, err = kuramori("import", "secrets", "gone.csv", "--mapping", mapping)
    assert (code, out) == (Exit.REFUSED, "")
    assert "mapping.json" in err
    assert "Write one JSON object" in err


@pytest.mark.parametrize("words", [("gone.csv",), ("gone.csv", "--mapping", "gone.json")])
def test_a_file_that_is_not_there_is_named(kuramori: Run, company: Company, words: tuple[str, ...]) -> None:
    code, _out, err = kuramori("import", "people", *words)
    assert code == Exit.REFUSED
    assert "gone." in err


def test_an_unknown_kind_is_told_the_known_ones(kuramori: Run) -> None:
    code, out, err = kuramori("import", "spaceships", "x.csv")
    assert (code, out) == (Exit.USAGE, "")
    assert all(kind in err for kind in ("people", "secrets", "units", "sites", "projects", "roles"))


def test_a_file_that_is_no_table_is_refused_in_words(kuramori: Run, tmp_path: Path, company: Company) -> None:
    file = tmp_path / "register.xlsx"
    file.write_bytes(b"PK\x03\x04 not a workbook")
    code, out, err = kuramori("import", "secrets", file)
    assert (code, out) == (Exit.REFUSED, "")
    assert err.strip()
    assert "Traceback" not in err


def test_wrong_words_end_with_2_as_every_command_does(kuramori: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["fly"], ["bundle", "secret"], ["detect", "--as-of", "someday"], ["ledger"]):
        with pytest.raises(SystemExit) as end:
            kuramori(*words)
        assert end.value.code == Exit.USAGE, words


# logs and detection


def test_logs_are_taken_in_once_and_the_report_adds_up(kuramori: Run, log: Path) -> None:
    first, again = (kuramori("ingest", "--source", "samba", log, "--json") for _time in range(2))
    assert [code for code, _out, _err in (first, again)] == [Exit.OK, Exit.OK]
    counts = [json.loads(out) for _code, out, _err in (first, again)]
    assert [(each["rows"], each["accepted"], each["sealed"]) for each in counts] == [(5, 5, 1), (5, 0, 0)]
    assert counts[1]["files"][0]["known"] is True


def test_an_unknown_kind_of_log_is_refused(kuramori: Run, log: Path) -> None:
    code, out, err = kuramori("ingest", "--source", "telegraph", log)
    assert (code, out) == (Exit.REFUSED, "")
    assert "telegraph" in err


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "", "Asia"])
def test_a_zone_that_nobody_knows_is_wrong_usage(
    kuramori: Run, log: Path, zone: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        kuramori("ingest", "--source", "samba", log, "--tz", zone)
    assert end.value.code == Exit.USAGE
    assert f"no time zone has this name: {zone}" in capsys.readouterr().err


def test_a_log_that_is_not_there_fails_the_command(kuramori: Run, tmp_path: Path) -> None:
    code, out, err = kuramori("ingest", "--source", "samba", tmp_path / "gone.log")
    assert code == Exit.REFUSED
    assert "gone.log" in out + err


def test_a_detection_over_nothing_finds_nothing(kuramori: Run, company: Company) -> None:
    code, out, _err = kuramori("detect", "--as-of", TODAY.isoformat(), "--json")
    assert (code, json.loads(out)["alerts"]) == (Exit.OK, [])
    assert not Alert.objects.exists()
    assert kuramori("detect")[0] == Exit.OK


# ledger and bundle


def test_a_sound_ledger_says_how_many_entries_and_which_root(kuramori: Run, company: Company) -> None:
    seal_now()
    code, out, _err = kuramori("ledger", "check", "--json")
    told = json.loads(out)
    assert (code, told["sound"], told["first_bad"], told["found"]) == (Exit.OK, True, None, [])
    assert told["entries"] == Entry.objects.count()
    code, out, _err = kuramori("ledger", "check")
    assert (code, out.startswith("Sound: "), told["root"] in out) == (Exit.OK, True, True)


def test_an_exported_ledger_goes_into_a_new_folder_only(kuramori: Run, company: Company, tmp_path: Path) -> None:
    seal_now()
    code, out, _err = kuramori("ledger", "export", tmp_path / "out")
    assert (code, str(Entry.objects.count()) in out) == (Exit.OK, True)
    assert (tmp_path / "out" / "checkpoint").exists()
    code, out, err = kuramori("ledger", "export", tmp_path / "out")
    assert (code, out, bool(err)) == (Exit.REFUSED, "", True)


def test_a_bundle_about_a_secret_is_an_act_on_it_and_says_where_it_lies(
    kuramori: Run, company: Company, add: Add, tmp_path: Path
) -> None:
    secret = add("電解液の配合比")
    seal_now()
    out_folder = tmp_path / "bundle"
    code, out, _err = kuramori("bundle", "secret", secret.number, "--out", out_folder, "--why", "訴訟準備", "--json")
    told = json.loads(out)
    assert (code, told["folder"]) == (Exit.OK, str(out_folder))
    assert (out_folder / "bagit.txt").exists()
    (entry,) = read(entries_about(secret.pk).filter(verb="evidence.bundle.export"))
    assert entry.why == "訴訟準備"


def test_a_bundle_about_a_person_and_its_folder_that_exists_is_not_written_over(
    kuramori: Run, company: Company, tmp_path: Path
) -> None:
    seal_now()
    words = ("bundle", "person", company.akari.number, "--out", tmp_path / "bundle", "--since", "2026-01-01")
    code, out, _err = kuramori(*words, "--until", TODAY.isoformat())
    assert (code, "kuramori verify" in out) == (Exit.OK, True)
    code, out, err = kuramori(*words)
    assert (code, out, "choose a new folder" in err) == (Exit.REFUSED, "", True)


@pytest.mark.parametrize("kind", ["secret", "person"])
@pytest.mark.parametrize(("language", "word"), [("ja", "X-404"), ("en", "There is none with the number X-404.")])
def test_of_nothing_there_is_no_bundle(kuramori: Run, tmp_path: Path, kind: str, language: str, word: str) -> None:
    code, out, err = kuramori("bundle", kind, "X-404", "--out", tmp_path / "bundle", language=language)
    assert (code, out, word in err) == (Exit.REFUSED, "", True)
    assert not (tmp_path / "bundle").exists()


# the installation itself


def test_check_tells_programs_and_people_the_same(kuramori: Run, company: Company) -> None:
    seal_now()
    code, out, _err = kuramori("check", "--json")
    told = json.loads(out)
    lines = kuramori("check")[1].splitlines()
    assert (code, told["state"]) == (Exit.OK, "ok")
    assert [line.split(maxsplit=1)[0] for line in lines] == [part["state"] for part in told["parts"]]


def test_a_broken_part_makes_check_fail_and_says_the_next_step(
    kuramori: Run, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: type("Usage", (), {"free": 2**20}))
    code, out, _err = kuramori("check")
    assert code == Exit.REFUSED
    assert "Free space" in out


def test_an_administrator_is_made_once_for_each_address(kuramori: Run, company: Company) -> None:
    for mail in ("akari@example.jp", "new@example.jp", "other@example.jp"):
        code, out, _err = kuramori("admin", mail, "新 任")
        assert (code, out.count("http")) == (Exit.OK, 1), mail
    code, out, err = kuramori("admin", "NEW@example.jp", "新 任")
    assert (code, out, "Give that person a new link instead." in err) == (Exit.REFUSED, "", True)
    assert set(Person.objects.filter(name="新 任").values_list("number", flat=True)) == {"ADMIN-1", "ADMIN-2"}


@pytest.mark.parametrize(("mail", "name"), [("nonsense", "新 任"), ("", "新 任"), ("new@example.jp", "  ")])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_administrator_without_address_or_name_is_refused_with_the_next_step(
    kuramori: Run, company: Company, mail: str, name: str, language: str
) -> None:
    people = Person.objects.count()
    code, out, err = kuramori("admin", mail, name, language=language)
    assert (code, out, len(err.splitlines())) == (Exit.REFUSED, "", 1)
    assert ("書" in err or "入力" in err) is (language == "ja")
    assert Person.objects.count() == people


def test_the_verifier_s_verdict_is_the_command_s(kuramori: Run, tmp_path: Path) -> None:
    assert kuramori("verify", tmp_path / "nothing", "--json")[0] == 3


def test_a_backup_that_cannot_be_written_is_one_line(kuramori: Run, tmp_path: Path) -> None:
    (tmp_path / "there.tar.gz").write_bytes(b"mine")
    code, out, err = kuramori("backup", tmp_path / "there.tar.gz")
    assert (code, out, len(err.splitlines())) == (Exit.REFUSED, "", 1)
    assert (tmp_path / "there.tar.gz").read_bytes() == b"mine"


def test_what_is_no_backup_is_not_restored(kuramori: Run, tmp_path: Path, data: Path) -> None:
    (tmp_path / "x").write_bytes(b"no tar")
    code, out, err = kuramori("restore", tmp_path / "x")
    assert (code, out, "cannot be read" in err) == (Exit.REFUSED, "", True)
    assert list(data.iterdir()) == []


def test_there_is_no_story_before_the_demo_is_built(kuramori: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KURAMORI_DEMO", "1")
    code, out, err = kuramori("--data", data, "demo", "--story")
    assert (code, out, "--build-only" in err) == (Exit.REFUSED, "", True)


def test_the_story_of_a_demo_is_told_to_people_and_to_programs(
    kuramori: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KURAMORI_DEMO", "1")
    names = ("secret", "secret_id", "person", "person_number", "alert", "bundle", "today")
    (data / "demo.json").write_text(json.dumps({name: f"<{name}>" for name in names}))
    code, out, _err = kuramori("--data", data, "demo", "--story", "--json")
    assert (code, set(json.loads(out))) == (Exit.OK, set(names))
    assert "<person_number>" in kuramori("--data", data, "demo", "--story")[1]


# bundles for a reader


def test_a_bundle_is_made_for_a_reader_and_locked_with_his_key(kuramori: Run, company: Company, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    words = ("bundle", "person", company.akari.number, "--out", tmp_path / "bundle", "--variant", "customer")
    more = ("--withhold", "reasons,titles", "--withhold-why", "顧客への説明", "--age", str(identity.to_public()))
    code, out, err = kuramori(*words, *more, "--json")
    assert (code, err) == (Exit.OK, "")
    locked = tmp_path / "bundle.zip.age"
    assert json.loads(out)["folder"] == str(locked)
    assert [path.name for path in tmp_path.glob("bundle*")] == [locked.name], "nothing unlocked is left"
    (tmp_path / "b.zip").write_bytes(pyrage.decrypt(locked.read_bytes(), [identity]))
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        told = json.loads(archive.read("bundle/data/manifest.json"))
    assert (told["variant"], told["redaction"]["why"]) == ("customer", "顧客への説明")
    assert {"names", "reasons", "titles"} <= set(told["redaction"]["kinds"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--variant", "friends"), "friends"),
        (("--withhold", "names,secrets"), "secrets"),
        (("--age", "age1nothing"), "ssh-ed25519"),
    ],
)
def test_a_bundle_for_nobody_known_is_refused_before_it_is_begun(
    kuramori: Run, company: Company, tmp_path: Path, words: tuple[str, str], told: str
) -> None:
    code, out, err = kuramori("bundle", "person", company.akari.number, "--out", tmp_path / "bundle", *words)
    assert (code, out, told in err) == (Exit.REFUSED, "", True)
    assert not (tmp_path / "bundle").exists()
    assert not Entry.objects.filter(verb="evidence.bundle.export").exists()


def test_the_certificate_that_signs_pdfs_is_made_once(kuramori: Run, company: Company, monkeypatch) -> None:
    monkeypatch.setattr("kuramori.evidence.bundles.signing.RSA_BITS", 2048)
    code, out, _err = kuramori("certificate", "蔵守テスト株式会社")
    assert (code, "report-signing.key.pem" in out) == (Exit.OK, True)
    code, out, err = kuramori("certificate", "蔵守テスト株式会社")
    assert (code, out, bool(err)) == (Exit.REFUSED, "", True)
