"""Who finds which door, in both languages; hostile texts; histories as sentences; many requests (A1, A4, A11, A12)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import now

from kuramori.approvals.acts import (
    request_approve,
    request_ask,
    request_expire,
    request_refuse,
    request_reroute,
    request_withdraw,
)
from kuramori.approvals.deputies import deputy_add, deputy_retire
from kuramori.approvals.kinds import Asked, kinds, kinds_for
from kuramori.approvals.models import Request, Seat
from kuramori.approvals.numbering import drawn
from kuramori.approvals.queries import asked_by, requests_visible_to, waiting_for
from kuramori.approvals.rules.standing import State
from kuramori.approvals.tests.ringi.room import BY_BOSS
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.records import record_many
from kuramori.kernel.room import rooms
from kuramori.register.acts import secret_edit
from kuramori.register.read_access import READ_ACCESS
from kuramori.register.tests.asking.conftest import KIND, seen

pytestmark = pytest.mark.django_db
HOSTILE = '<script>alert("x")</script>{{ 7|add:7 }}%s'
FORMULA = "=HYPERLINK(1)"
PAGES = {
    "home": "/requests/",
    "list": "/requests/all/",
    "overview": "/requests/overview/",
    "ask": f"/requests/ask/{KIND}/",
    "deputies": "/requests/deputies/",
    "deputy": "/requests/deputies/add/",
}
EVERYBODY = {"home", "list", "ask", "deputies", "deputy"}
OVERSEERS = {Role.AUDITOR, Role.INFORMATION_MANAGER, Role.LEGAL}
OUTSIDE = {Role.CUSTOMER_AUDITOR, Role.FORENSIC_EXPERT, Role.PARTNER_CONTACT}


def body(answer):
    return answer.content.decode()


@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_finds_its_doors_and_no_other(company, sign_in, role):
    if role not in {Role.EMPLOYEE, Role.UNIT_HEAD}:
        company.give(company.chihiro, role)
    browser = sign_in(company.chihiro)
    found = {name for name, address in PAGES.items() if browser.get(address).status_code == 200}
    if role in OUTSIDE:
        assert found == set()
    else:
        assert found == EVERYBODY | ({"overview"} if role in OVERSEERS else set())


def test_each_page_speaks_the_readers_language(company, ask, sign_in):
    request = ask()
    pages = [*PAGES.values(), f"/requests/all/{request.pk}/", f"/requests/all/{request.pk}/history/"]
    office = sign_in(company.daichi)
    for address in pages:
        japanese = body(office.get(address, headers={"accept-language": "ja"})).split("<main")[1]
        english = body(office.get(address, headers={"accept-language": "en"})).split("<main")[1]
        assert "申請" in japanese or "代理" in japanese, address
        assert "request" in english.lower() or "deput" in english.lower(), address
        assert "申請" not in english.replace("試作の評価に必要", ""), address


def test_only_declared_kinds_are_offered_and_only_to_who_may_ask(company):
    assert READ_ACCESS in kinds().values()
    assert {kind.name for kind in kinds().values()} == {KIND, "ringi.by_two", "ringi.by_boss"}
    assert all(name.partition(":")[0] for room in rooms() for name in room.permissions)
    viewer = company.viewer(company.chihiro)
    assert READ_ACCESS in kinds_for(viewer)
    assert kinds_for(replace(viewer, permissions=frozenset())) == []


def test_hostile_texts_are_text_on_every_page_and_in_files(company, secret, sign_in):
    secret_edit(secret=secret, title=HOSTILE, by=actor_of(company.akari))
    asker, keeper, office = (sign_in(person) for person in (company.chihiro, company.akari, company.daichi))
    asker.post(f"/requests/ask/{KIND}/", {"number": "S-0001", "until": "2026-12-24", "why": HOSTILE})
    request = Request.objects.get()
    pages = [
        asker.get(f"/requests/all/{request.pk}/"),
        keeper.get(f"/requests/{request.pk}/decide/"),
        office.get(f"/requests/all/{request.pk}/"),
        office.get(f"/requests/all/{request.pk}/history/"),
        asker.post(f"/requests/ask/{KIND}/", {"number": HOSTILE[:40], "until": "x", "why": HOSTILE}),
    ]
    for page in pages:
        assert "<script>alert" not in body(page)
        assert "&lt;script&gt;" in body(page)
        assert "14%s" not in body(page)


@pytest.mark.parametrize("format_", ["csv", "json", "xlsx"])
def test_the_list_is_exported_as_an_act_without_what_is_asked(company, ask, sign_in, format_):
    request = ask(why=FORMULA)
    answer = sign_in(company.daichi).post(reverse("approvals:request-export"), {"format": format_, "why": "監査"})
    file = answer.getvalue()
    assert answer.status_code == 200
    assert "電解液".encode() not in file
    if format_ != "xlsx":
        assert request.number.encode() in file
    assert sign_in(company.chihiro).post(reverse("approvals:request-export"), {"format": "csv"}).status_code == 403


def test_the_whole_life_of_requests_reads_as_sentences_in_both_languages(company, ask, sign_in, clock):
    akari, chihiro = company.viewer(company.akari), company.viewer(company.chihiro)
    refused, withdrawn, approved, late = (
        ask(),
        ask(reader=company.emi),
        ask(reader=company.daichi),
        ask(until="2027-01-01"),
    )
    clock.shift(timedelta(minutes=1))
    request_refuse(asking=refused, seen=seen(refused), by=akari, reason="不要")
    request_withdraw(asking=withdrawn, by=chihiro, why="済")
    request_approve(asking=approved, seen=seen(approved), by=akari)
    clock.move_to(late.escalates_at)
    request_reroute(asking=late, by=SYSTEM)
    clock.move_to(late.expires_at)
    request_expire(asking=late, by=SYSTEM)
    office = sign_in(company.emi)
    company.give(company.emi, Role.AUDITOR)
    expected = {
        refused: ("却下しました", "refused the request"),
        withdrawn: ("取り下げました", "took the request"),
        approved: ("承認しました（1件中1件目）", "(1 of 1)"),
        late: ("期限切れを記録しました", "in time"),
    }
    for request, told in expected.items():
        for language, words in zip(("ja", "en"), told, strict=True):
            address = reverse("approvals:request-history", args=[request.pk])
            page = body(office.get(address, headers={"accept-language": language}))
            assert words in page
            assert request.number in page
    japanese = body(office.get(reverse("approvals:request-history", args=[late.pk]), headers={"accept-language": "ja"}))
    assert "現在の承認者に回付しました" in japanese


def test_deputies_too(company, sign_in):
    row = deputy_add(
        person=company.akari, deputy=company.botan, starts_on=TODAY, ends_on=TODAY, by=actor_of(company.akari)
    )
    deputy_retire(deputy=row, by=actor_of(company.akari), why="早く戻った")
    page = body(sign_in(company.akari).get(reverse("approvals:deputy-history", args=[row.pk])))
    assert "不在時の代理を登録しました" in page
    assert "代理の登録を終了しました" in page
    assert "早く戻った" in page


def many(company, count):
    """So many requests of Chihiro that lie before Akari, written as an import would write them."""
    with act("approvals.request.ask", by=actor_of(company.chihiro)):
        rows = [
            Request(
                number=f"Q-2026--{number}", kind="ringi.by_boss", detail={"title": str(number)}, why="x", digest="0",
                asked_by=company.chihiro, state=State.WAITING, office="boss", needs=1,
                expires_at=now() + timedelta(days=14), escalates_at=now() + timedelta(days=7),
            )
            for number in range(1, count + 1)
        ]  # fmt: skip
        record_many(rows)
        record_many([Seat(request=row, person=company.akari, office="boss") for row in rows])
    return rows


def test_of_very_many_each_sees_his_own_and_the_pages_stay_small(company, sign_in):
    rows = many(company, 2_100)
    keeper = company.viewer(company.akari)
    assert requests_visible_to(keeper).count() == len(rows)
    assert waiting_for(keeper).count() == len(rows)
    assert asked_by(company.viewer(company.chihiro)).count() == len(rows)
    assert not requests_visible_to(company.viewer(company.botan)).exists()
    browser = sign_in(company.akari)
    with CaptureQueriesContext(connection) as captured:
        page = body(browser.get("/requests/all/"))
    assert page.count('href="/requests/all/0') == 50
    assert len(captured) <= 17
    assert len(browser.get("/requests/").content) < 60_000
    assert len(body(browser.get("/inbox/")).split("Q-2026-")) == 51, "fifty at most"


def test_a_number_is_drawn_among_those_that_nothing_has(company):
    many(company, 8)
    assert {drawn(2026, digits=1) for _try in range(40)} == {"Q-2026--0", "Q-2026--9"}
    asked = request_ask(kind=BY_BOSS, asked=Asked(detail={"title": "次"}), why="x", by=company.viewer(company.akari))
    assert len(asked.number) == len("Q-2026-4831-0752")
    assert asked.number not in {row.number for row in Request.objects.exclude(pk=asked.pk)}


def test_an_account_without_a_person_has_nothing_to_decide_and_nothing_asked(company, ask):
    ask()
    nobody = Viewer(actor=company.viewer(company.emi).actor, person_id=None)
    assert not waiting_for(nobody).exists()
    assert not asked_by(nobody).exists()
