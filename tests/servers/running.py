"""Real servers in a temporary folder on loopback: found or skipped, started, waited for, stopped."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

PATIENCE_S = 60
T = TypeVar("T")


def program(name: str, package: str) -> str:
    """The path of a server's program; the test is skipped where it is not, or where we may not start it."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if not found:
        pytest.skip(f"{name} is not installed here (apt-get install {package})")
    if os.geteuid() != 0:
        pytest.skip(f"{name} gives up root's rights itself, so only root can start it")
    return found


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that a server's own account can reach, unlike pytest's."""
    folder = Path(tempfile.mkdtemp(prefix="kura-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def until(what: Callable[[], T], told: Callable[[], str] = str) -> T:
    """The first true answer of `what`; asks again until patience ends."""
    end = time.monotonic() + PATIENCE_S
    while not (answer := what()):
        if time.monotonic() > end:
            pytest.fail(f"waited {PATIENCE_S} s in vain\n{told()}")
        time.sleep(0.05)
    return answer


def listens(port: int) -> bool:
    """Somebody accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(*command: str, port: int, log: Path, environment: dict[str, str] | None = None) -> Iterator[None]:
    """A server in the foreground from when it listens until the block ends.

    In a session of its own: Postfix ends its whole process group when it is told to stop.
    """
    with log.open("wb") as said:
        server = subprocess.Popen(
            command,
            stdout=said,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | (environment or {}),
        )
        try:
            until(lambda: server.poll() is not None or listens(port), lambda: log.read_text(errors="replace"))
            assert server.poll() is None, log.read_text(errors="replace")
            yield
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
