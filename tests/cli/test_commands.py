"""What scripts can rely on: exit codes, results on one channel and words to people on the other, nothing half done."""

import json
import os

import pytest

from tests.installation import Installation, register_lines, said


def test_the_folder_is_named_before_or_after_the_command_or_by_the_environment(fresh, tmp_path):
    elsewhere = {"KURAMORI_DATA": str(tmp_path / "elsewhere")}
    before = fresh.run("--data", fresh.data, "check", "--json", env=elsewhere)
    after = fresh.run("check", "--json", "--data", fresh.data, env=elsewhere)
    by_name = fresh.run("check", "--json")
    assert (
        said(before)["parts"][-1]["words"] == said(after)["parts"][-1]["words"] == said(by_name)["parts"][-1]["words"]
    )
    assert not (tmp_path / "elsewhere").exists()


def test_check_tells_a_program_all_it_tells_people(installed):
    found, told = said(installed.run("check", "--json")), installed.run("check").stdout
    assert {part["state"] for part in found["parts"]} <= {"ok", "warn", "bad"}
    assert all(part["part"] in told for part in found["parts"])


def test_a_database_without_its_guards_fails_the_check(fresh):
    with fresh.looking() as connection:
        connection.execute("DROP TRIGGER kernel_entry_no_delete")
    assert guards_of(fresh) == "bad"
    fresh.run("migrate", check=True)
    assert guards_of(fresh) == "ok"


def guards_of(installation: Installation) -> str:
    ran = installation.run("check", "--json")
    states = {part["part"]: part["state"] for part in said(ran)["parts"]}
    assert ran.returncode == ("bad" in states.values())
    return states["Guards of the database"]


def test_an_import_counts_what_it_did_and_does_it_once(fresh, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 3)))
    first, again = (fresh.run("import", "secrets", file, "--json") for _time in range(2))
    assert [ran.returncode for ran in (first, again)] == [0, 0]
    assert (said(first)["added"], said(again)["added"], said(again)["unchanged"]) == (3, 0, 3)
    assert fresh.count("register_secret") == 3


def test_a_dry_run_writes_nothing_at_all(fresh, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 3)))
    entries = fresh.count("kernel_entry")
    assert said(fresh.run("import", "secrets", file, "--dry-run", "--json"))["accepted"] == 3
    assert (fresh.count("register_secret"), fresh.count("kernel_entry")) == (0, entries)


def test_a_wrong_row_ends_with_1_names_its_cell_and_keeps_the_good_ones(fresh, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 3)).replace("S-00002,電解液の配合比 2,秘", "S-00002,配合比,ひみつ"))
    ran = fresh.run("import", "secrets", file, "--errors", tmp_path / "errors.xlsx")
    assert ran.returncode == 1
    assert "C3" in ran.stdout
    assert "ひみつ" in ran.stdout
    assert (tmp_path / "errors.xlsx").stat().st_size > 0
    assert fresh.count("register_secret") == 2


def test_an_unknown_kind_is_wrong_usage_and_the_known_ones_are_named(installed, tmp_path):
    ran = installed.run("import", "spaceships", tmp_path / "x.csv")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "people" in ran.stderr
    assert "secrets" in ran.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["import", "secrets", "gone.xlsx"],
        ["restore", "gone.tar.gz"],
        ["backup", "gone/backup.tar.gz"],
    ],
)
def test_a_file_that_is_not_there_is_named_in_one_line(installed, words):
    ran = installed.run(*words)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "gone" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1, ran.stderr


@pytest.mark.parametrize("content", ["{", '{"number": 3}'])
def test_a_mapping_that_is_none_is_refused_with_the_next_step(installed, tmp_path, content):
    mapping, file = tmp_path / "mapping.json", tmp_path / "register.csv"
    mapping.write_text(content)
    file.write_text("\n".join(register_lines(1, 1)))
    ran = installed.run("import", "secrets", file, "--mapping", mapping)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "mapping.json" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_mapping_says_which_column_is_which(fresh, tmp_path):
    mapping, file = tmp_path / "mapping.json", tmp_path / "register.csv"
    mapping.write_text(json.dumps({"title": "備考"}))
    file.write_text("管理番号,名称,備考,秘密区分,所管部署コード\nS-1,甲,乙,秘,1100")
    assert fresh.run("import", "secrets", file, "--mapping", mapping).returncode == 0
    assert fresh.ask("SELECT title FROM register_secret") == [("乙",)]


def test_no_progress_is_written_into_a_pipe(installed, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 300)))
    ran = installed.run("import", "secrets", file, "--dry-run")
    assert ran.returncode == 0
    assert ran.stderr == ""
    assert "\r" not in ran.stdout
    assert "\x1b" not in ran.stdout


def test_progress_is_shown_on_a_terminal(installed, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 300)))
    screen, end = os.openpty()
    try:
        process = installed.start("-m", "kuramori", "import", "secrets", file, "--dry-run", stderr=end)
        os.close(end)
        told, _none = process.communicate()
        shown = os.read(screen, 4096).decode()
    finally:
        os.close(screen)
    assert process.returncode == 0
    assert "register.csv" in shown
    assert "\r" in shown
    assert "\r" not in told


def test_a_reader_that_goes_away_is_no_error(installed):
    process = installed.start("-m", "kuramori", "check")
    process.stdout.close()
    assert process.wait(60) == 0


def test_the_first_administrator_gets_one_link_and_only_one(fresh):
    first = fresh.run("admin", "akari@example.jp", "佐倉 灯里")
    assert (first.returncode, first.stdout.count("http")) == (0, 1)
    assert first.stdout.startswith("http://localhost:8000/account/password/reset/key/")
    again = fresh.run("admin", "akari@example.jp", "佐倉 灯里")
    assert (again.returncode, again.stdout) == (1, "")
    assert fresh.count("directory_person") == 2, "the person whom HR's file brought in is the administrator"


def test_a_new_installation_has_the_levels_it_asked_for_and_keeps_them(installed, tmp_path):
    new = Installation(tmp_path / "data")
    for levels in ("ab", "three"):
        new.run("migrate", "--levels", levels, check=True)
    assert new.count("governance_level") == 2
    assert installed.count("governance_level") == 4


def test_the_verifier_says_3_to_what_is_no_bundle(installed, tmp_path):
    for words in (["-m", "kuramori_verify"], ["-m", "kuramori", "verify"]):
        ran = installed.python(*words, tmp_path, "--json")
        assert ran.returncode == 3
        assert said(ran)
