"""On SQLite writers take turns, and whoever dies with the pen in hand leaves it free."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from kuramori.kernel.turns import LOCK_FILE, alone, turn

HOLD = """
import fcntl, sys, time
file = open(sys.argv[1], "w")
fcntl.flock(file, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder() -> subprocess.Popen[str]:
    path = str(Path(settings.DATA) / LOCK_FILE)
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.django_db(transaction=True)
def test_a_killed_writer_leaves_the_pen_free(holder: subprocess.Popen[str]) -> None:
    began = time.monotonic()
    os.kill(holder.pid, signal.SIGKILL)
    with turn():
        assert time.monotonic() - began < 30


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_nobody_waits_for_a_turn(holder: subprocess.Popen[str]) -> None:
    with transaction.atomic(), turn():
        assert connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="on SQLite every act holds the pen")
def test_who_would_make_the_same_row_waits_for_whoever_makes_it_now() -> None:
    def ask() -> list[str]:
        got = []
        for name in ("another", "the same"):
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '100ms'")
                    alone(name)
                    got.append(name)
            except OperationalError:
                got.append(f"kept out of {name}")
        connection.close()
        return got

    with ThreadPoolExecutor(1) as others:
        with transaction.atomic():
            alone("the same")
            assert others.submit(ask).result() == ["another", "kept out of the same"]
        assert others.submit(ask).result() == ["another", "the same"], "it is free when the transaction ends"
