"""What must hold on any disk that a cut left behind: nothing said is lost or doubled, no fork, no hand work."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.timezone import now

from kuramori.evidence.api import ledger_check, seal_now
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.heads import Held, compare, is_part
from kuramori.evidence.models import Bundle, Checkpoint, Leaf, Stamp, StampDue
from kuramori.evidence.stamps.asking import STAMP
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel import guards, jobs
from kuramori.kernel.acts import Refused
from kuramori.kernel.models import Entry, Job, Unsequenced
from kuramori_verify.cli import verify
from tests.faults.power.works import WITNESS, act_once, say

LOST, DOUBLED, FORK, STUCK, UNSOUND = "lost", "doubled", "fork", "stuck", "unsound"


def judge(told: str) -> int:
    """Start on what is there, go on by itself, and say each finding: a word of the five above, and what it is."""
    said = [line.split(" ") for line in Path(told).read_text().splitlines()]
    findings = list(_at_once(said))
    try:
        findings += _goes_on(said)
    except (Refused, OSError, ValueError, AssertionError) as error:
        next_step = getattr(error, "next_step", "")
        findings.append((STUCK, f"{type(error).__name__}: {error} {next_step}"))
    for word, what in findings:
        say(word, what.replace("\n", " "))
    return 0


def _words(said: list[list[str]], first: str) -> list[list[str]]:
    return [rest for word, *rest in said if word == first]


def _at_once(said: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Before anything of ours has run again."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        if (told := cursor.fetchall()) != [("ok",)]:
            yield UNSOUND, f"SQLite: {told}"
    for missing in guards.missing():
        yield UNSOUND, f"no guard {missing}"
    for each in (_acts, _heads, _stamps, _bundles):
        yield from each(said)
    yield from _outside()


def _heads(said: list[list[str]]) -> Iterator[tuple[str, str]]:
    for size, root in _words(said, "head"):
        count = Checkpoint.objects.filter(size=int(size), root=bytes.fromhex(root)).count()
        if count != 1:
            yield LOST if count == 0 else DOUBLED, f"head over {size}"
        if not is_part(int(size), bytes.fromhex(root)):
            yield FORK, f"the head over {size} that was said is no part of the ledger"


def _bundles(said: list[list[str]]) -> Iterator[tuple[str, str]]:
    """What was asked for waits or is done; what lies in its place is whole, and the same as when it was said."""
    for _job, order in _words(said, "asked"):
        file = bundle_file(order)
        if file.exists() and not _verifies(file):
            yield UNSOUND, f"the bundle {order} lies in its place and is not whole"
        if not Job.objects.filter(arguments__order__id=order).exists():
            yield LOST, f"the job of the bundle {order}"
    for order, digest in _words(said, "made"):
        file = bundle_file(order)
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield LOST, f"the bundle {order} that was made"


def _acts(said: list[list[str]]) -> Iterator[tuple[str, str]]:
    bodies = Entry.objects.filter(verb="kernel.register.export").values_list("body", flat=True)
    there = Counter(str(json.loads(bytes(body))["notes"]["number"]["open"]) for body in bodies)
    for (number,) in _words(said, "act"):
        if number not in there:
            yield LOST, f"act {number}"
    yield from ((DOUBLED, f"act {number}") for number, count in there.items() if count > 1)


def _outside() -> Iterator[tuple[str, str]]:
    """The heads that lie with the witness, whose machine went on, must be heads of this ledger still."""
    for file in (settings.DATA.parent / WITNESS).rglob("*.txt"):
        if file.parent.name == WITNESS:
            continue
        found = compare(Held(note=file.read_text()), file.name)
        if found is not None:
            yield FORK, f"the witness's head {file.name} is not continued: {found}"


def _stamps(said: list[list[str]]) -> Iterator[tuple[str, str]]:
    tokens = Counter(
        hashlib.sha256(bytes(reply)).hexdigest() for reply in Stamp.objects.values_list("reply", flat=True)
    )
    for (digest,) in _words(said, "token"):
        if tokens[digest] != 1:
            yield (DOUBLED if tokens[digest] else LOST), f"token {digest[:12]}"
    for (size,) in _words(said, "due"):
        waits = StampDue.objects.filter(size__gte=int(size)).exists()
        if not waits and not Stamp.objects.filter(size__gte=int(size), refusal="").exists():
            yield LOST, f"the query for a stamp over {size}"


def _goes_on(said: list[list[str]]) -> Iterator[tuple[str, str]]:
    """What the server does by itself when it is started again, and new work."""
    lost = now() - jobs.LOST_AFTER - timedelta(seconds=1)
    Job.objects.filter(state="running").update(beat_at=lost)
    act_once(1_000_000)
    seal_now()
    jobs.ask(STAMP, viewer=None)
    while (job := jobs.take()) is not None:
        ended = jobs.run(job)
        if ended.state != "done":
            yield STUCK, f"job {ended.kind}: {ended.error}"
    for due in StampDue.objects.exclude(problem=""):
        yield STUCK, f"stamp due over {due.size}: {due.problem} {due.detail}"
    for _job, order in _words(said, "asked"):
        yield from _bundle(order)
    act_once(1_000_001)
    head = seal_now()
    if head is None or head.size != Entry.objects.count() or Unsequenced.objects.exists():
        yield STUCK, "not everything has its place under a head"
    if Leaf.objects.count() != tree_size() or Leaf.objects.values("entry").distinct().count() != tree_size():
        yield DOUBLED, "an entry has two places"
    yield from ((UNSOUND, f"{each.damage} {each.index} {each.detail}") for each in ledger_check().found)
    yield from _outside()
    if len(list((settings.DATA / "keys").glob("*.pem"))) != 1:
        yield STUCK, "not one key"
    yield from _acts(said)


def _bundle(order: str) -> Iterator[tuple[str, str]]:
    """A bundle that was asked for is there in the end, once, sealed and finished once, and the verifier accepts it."""
    if Bundle.objects.filter(pk=order).exclude(tag_manifest_sha256="").count() != 1:
        yield LOST, f"the bundle {order} is not recorded as finished"
    for verb in ("export", "finish"):
        count = Entry.objects.filter(verb=f"evidence.bundle.{verb}", subjects__subject_id=order).count()
        if count != 1:
            yield (DOUBLED if count else LOST), f"{count} entries evidence.bundle.{verb} of {order}"
    file = bundle_file(order)
    if not file.exists() or not _verifies(file):
        yield LOST, f"the bundle {order} does not verify"


def _verifies(file: Path) -> bool:
    """Let the verifier look: nothing is broken, and nothing is missing but what no authority has stamped."""
    return str(verify(file)["integrity"]) == "sound"
