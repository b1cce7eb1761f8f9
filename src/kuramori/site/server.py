"""The server: pages by granian, and beside them the worker, the scheduler and the sequencer as threads."""

import logging
import socket
import threading
from collections.abc import Callable

from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import close_old_connections, connection
from granian import Granian
from granian.constants import Interfaces

from kuramori.evidence.api import run_forever
from kuramori.kernel import jobs

IDLE = 1.0  # seconds between two looks at the queue
THREADS = 4
log = logging.getLogger(__name__)


def refusals() -> list[str]:
    """Return why this installation must not serve: failed checks, missing guards, unapplied migrations (O1, O2)."""
    failed = [m for m in run_checks(databases=["default"], include_deployment_checks=False) if m.level >= ERROR]
    reasons = [f"{m.id}: {m.msg} {m.hint or ''}".strip() for m in failed]
    try:
        call_command("migrate", check=True, verbosity=0, skip_checks=True)
    except (SystemExit, CommandError):
        reasons.append("The database is not up to date: run “kuramori migrate”.")
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
    """Serve until interrupted; the threads end with it, and what they did not finish is taken up at the next start."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_forever, args=(stop, work_once), name="kuramori-worker", daemon=True),
        threading.Thread(target=_guarded, args=(run_forever, stop), name="kuramori-sequencer", daemon=True),
    ]
    for thread in threads:
        thread.start()
    connection.close()
    server = Granian(
        "kuramori.site.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=THREADS,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    )
    try:
        server.serve()
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)


def work_once() -> None:
    """Queue what recurs and is due, then run what waits."""
    jobs.ask_recurring()
    jobs.run_waiting()


def _forever(stop: threading.Event, work: Callable[[], None]) -> None:
    """Do the work again and again; a failure is logged and tried again, because nobody else would."""
    while not stop.is_set():
        close_old_connections()
        try:
            work()
        except Exception:  # whatever it is, it is logged and tried again
            log.exception("background work failed; it is tried again")
        stop.wait(IDLE)


def _guarded(run: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Keep a loop of its own alive."""
    while not stop.is_set():
        try:
            run(stop)
        except Exception:  # whatever it is, it is logged and tried again
            log.exception("the sequencer stopped; it is started again")
            stop.wait(IDLE)
