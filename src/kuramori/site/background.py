"""Work that needs no request: prompt and long jobs, the sequencer, the round of the witnesses, a thread each."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping

from django.db import close_old_connections

from kuramori.evidence.api import rounds_forever
from kuramori.evidence.api import run_forever as run_sequencer
from kuramori.kernel import jobs

IDLE = 1.0  # seconds between two looks at the queue
PATIENCE = 5  # seconds for all threads together to end by themselves
log = logging.getLogger(__name__)


Work = Callable[[threading.Event], None]


def work_once(_stop: threading.Event) -> None:
    """Queue what recurs and is due, then run what must not wait behind long work."""
    jobs.ask_recurring()
    jobs.run_waiting(prompt=True)


def work_long(_stop: threading.Event) -> None:
    """Run everything else that waits."""
    jobs.run_waiting(prompt=False)


WORK: Mapping[str, Work] = {
    "jobs": work_once,
    "long-jobs": work_long,
    "sequencer": run_sequencer,
    "witnesses": rounds_forever,
}


def work(*, parent: int | None = None, each: Mapping[str, Work] = WORK) -> None:
    """Do each work in a thread of its own until SIGTERM or SIGINT, or until the process `parent` is gone."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    threads = [
        threading.Thread(target=_again, args=(stop, do), name=f"kuramori-{name}", daemon=True)
        for name, do in each.items()
    ]
    for thread in threads:
        thread.start()
    while not stop.wait(IDLE):
        if parent is not None and os.getppid() != parent:
            stop.set()
    until = time.monotonic() + PATIENCE
    for thread in threads:
        thread.join(timeout=max(0.0, until - time.monotonic()))


def _again(stop: threading.Event, do: Work) -> None:
    """Do the work again and again; a failure is logged and tried again, because nobody else would."""
    while not stop.is_set():
        close_old_connections()
        try:
            do(stop)
        except Exception:  # whatever it is, it is logged and tried again
            log.exception("background work failed; it is tried again")
        stop.wait(IDLE)
