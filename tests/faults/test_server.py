"""`kuramori serve` ends with all it started, takes its work up again by itself, and does not start unsafe (O1, O2)."""

import os
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.faults.test_killed_import import is_whole
from tests.faults.test_killed_ingest import INGEST, LINES, logged, rows, sealed

START, END, ALONE, DONE = 300, 60, 60, 300  # seconds: to answer, to end, to end without it, to have caught up


class Server:
    """`kuramori serve` in a process of its own, answering."""

    def __init__(self, here, log: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        with log.open("ab") as out:
            words = ("-m", "kuramori", "serve", "--port", self.port)
            self.process = here.start(*words, stderr=out)
        self.pid, self.log = self.process.pid, log
        within(START, self.answers, log.read_text)
        within(START, lambda: any("work" in command for command in self.family().values()), self.family)

    def answers(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/account/login/", timeout=30) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def family(self) -> dict[int, str]:
        """Return the processes that this one started, and those which they started, with their commands."""
        rows = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        processes = [(int(pid), int(parent), words) for pid, parent, words in map(columns, rows.splitlines())]
        found = {self.pid: ""}
        for pid, parent, words in sorted(processes):
            if parent in found:
                found[pid] = words
        return {pid: words for pid, words in found.items() if pid != self.pid}


def columns(row: str) -> list[str]:
    return row.split(maxsplit=2)


@contextmanager
def served(here, log: Path) -> Iterator[Server]:
    server = Server(here, log)
    family = server.family()
    try:
        yield server
    finally:
        for pid in [server.pid, *family]:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        server.process.wait(END)
        server.process.stdout.close()


def within(seconds: float, reached: Callable[[], bool], told: Callable[[], object]) -> None:
    until = monotonic() + seconds
    while not reached():
        assert monotonic() < until, told()
        sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def all_gone(processes: dict[int, str]) -> None:
    within(
        ALONE, lambda: not any(map(is_alive, processes)), lambda: {p: w for p, w in processes.items() if is_alive(p)}
    )


@pytest.mark.faults
def test_killed_and_started_again_it_catches_up_by_itself(here, smithy, tmp_path):
    logs, log = tmp_path / "logs", tmp_path / "serve.log"
    smithy.start("cut", "kuramori.watch.acts.receiving.seal_segments", *INGEST, logged(logs, 0)).wait()
    smithy.run("write", 0, 5)
    with served(here, log) as server:
        family = server.family()
        os.kill(server.pid, signal.SIGKILL)
        all_gone(family)
    half_a_minute_passes(here)
    smithy.run("write", 5, 5)
    with served(here, log):
        within(DONE, lambda: caught_up(here), lambda: (open_jobs(here), log.read_text()))
        assert here.count("kernel_job", "state = 'failed'") == 0
    assert rows(here) == LINES
    assert sealed(here), "at night the segment may have been put in order and sealed anew"
    is_whole(here, smithy)
    assert "佐倉" not in log.read_text()


def half_a_minute_passes(here) -> None:
    """Let a job under way be long enough without a sign of life that its worker counts as lost."""
    with here.looking() as connection:
        connection.execute("UPDATE kernel_job SET beat_at = '2026-01-01 00:00:00' WHERE state = 'running'")
        connection.commit()


def open_jobs(here) -> list[tuple]:
    return here.ask("SELECT kind, state, attempts FROM kernel_job WHERE state IN ('waiting', 'running')")


def caught_up(here) -> bool:
    done = here.count("kernel_job", "kind = 'watch.seal' AND state = 'done'")
    signed = here.ask("SELECT coalesce(max(size), 0) FROM evidence_checkpoint")[0][0]
    return bool(done) and signed > 10 and not open_jobs(here) and here.count("kernel_unsequenced") == 0


@pytest.mark.parametrize(
    "key",
    [pytest.param(signal.SIGTERM, id="stop"), pytest.param(signal.SIGINT, id="ctrl-c", marks=pytest.mark.faults)],
)
def test_told_to_stop_it_is_gone_within_ten_seconds_with_all_it_started(here, tmp_path, key):
    with served(here, tmp_path / "serve.log") as server:
        family = server.family()
        send = os.killpg if key == signal.SIGINT else os.kill  # a terminal's Ctrl-C reaches the whole group
        send(server.pid, key)
        assert server.process.wait(END) == 0, server.log.read_text()
        assert not any(map(is_alive, family)), family
        assert "Traceback" not in server.log.read_text()


def test_without_its_guards_it_does_not_serve(here):
    with here.looking() as connection:
        connection.execute("DROP TRIGGER kernel_entry_no_delete")
    ran = here.run("serve", "--port", 1)
    assert ran.returncode == 3
    assert "kuramori migrate" in ran.stderr
    assert "kernel_entry_no_delete" in ran.stderr


@pytest.mark.parametrize("address", ["http://kuramori.example", "http://localhost.example", "ftp://localhost"])
def test_a_public_address_without_encryption_is_refused(here, address):
    ran = here.run("serve", env={"KURAMORI_PUBLIC_URL": address})
    assert ran.returncode == 3
    assert "https://" in ran.stderr
    assert "Traceback" not in ran.stderr
