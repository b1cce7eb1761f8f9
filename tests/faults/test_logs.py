"""What the program logs names no secret and nobody: a log goes to people who may see neither."""

import json

import pytest

from tests.browser.house import BUILD, DEMO, SMALL
from tests.faults.test_killed_import import written
from tests.faults.test_killed_ingest import INGEST, logged
from tests.installation import FILES, Ran, register_lines

WORDS = ("電解液", "配合", "佐倉", "灯里", "牧野", "牡丹", "akari", "botan")
CAREFUL = {"people": FILES["people"], "secrets": register_lines(1, 3)}


def silent(told: str) -> None:
    """Fail when a title, a path or a name stands in what was logged."""
    assert [line for line in told.splitlines() if any(word in line.lower() for word in WORDS)] == []


def test_commands_from_import_to_detection_log_no_name(here, tmp_path):
    runs = [here.run("import", kind, written(tmp_path, lines)) for kind, lines in CAREFUL.items()]
    runs += [here.run(*INGEST, logged(tmp_path / "logs", 0)), here.run("detect"), here.run("ledger", "check")]
    assert [ran.returncode for ran in runs[:4]] == [0, 0, 0, 0], runs
    silent("".join(ran.stderr for ran in runs))


def test_pages_that_answer_that_refuse_and_that_break_log_no_name(here, smithy, tmp_path):
    smithy.run("command", "import", "secrets", written(tmp_path, register_lines(1, 3)))
    smithy.run("command", "admin", "akari@example.jp", "佐倉 灯里")
    work = smithy.run("pages", "S-00001")
    codes = {line.removeprefix("said ") for line in work.said if line.startswith("said ")}
    assert codes >= {"200", "302", "403", "404", "422"}, work.said
    logged_lines = [line for line in work.said if not line.startswith("said ")]
    assert any("Not Found" in line for line in logged_lines), "something is logged at all"
    silent("\n".join(logged_lines))


@pytest.mark.faults
def test_building_the_demo_company_logs_no_name_of_its_people_and_secrets(here, tmp_path):
    demo = type(here)(tmp_path / "demo")
    ran: Ran = demo.python("-c", BUILD, json.dumps(SMALL), env=DEMO, check=True)
    names = [name for (name,) in demo.ask("SELECT name FROM directory_person UNION SELECT title FROM register_secret")]
    assert len(names) > 50
    assert [name for name in names if name in ran.stderr] == []
