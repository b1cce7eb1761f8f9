"""A full disk or a folder that cannot be written: acts are refused in words, reading goes on, relief is enough (L6)."""

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from kuramori.directory.tests.company import Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import LedgerUnavailable, act
from tests.faults.test_killed_import import is_whole
from tests.installation import register_lines

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


LONG = "長い理由" * 5_000  # pages that other tests gave back are filled as well


def use_up_the_room() -> None:
    """Act until there is not room for one more, with long reasons and then with none."""
    for why in (LONG, ""):
        for _time in range(2000):
            try:
                with act("kernel.register.export", by=SYSTEM, why=why):
                    pass
            except LedgerUnavailable:
                break
        else:
            pytest.fail("there is room without end")
