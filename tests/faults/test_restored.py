"""All comes back from a backup, half a backup is none, and an old one signs nothing beside a newer head (L3, O2)."""

import shutil
import stat

from tests.faults.forge import forge
from tests.faults.test_killed_import import is_whole
from tests.installation import Installation, register_lines


def backed_up(here, smithy, folder, name: str):
    file = folder / name
    smithy.run("command", "backup", file)
    return file


def restored(file, folder) -> Installation:
    new = Installation(folder)
    new.run("restore", file, check=True)
    new.run("migrate", check=True)
    return new


def test_all_comes_back_in_a_new_folder_and_goes_on(here, smithy, tmp_path):
    rows = tmp_path / "register.csv"
    rows.write_text("\n".join(register_lines(1, 5)))
    smithy.run("command", "import", "secrets", rows)
    smithy.run("seal")
    tables = ("register_secret", "kernel_entry", "evidence_leaf", "directory_person")
    held = {table: here.count(table) for table in tables}  # the backup itself is noted here once it is whole
    file = backed_up(here, smithy, tmp_path, "today.tar.gz")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600, "keys and secrets are in it"
    new = restored(file, tmp_path / "new")
    for table in tables:
        assert new.count(table) == held[table] > 0
    with forge(new, tmp_path) as other:
        other.run("write", 0, 3)
        is_whole(new, other)


def test_an_old_backup_signs_nothing_and_says_which_head_is_ahead(here, smithy, tmp_path):
    smithy.run("seal")
    old = backed_up(here, smithy, tmp_path, "old.tar.gz")
    smithy.run("write", 0, 4)
    ahead = smithy.run("seal").said[-1]
    lost = tmp_path / "lost"
    shutil.copytree(here.data / "heads", lost / "heads")
    new = restored(old, lost)
    heads = new.count("evidence_checkpoint")
    with forge(new, tmp_path) as other:
        other.run("write", 100, 9)
        work = other.start("seal")
        assert work.wait() == 1
        assert f"head over {ahead} entries" in work.said[0]
        assert "bring back a newer one" in work.said[0]
    assert new.count("evidence_checkpoint") == heads


def test_a_backup_that_was_cut_or_changed_is_refused_before_anything_is_written(here, smithy, tmp_path):
    file = backed_up(here, smithy, tmp_path, "whole.tar.gz")
    raw = file.read_bytes()
    for place, damaged in enumerate((raw[: len(raw) // 2], raw[:500] + b"\0" * 100 + raw[600:], b"")):
        broken = tmp_path / "broken.tar.gz"
        broken.write_bytes(damaged)
        new = Installation(tmp_path / f"new-{place}")
        ran = new.run("restore", broken)
        assert ran.returncode == 1
        assert "Traceback" not in ran.stderr
        assert [path.name for path in new.data.iterdir()] == ["secret-key"]


def test_a_killed_migration_is_taken_up_by_the_next(tmp_path, chance):
    new = Installation(tmp_path / "new")
    with forge(new, tmp_path) as smithy:
        for _kill in range(4):
            smithy.killed("command", "migrate", after=chance.uniform(0.05, 1.0))
        smithy.run("command", "migrate")
        smithy.run("write", 0, 3)
        is_whole(new, smithy)
    assert new.run("check", "--json").returncode == 0
