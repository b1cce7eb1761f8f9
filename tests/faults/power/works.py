"""The work that is cut off, and what it says when something is done: five kinds, each as users and the worker do it."""

import hashlib
import os
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import connection

from kuramori.directory.api import viewer_of_system
from kuramori.evidence import sequencer
from kuramori.evidence.api import ask_bundle, run_forever, seal_now
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.models import Checkpoint, StampDue, Witness
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.stamps.acts import authority_add
from kuramori.evidence.stamps.asking import ask, note_new_head
from kuramori.evidence.witnessing.acts.witnesses import witness_add
from kuramori.evidence.witnessing.rounds import look
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act, storage_refusal
from kuramori.kernel.models import Job, JobState
from kuramori.register.api import secret_by_number

ACTS = 12
WITNESS = "witness"  # the folder beside the data folder, on another machine's disk
SECRET = "S-00001"  # noqa: S105  (its number)


def say(*words: object) -> None:
    """Write a line that is there even if the process dies right after."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def set_up(url: str, roots: str) -> int:
    """Set up a folder as witness and an authority; sign a first head."""
    place = settings.DATA.parent / WITNESS
    place.mkdir()
    witness_add(kind="folder", name="USB", place=str(place), by=SYSTEM)
    values = {"slug": "seiko", "name_ja": "時刻認証局", "name_en": "Authority", "url": url, "is_inside": True}
    authority_add(**values, roots_pem=roots, by=SYSTEM)
    return checkpoint("1")


def append(first: str) -> int:
    """Do acts one after the other, short and long; each number is said when its act is done."""
    carry_over_often()
    for number in range(int(first), int(first) + ACTS):
        act_once(number)
    return 0


def sequence(first: str) -> int:
    """Number and sign as the server does, only more often, while acts come in."""
    sequencer.SEAL_SECONDS, sequencer.IDLE_SECONDS = 0.05, 0.001
    stop = threading.Event()
    numbering = threading.Thread(target=run_forever, args=(stop,))
    numbering.start()
    append(first)
    stop.set()
    numbering.join()
    for size, root in Checkpoint.objects.values_list("size", "root"):
        say("head", size, bytes(root).hex())
    return 0


def checkpoint(first: str) -> int:
    """Act, sign a head, hand it to the witness; again and again."""
    carry_over_often()
    for number in range(int(first), int(first) + 4):
        act_once(number)
        head = seal_now()
        assert head is not None
        say("head", head.size, bytes(head.root).hex())
        for witness in Witness.objects.standing():
            look(witness, at_once=True)
    return 0


def stamp(first: str) -> int:
    """Act, sign a head, queue it for stamping, ask the authority; again and again."""
    carry_over_often()
    for number in range(int(first), int(first) + 3):
        act_once(number)
        seal_now()
        note_new_head()
        for due in StampDue.objects.select_related("authority"):
            say("due", due.size)
            token = ask(due, by=SYSTEM)
            assert token is not None, StampDue.objects.get(pk=due.pk).detail
            say("token", hashlib.sha256(token.reply).hexdigest())
    return 0


def bundle(first: str) -> int:
    """Ask for a bundle on its page, and let the worker make it."""
    carry_over_often()
    act_once(int(first))
    viewer = viewer_of_system()
    secret = secret_by_number(viewer, SECRET)
    assert secret is not None
    job = ask_bundle(
        viewer, kind="secret", subject=secret.as_subject(), permission=Permission.BUNDLE_DOWNLOAD, why="訴訟"
    )
    say("asked", job.pk, job.arguments["order"]["id"])
    while (row := Job.objects.get(pk=job.pk)).state in {JobState.WAITING, JobState.RUNNING}:
        taken = jobs.take()
        if taken is None:
            time.sleep(0.02)  # a worker beside us has it
        else:
            jobs.run(taken)
    if row.state != JobState.DONE:
        say("failed", job.arguments["order"]["id"], row.error)
        return 1
    file = bundle_file(job.arguments["order"]["id"])
    say("made", job.arguments["order"]["id"], hashlib.sha256(file.read_bytes()).hexdigest())
    return 0


def careless(first: str) -> int:
    """Append with SQLite's flushes switched off: what this loses, the campaign has to find."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    return append(first)


def careless_head(first: str) -> int:
    """Sign and hand a head out in the same careless way."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    return checkpoint(first)


def carry_over_often() -> None:
    """Let SQLite carry its log over into the database each 30 pages, not each 1,000: cuts fall into that too."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_autocheckpoint=30")


def act_once(number: int) -> None:
    """Do one act, short or long, and say its number."""
    with act("kernel.register.export", by=SYSTEM, why="x" * (number % 7 * 900)) as this:
        this.note("number", number, in_clear=True)
    say("act", number)


def unlucky(name: str) -> int:
    """Do a piece of work on a disk that may fail, and once more in the same process; say how it was refused.

    What no page, job or command could tell in words is said as `raised`.
    """
    for attempt in (100, 1100):
        try:
            WORKS[name](str(attempt))
        except Exception as error:  # noqa: BLE001  (whatever comes out is what is judged)
            refusal = error if isinstance(error, Refused) else storage_refusal(error)
            say("refused" if refusal else "raised", attempt, refusal.message if refusal else repr(error))
            connection.close()
    return 0


KINDS = (append, sequence, checkpoint, stamp, bundle, careless, careless_head)
WORKS: dict[str, Callable[..., int]] = {each.__name__: each for each in KINDS}
