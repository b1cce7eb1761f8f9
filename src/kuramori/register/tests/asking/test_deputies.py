"""The page of deputies: one names his own, the office for somebody who cannot; both see it, nobody else does."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kuramori.approvals.deputies import deputy_add, deputy_retire
from kuramori.approvals.models import Deputy
from kuramori.approvals.queries import deputies_visible_to, principals_of
from kuramori.directory.acts.people import engagement_end
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import TODAY
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.permissions import Role, Viewer

pytestmark = pytest.mark.django_db
ADD = reverse("approvals:deputy-add")
LIST = reverse("approvals:deputy-list")
DAY = timedelta(days=1)
WEEK = {"deputy": "A-2", "starts_on": "2026-11-20", "ends_on": "2026-11-27"}


def body(answer):
    return answer.content.decode()


def named(company, **other):
    values = {
        "person": company.akari, "deputy": company.botan, "starts_on": TODAY, "ends_on": TODAY + 7 * DAY,
        "by": actor_of(company.akari),
    }  # fmt: skip
    return deputy_add(**(values | other))


def test_one_names_a_deputy_who_then_stands_in_for_these_days(company, sign_in, clock):
    akari = sign_in(company.akari)
    answer = akari.post(ADD, WEEK, follow=True)
    assert "代理中" in body(answer)
    row = Deputy.objects.get()
    assert (row.person, row.deputy, row.named_by) == (company.akari, company.botan, company.akari)
    assert principals_of(company.viewer(company.botan)) == {company.akari.pk}
    for shifted, stands in ((7 * DAY, {company.akari.pk}), (DAY, frozenset())):
        clock.shift(shifted)
        assert principals_of(company.viewer(company.botan)) == stands


def test_nobody_names_one_for_another_except_the_office(company, sign_in):
    sign_in(company.chihiro).post(ADD, WEEK | {"person": "A-1"})
    assert Deputy.objects.get().person == company.chihiro, "what was sent along is not asked"
    assert "不在の人" not in body(sign_in(company.chihiro).get(ADD)).split("<form")[-1]
    office = sign_in(company.daichi)
    assert office.post(ADD, WEEK | {"person": "akari@example.jp"}).status_code == 302
    assert Deputy.objects.get(person=company.akari).named_by == company.daichi


@pytest.mark.parametrize(
    "wrong",
    [
        {"deputy": "Z-9"},
        {"deputy": ""},
        {"deputy": "A-1"},
        {"ends_on": "2026-11-19"},
        {"starts_on": "2026-11-01", "ends_on": "2026-11-19"},
        {"ends_on": "2027-11-21"},
        {"starts_on": "暮れ"},
    ],
    ids=["unknown", "nobody", "himself", "backwards", "gone by", "more than a year", "no day"],
)
def test_what_cannot_be_is_said_and_not_kept(company, sign_in, wrong):
    answer = sign_in(company.akari).post(ADD, WEEK | wrong)
    assert answer.status_code == 422
    assert not Deputy.objects.exists()


def test_the_act_refuses_what_no_form_asked(company, clock):
    with pytest.raises(Refused, match="個人だけ"):
        named(company, by=SYSTEM)
    twin = company.person("B-1", "佐倉 灯里", "サクラ アカリ", "Akari Sakura", company.sales)
    with pytest.raises(Refused, match="本人を代理"):
        named(company, deputy=twin)
    engagement_end(engagement=company.engagement(company.botan), last=TODAY, today=TODAY, by=SYSTEM)
    clock.shift(DAY)
    with pytest.raises(Refused, match="在籍していません"):
        named(company)


def test_days_do_not_overlap_until_the_first_entry_is_ended(company, sign_in):
    row = named(company)
    with pytest.raises(Refused, match="既に別の代理"):
        named(company, deputy=company.emi, starts_on=TODAY + 7 * DAY, ends_on=TODAY + 9 * DAY)
    named(company, deputy=company.emi, starts_on=TODAY + 8 * DAY, ends_on=TODAY + 9 * DAY)
    deputy_retire(deputy=row, by=actor_of(company.akari), why="早く戻った")
    assert principals_of(company.viewer(company.botan)) == frozenset()
    named(company, deputy=company.chihiro)


def test_both_see_the_row_only_whose_absence_it_is_ends_it_and_strangers_do_not_know(company, sign_in):
    row = named(company)
    page, retire = (reverse(f"approvals:deputy-{name}", args=[row.pk]) for name in ("detail", "retire"))
    assert sign_in(company.chihiro).get(page).status_code == 404
    assert "佐倉 灯里" not in body(sign_in(company.chihiro).get(LIST)).split("<main")[1]
    assert "佐倉 灯里" in body(sign_in(company.botan).get(page))
    assert sign_in(company.botan).post(retire, {"why": "x"}).status_code == 403
    assert sign_in(company.akari).post(retire, {"why": "戻った"}).status_code == 302
    assert Deputy.objects.get().retired_at is not None
    assert "終了" in body(sign_in(company.daichi).get(page))


def test_the_list_shows_who_stands_in_today(company, sign_in):
    named(company)
    named(company, person=company.emi, by=actor_of(company.emi), starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY)
    office = sign_in(company.daichi)

    def listed(**query):
        page = body(office.get(LIST, query)).split("<main")[1]
        return {name for name in ("佐倉 灯里", "江見 笑") if name in page}

    assert listed() == {"佐倉 灯里", "江見 笑"}
    assert listed(today="yes") == {"佐倉 灯里"}
    assert listed(today="no") == {"江見 笑"}
    assert "これから" in body(office.get(LIST))
    answer = office.post(reverse("approvals:deputy-export"), {"format": "csv", "why": "x"})
    assert answer.status_code == 200
    exported = b"".join(answer.streaming_content).decode("utf-8-sig")
    answer.close()
    assert len(exported.splitlines()) == 3, "a header and both deputies"


def test_an_account_without_a_person_sees_and_names_nobody(company):
    nobody = company.viewer(company.akari)
    nobody = Viewer(actor=nobody.actor, person_id=None, permissions=nobody.permissions)
    named(company)
    assert not deputies_visible_to(nobody).exists()
    assert principals_of(nobody) == frozenset()
    company.give(company.botan, Role.AUDITOR)
    assert deputies_visible_to(company.viewer(company.botan)).count() == 1
