"""The pages of custody: each step asks what the chain has to say, and the held person finds none of them."""

import hashlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kuramori.directory.api import Account
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.acts.holds import hold_add, hold_retire
from kuramori.evidence.custody_store import place_of
from kuramori.evidence.models import CustodyItem
from kuramori.evidence.timelines import layouts, moment_of, read_timeline
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role

pytestmark = pytest.mark.django_db
PAGES = ("custody", "custody-open", "custody-timeline", "custody-hand-over", "custody-receive", "custody-purge")
TOKYO = ZoneInfo("Asia/Tokyo")
USB = (
    "Device Name,Description,Serial Number,Created Date,Last Plug/Unplug Date\r\n"
    "USB Disk,持出し用,0001,2026/11/1 9:03:02,2026/11/18 21:15:00\r\n"
    "<script>,,0002,,1/2/2026 3:04:05\r\n"
)
PREFETCH = "SourceFilename,ExecutableName,RunCount,LastRun\nC:\\a,7Z.EXE,3,2026-11-18 12:20:01.1234567\n"


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def company():
    here = Company()
    for person in (here.chihiro, here.akari, here.botan):
        here.give(person, Role.LEGAL)
    here.hold = hold_add(
        matter="D社の件", held=[here.botan.as_subject()], by=here.viewer(here.chihiro).actor, why="訴訟"
    )
    return here


@pytest.fixture
def browse(client):
    def sign_in(person):
        account, made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": "ja"})
        if made:
            account.set_unusable_password()
            account.save()
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def hand_in(browser, company, content=b"image", name="PC-7.E01", **values):
    data = {
        "file": SimpleUploadedFile(name, content), "kind": "image", "stated": "", "tool": "FTK 4.7", "examiner": "鑑識",
        "acquired_at": "2026-11-19T10:00", "acquired_where": "東京", "why": "受領", **values,
    }  # fmt: skip
    return browser.post(reverse("evidence:custody-add", args=[company.hold.pk]), data)


def page_of(name, item):
    return reverse(f"evidence:{name}", args=[item.pk])


def test_the_tab_teaches_while_it_is_empty_and_then_lists_what_is_there(company, browse):
    browser = browse(company.chihiro)
    tab = f"{reverse('evidence:hold-detail', args=[company.hold.pk])}?tab=custody"
    assert "保管物はまだありません" in browser.get(tab).content.decode()
    run_waiting()
    assert "証跡" in browser.get(tab).content.decode()
    assert browser.post(reverse("evidence:snapshot", args=[company.hold.pk])).status_code == 302
    run_waiting()
    assert CustodyItem.objects.count() == 2
    hold_retire(hold=company.hold, by=SYSTEM, why="済み")
    assert browser.post(reverse("evidence:snapshot", args=[company.hold.pk])).status_code == 404
    assert "もう一度写し取る" not in browser.get(tab).content.decode()


def test_an_examiner_s_file_is_taken_in_and_its_name_is_only_data(company, browse):
    browser = browse(company.chihiro)
    assert browser.get(reverse("evidence:custody-add", args=[company.hold.pk])).status_code == 200
    answer = hand_in(browser, company, name="<b>../x.E01")
    item = CustodyItem.objects.get()
    assert answer["Location"] == page_of("custody", item)
    assert "<b>" not in item.file
    page = browser.get(page_of("custody", item)).content.decode()
    assert "<b>" not in page
    assert all(word in page for word in (item.sha256, "鑑識", "FTK 4.7", "東京", "識別", "収集", "保全"))
    assert "途切れ" not in page


def test_a_wrong_digest_or_a_time_to_come_is_told_and_nothing_is_kept(company, browse, tmp_path):
    browser = browse(company.chihiro)
    assert "申告されたもの" in hand_in(browser, company, stated="f" * 64).content.decode()
    assert hand_in(browser, company, acquired_at="2026-11-20T12:01").status_code == 422
    assert not CustodyItem.objects.exists()
    assert [each for each in (tmp_path / "custody").rglob("*") if each.is_file()] == []


def test_fetching_the_file_needs_a_reason_and_leaves_a_step(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    item = CustodyItem.objects.get()
    assert browser.get(page_of("custody-open", item)).status_code == 200
    assert browser.post(page_of("custody-open", item), {"why": ""}).status_code == 422
    answer = browser.post(page_of("custody-open", item), {"why": "弁護士へ"})
    assert b"".join(answer.streaming_content) == b"image"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert "弁護士へ" in browser.get(page_of("custody", item)).content.decode()


def test_a_check_says_what_it_found_and_a_changed_file_shows_as_a_gap(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    item = CustodyItem.objects.get()
    assert "入れたときのまま" in browser.post(page_of("custody-check", item), follow=True).content.decode()
    place_of(item.file).chmod(0o600)
    place_of(item.file).write_bytes(b"x")
    page = browser.post(page_of("custody-check", item), follow=True).content.decode()
    assert "保管に入れたものと違います" in page
    assert "途切れ" in page


def test_a_transfer_goes_through_two_pages_and_two_people(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    item = CustodyItem.objects.get()
    assert browser.get(page_of("custody-hand-over", item)).status_code == 200
    for receiver, words in (("A-9", "A-9"), ("A-3", "別の人")):
        data = {"receiver": receiver, "place": "東京", "why": "鑑定"}
        answer = browser.post(page_of("custody-hand-over", item), data)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert browser.post(page_of("custody-hand-over", item), data | {"receiver": "A-1"}).status_code == 302
    assert "受取り待ち" in browser.get(page_of("custody", item)).content.decode()
    assert browser.post(page_of("custody-receive", item), {"place": "東京"}).status_code == 422, "not to him"
    browser = browse(company.akari)
    assert page_of("custody", item) in browser.get(reverse("inbox")).content.decode()
    assert page_of("custody-receive", item) in browser.get(page_of("custody", item)).content.decode()
    assert browser.get(page_of("custody-receive", item)).status_code == 200
    assert browser.post(page_of("custody-receive", item), {"place": "大阪"}).status_code == 302
    assert CustodyItem.objects.get().holder == company.akari


def test_a_transfer_asks_who_has_a_password_to_sign_in_again(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    account = Account.objects.get(person=company.chihiro)
    account.set_password("a long sentence of words")
    account.save()
    browser.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    for name in ("custody-hand-over", "custody-receive"):
        answer = browser.get(page_of(name, CustodyItem.objects.get()))
        assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_a_purge_shows_what_it_does_and_is_refused_while_something_keeps_it(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    item = CustodyItem.objects.get()
    assert "完全に消去します" in browser.get(page_of("custody-purge", item)).content.decode()
    assert "保管が必要" in browser.post(page_of("custody-purge", item), {"why": "不要"}).content.decode()
    hold_retire(hold=company.hold, by=SYSTEM, why="済み")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert browser.post(page_of("custody-purge", item), {"why": "不要"}).status_code == 302
        page = browser.get(page_of("custody", item)).content.decode()
    assert "ファイルは消去されました" in page
    assert page_of("custody-open", item) not in page


def test_a_timeline_is_read_for_an_hour_after_a_reason(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company, USB.encode("cp932"), "usb.csv", kind="timeline")
    item = CustodyItem.objects.get()
    assert "持出し用" not in browser.get(page_of("custody-timeline", item)).content.decode()
    assert browser.post(page_of("custody-timeline", item), {"why": "調査"}).status_code == 302
    page = browser.get(page_of("custody-timeline", item)).content.decode()
    assert page.index("2026-11-01 09:03") < page.index("2026-11-18 21:15")
    assert "3 行目「Last Plug/Unplug Date」：1/2/2026 3:04:05" in page
    assert "<script>,," not in page
    assert browser.get(f"{page_of('custody-timeline', item)}?from=1").content.decode().count("09:03") == 0
    assert browser.get(f"{page_of('custody-timeline', item)}?from=x").status_code == 200
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        assert "持出し用" not in browser.get(page_of("custody-timeline", item)).content.decode()
    assert Entry.objects.filter(verb="evidence.custody.open").count() == 1


def test_only_a_timeline_is_read_as_one(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    assert browser.get(page_of("custody-timeline", CustodyItem.objects.get())).status_code == 404


def test_the_held_person_finds_no_page_of_custody(company, browse):
    browser = browse(company.chihiro)
    hand_in(browser, company)
    item = CustodyItem.objects.get()
    browser = browse(company.botan)
    for name in PAGES:
        assert browser.get(page_of(name, item)).status_code == 404, name
        assert browser.post(page_of(name, item), {"why": "x"}).status_code in {404, 405}, name
    assert browser.post(page_of("custody-check", item)).status_code == 404
    for name in ("custody-add", "snapshot"):
        assert browser.post(reverse(f"evidence:{name}", args=[company.hold.pk])).status_code == 404
    for entry in Entry.objects.filter(verb__startswith="evidence.custody."):
        assert browser.get(reverse("evidence:entry", args=[entry.id])).status_code == 404
    browser = browse(company.chihiro)
    entry = Entry.objects.filter(verb="evidence.custody.import").get()
    assert "PC-7.E01" in browser.get(reverse("evidence:entry", args=[entry.id])).content.decode()


@pytest.mark.parametrize(
    ("text", "zone", "at"),
    [
        ("2026-11-01T09:03:02+09:00", UTC, datetime(2026, 11, 1, 0, 3, 2, tzinfo=UTC)),
        ("2026/11/1 9:03", TOKYO, datetime(2026, 11, 1, 0, 3, tzinfo=UTC)),
        ("2026-11-18 12:20:01.1234567", UTC, datetime(2026, 11, 18, 12, 20, 1, 123456, tzinfo=UTC)),
        ("2026-11-18 12:20:01.1234567Z", TOKYO, datetime(2026, 11, 18, 12, 20, 1, 123456, tzinfo=UTC)),
        ("2026-02-30 00:00:00", UTC, None),
        ("11/1/2026 9:03:02", UTC, None),
        ("never", UTC, None),
    ],
)
def test_a_moment_has_its_year_first_or_is_none(text, zone, at):
    assert moment_of(text, zone) == at


def test_tools_are_known_by_their_columns_and_prefetch_is_in_utc(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"Note\n{PREFETCH}\n", encoding="utf-8")
    (row,) = (read := read_timeline(path, name="x")).rows
    assert (read.layout, row.at.isoformat(), row.row) == ("PECmd", "2026-11-18T12:20:01.123456+00:00", 3)
    assert row.on == "7Z.EXE · C:\\a"
    assert len({each["name"] for each in layouts()}) == len(layouts()) == 6


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b'"never closed', hashlib.sha256(b"x").digest() * 40])
def test_what_is_no_table_of_a_known_tool_gives_an_empty_timeline(tmp_path, content):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    assert (read_timeline(path, name="x").layout, read_timeline(path, name="x").rows) == ("", ())
