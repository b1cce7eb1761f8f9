"""A Python that has loaded Django and forks for each piece of work: a process to kill costs milliseconds.

Reads a line of JSON: a piece of work with its arguments; answers with the child's process id. Then reads "wait" or
"kill" and answers with the child's exit code (the negative signal when the kill came before its end).
"""

import json
import os
import pickle
import pkgutil
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import django

django.setup()

from django.conf import settings  # noqa: E402  (the models need Django to be set up)
from django.test import Client  # noqa: E402
from django.test.utils import setup_test_environment  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import translation  # noqa: E402
from django.utils.timezone import localdate  # noqa: E402
from time_machine import travel  # noqa: E402

from kuramori.approvals.api import Request, request_ask  # noqa: E402
from kuramori.directory.api import Account, viewer_for  # noqa: E402
from kuramori.evidence import sequencer  # noqa: E402
from kuramori.evidence.api import NotAPrefix, ledger_check, run_forever, seal_now  # noqa: E402
from kuramori.kernel.actors import SYSTEM  # noqa: E402
from kuramori.kernel.acts import LedgerUnavailable, act  # noqa: E402
from kuramori.kernel.models import Entry  # noqa: E402
from kuramori.register.api import Secret  # noqa: E402
from kuramori.register.read_access import READ_ACCESS  # noqa: E402
from kuramori.site.cli import main  # noqa: E402
from tests.faults.power.calls import recorded  # noqa: E402
from tests.faults.power.failing import failing as disk_fails  # noqa: E402
from tests.faults.power.judging import judge  # noqa: E402
from tests.faults.power.works import WORKS, say, set_up, unlucky  # noqa: E402

FULL = 28  # the exit code of an act that was refused because the storage is full


def command(*words: str) -> int:
    """Run a command as the terminal would."""
    return main(words)


def cut(where: str, *words: str) -> int:
    """Run a command; the power goes at the moment when the function `where` begins: the system kills the process.

    Nothing of ours is replaced: the interpreter tells of each call, and the one of that very code is the last.
    """
    code = pkgutil.resolve_name(where).__code__

    def power(frame: FrameType, _event: str, _told: object) -> None:
        if frame.f_code is code:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.settrace(power)
    return main(words)


def together(meet: str, *words: str) -> int:
    """Run a command at the same moment as others that wait for the file `meet`."""
    await_others(meet)
    return main(words)


def await_others(meet: str) -> None:
    say("ready")
    while not Path(meet).exists():
        time.sleep(0.001)


def keepers_browser(secret: Secret, **more: bool) -> Client:
    """Return a browser in which the keeper of a secret is signed in, in English."""
    setup_test_environment()
    browser = Client(headers={"accept-language": "en"}, **more)
    browser.force_login(Account.objects.get(person=secret.keeper), backend=settings.AUTHENTICATION_BACKENDS[0])
    return browser


def pages(number: str) -> int:
    """Walk what a secret's keeper opens by day, with wrong ways and wrong forms; say each answer's status."""
    secret = Secret.objects.get(number=number)
    browser = keepers_browser(secret, enforce_csrf_checks=False)
    own, gone = [secret.pk], [secret.unit_id]
    for address in (
        "/",
        reverse("register:secret-list") + f"?q={secret.title}",
        reverse("register:secret-detail", args=own),
        reverse("register:secret-edit", args=own),
        reverse("register:secret-detail", args=gone),
        f"/{secret.title}/",
        "/evidence/",
        "/watch/alerts/",
    ):
        say(f"said {browser.get(address).status_code}")
    edited = reverse("register:secret-edit", args=own)
    say(f"said {browser.post(edited, {'title': secret.title * 50}).status_code}")
    confirmed = reverse("register:secret-confirm", args=own)
    say(f"said {browser.post(confirmed, {'why': secret.title}).status_code}")
    browser.handler.enforce_csrf_checks = True
    say(f"said {browser.post(confirmed, {'why': secret.title}).status_code}")
    return 0


def edit(number: str, title: str, meet: str) -> int:
    """Open the form of a secret in its keeper's browser; save it with another title when all have it open."""
    secret = Secret.objects.get(number=number)
    browser = keepers_browser(secret)
    address = reverse("register:secret-edit", args=[secret.pk])
    page = browser.get(address)
    form = {field.html_name: field.value() for field in page.context["form"]}
    entered = {name: value for name, value in form.items() if value is not None}
    await_others(meet)
    entered |= {"title": title, "as_of": page.context["as_of"], "why": title}
    answer = browser.post(address, entered)
    say(f"{answer.status_code} {answer.content.decode()}".replace("\n", " "))
    return 0


def decide(number: str, verdict: str, meet: str) -> int:
    """Open a request in the browser of who may decide on it; send the verdict when all have it open."""
    request = Request.objects.get(number=number)
    setup_test_environment()
    browser = Client(headers={"accept-language": "en"})
    decider = Account.objects.get(person=request.seats.get().person)
    browser.force_login(decider, backend=settings.AUTHENTICATION_BACKENDS[0])
    address = reverse("approvals:decide", args=[request.pk])
    entered = {"verdict": verdict, "reason": verdict, "seen": browser.get(address).context["form"]["seen"].value()}
    await_others(meet)
    answer = browser.post(address, entered)
    say(f"{answer.status_code} {answer.content.decode()}".replace("\n", " "))
    return 0


def ask_to_read(secret: str, asker: str) -> int:
    """Ask to read a secret until tomorrow, as the person with this mail address; say the request's number."""
    account = Account.objects.get(email=asker)
    entered = {"number": secret, "person": None, "until": localdate() + timedelta(days=1)}
    viewer = viewer_for(account)
    asked = READ_ACCESS.prepare(viewer, entered)
    say(request_ask(kind=READ_ACCESS, asked=asked, why="x", by=viewer).number)
    return 0


def write_at(hours: str, first: str, count: str) -> int:
    """Do acts while the clock of the machine is so many hours ahead, or behind."""
    with travel(datetime.now(UTC) + timedelta(hours=float(hours)), tick=True):
        return write(first, count)


def write(first: str, count: str) -> int:
    """Do acts one after the other; each number is said only after its act is done."""
    for number in range(int(first), int(first) + int(count)):
        try:
            with act("kernel.register.export", by=SYSTEM, why="x" * 2000) as this:
                this.note("number", number, in_clear=True)
        except LedgerUnavailable as refusal:
            say(f"{refusal.message} {refusal.next_step}")
            return FULL
        say(str(number))
    return 0


def number_and_seal(seconds: str) -> int:
    """Number and seal as the server does, only more often."""
    sequencer.SEAL_SECONDS, sequencer.IDLE_SECONDS = 0.02, 0.001
    stop = threading.Event()
    threading.Timer(float(seconds), stop.set).start()
    run_forever(stop)
    return 0


def fill(room: str) -> int:
    """Act until files may not grow by more than `room` bytes; read; then, given room again, act on."""
    largest = max(path.stat().st_size for path in settings.DATA.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest + int(room), hard))
    refused = write("0", "100000")
    say(f"read {Entry.objects.count()}")
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    return refused if refused != FULL else write("100000", "5")


def seal() -> int:
    """Number what waits, sign the head; say its size, or why nothing is signed."""
    try:
        head = seal_now()
    except NotAPrefix as refusal:
        say(f"{refusal.message} {refusal.next_step}")
        return 1
    say(str(head.size if head else 0))
    return 0


def check() -> int:
    """Check the whole ledger; say what was found, one a line."""
    found = ledger_check().found
    for each in found:
        say(f"{each.damage} {each.index} {each.detail}")
    return 1 if found else 0


def record(file: str, name: str, *words: str) -> int:
    """Do a piece of work in a child, and write down what it asked of the disk below the data folder's parent."""
    output = Path("/proc/self/fd/1").readlink()
    calls = recorded(lambda: WORK[name](*words), settings.DATA.parent, output)
    Path(file).write_bytes(pickle.dumps(calls))
    return 0


def failing(file: str, group: str, first: str, count: str, name: str) -> int:
    """Do a piece of work twice in a child whose disk fails (see `power.failing`); write down how many calls it saw."""
    calls = disk_fails(lambda: unlucky(name), settings.DATA, group, int(first), int(count))
    Path(file).write_text(str(calls))
    return 0


OWN = (
    failing,
    command,
    cut,
    together,
    edit,
    ask_to_read,
    decide,
    pages,
    write,
    write_at,
    number_and_seal,
    fill,
    seal,
    check,
    record,
    judge,
    set_up,
)
WORK: dict[str, Callable[..., int]] = {each.__name__: each for each in OWN} | WORKS
assert len(WORK) == len(OWN) + len(WORKS), "two kinds of work of one name"


def child(name: str, words: list[str], output: str) -> None:
    """Be the process that may be killed; never returns."""
    os.dup2(os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), 1)
    os.dup2(1, 2)
    code = 70
    try:
        code = WORK[name](*words)
        sys.stdout.flush()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def serve() -> None:
    """Fork for each line until the input ends."""
    translation.activate("en")
    assert Path(os.environ["KURAMORI_DATA"]).absolute() == settings.DATA
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork()
        if pid == 0:
            child(*asked)
        print(pid, flush=True)  # noqa: T201
        if sys.stdin.readline() == "kill\n":
            os.kill(pid, signal.SIGKILL)
        _pid, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
