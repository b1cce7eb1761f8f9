"""The pages of requests: asking, deciding, taking back, the lists, the office's view; who sees what (A1, A2, A3)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from kuramori.approvals.acts import request_approve, request_refuse, request_reroute
from kuramori.approvals.mails import link_to, read_link
from kuramori.approvals.models import Request, Vote
from kuramori.approvals.rules.standing import State
from kuramori.approvals.tests.ringi.room import BY_BOSS
from kuramori.directory.acts.roles import role_end
from kuramori.directory.api import Account, actor_of
from kuramori.directory.models import RoleAssignment
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_edit, secret_reclassify, secret_retire
from kuramori.register.tests.asking.conftest import KIND, seen
from kuramori.register.tests.asking.test_guises import paper

pytestmark = pytest.mark.django_db
ASK = reverse("approvals:ask", args=[KIND])
TITLE = "電解液の配合比"
ENTERED = {"number": "S-0001", "person": "", "until": "2026-12-24", "why": "試作の評価に必要"}


def body(answer):
    return answer.content.decode()


def detail(request):
    return reverse("approvals:request-detail", args=[request.pk])


def decide(request):
    return reverse("approvals:decide", args=[request.pk])


def token(page):
    return re.search(r'name="seen" value="([^"]+)"', page)[1]


def test_from_the_form_to_the_open_secret_through_the_keepers_inbox(company, secret, sign_in):
    asker, keeper = sign_in(company.chihiro), sign_in(company.akari)
    assert TITLE not in body(asker.get(ASK))
    answer = asker.post(ASK, ENTERED, follow=True)
    request = Request.objects.get()
    assert f"申請 {request.number} を提出しました" in body(answer)
    inbox = body(keeper.get("/inbox/"))
    assert f"{request.number} の判断：秘密情報の閲覧" in inbox
    assert decide(request) in inbox
    page = body(keeper.get(decide(request)))
    for words in (
        TITLE,
        "遠山 千尋 (A-3)",
        "2026-12-24",
        "試作の評価に必要",
        "秘",
        "材料課",
        "台帳に登録済み",
        request.digest,
    ):
        assert words in page
    assert not re.search(r"<input[^>]*checked", page), "nothing is chosen beforehand"
    done = keeper.post(decide(request), {"verdict": "approve", "reason": "妥当", "seen": token(page)}, follow=True)
    assert "判断を記録しました" in body(done)
    assert "承認" in body(done)
    assert TITLE in body(asker.get(reverse("register:secret-list")))
    assert "佐倉 灯里" in body(asker.get(detail(request))), "once approved, who did"
    assert request.number not in body(keeper.get("/inbox/"))


def test_a_get_decides_nothing_and_a_post_without_what_was_seen_neither(company, ask, sign_in):
    request, keeper = ask(), sign_in(company.akari)
    entries = Entry.objects.count()
    keeper.get(decide(request) + "?verdict=approve")
    for told in ({}, {"verdict": "approve"}, {"verdict": "approve", "seen": "x"}, {"verdict": "grant", "seen": "x"}):
        assert keeper.post(decide(request), told).status_code == 422
    page = body(keeper.get(decide(request)))
    answer = keeper.post(decide(request), {"verdict": "refuse", "reason": " ", "seen": token(page)})
    assert (answer.status_code, "却下には理由が必要です" in body(answer)) == (422, True)
    assert (Entry.objects.count(), Vote.objects.count()) == (entries, 0)
    again = {"verdict": "refuse", "reason": "不要", "seen": token(body(answer))}
    assert keeper.post(decide(request), again).status_code == 302


def test_the_page_says_what_changed_shows_it_anew_and_keeps_what_was_typed(company, secret, levels, ask, sign_in):
    request, keeper = ask(), sign_in(company.akari, "en")
    page = body(keeper.get(decide(request), headers={"accept-language": "en"}))
    secret_reclassify(secret=secret, level=levels["top"], by=actor_of(company.daichi), why="評価替え")
    said = {"verdict": "approve", "reason": "fine with me", "seen": token(page)}
    answer = keeper.post(decide(request), said, headers={"accept-language": "en"})
    told = body(answer)
    assert answer.status_code == 409
    assert "What you were shown has changed meanwhile" in told
    assert re.search(r"level: was “[^”]+”, is “[^”]+”", told)
    assert "fine with me" in told
    assert not Vote.objects.exists()
    said["seen"] = token(told)
    assert keeper.post(decide(request), said).status_code == 302


def test_who_decides_second_is_told_who_was_first(company, ask, sign_in, clock):
    request, keeper = ask(), sign_in(company.akari)
    page = body(keeper.get(decide(request)))
    request_refuse(asking=request, seen=seen(request), by=company.viewer(company.akari), reason="不要")
    answer = keeper.post(decide(request), {"verdict": "approve", "seen": token(page)})
    assert answer.status_code == 409
    assert "佐倉 灯里が既に判断しました" in body(answer)


def test_who_asks_learns_nothing_of_the_secret_nor_whether_there_is_one(company, secret, sign_in):
    asker = sign_in(company.chihiro)
    secret_edit(secret=secret, keeper=None, tier="b", by=SYSTEM)  # it goes to the second in turn
    pages = []
    for number in ("S-0001", "S-9999"):
        asker.post(ASK, ENTERED | {"number": number})
        request = Request.objects.get(detail__number=number)
        history = reverse("approvals:request-history", args=[request.pk])
        seen_by_asker = [asker.get(page) for page in (detail(request), history, f"{detail(request)}?tab=x")]
        listed = asker.get(reverse("approvals:request-list"), {"mine": "yes", "column": "decides"})
        words = [body(each) for each in (*seen_by_asker, listed)]
        assert all(TITLE not in each and "牧野" not in each and "管理責任者" not in each for each in words[:3])
        plain = [re.sub(r"S-\d{4}|Q-2026-\d{4}-\d{4}|[0-9a-f-]{36}|[A-Za-z0-9]{64}", "", each) for each in words[:3]]
        pages.append(plain)
    assert pages[0] == pages[1]
    assert {one.office for one in Request.objects.all()} == {"unit_head", "information_manager"}


def test_after_a_refusal_the_asker_reads_the_reason_and_not_who_refused(company, ask, sign_in):
    request, asker = ask(), sign_in(company.chihiro)
    request_refuse(asking=request, seen=seen(request), by=company.viewer(company.akari), reason="業務に不要")
    history = reverse("approvals:request-history", args=[request.pk])
    page, told = body(asker.get(detail(request))), body(asker.get(history))
    doors = [asker.get(reverse(f"approvals:{name}", args=[request.pk])) for name in ("decide", "withdraw")]
    assert [door.status_code for door in doors] == [409, 409]
    assert "業務に不要" in page
    assert all("佐倉" not in each and TITLE not in each for each in (page, told, *map(body, doors)))
    assert "遠山 千尋が申請" in told
    keeper = body(sign_in(company.akari).get(history))
    assert "佐倉 灯里が申請" in keeper
    assert TITLE not in keeper, "the history leaves the content out for all"


def test_an_office_that_sees_all_is_as_blind_for_its_own_request(company, secret, ask, sign_in):
    request = ask(company.daichi, reader=company.emi)
    office = sign_in(company.daichi)
    assert "佐倉" not in body(office.get(detail(request)))
    assert office.get(decide(request)).status_code == 409
    other = ask()
    assert TITLE in body(office.get(detail(other)))


def test_a_stranger_gets_the_same_answer_as_for_nothing(company, ask, sign_in):
    request, stranger = ask(), sign_in(company.botan)
    for name in ("approvals:request-detail", "approvals:request-history", "approvals:decide", "approvals:withdraw"):
        for call in (stranger.get, stranger.post):
            real, none = (call(reverse(name, args=[pk])) for pk in (request.pk, uuid4()))
            assert real.status_code == none.status_code
            assert real.status_code in {404, 405}
    assert request.number not in body(stranger.get(reverse("approvals:request-list")))
    assert stranger.get(reverse("approvals:overview")).status_code == 403


def test_what_is_sent_along_unasked_changes_nothing(company, secret, sign_in):
    asker = sign_in(company.chihiro)
    forged = {"state": "approved", "asked_by": str(company.akari.pk), "office": "named", "needs": "0", "reader": "A-1"}
    asker.post(ASK, ENTERED | forged)
    request = Request.objects.get()
    assert (request.state, request.asked_by, request.needs) == (State.WAITING, company.chihiro, 1)
    assert request.detail["reader"] == str(company.chihiro.pk)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"number": ""}, "必須"),
        ({"until": "2026-11-19"}, "終了日が過去"),
        ({"until": "2028-01-01"}, "最長1年"),
        ({"until": "暮れ"}, "日付"),
        ({"person": "Z-99"}, "名簿で探して"),
        ({"why": ""}, "必須"),
        ({"why": "x" * 1001}, "1000"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_beside_it_and_nothing_is_lost(company, secret, sign_in, wrong, says):
    answer = sign_in(company.chihiro).post(ASK, ENTERED | wrong)
    assert answer.status_code == 422
    assert says in re.sub(r"<form.*?<fieldset|<label.*?</label>", "", body(answer), flags=re.DOTALL)
    assert 'aria-invalid="true"' in body(answer)
    assert not Request.objects.exists()


def test_what_one_can_see_is_not_asked_for_and_an_unknown_kind_is_not_there(company, secret, sign_in):
    botan = sign_in(company.botan)  # works in the unit to which it is open
    answer = botan.post(ASK, ENTERED)
    assert (answer.status_code, "既に閲覧できます" in body(answer)) == (422, True)
    assert botan.post(ASK, ENTERED | {"person": "A-3"}).status_code == 302
    assert botan.get(reverse("approvals:ask", args=["register.nothing"])).status_code == 404
    assert 'value="S-0007"' in body(botan.get(ASK + "?number=S-0007"))


def test_taking_back_needs_no_reason_and_is_the_askers_alone(company, ask, sign_in):
    request = ask()
    page = reverse("approvals:withdraw", args=[request.pk])
    assert sign_in(company.akari).get(page).status_code == 409
    asker = sign_in(company.chihiro)
    assert "以後、この申請は判断されません" in body(asker.get(page))
    assert Request.objects.get().state == State.WAITING, "looking takes nothing back"
    assert "取り下げました" in body(asker.post(page, {"why": ""}, follow=True))
    assert Request.objects.get().state == State.WITHDRAWN
    assert asker.get(page).status_code == 409


def test_the_first_page_teaches_when_empty_and_lists_what_waits(company, secret, ask, sign_in):
    home = reverse("approvals:home")
    nobody = body(sign_in(company.akari).get(home))
    assert "申請はまだありません" in nobody
    for day in range(1, 23):
        ask(until=f"2027-01-{day:02}")
    keeper, asker = body(sign_in(company.akari).get(home)), body(sign_in(company.chihiro).get(home))
    assert keeper.count("Q-2026-") == 20
    assert "?decide=yes" in keeper
    assert asker.count("Q-2026-") == 20
    assert "?mine=yes" in asker
    assert ASK in asker
    assert TITLE not in asker + keeper, "the lists name what is asked by its kind alone"


def test_the_list_is_filtered_by_where_requests_stand_now(company, ask, sign_in, clock):
    approved, waiting, late = ask(), ask(reader=company.emi), ask(reader=company.daichi)
    request_approve(asking=approved, seen=seen(approved), by=company.viewer(company.akari))
    office, keeper = sign_in(company.daichi), sign_in(company.akari)

    def listed(browser, **query):
        page = body(browser.get(reverse("approvals:request-list"), query))
        return {one.number for one in (approved, waiting, late) if one.number in page}

    assert listed(office, state="approved") == {approved.number}
    assert listed(office, state="waiting") == {waiting.number, late.number}
    assert listed(office, state="expired") == set()
    assert listed(keeper, decide="yes") == {waiting.number, late.number}
    assert listed(keeper, decide="no") == {approved.number}
    assert listed(keeper, mine="yes") == set()
    assert listed(keeper, mine="no") == {approved.number, waiting.number, late.number}
    assert listed(office, kind="ringi.by_two") == set()
    clock.shift(timedelta(days=14))
    office, keeper = sign_in(company.daichi), sign_in(company.akari)
    assert listed(office, state="expired") == {waiting.number, late.number}
    assert listed(office, state="waiting") == set()
    assert listed(keeper, decide="yes") == set()


def test_the_office_sees_how_requests_go_and_what_is_stuck(company, secret, ask, sign_in, clock):
    page = reverse("approvals:overview")
    assert sign_in(company.daichi).get(page).status_code == 200
    approved, stuck = ask(), ask(reader=company.emi)
    clock.shift(timedelta(days=3))
    request_approve(asking=approved, seen=seen(approved), by=company.viewer(company.akari))
    office = sign_in(company.daichi)
    told = body(office.get(page))
    assert ">3.0<" in told
    assert "通知" in told, "mails wait"
    secret_edit(secret=secret, keeper=None, tier="b", unit=company.sales, by=SYSTEM)
    for role in RoleAssignment.objects.known():
        role_end(role=role, last=TODAY, by=SYSTEM)
    request_reroute(asking=stuck, by=SYSTEM)
    company.give(company.botan, Role.AUDITOR)
    told = body(sign_in(company.botan).get(page))
    assert "承認できる人がいない申請" in told
    assert stuck.number in told
    dashboard = body(sign_in(company.botan).get("/"))
    assert "承認できる人がいない申請：1件" in dashboard


def test_the_link_of_a_mail_leads_its_reader_to_the_page_and_nobody_else(company, ask, sign_in, clock, client):
    request = ask()
    link = link_to(request, company.akari.pk).removeprefix("http://localhost:8000")
    stranger, keeper = sign_in(company.botan), sign_in(company.akari)
    for person in (company.botan, company.akari):
        account = Account.objects.get(person=person)
        account.set_password("not used here")
        account.save()
    stranger, keeper = sign_in(company.botan), sign_in(company.akari)
    assert client.get(link)["location"].startswith(reverse("account_login")), "it still needs sign-in"
    assert keeper.get(link)["location"].startswith(reverse("account_reauthenticate")), "just now, not this morning"
    for browser in (stranger, keeper):
        browser.post(reverse("account_reauthenticate"), {"password": "not used here"})
    assert stranger.get(link).status_code == 404
    assert keeper.get(link)["location"] == decide(request)
    assert keeper.get(link[:-3] + "xx/").status_code == 404
    assert keeper.post(link).status_code == 405
    assert not Vote.objects.exists()
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.akari))
    assert keeper.get(link)["location"] == detail(request), "replayed, it shows what was decided"
    assert read_link(link.split("/")[-2]) == (request.pk, company.akari.pk)
    clock.shift(timedelta(days=31))
    assert read_link(link.split("/")[-2]) is None, "an old mail leads nowhere"


def test_of_a_kind_that_hides_nothing_the_asker_reads_who_decides(company, sign_in):
    request = paper(company, company.akari, BY_BOSS)
    page = body(sign_in(company.akari).get(detail(request)))
    assert "上司" in page
    assert "牧野 牡丹" in page
    request_approve(asking=request, seen=seen(request), by=company.viewer(company.botan))
    assert "牧野 牡丹が申請" in body(
        sign_in(company.akari).get(reverse("approvals:request-history", args=[request.pk]))
    )


def test_what_is_gone_meanwhile_is_said_and_can_still_be_refused(company, secret, ask, sign_in):
    request, keeper = ask(), sign_in(company.akari)
    secret_retire(secret=secret, by=actor_of(company.daichi), why="公開済み")
    page = body(keeper.get(decide(request)))
    assert "台帳から" in page
    answer = keeper.post(decide(request), {"verdict": "approve", "seen": token(page)})
    assert (answer.status_code, "登録されていません" in body(answer)) == (422, True)
    answer = keeper.post(decide(request), {"verdict": "refuse", "reason": "公開済み", "seen": token(body(answer))})
    assert answer.status_code == 302


def test_a_kind_that_no_room_offers_any_more_is_still_shown_and_exported(company, ask, sign_in):
    request = ask()
    with act("approvals.request.reroute", by=SYSTEM):
        request.kind, request.state, request.decided_at = "gone.kind", State.REFUSED, request.created_at
        request.save()
    office = sign_in(company.daichi)
    page = body(office.get(detail(request)))
    assert "gone.kind" in page
    answer = office.post(reverse("approvals:request-export"), {"format": "csv", "why": "監査"})
    exported = b"".join(answer.streaming_content).decode("utf-8-sig")
    answer.close()
    assert request.number in exported
