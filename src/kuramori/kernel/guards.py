"""The database's own guards: no row of a Record changes outside an act, no ledger row changes at all.

Python can be walked around (raw SQL, loaddata, another program), the triggers cannot. They need the mark of an
open act and count the rows touched; an act whose count differs from what it recorded is rolled back.

SQLite keeps the mark as one row of `kernel_openact`, seen by nobody else because a writer holds the database.
PostgreSQL keeps it as a transaction-local setting: no row to fight over, and a rolled-back savepoint takes its
count with it.
"""

from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Model

SETTING = "kuramori.touched"
ERASING = "kuramori.erases"
OUTSIDE = "kuramori: changed outside an act"
APPEND_ONLY = "kuramori: the ledger is append-only"
OPERATIONS = ("INSERT", "UPDATE", "DELETE")


def record_tables() -> list[str]:
    """Return the tables of all Records, sorted."""
    from kuramori.kernel.records import Record  # noqa: PLC0415  (models are not loaded when this module is)

    return sorted(m._meta.db_table for m in apps.get_models() if issubclass(m, Record))  # noqa: SLF001


def ledger_models() -> list[type[Model]]:
    """Return the models whose rows are only ever appended."""
    return [apps.get_model("kernel", name) for name in ("Entry", "EntrySubject", "Disclosure", "ListedChange")]


def ledger_tables() -> list[str]:
    """Return the tables whose rows are only ever appended, sorted."""
    return sorted(m._meta.db_table for m in ledger_models())  # noqa: SLF001


def erasable_tables() -> list[str]:
    """Return the ledger's tables whose disclosures an act of erasure may take away: the only rows it may change."""
    return [apps.get_model("kernel", name)._meta.db_table for name in ("Disclosure", "ListedChange")]  # noqa: SLF001


def frozen_tables() -> list[str]:
    """Return the tables of other rooms that grow outside acts and whose rows never change: `append_only = True`."""
    return sorted(m._meta.db_table for m in apps.get_models() if getattr(m, "append_only", False))  # noqa: SLF001


def open_mark() -> None:
    """Mark the running transaction as an act that has touched nothing yet."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO kernel_openact (id, touched, erases) VALUES (1, 0, false)")
        else:
            cursor.execute("SELECT set_config(%s, '0', true)", [SETTING])


def allow_erasure() -> None:
    """Let the open act, and nothing after it, take disclosures away (see `erasure`)."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE kernel_openact SET erases = true WHERE id = 1")
        else:
            cursor.execute("SELECT set_config(%s, 'yes', true)", [ERASING])


def touched() -> int:
    """Return how many rows of Records the open act has touched so far, as the database counted them."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT touched FROM kernel_openact WHERE id = 1")
        else:
            cursor.execute("SELECT current_setting(%s, true)", [SETTING])
        return int(cursor.fetchone()[0])


def close_mark() -> None:
    """Take the mark away; whatever follows in this transaction is outside an act again."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM kernel_openact WHERE id = 1")
        else:
            cursor.execute("SELECT set_config(%s, '', true), set_config(%s, '', true)", [SETTING, ERASING])


def _sqlite_triggers() -> Iterator[tuple[str, str, str]]:
    """Yield (trigger name, table, SQL) for SQLite."""
    refuse_outside = f"SELECT RAISE(ABORT, '{OUTSIDE}') WHERE NOT EXISTS (SELECT 1 FROM kernel_openact)"
    for table in record_tables():
        for operation in OPERATIONS:
            name = f"{table}_{operation.lower()}_in_act"
            count = "UPDATE kernel_openact SET touched = touched + 1"
            yield (
                name,
                table,
                f'CREATE TRIGGER "{name}" AFTER {operation} ON "{table}" BEGIN {refuse_outside}; {count}; END',
            )
    for table in ledger_tables():
        name = f"{table}_insert_in_act"
        yield name, table, f'CREATE TRIGGER "{name}" AFTER INSERT ON "{table}" BEGIN {refuse_outside}; END'
    for table in (*ledger_tables(), *frozen_tables()):
        for operation in ("UPDATE", "DELETE"):
            name = f"{table}_no_{operation.lower()}"
            body = f"SELECT RAISE(ABORT, '{APPEND_ONLY}')"
            if operation == "UPDATE" and table in erasable_tables():
                body += " WHERE NOT EXISTS (SELECT 1 FROM kernel_openact WHERE erases)"
            yield name, table, f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}" BEGIN {body}; END'


POSTGRES_FUNCTIONS = {
    "kernel_count_touched": f"""
DECLARE held text := current_setting('{SETTING}', true); rows bigint;
BEGIN
  IF coalesce(held, '') = '' THEN RAISE EXCEPTION '{OUTSIDE}' USING ERRCODE = 'raise_exception'; END IF;
  SELECT count(*) INTO rows FROM touched_rows;
  PERFORM set_config('{SETTING}', (held::bigint + rows)::text, true);
  RETURN NULL;
END """,
    "kernel_need_act": f"""
BEGIN
  IF coalesce(current_setting('{SETTING}', true), '') = '' THEN
    RAISE EXCEPTION '{OUTSIDE}' USING ERRCODE = 'raise_exception';
  END IF;
  RETURN NULL;
END """,
    "kernel_append_only": f"""
BEGIN RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'raise_exception'; END """,
    "kernel_erase_only": f"""
BEGIN
  IF coalesce(current_setting('{ERASING}', true), '') = '' THEN
    RAISE EXCEPTION '{APPEND_ONLY}' USING ERRCODE = 'raise_exception';
  END IF;
  RETURN NULL;
END """,
}  # the texts are constants of this module


def _postgres_triggers() -> Iterator[tuple[str, str, str]]:
    """Yield (trigger name, table, SQL) for PostgreSQL: by statement, so that 10,000 rows are counted at once."""
    for table in record_tables():
        for operation in OPERATIONS:
            name = f"{table}_{operation.lower()}_in_act"
            rows = "OLD" if operation == "DELETE" else "NEW"
            yield (
                name,
                table,
                (
                    f'CREATE TRIGGER "{name}" AFTER {operation} ON "{table}" REFERENCING {rows} TABLE AS touched_rows '
                    "FOR EACH STATEMENT EXECUTE FUNCTION kernel_count_touched()"
                ),
            )
        name = f"{table}_no_truncate"
        body = "FOR EACH STATEMENT EXECUTE FUNCTION kernel_append_only()"
        yield name, table, f'CREATE TRIGGER "{name}" BEFORE TRUNCATE ON "{table}" {body}'
    for table in ledger_tables():
        name = f"{table}_insert_in_act"
        body = "FOR EACH STATEMENT EXECUTE FUNCTION kernel_need_act()"
        yield name, table, f'CREATE TRIGGER "{name}" AFTER INSERT ON "{table}" {body}'
    for table in (*ledger_tables(), *frozen_tables()):
        for operation in ("UPDATE", "DELETE", "TRUNCATE"):
            name = f"{table}_no_{operation.lower()}"
            may_erase = operation == "UPDATE" and table in erasable_tables()
            body = f"FOR EACH STATEMENT EXECUTE FUNCTION kernel_{'erase' if may_erase else 'append'}_only()"
            yield name, table, f'CREATE TRIGGER "{name}" BEFORE {operation} ON "{table}" {body}'


def wanted() -> list[tuple[str, str, str]]:
    """Return every trigger that must stand, as (name, table, SQL) for the database in use."""
    return list(_sqlite_triggers() if connection.vendor == "sqlite" else _postgres_triggers())


def standing() -> dict[str, str]:
    """Return what is found in the database: trigger -> its SQL (SQLite), or "O" when enabled and its function's name.

    On PostgreSQL the functions stand beside them, each with its source: a trigger is worth what its function does.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT tgname::text, tgenabled::text || ' ' || proname::text FROM pg_trigger "
                "JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal "
                "UNION ALL SELECT proname::text, prosrc FROM pg_proc WHERE proname = ANY(%s)",
                [list(POSTGRES_FUNCTIONS)],
            )
        return dict(cursor.fetchall())


def missing() -> list[str]:
    """Return the names of triggers and functions that do not stand as they must: absent, altered or disabled."""
    found = standing()
    if connection.vendor == "sqlite":
        return [name for name, _, sql in wanted() if found.get(name) != sql]
    expected = {name: f"O {sql.rpartition(' ')[2].removesuffix('()')}" for name, _, sql in wanted()}
    return [name for name, said in (expected | POSTGRES_FUNCTIONS).items() if found.get(name) != said]


def install() -> None:
    """Set up every trigger anew: SQLite's table rebuilds drop them, so this runs after each migration."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, body in POSTGRES_FUNCTIONS.items():
                declared = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
                cursor.execute(f"{declared} AS $${body}$$")
        for name, table, sql in wanted():
            if table in tables:
                cursor.execute(_drop(name, table))
                cursor.execute(sql)


def lift() -> None:
    """Take all triggers away: for test databases that are emptied between tests, never elsewhere."""
    with connection.cursor() as cursor:
        for name, table, _ in wanted():
            cursor.execute(_drop(name, table))


def _drop(name: str, table: str) -> str:
    on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
    return f'DROP TRIGGER IF EXISTS "{name}"{on}'
