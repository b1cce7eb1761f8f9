"""What is killed in `test_kills`: somebody who writes and numbers without end; and who judges what is left."""

import sys
import uuid

from django.core.management import call_command

from kuramori.evidence.check import ledger_check
from kuramori.evidence.models import Leaf
from kuramori.evidence.sequencer import Sequencer, seal_now
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.models import Entry, SavedView, Unsequenced


def begin() -> None:
    """Make the database."""
    call_command("migrate", verbosity=0)


def write() -> None:
    """Write act after act, say each that is done, and number and sign between them."""
    sequencer = Sequencer()
    for number in range(100_000):
        record = SavedView(name=f"v{number}", register="r", person_id=uuid.uuid4())
        with act("kernel.view.save", by=SYSTEM):
            record.save()
        sys.stdout.write(f"{record.pk}\n")
        sys.stdout.flush()
        if number % 3 == 0:
            sequencer.step(limit=2)
        if number % 7 == 0:
            seal_now(sequencer)


def judge() -> None:
    """Number what is left, check all, and look for every act that was said to be done; say how many entries."""
    head = seal_now()
    report = ledger_check()
    assert report.is_sound, report.found
    assert Leaf.objects.count() == Entry.objects.count() == head.size
    assert not Unsequenced.objects.exists()
    assert SavedView.objects.count() == Entry.objects.count()
    told = set(sys.stdin.read().split())
    assert told <= {str(pk) for pk in SavedView.objects.values_list("pk", flat=True)}, "an acknowledged act is lost"
    sys.stdout.write(str(head.size))
