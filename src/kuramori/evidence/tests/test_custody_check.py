"""Each night custody is compared with the acts that took it in: every row, and of the files a share (EVD-11, I9)."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.utils import translation

from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.acts import custody as acts
from kuramori.evidence.acts.checks import check_keep
from kuramori.evidence.acts.holds import hold_add, hold_retire
from kuramori.evidence.check import ledger_check
from kuramori.evidence.custody_check import CustodyCheck, last_reading
from kuramori.evidence.custody_store import Collected, place_of, seal
from kuramori.evidence.models import CheckRun, CustodyItem
from kuramori.evidence.models.custody import ItemKind
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.witnessing.duties import proof_tiles
from kuramori.evidence.wording import custody_words
from kuramori.kernel import guards
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TEN = b"0123456789"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as moved:
        yield moved


@pytest.fixture
def company():
    here = Company()
    here.give(here.chihiro, Role.LEGAL)
    here.give(here.daichi, Role.AUDITOR)
    here.give(here.akari, Role.EXECUTIVE)
    return here


@pytest.fixture
def hold(company):
    return hold_add(matter="B社の件", held=[company.botan.as_subject()], by=SYSTEM, why="訴訟の準備")


def taken_in(hold, count, *, at=None, clock=None):
    """Take files of ten bytes into custody, one a day when a clock is given; returns them in that order."""
    items = []
    for number in range(count):
        if clock is not None:
            clock.shift(DAY)
        items.append(imported(hold, TEN, title=f"PC-{number}"))
    return items


def imported(hold, content, *, title="PC-7.E01"):
    collected = Collected(kind=ItemKind.IMAGE, title=title, sealed=seal(uuid4(), "image", [content]))
    words = {"stated": "", "tool": "FTK Imager 4.7", "examiner": "鑑識 太郎", "acquired_where": "東京"}
    return acts.item_import(hold=hold, collected=collected, acquired_at=NOON, by=SYSTEM, why="受領", **words)


def snapped(hold, count):
    """Take several files in by one act, as the snapshot of a hold does."""
    batch = uuid4()
    collected = [
        Collected(kind=ItemKind.FILE, title="名簿.csv", sealed=seal(batch, f"{n:04d}-file", [TEN]))
        for n in range(count)
    ]
    return acts.snapshot_keep(hold=hold, collected=collected, by=SYSTEM, began_at=NOON)


def raw(sql, *values):
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
    guards.install()


def key(item):
    """Return an item's id as the database writes it."""
    return item.pk.hex if connection.vendor == "sqlite" else item.pk


def overwritten(item, content):
    path = place_of(item.file)
    path.chmod(0o600)
    path.write_bytes(content)


def found(**options):
    return [(each.damage, each.index is not None, each.detail) for each in ledger_check(**options).found]


def where(item):
    return f"custody/{item.file}, {item.pk}"


def told(report):
    return (report.custody.files, report.custody.size, report.custody.of_files, report.custody.of_size)


def test_what_was_done_to_a_file_its_row_or_both_is_found_with_file_and_record(hold):
    """Whoever holds the database too cannot make a changed file fit: the act has committed to its digest (L2)."""
    image = imported(hold, TEN)
    copies = snapped(hold, 3)
    seal_now()
    assert (found(), told(ledger_check())) == ([], (4, 40, 4, 40))
    for victim in (image, copies[1]):
        at = place_of(victim.file)
        overwritten(victim, b"x123456789")
        assert found() == [(Damage.FILE_DIFFERS, True, where(victim))]
        forged = "37a0ae9abc3bc3e9fa31ff0e20b7f8d4c6b1cf37d9a0b2ecb1f7aee8b0d9e5c1"
        raw("UPDATE evidence_custodyitem SET sha256 = %s WHERE id = %s", forged, key(victim))
        assert (Damage.FILE_UNSEALED, True, where(victim)) in found()
        raw("UPDATE evidence_custodyitem SET sha256 = %s WHERE id = %s", victim.sha256, key(victim))
        at.unlink()
        assert found() == [(Damage.FILE_MISSING, True, where(victim))]
        raw("UPDATE evidence_custodyitem SET retired_at = updated_at WHERE id = %s", key(victim))
        assert found() == [(Damage.FILE_MISSING, True, where(victim))], "no act has purged it"
        raw("UPDATE evidence_custodyitem SET retired_at = NULL WHERE id = %s", key(victim))
        at.write_bytes(TEN)
        assert found() == []
    place_of(image.file).unlink()
    place_of(image.file).mkdir()
    ((damage, _placed, detail),) = found()
    assert (damage, detail.startswith(where(image))) == (Damage.FILE_DIFFERS, True), "what cannot be read is told too"


def test_a_row_that_no_act_wrote_or_that_is_gone_is_found(hold):
    kept, gone = snapped(hold, 2)
    seal_now()
    raw("DELETE FROM evidence_custodystep WHERE item_id = %s", key(gone))
    raw("DELETE FROM evidence_custodyitem WHERE id = %s", key(gone))
    assert found() == [(Damage.FILE_UNSEALED, True, where(gone))]
    stray = CustodyItem(id=uuid4(), file=kept.file)
    raw("DELETE FROM evidence_custodystep WHERE item_id = %s", key(kept))
    raw("UPDATE evidence_custodyitem SET id = %s WHERE id = %s", key(stray), key(kept))
    assert (Damage.FILE_UNSEALED, False, where(stray)) in found()


def test_what_an_act_has_purged_is_no_damage(hold):
    image, _other = imported(hold, TEN), imported(hold, TEN)
    hold_retire(hold=hold, by=SYSTEM, why="和解")
    acts.item_purge(item=image, why="期間満了", by=SYSTEM)
    seal_now()
    assert (found(), told(ledger_check())) == ([], (1, 10, 1, 10))


def test_a_night_reads_its_share_and_the_next_goes_on_with_what_was_read_longest_ago(hold, settings, clock):
    settings.CUSTODY_CHECK_BYTES = 15
    items = taken_in(hold, 3, clock=clock)
    read = []
    for _night in range(3):
        clock.shift(DAY)
        report = ledger_check()
        check_keep(report=report, by=SYSTEM)
        assert told(report) == (2, 20, 3, 30)
        read.append((report.custody.last, report.custody.oldest - NOON))
    assert [last for last, _oldest in read] == [items[1].pk, items[0].pk, items[2].pk]
    assert [oldest for _last, oldest in read] == [3 * DAY, 4 * DAY, 5 * DAY], "a file that came in was read then"
    assert len(last_reading().stretches) == 3
    assert last_reading() == report.custody, "the ledger's entry tells it, whatever its row says"
    raw("UPDATE evidence_checkrun SET custody = '{}'")
    assert last_reading() == report.custody
    assert told(ledger_check(all_custody=True)) == (3, 30, 3, 30)
    assert ledger_check(beside=False).custody is None


def test_what_comes_in_meanwhile_has_its_turn_and_what_goes_is_passed_over(hold, settings, clock):
    settings.CUSTODY_CHECK_BYTES = 1
    first, second = taken_in(hold, 2, clock=clock)

    def night():
        clock.shift(DAY)
        report = ledger_check()
        check_keep(report=report, by=SYSTEM)
        return report.custody.last

    assert night() == first.pk
    clock.shift(DAY)
    third = imported(hold, TEN)
    assert [night(), night()] == [second.pk, third.pk]
    hold_retire(hold=hold, by=SYSTEM, why="和解")
    acts.item_purge(item=first, why="期間満了", by=SYSTEM)
    assert [night(), night()] == [second.pk, third.pk]
    acts.item_purge(item=third, why="期間満了", by=SYSTEM)
    assert night() == second.pk
    acts.item_purge(item=second, why="期間満了", by=SYSTEM)
    report = ledger_check()
    assert (told(report), report.custody.oldest) == ((0, 0, 0, 0), None)


def test_a_large_file_tells_of_each_megabyte_so_that_the_check_shows_life_and_can_be_stopped(hold):
    imported(hold, bytes(3 << 20))
    heard = []
    assert list(CustodyCheck(budget=None).found(lambda: heard.append(1))) == []
    assert len(heard) == 3


def test_age_and_share_are_told_to_who_may_know_of_custody_and_to_nobody_else(company, hold, settings, clock):
    """That a file waits too long turns the tile; that there is custody at all, only its readers learn (LEV-10)."""
    settings.CUSTODY_CHECK_BYTES = 1
    auditor, executive = company.viewer(company.daichi), company.viewer(company.akari)
    check_keep(report=ledger_check(), by=SYSTEM)
    assert custody_words(CheckRun.objects.get(), auditor) == ""
    taken_in(hold, 2, clock=clock)
    clock.shift(40 * DAY)
    seal_now()
    check_keep(report=ledger_check(), by=SYSTEM)
    check = CheckRun.objects.order_by("-created_at").first()
    with translation.override("en"):
        words = custody_words(check, auditor)
        assert words.startswith("custody: 1 of 2 files read back this time (10")
        tiles = [proof_tiles(viewer, NOON.date())[0] for viewer in (auditor, executive)]
    assert [tile["tone"] for tile in tiles] == ["warn", "warn"]
    assert tiles[0]["below"] == words
    assert "custody" not in tiles[1]["below"]
