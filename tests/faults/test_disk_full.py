"""A full disk or a folder that cannot be written: acts are refused in words, reading goes on, relief is enough (L6)."""

import errno
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import LedgerUnavailable, act
from kuramori.kernel.models import Entry
from kuramori.register.models import Secret
from tests.faults.test_killed_import import is_whole
from tests.installation import Installation, register_lines

WORDS = "storage of the ledger is full or cannot be written"
ROOM = 200_000  # bytes
GUESS = {"login": "akari@example.jp", "password": "wrong words of great length"}
NARROW = """
import resource, runpy
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, -1))
runpy.run_module("kuramori", run_name="__main__")
"""
on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="fills SQLite's own file")


def test_acts_are_refused_reading_goes_on_and_room_is_enough_to_go_on(here, smithy):
    work = smithy.run("fill", ROOM)
    done = [line for line in work.said if line.isdigit()]
    refusals = [line for line in work.said if WORDS in line]
    assert len(refusals) == 1, [line for line in work.said if not line.isdigit()]
    assert len(done) > 5, "some before, five after"
    assert done[-5:] == [str(number) for number in range(100_000, 100_005)]
    assert here.count("kernel_entry", "verb = 'kernel.register.export'") == len(done)
    is_whole(here, smithy)


def test_an_import_that_finds_no_room_ends_with_1_and_goes_in_later(here, tmp_path):
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 400)))
    limit = here.database.stat().st_size + 50_000
    ran = here.python("-c", NARROW.format(limit=limit), "import", "secrets", file)
    assert ran.returncode == 1
    assert WORDS in ran.stderr
    assert "Traceback" not in ran.stderr
    assert here.count("register_secret") == 0
    assert here.run("import", "secrets", file).returncode == 0
    assert here.count("register_secret") == 400


@pytest.fixture
def no_room(transactional_db):
    """A database that may not grow any more, until it is told otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        before = cursor.fetchone()[0]

        def narrow() -> None:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA max_page_count = 1")  # SQLite takes the size it has as the least

        def widen() -> None:
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA max_page_count = {before}")

        yield narrow, widen
        widen()


@on_sqlite
def test_a_page_says_so_and_what_to_do_next_and_pages_for_reading_answer(no_room, sign_in, company: Company, add):
    narrow, widen = no_room
    secret, browser = add("電解液の配合比"), sign_in(company.akari)
    narrow()
    use_up_the_room()
    address = reverse("register:secret-confirm", args=[secret.pk])
    refused = browser.post(address, {"why": "棚卸し"})
    assert refused.status_code == 422, "said above the form, in which what was typed still stands"
    assert WORDS in refused.content.decode()
    assert "free space" in refused.content.decode()
    for page in (reverse("register:secret-list"), reverse("register:secret-detail", args=[secret.pk]), "/"):
        assert browser.get(page).status_code == 200
    widen()
    assert browser.post(address, {"why": "棚卸し"}).status_code == 302


@on_sqlite
def test_nobody_signs_in_unrecorded_and_the_sign_in_page_says_why(no_room, company: Company, sign_in):
    narrow, _widen = no_room
    sign_in(company.akari)
    narrow()
    use_up_the_room()
    answer = Client(headers={"accept-language": "en"}).post("/account/login/", GUESS)
    assert answer.status_code == 409
    assert WORDS in answer.content.decode()


def use_up_the_room() -> None:
    """Act until there is not room for one more."""
    for _time in range(1000):
        try:
            with act("kernel.register.export", by=SYSTEM):
                pass
        except LedgerUnavailable:
            return
    pytest.fail("there is room without end")


@pytest.mark.django_db
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
def test_a_file_that_cannot_be_written_inside_an_act_undoes_it_in_the_same_words(number):
    with override("en"), pytest.raises(LedgerUnavailable, match=WORDS), act("kernel.register.export", by=SYSTEM):
        raise OSError(number, "no room")
    assert not Entry.objects.exists()
    assert not Secret.objects.exists()


@pytest.mark.faults
@pytest.mark.skipif(subprocess.run(["unshare", "--mount", "true"], check=False).returncode != 0, reason="needs root")
@pytest.mark.parametrize(
    "mount",
    [
        "mount -t tmpfs -o size=3m tmpfs {new} && cp -r {old}/. {new} && cat /dev/zero >{new}/filler",
        "mount --bind {old} {new} && mount -o remount,ro,bind {new}",
    ],
    ids=["full", "read-only"],
)
def test_commands_without_room_to_write_speak_in_words(here, tmp_path, mount):
    new = Installation(tmp_path / "mounted")
    new.data.mkdir()
    file = tmp_path / "register.csv"
    file.write_text("\n".join(register_lines(1, 3)))
    commands = {f"import secrets {file}": 1, "check": 1, "serve --port 18222": 3, f"backup {new.data}/b": 1}
    steps = [f"{sys.executable} -m kuramori {words} >&2; echo $?" for words in commands]
    ran = subprocess.run(
        ["unshare", "--mount", "bash", "-c", "\n".join([mount.format(old=here.data, new=new.data), *steps])],
        env=new.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert [int(code) for code in ran.stdout.split()] == list(commands.values()), ran.stderr
    assert "Traceback" not in ran.stderr
