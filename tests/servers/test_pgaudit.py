"""A real PostgreSQL with pgaudit and our configuration: who read, took out and was refused which relation."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
import psycopg
import pytest

from kuramori_lake.setup import recipes
from kuramori_lake.store import Lake
from tests.servers.running import free_port, open_folder, program, running, until

pytestmark = pytest.mark.servers

OURS = """\
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = off
"""
TABLES = """\
CREATE ROLE akari LOGIN PASSWORD 'pw'; CREATE ROLE botan LOGIN PASSWORD 'pw';
CREATE TABLE 顧客 (id int, 氏名 text); CREATE TABLE 原価 (id int);
GRANT SELECT ON 顧客, 原価 TO akari; GRANT SELECT, INSERT ON 顧客 TO botan;
"""
JAPANESE = """\
INSERT INTO 顧客 -- "二行目" から、値
SELECT n, '山田,太郎' || chr(10)
FROM generate_series(1, 3) n"""


def server_with_pgaudit() -> Path:
    """The folder of the programs of the newest PostgreSQL that has pgaudit."""
    program("setpriv", "util-linux")
    found = sorted(Path("/usr/lib/postgresql").glob("*/lib/pgaudit.so"), key=lambda at: int(at.parts[-3]))
    if not found:
        pytest.skip("pgaudit.so is not installed here (apt-get install postgresql-15-pgaudit)")
    return found[-1].parents[1] / "bin"


@contextmanager
def audited(folder: Path, text: str) -> Iterator[int]:
    """A server with that configuration; gives its port. It refuses root, so it runs as the account of its package."""
    programs, data, port = server_with_pgaudit(), folder / "data", free_port()
    run_as = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
    subprocess.run(["chown", "postgres", str(folder)], check=True)
    (folder / "pw").write_text("pw")
    made = subprocess.run(
        [*run_as, programs / "initdb", "-D", data, "-U", "daichi", "--auth=scram-sha-256", f"--pwfile={folder}/pw",
         "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
        capture_output=True, text=True, timeout=60, check=False, cwd=folder,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(OURS + text)
    command = (*run_as, str(programs / "postgres"), "-D", str(data), "-p", str(port))
    with running(*command, port=port, log=folder / "said"):
        until(lambda: takes_sessions(port))
        yield port


def as_account(port: int, user: str, said: str = "pw") -> psycopg.Connection:
    """A session over loopback, with the password asked for."""
    return psycopg.connect(
        host="127.0.0.1", port=port, user=user, password=said, dbname="postgres", application_name="eigyo"
    )


def takes_sessions(port: int) -> bool:
    """The server listens a moment before it takes anybody."""
    try:
        as_account(port, "daichi").close()
    except psycopg.OperationalError as error:
        if "starting up" not in str(error):
            raise
        return False
    return True


def deeds(port: int) -> None:
    """What two accounts did, one after the other; the second is refused a table and a sign-in."""
    with as_account(port, "daichi") as owner:
        owner.execute(TABLES)
    owner.close()
    with as_account(port, "botan") as botan:
        botan.execute(JAPANESE)
        botan.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            botan.execute("SELECT *\nFROM 原価")
    botan.close()
    with as_account(port, "akari") as akari:
        assert len(akari.execute("SELECT * FROM 顧客 WHERE id > %s", (1,)).fetchall()) == 2
        with akari.cursor().copy("COPY 顧客 TO STDOUT") as taken:
            assert len(list(taken.rows())) == 3
        with akari.cursor().copy("COPY (SELECT id FROM public.顧客) TO STDOUT") as taken:
            assert len(list(taken.rows())) == 3
    akari.close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        as_account(port, "botan", "wrong")


def test_statements_of_two_accounts_are_told_by_our_configuration(tmp_path):
    server_with_pgaudit()
    (recipe,) = recipes("pgaudit")
    with open_folder() as folder:
        with audited(folder, recipe.text) as port:
            deeds(port)
        (log,) = (folder / "data" / "log").glob("*.csv")
        with Lake.open(tmp_path / "lake") as lake:
            counts = lake.ingest(log, source="pgaudit", zone=ZoneInfo("Asia/Tokyo")).counts
            found = lake.query("SELECT * FROM events ORDER BY raw_row").to_pylist()
        lines = log.read_bytes().count(b"\n")
    assert (counts.rows, counts.rejected, counts.duplicate) == (lines, 0, 0)
    assert counts.accepted == len(found) == lines - counts.ignored
    assert {(one["ip"], one["tz_basis"], one["actor_namespace"]) for one in found} == {("127.0.0.1", "explicit", "db")}
    assert [
        (one["activity"], one["outcome"], one["path"], one["count"]) for one in found if one["actor_raw"] == "botan"
    ] == [
        ("logon", "ok", None, None),
        ("db_change", "ok", "postgres/public/顧客", 3),
        ("db_read", "denied", "postgres/public/原価", None),
        ("logoff", "ok", None, None),
        ("logon_fail", "denied", None, None),
    ]
    assert [
        (one["activity"], one["path"], one["count"], one["flags"]) for one in found if one["actor_raw"] == "akari"
    ] == [
        ("logon", None, None, None),
        ("db_read", "postgres/public/顧客", 2, None),
        ("db_export", "postgres/public/顧客", None, "name_unsure,rows_unknown"),
        ("db_export", "postgres/public/顧客", 3, None),
        ("logoff", None, None, None),
    ]
    sure = {one["activity"]: one["confidence"] for one in found}
    assert (sure["logon"], sure["db_export"], sure["logon_fail"]) == ("authenticated", "authenticated", "claimed")
    told = {one["name"]: orjson.loads(one["fields"])["statement"] for one in found if one["name"] and one["fields"]}
    assert told["INSERT"] == JAPANESE
    assert "'pw'" not in "".join(one["fields"] or "" for one in found)
