"""`kuramori-lake receive`: lines end in the lake once, whatever kills it, and a slow lake stops no sender."""

import argparse
import asyncio
import fcntl
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import kuramori_lake
from kuramori_lake import cli
from kuramori_lake.commands import receive
from kuramori_lake.receiver.server import Ports
from kuramori_lake.receiver.spool import Spool
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.talking import HOST, send, until

LINE = "<86>Nov 23 {clock} fs01 sshd[{number}]: Accepted publickey for akari from 10.1.4.7 port 5 ssh2"


def line(number: int) -> bytes:
    return LINE.format(clock=f"10:{number // 60:02d}:{number % 60:02d}", number=number).encode()


def counted(number: int) -> bytes:
    return b"%d %s" % (len(line(number)), line(number))


def arguments(folder: Path, **words: object) -> argparse.Namespace:
    plain = {"lake": folder / "lake", "spool": folder / "spool", "source": "sshd", "instance": "fs01", "limit": 64}
    return argparse.Namespace(**(plain | {"tz": TOKYO, "site_tz": None} | words))


def stored(folder: Path) -> list[str]:
    with Lake.open(folder / "lake") as lake:
        rows = lake.query("SELECT original_text FROM events WHERE activity = 'logon' ORDER BY time_utc, raw_row")
        return [str(text) for text in rows["original_text"].to_pylist()]


@contextmanager
def receiving(folder: Path):
    """The command in a child process; yields the child and the port it listens on."""
    words = ["receive", "--lake", folder / "lake", "--spool", folder / "spool", "--source", "sshd", "--tcp", "0"]
    child = subprocess.Popen(
        [sys.executable, "-m", "kuramori_lake", *map(str, words), "--instance", "fs01", "--tz", "Asia/Tokyo"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(kuramori_lake.__file__).parents[1]), "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    try:
        told = re.search(rb"'tcp': (\d+)", child.stdout.readline())
        assert told
        yield child, int(told[1])
    finally:
        child.kill()
        child.stdout.close()
        child.wait()


def on_disk(folder: Path) -> int:
    """Lines that lie in files of the spool, or are in the lake already."""
    spool = sum(path.read_bytes().count(b"\n") for path in (folder / "spool").glob("*/*") if path.is_file())
    with closing(sqlite3.connect(folder / "lake" / "manifest.sqlite3")) as manifest:
        return spool + int(manifest.execute("SELECT coalesce(sum(accepted), 0) FROM batch").fetchone()[0])


@pytest.mark.enable_socket
def test_killed_in_the_middle_nothing_that_lay_on_the_disk_is_lost_and_nothing_doubles(tmp_path):
    """Acknowledged is what the spool holds: a line is on the disk before the receiver reads the next ones."""
    sent = 0
    for _round in range(2):
        with receiving(tmp_path) as (child, port), socket.create_connection((HOST, port)) as sender:
            for number in range(sent, sent + 40):
                sender.sendall(counted(number))
            sent += 40
            asyncio.run(until(lambda sent=sent: on_disk(tmp_path) >= sent))
            sender.sendall(counted(sent)[:30])
            child.send_signal(signal.SIGKILL)
            assert child.wait() == -signal.SIGKILL
    with receiving(tmp_path) as (child, _port):
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
    assert stored(tmp_path) == [f"Nov 23 10:{number // 60:02d}:{number % 60:02d}" for number in range(sent)]
    assert not list((tmp_path / "spool" / "open").iterdir())
    assert not list((tmp_path / "spool" / "closed").iterdir())


def test_killed_between_taking_in_and_deleting_the_file_is_known_again(tmp_path):
    spool = Spool(tmp_path / "spool", limit=2**20)
    spool.write(HOST, [line(1) + b"\n"], 1.0)
    spool.rotate(2.0, all_of_them=True)
    (closed,) = (tmp_path / "spool" / "closed").iterdir()
    content = closed.read_bytes()
    receive.take_in(arguments(tmp_path))
    assert not closed.exists()
    closed.write_bytes(content)
    receive.take_in(arguments(tmp_path))
    assert not closed.exists()
    assert len(stored(tmp_path)) == 1


def test_zone_of_the_people_is_apart_from_the_clock_of_the_log(tmp_path):
    spool = Spool(tmp_path / "spool", limit=2**20)
    spool.write(HOST, [line(1) + b"\n"], 1.0)
    spool.rotate(2.0, all_of_them=True)
    receive.take_in(arguments(tmp_path, tz=ZoneInfo("UTC"), site_tz=TOKYO))
    with Lake.open(tmp_path / "lake") as lake:
        (row,) = lake.query("SELECT local_hour, is_night, tz_basis FROM events").to_pylist()
        assert row == {"local_hour": 19, "is_night": False, "tz_basis": "configured"}
        assert [each["site_tz"] for each in lake.query("SELECT site_tz FROM batches").to_pylist()] == ["Asia/Tokyo"]


def test_file_that_cannot_be_taken_in_stays_is_told_and_is_tried_again(tmp_path, capsys, monkeypatch):
    spool = Spool(tmp_path / "spool", limit=2**20)
    spool.write(HOST, [line(1) + b"\n"], 1.0)
    spool.rotate(2.0, all_of_them=True)
    with monkeypatch.context() as broken:
        broken.setattr(Lake, "ingest", lambda *_args, **_words: (_ for _ in ()).throw(OSError("no space left")))
        receive.take_in(arguments(tmp_path))
    assert "no space left" in capsys.readouterr().err
    assert len(list((tmp_path / "spool" / "closed").iterdir())) == 1
    receive.take_in(arguments(tmp_path))
    assert len(stored(tmp_path)) == 1


def test_nothing_waiting_makes_no_lake(tmp_path):
    Spool(tmp_path / "spool", limit=1)
    receive.take_in(arguments(tmp_path))
    assert not (tmp_path / "lake").exists()


def test_what_was_dropped_is_taken_in_beside_the_lines(tmp_path):
    spool = Spool(tmp_path / "spool", limit=2**20)
    spool.sender(HOST).dropped = 2
    spool.write(HOST, [line(1) + b"\n"], 1.0)
    spool.rotate(2.0, all_of_them=True)
    receive.take_in(arguments(tmp_path))
    with Lake.open(tmp_path / "lake") as lake:
        assert sorted(one.source for one in lake.sources_health()) == ["receiver", "sshd"]
        (gap,) = lake.query("SELECT name, count FROM events WHERE activity = 'log_gap'").to_pylist()
    assert gap == {"name": HOST, "count": 2}


@pytest.mark.enable_socket
def test_lake_that_takes_long_keeps_no_sender_waiting(tmp_path, capsys):
    """The loop goes on reading while the lake is held by somebody else, as it is when it is put in order at night."""
    with Lake.open(tmp_path / "lake"):
        pass
    spool = Spool(tmp_path / "spool", limit=2**20)
    spool.write(HOST, [line(0) + b"\n"], 1.0)
    spool.rotate(2.0, all_of_them=True)
    held = (tmp_path / "lake" / "lake.lock").open("w")
    fcntl.flock(held, fcntl.LOCK_EX)
    args, said = arguments(tmp_path), []

    def listens() -> bool:
        said.append(capsys.readouterr().out)
        return "'tcp'" in "".join(said)

    async def talk() -> None:
        serving = asyncio.create_task(receive._serve(args, Ports(tcp=free_port())))
        await until(listens)
        port = int(re.search(r"'tcp': (\d+)", "".join(said))[1])
        assert await send(port, counted(1))
        assert b"".join(path.read_bytes() for path in (tmp_path / "spool" / "open").iterdir()) == line(1) + b"\n"
        assert len(list((tmp_path / "spool" / "closed").iterdir())) == 1, "the lake still stands still"
        held.close()
        os.kill(os.getpid(), signal.SIGTERM)
        await serving

    asyncio.run(talk())
    assert len(stored(tmp_path)) == 2
    assert list((tmp_path / "spool" / "closed").iterdir()) == []


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize(
    ("language", "words"), [("en_US.UTF-8", "listen for syslog"), ("ja_JP.UTF-8", "syslog を待ち受け")]
)
def test_command_explains_itself(monkeypatch, capsys, language, words):
    monkeypatch.setenv("LC_ALL", language)
    with pytest.raises(SystemExit):
        cli.main(["receive", "--help"])
    assert words in capsys.readouterr().out


def test_folder_that_cannot_be_written_fails_in_words(tmp_path, capsys):
    taken = tmp_path / "spool"
    taken.write_text("a file")
    words = ["receive", "--lake", str(tmp_path / "lake"), "--spool", str(taken), "--source", "sshd", "--tcp", "0"]
    assert cli.main(words) == 3
    assert str(taken) in capsys.readouterr().err
