"""The server: pages by granian, and beside it one child process that runs jobs and seals the ledger.

The child is a process of its own, so that long work never slows a page, and started before granian forks its
workers: threads and open databases do not survive a fork.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError
from granian import Granian
from granian.constants import Interfaces

THREADS = 4
PATIENCE = 5  # seconds for a process to end by itself


def refusals() -> list[str]:
    """Return why this installation must not serve: failed checks, missing guards, unapplied migrations (O1, O2)."""
    reasons = []
    try:
        failed = [m for m in run_checks(databases=["default"], include_deployment_checks=False) if m.level >= ERROR]
        reasons += [f"{m.id}: {m.msg} {m.hint or ''}".strip() for m in failed]
        call_command("migrate", check=True, verbosity=0, skip_checks=True)
    except (SystemExit, CommandError):
        reasons.append("The database is not up to date: run “kuramori migrate”.")
    except DatabaseError as error:
        reasons.append(f"The database does not answer: {error}.")
    return reasons


def is_taken(host: str, port: int) -> bool:
    """Say whether another program listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def serve(*, host: str, port: int, workers: int = 1) -> None:
    """Serve until interrupted; what the child did not finish is taken up at the next start."""
    os.environ["KURAMORI_SERVER_PID"] = str(os.getpid())  # for the web processes (see `wsgi`)
    with _working_child():
        Granian(
            "kuramori.site.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=THREADS,
            websockets=False,
            log_access=False,
            respawn_failed_workers=True,
            workers_kill_timeout=PATIENCE,
        ).serve()


@contextmanager
def _working_child() -> Iterator[None]:
    """Run `kuramori work` while the pages are served; in a session of its own, so that Ctrl-C reaches it once."""
    command = [sys.executable, "-m", "kuramori", "work", "--parent", str(os.getpid())]
    child = subprocess.Popen(command, start_new_session=True)  # noqa: S603  (our own module, no shell)
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
