"""kill -9 of processes that write and number, at random points: nothing lost, nothing doubled, no hand work."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

RANDOM = random.Random(20261123)  # noqa: S311  (moments to kill at, the same in each run)
SOURCE = Path(__file__).resolve().parents[3]

WRITER = """
import django; django.setup()
import sys, uuid
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.models import SavedView
from kuramori.evidence.sequencer import seal_now, Sequencer
sequencer = Sequencer()
for number in range(100_000):
    record = SavedView(name=f"v{number}", register="r", person_id=uuid.uuid4())
    with act("kernel.view.save", by=SYSTEM) as this:
        record.save()
    sys.stdout.write(f"{record.pk}\\n"); sys.stdout.flush()
    if number % 3 == 0:
        sequencer.step(limit=2)
    if number % 7 == 0:
        seal_now(sequencer)
"""

JUDGE = """
import django; django.setup()
import sys
from kuramori.evidence.check import ledger_check
from kuramori.evidence.models import Leaf
from kuramori.evidence.sequencer import seal_now
from kuramori.kernel.models import Entry, SavedView, Unsequenced
head = seal_now()
report = ledger_check()
assert report.is_sound, report.found
assert Leaf.objects.count() == Entry.objects.count() == head.size and not Unsequenced.objects.exists()
assert SavedView.objects.count() == Entry.objects.count()
told = set(sys.stdin.read().split())
assert told <= {str(pk) for pk in SavedView.objects.values_list("pk", flat=True)}, "an acknowledged act is lost"
print(head.size)
"""


def python(code, folder, **options):
    keep = {name: value for name, value in os.environ.items() if not name.startswith(("COV_", "KURAMORI_"))}
    environment = keep | {
        "DJANGO_SETTINGS_MODULE": "kuramori.site.settings",
        "KURAMORI_DATA": str(folder),
        "PYTHONPATH": str(SOURCE),
    }
    return subprocess.Popen([sys.executable, "-c", code], env=environment, text=True, **options)


def survive(folder, times):
    """Kill a writing and numbering process so many times, each at another moment; the ledger is sound after each."""
    migrate = (
        "import django; django.setup(); from django.core.management import call_command as c; c('migrate', verbosity=0)"
    )
    assert python(migrate, folder).wait() == 0
    told = ""
    size = 0
    for _ in range(times):
        writer = python(WRITER, folder, stdout=subprocess.PIPE)
        first = writer.stdout.readline()
        time.sleep(RANDOM.uniform(0, 0.4))
        writer.send_signal(signal.SIGKILL)
        rest, _nothing = writer.communicate()
        told += first + rest[: rest.rfind("\n") + 1]
        judge = python(JUDGE, folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, complaint = judge.communicate(told)
        assert judge.returncode == 0, complaint
        assert int(out) > size
        size = int(out)


@pytest.mark.faults
def test_twenty_kills_leave_the_ledger_sound(tmp_path):
    survive(tmp_path, 20)
