"""On SQLite writers take turns, and whoever dies with the pen in hand leaves it free."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from kuramori.kernel.turns import LOCK_FILE, turn

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
