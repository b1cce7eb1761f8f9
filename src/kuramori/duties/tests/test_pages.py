"""The pages: what is due from me, reporting, exempting, the office's lists; both languages, the wrong viewer."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils.timezone import now

from kuramori.directory.acts.accounts import account_open
from kuramori.duties.acts import duty_retire, tasks_escalate
from kuramori.duties.inbox import task_duties
from kuramori.duties.models import Audience, Duty, Every, State, Task
from kuramori.duties.registers import who
from kuramori.duties.tests.asked import WEDNESDAY, duty, opened, pass_days, task_of
from kuramori.kernel import jobs
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Role

HOME = "/duties/"


def browser(person, language="ja"):
    account_open(person=person, at=now(), by=SYSTEM)
    account = get_user_model().objects.get(person=person)
    client = Client(headers={"accept-language": language})
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def words(answer):
    return answer.content.decode()


@pytest.fixture
def akari(company):
    return browser(company.akari)


@pytest.fixture
def office(company):
    return browser(company.chihiro)


@pytest.fixture
def task(company):
    opened()
    return task_of(company.akari)


def page(task, name):
    return reverse(f"duties:task-{name}", args=[task.pk])


def entered(**values):
    usual = {
        "title": "棚の点検", "audience": "everybody", "every": "weeks", "step": "2", "first_on": "2026-12-01",
        "on_holiday": "before", "lead_days": "7", "remind_before": "2", "remind_again": "7", "escalate_after": "5",
    }  # fmt: skip
    return usual | values


def test_my_page_shows_what_is_due_and_leads_to_reporting_it(akari, task):
    page_words = words(akari.get(HOME))
    assert "共有フォルダーの整理" in page_words
    assert page(task, "report") in page_words
    assert reverse("duties:duty-list") not in page_words, "the office's list is not offered to everybody"


def test_my_page_with_nothing_and_without_a_person(akari):
    assert "共有フォルダー" not in words(akari.get(HOME))


def test_a_hundred_tasks_are_cut_with_a_way_to_the_rest(company, akari):
    for number in range(52):
        opened(title=f"点検 {number:03}", audience=Audience.PERSON, person=company.akari)
    page_words = words(akari.get(HOME))
    assert page_words.count("/report/") == 50
    assert "mine=yes" in page_words
    listed = words(akari.get(reverse("duties:task-list") + "?mine=yes&state=open"))
    assert "点検" in listed
    assert "mine=no" not in page_words


def test_a_kind_leads_to_where_it_is_done_instead(company, akari):
    opened(kind="chores.sweeping", audience=Audience.KIND)
    page_words = words(akari.get(HOME))
    task = task_of(company.akari)
    assert page(task, "report") not in page_words
    assert 'class="btn sm" href="/"' in page_words
    assert akari.get(page(task, "report")).status_code == 409


def test_reporting_takes_a_statement_and_shows_it_later(akari, task):
    assert akari.get(page(task, "report")).status_code == 200
    assert akari.post(page(task, "report"), {"words": " "}).status_code == 422
    assert task_of(task.person).state == State.OPEN
    assert akari.post(page(task, "report"), {"words": "済み"}).url == HOME
    assert task_of(task.person).state == State.DONE
    assert "済み" in words(akari.get(page(task, "detail")))
    assert akari.get(page(task, "report")).status_code == 409


@pytest.mark.parametrize("address", ["x", "http://[", "/", "/duties/", "https://elsewhere.example/x", "/search/?q=1"])
def test_what_is_no_page_of_a_record_proves_nothing(company, akari, address):
    opened(needs_record=True)
    task = task_of(company.akari)
    answer = akari.post(page(task, "report"), {"words": "済み", "address": address})
    assert answer.status_code == 422
    assert task_of(company.akari).state == State.OPEN


def test_a_record_is_named_by_the_address_of_its_page(company, akari):
    opened(needs_record=True)
    task = task_of(company.akari)
    unit = "http://testserver" + reverse("directory:unit-detail", args=[company.materials.pk])
    assert akari.post(page(task, "report"), {"words": "済み"}).status_code == 422
    for wrong in (page(task, "detail"), reverse("directory:unit-detail", args=[uuid7()])):
        assert akari.post(page(task, "report"), {"words": "済み", "address": wrong}).status_code == 422
    secret_role = reverse("directory:role-detail", args=[uuid7()])  # a page that Akari may not open
    assert akari.post(page(task, "report"), {"words": "済み", "address": secret_role}).status_code == 422
    assert akari.post(page(task, "report"), {"words": "済み", "address": unit}).status_code == 302
    shown = words(akari.get(page(task, "detail")))
    assert "材料課" in shown
    assert reverse("directory:unit-detail", args=[company.materials.pk]) in shown


def test_a_record_that_the_reader_may_not_see_is_not_named(company, task, office):
    with act("duties.task.report", by=SYSTEM):
        task.named_kind, task.named_id = "gone.record", uuid7()
        task.save()
    assert office.get(page(task, "detail")).status_code == 200


def test_strangers_do_not_learn_that_there_is_a_task(company, task):
    stranger = browser(company.person("A-5", "佐藤 一", "サトウ ハジメ", "Hajime Sato", company.sales))
    assert {stranger.get(page(task, name)).status_code for name in ("detail", "history", "report")} == {404}
    assert stranger.get(page(task, "exempt")).status_code == 403
    assert stranger.get(reverse("duties:duty-list")).status_code == 403


def test_a_boss_sees_what_came_up_to_him_and_exempts_with_a_reason(company, clock, task):
    pass_days(clock, 10)
    botan = browser(company.botan)
    up = {"duty": task.duty, "level": 0, "person": company.botan.pk, "on_behalf_of": None, "today": WEDNESDAY}
    tasks_escalate(tasks=[task.pk], by=SYSTEM, **up)
    assert "佐倉 灯里" in words(botan.get(HOME))
    assert page(task, "exempt") in words(botan.get(page(task, "detail")))
    assert botan.post(page(task, "exempt"), {"reason": ""}).status_code == 422
    assert botan.get(page(task, "exempt")).status_code == 200
    assert botan.post(page(task, "exempt"), {"reason": "休業中"}).status_code == 302
    assert task_of(company.akari).state == State.EXEMPT
    assert "休業中" in words(botan.get(page(task, "detail")))
    assert botan.get(page(task, "exempt")).status_code == 409
    assert botan.get(page(task_of(company.botan), "exempt")).status_code == 409, "never himself"


def test_a_deputy_stands_in_the_history_beside_whom_he_stands_for(company, task, office):
    up = {"duty": task.duty, "level": 0, "person": company.chihiro.pk, "on_behalf_of": company.botan.pk}
    tasks_escalate(tasks=[task.pk], today=WEDNESDAY, by=SYSTEM, **up)
    shown = words(office.get(page(task, "detail")))
    assert "遠山 千尋" in shown
    assert "牧野 牡丹" in shown
    assert office.get(page(task, "history")).status_code == 200


def test_the_office_writes_a_duty_down_and_changes_it(company, office):
    add = reverse("duties:duty-add")
    assert office.get(add).status_code == 200
    assert office.post(add, entered()).status_code == 302
    written = Duty.objects.get()
    assert (written.step, written.every, written.number) == (2, Every.WEEKS, "D-00001")
    detail = words(office.get(reverse("duties:duty-detail", args=[written.pk])))
    assert "棚の点検" in detail
    edit = reverse("duties:duty-edit", args=[written.pk])
    assert office.get(edit).status_code == 200
    as_of = words(office.get(edit)).split('name="as_of" value="')[1].split('"')[0]
    changed = entered(title="棚卸", audience="person", person="akari@EXAMPLE.jp", as_of=as_of, why="担当を決めた")
    assert office.post(edit, changed).status_code == 302
    written.refresh_from_db()
    assert (written.person, written.title) == (company.akari, "棚卸")
    assert 'value="A-1"' in words(office.get(edit)), "the number is put before who edits again"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"audience": "person"}, "person"),
        ({"audience": "person", "person": "X-404"}, "person"),
        ({"audience": "role"}, "role"),
        ({"audience": "role", "role": "employee"}, "role"),
        ({"audience": "unit"}, "unit"),
        ({"audience": "unit", "unit": "x"}, "unit"),
        ({"audience": "kind"}, "audience"),
        ({"audience": "kind", "kind": "chores.waiting"}, "audience"),
        ({"kind": "chores.sweeping", "needs_record": "on"}, "needs_record"),
        ({"kind": "nobody.offers"}, "kind"),
        ({"step": "0"}, "step"),
        ({"step": "1001"}, "step"),
        ({"lead_days": "-1"}, "lead_days"),
        ({"lead_days": "400"}, "lead_days"),
        ({"first_on": "2026-02-30"}, "first_on"),
        ({"every": "never"}, "every"),
        ({"remind_again": "x"}, "remind_again"),
    ],
)
def test_a_wrong_entry_is_told_at_its_field_and_nothing_is_written(office, wrong, field):
    answer = office.post(reverse("duties:duty-add"), entered(**wrong))
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert Duty.objects.count() == 0


def test_what_was_entered_for_another_audience_is_forgotten(company, office):
    given = entered(person="X-404", role="hr", unit=str(company.top.pk), every="once", step="9")
    assert office.post(reverse("duties:duty-add"), given).status_code == 302
    written = Duty.objects.get()
    assert (written.person, written.role, written.unit, written.step) == (None, "", None, 1)


def test_each_duty_says_whom_it_asks_and_how_often(company, office):
    asked = {
        "佐倉 灯里": duty(audience=Audience.PERSON, person=company.akari, every=Every.BUSINESS_DAYS, step=5),
        "法務": duty(audience=Audience.ROLE, role=Role.LEGAL, every=Every.MONTHS),
        "研究所": duty(audience=Audience.UNIT, unit=company.research, every=Every.MONTHS, at_month_end=True),
    }
    for words_of_it, written in asked.items():
        assert words_of_it in who(written)
        assert words_of_it in words(office.get(reverse("duties:duty-detail", args=[written.pk])))
    kinds_shown = words(office.get(reverse("duties:duty-list")))
    assert kinds_shown.count("D-0000") >= 3
    duty(kind="gone.kind", escalate_after=0, remind_again=0, site=company.tokyo)
    assert "gone.kind" in words(office.get(reverse("duties:duty-list")))
    last = Duty.objects.order_by("-number").first()
    assert "東京" in words(office.get(reverse("duties:duty-detail", args=[last.pk])))


def test_the_office_asks_everybody_at_once_and_sees_how_far_it_is(company, office):
    written = duty()
    address = reverse("duties:duty-open", args=[written.pk])
    assert address in words(office.get(reverse("duties:duty-detail", args=[written.pk])))
    assert office.get(address).status_code == 200
    assert Task.objects.count() == 0, "looking asks nobody"
    answer = office.post(address)
    assert answer.url.endswith(f"{Job.objects.get(kind='duties.open').pk}/")
    jobs.run_waiting()
    job = Job.objects.get(kind="duties.open")
    assert (job.state, job.result, job.done) == (JobState.DONE, {"opened": 4}, 4)
    duty_retire(duty=written, by=SYSTEM, why="x")
    assert office.post(address).status_code == 409
    assert address not in words(office.get(reverse("duties:duty-detail", args=[written.pk])))
    assert office.get(reverse("duties:duty-open", args=[uuid7()])).status_code == 404


def test_the_auditor_reads_and_changes_nothing(company, task):
    company.give(company.daichi, Role.AUDITOR)
    daichi = browser(company.daichi)
    assert daichi.get(reverse("duties:duty-detail", args=[task.duty.pk])).status_code == 200
    assert daichi.get(page(task, "detail")).status_code == 200
    assert daichi.get(reverse("duties:duty-add")).status_code == 403
    assert daichi.post(reverse("duties:duty-open", args=[task.duty.pk])).status_code == 403


def test_late_ones_stand_out_and_are_found(company, clock, task):
    pass_days(clock, 10)
    office = browser(company.chihiro)
    listing = reverse("duties:task-list")
    assert words(office.get(f"{listing}?state=late")).count("2026-11-25") >= 4
    assert "遅延" in words(office.get(listing))
    assert "佐倉" in words(office.get(f"{listing}?duty=D-00001"))
    assert "佐倉" not in words(office.get(f"{listing}?duty=D-00009"))
    assert "佐倉" not in words(office.get(f"{listing}?mine=yes"))
    assert "佐倉" in words(office.get(f"{listing}?mine=no&state=open"))
    duty_retire(duty=task.duty, by=SYSTEM, why="x")
    assert "佐倉" not in words(office.get(f"{listing}?state=late"))
    assert office.get(page(task, "detail")).status_code == 200


def test_the_inbox_shows_ones_own_tasks_and_one_line_for_what_came_up(company, clock, task):
    today = pass_days(clock, 10)
    mine = task_duties(company.viewer(company.akari), today)
    assert [(one.title, one.due, one.urgent) for one in mine] == [(task.duty.title, WEDNESDAY, True)]
    up = {"duty": task.duty, "level": 0, "person": company.botan.pk, "on_behalf_of": None, "today": WEDNESDAY}
    tasks_escalate(tasks=[task.pk], by=SYSTEM, **up)
    told = [one for one in task_duties(company.viewer(company.botan), today) if one.url == HOME]
    assert [(one.due, one.urgent) for one in told] == [(today, True)]


def test_everything_is_there_in_english_too(company, task):
    english = browser(company.akari, "en")
    assert "What is due from me" in words(english.get(HOME))
    assert "Report it done" in words(english.get(page(task, "report")))
    english.post(page(task, "report"), {"words": "done"})
    history = words(english.get(page(task, "history")))
    assert "reported it done" in history
    assert "asked 4 people for it" in history
