"""The guards stand in the database itself; one that is missing, altered or switched off is named before the start."""

import re
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import OutsideAct, act
from kuramori.kernel.apps import check_guards, set_guards
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.records import Record
from kuramori.kernel.tests.moments import database_at

pytestmark = pytest.mark.django_db
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="SQLite's triggers")
on_postgres = pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's triggers")
UPDATE = "kernel_savedview_update_in_act"


def raw(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def saved(name: str = "極秘のみ") -> SavedView:
    view = SavedView(name=name, register="register:secret", person_id=uuid.UUID(int=1))
    with act("kernel.view.save", by=SYSTEM):
        view.save()
    return view


def drop(name: str) -> None:
    table = next(table for found, table, _sql in guards.wanted() if found == name)
    raw(f'DROP TRIGGER "{name}"' + ("" if connection.vendor == "sqlite" else f' ON "{table}"'))


def test_every_record_of_every_room_is_guarded_against_insert_update_and_delete() -> None:
    guarded = {(table, name) for name, table, _sql in guards.wanted()}
    for model in apps.get_models():
        if issubclass(model, Record):
            table = model._meta.db_table
            assert {(table, f"{table}_{each}_in_act") for each in ("insert", "update", "delete")} <= guarded


def test_every_table_of_the_ledger_refuses_to_forget() -> None:
    names = {name for name, _table, _sql in guards.wanted()}
    for table in guards.ledger_tables():
        assert {f"{table}_no_update", f"{table}_no_delete", f"{table}_insert_in_act"} <= names


def test_no_two_guards_share_a_name() -> None:
    names = [name for name, _table, _sql in guards.wanted()]
    assert len(names) == len(set(names))


def test_all_guards_stand_after_the_migrations() -> None:
    assert guards.missing() == []
    assert check_guards() == []


@pytest.mark.parametrize("name", [UPDATE, "kernel_entry_no_delete", "kernel_disclosure_insert_in_act"])
def test_a_guard_that_was_taken_away_is_named(name: str) -> None:
    drop(name)
    assert guards.missing() == [name]


def test_the_server_refuses_to_start_without_a_guard_and_says_what_to_do() -> None:
    drop(UPDATE)
    (error,) = check_guards()
    assert (error.id, error.is_serious()) == ("kuramori.E001", True)
    assert UPDATE in error.msg
    assert "kuramori migrate" in error.hint


def test_only_a_few_of_many_missing_guards_are_listed() -> None:
    guards.lift()
    (error,) = check_guards()
    assert f"{len(guards.missing())} guards are missing" in error.msg
    assert len(re.findall("_in_act|_no_", error.msg)) == 5


def test_installing_again_mends_what_was_missing() -> None:
    guards.lift()
    guards.install()
    assert guards.missing() == []


def test_migrations_set_the_guards_anew_once() -> None:
    drop(UPDATE)
    set_guards(apps.get_app_config("directory"))
    assert guards.missing() == [UPDATE]
    set_guards(apps.get_app_config("kernel"))
    assert guards.missing() == []


@on_sqlite
def test_a_trigger_with_another_body_is_found_on_sqlite() -> None:
    drop(UPDATE)
    raw(f'CREATE TRIGGER "{UPDATE}" AFTER UPDATE ON "kernel_savedview" BEGIN SELECT 1; END')
    assert guards.missing() == [UPDATE]


@on_sqlite
def test_a_rebuilt_table_has_lost_its_guards_and_that_is_seen() -> None:
    raw("CREATE TABLE copy AS SELECT * FROM kernel_savedview")
    raw("DROP TABLE kernel_savedview")
    raw("ALTER TABLE copy RENAME TO kernel_savedview")
    assert {UPDATE, "kernel_savedview_insert_in_act", "kernel_savedview_delete_in_act"} == set(guards.missing())


@on_postgres
def test_a_disabled_trigger_is_found() -> None:
    raw(f"ALTER TABLE kernel_savedview DISABLE TRIGGER {UPDATE}")
    assert guards.missing() == [UPDATE]


@on_postgres
def test_a_trigger_that_calls_another_function_is_found() -> None:
    raw("CREATE FUNCTION harmless() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
    drop("kernel_entry_no_delete")
    raw(
        "CREATE TRIGGER kernel_entry_no_delete BEFORE DELETE ON kernel_entry FOR EACH STATEMENT "
        "EXECUTE FUNCTION harmless()"
    )
    assert guards.missing() == ["kernel_entry_no_delete"]


@on_postgres
@pytest.mark.parametrize("function", sorted(guards.POSTGRES_FUNCTIONS))
def test_a_function_that_was_replaced_is_found_although_every_trigger_stands(function: str) -> None:
    raw(f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$")
    assert guards.missing() == [function]
    guards.install()
    assert guards.missing() == []


@on_postgres
@pytest.mark.parametrize("table", ["kernel_savedview", "kernel_disclosure", "kernel_listedchange"])
def test_no_table_can_be_emptied_at_a_stroke(table: str) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        raw(f"TRUNCATE {table} CASCADE")
    with pytest.raises(DatabaseError, match="append-only"), act("kernel.view.save", by=SYSTEM):
        raw(f"TRUNCATE {table} CASCADE")


def test_the_database_counts_every_row_that_an_act_touches() -> None:
    with act("kernel.view.save", by=SYSTEM):
        assert guards.touched() == 0
        for number in range(3):
            SavedView(name=str(number), register="r", person_id=uuid.UUID(int=1)).save()
        assert guards.touched() == 3


def test_rows_touched_behind_the_act_are_counted_and_undo_it() -> None:
    view = saved()
    with pytest.raises(OutsideAct, match="1 rows touched, 0 recorded"), act("kernel.view.save", by=SYSTEM):
        raw("UPDATE kernel_savedview SET name = 'x'")
    view.refresh_from_db()
    assert view.name == "極秘のみ"


def test_a_savepoint_that_is_rolled_back_takes_its_count_with_it() -> None:
    with act("kernel.view.save", by=SYSTEM):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raw("INSERT INTO kernel_savedview SELECT * FROM kernel_savedview WHERE false")
            raw("UPDATE kernel_savedview SET name = 'x'")
            1 / 0  # noqa: B018
        assert guards.touched() == 0


def test_an_act_is_its_own_transaction_and_nobody_can_undo_it_from_outside() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        saved()
    assert not Entry.objects.exists()


def test_a_database_that_is_not_set_up_yet_may_still_be_migrated(tmp_path: Path) -> None:
    with database_at(tmp_path / "new.sqlite3"):
        assert check_guards() == []


def test_a_database_that_cannot_be_read_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite3").write_bytes(b"SQLite format 2\n" + bytes(4096))
    with database_at(tmp_path / "broken.sqlite3"):
        (error,) = check_guards()
    assert error.id == "kuramori.E002"
    assert "file is not a database" in error.msg
