"""An order's timeline: six sources in one order, within its bounds, each look logged, closed and settled at the end."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.acts.people import assignment_add
from kuramori.directory.acts.units import site_add
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import Found, alerts_keep
from kuramori.watch.acts.settings import charter_retire
from kuramori.watch.api import ingest
from kuramori.watch.cases.acts import cases_gather
from kuramori.watch.models import Case, CaseStep, MonitoringCharter, MonitoringOrder, OrderMark, TimelineOpening
from kuramori.watch.orders.acts import order_erase, order_keep, order_mark, orders_erase
from kuramori.watch.orders.duties import order_duties
from kuramori.watch.orders.jobs import JOBS, run_orders
from kuramori.watch.orders.page import marked_lines
from kuramori.watch.orders.standing import overdue_orders
from kuramori.watch.queries.orders import may_settle, unsettled_orders
from kuramori.watch.rules.orders import Kind
from kuramori.watch.tests.ordered import YESTERDAY, Deciders, asked, in_force, logs_of_six_channels

NAMES = ("牡丹", "牧野", "Botan", "botan")
LATER = timedelta(days=20)
"""After an order of 14 days, and before what was marked is erased by itself."""


@pytest.fixture
def deciders(company: Company, charter: MonitoringCharter) -> Deciders:
    return Deciders(company)


@pytest.fixture
def logs(company: Company, tmp_path: Path, charter: MonitoringCharter) -> None:
    logs_of_six_channels(company, tmp_path)


@pytest.fixture
def order(company: Company, deciders: Deciders, logs: None) -> MonitoringOrder:
    return in_force(company, deciders)


@pytest.fixture
def analyst(company: Company, deciders: Deciders) -> Viewer:
    return company.viewer(deciders.second)


def look(visit: Any, viewer: Viewer, order: MonitoringOrder, **query: str) -> Any:
    """Press the button, and open the page that it leads to."""
    answer = visit(viewer, "order-look", order.pk, data={})
    assert answer.status_code == 302, answer.content.decode()
    return visit(viewer, "timeline", UUID(answer["Location"].split("/")[-2]), **query)


def deeds(page: Any) -> list[tuple[str, str]]:
    return [(row["at"][-8:-3], row["deed"]) for row in page.context["rows"]]


def text(answer: Any) -> str:
    return answer.content.decode()


# six sources in order


def test_six_sources_stand_in_the_order_in_which_it_happened(
    visit: Any, order: MonitoringOrder, analyst: Viewer
) -> None:
    """The acceptance of DET-14: door, file server, printer, endpoint, proxy and mail, the newest first."""
    with override("ja"):
        page = look(visit, analyst, order)
    rows = page.context["rows"]
    assert [row["at"][11:13] for row in rows] == ["13", "12", "11", "10", "09", "08"]
    assert len({row["source"] for row in rows}) == 6
    assert [row["deed"] for row in rows] == ["メール送信", "アップロード", "コピー", "印刷", "閲覧", "扉：入室"]
    assert not any(name in text(page) for name in NAMES)


def test_what_happens_meanwhile_is_there_when_the_page_is_asked_anew(
    visit: Any, order: MonitoringOrder, analyst: Viewer, tmp_path: Path
) -> None:
    before = len(look(visit, analyst, order).context["rows"])
    (tmp_path / "new.log").write_text(
        "mfp5f botan 8 [20/Nov/2026:11:55:00 +0900] total 3 - 192.0.2.7 x A4 two-sided\n", encoding="utf-8"
    )
    ingest(source="cups", instance="one", paths=[tmp_path / "new.log"])
    page = look(visit, analyst, order, live="yes")
    assert len(page.context["rows"]) == before + 1
    assert 'http-equiv="refresh" content="60"' in text(page)
    assert 'http-equiv="refresh"' not in text(look(visit, analyst, order))
    opening = TimelineOpening.objects.get()
    older = visit(analyst, "timeline", opening.pk, live="yes", before="2026-11-19T00:00:00_1")
    assert 'http-equiv="refresh"' not in text(older), "who reads back is not torn away"


def test_a_look_is_an_act_once_a_day_and_tells_who(
    visit: Any, order: MonitoringOrder, analyst: Viewer, company: Company, deciders: Deciders
) -> None:
    for _n in range(3):
        look(visit, analyst, order)
    look(visit, company.viewer(deciders.data), order)
    with time_machine.travel(NOON + timedelta(hours=25), tick=False):
        look(visit, analyst, order)
    looks = [each for each in read(entries_about(order.pk)) if each.verb == "watch.timeline.open"]
    assert [each.actor_id for each in looks] == [deciders.second.pk, deciders.data.pk, deciders.second.pk]
    assert {each.why for each in looks} == {f"モニタリング指示{order.number}"}


def test_nobody_but_the_data_team_presses_the_button(
    visit: Any, order: MonitoringOrder, company: Company, deciders: Deciders
) -> None:
    for person, status in ((company.akari, 403), (deciders.hr, 403), (deciders.legal, 403), (company.botan, 403)):
        assert visit(company.viewer(person), "order-look", order.pk, data={}).status_code == status
    assert not TimelineOpening.objects.exists()


@pytest.mark.parametrize("door", ["order-look", "order-mark"])
def test_looking_and_marking_are_posted(visit: Any, order: MonitoringOrder, analyst: Viewer, door: str) -> None:
    assert visit(analyst, door, order.pk).status_code == 405


# bounds


def test_only_the_channels_and_days_of_the_order_are_shown(
    visit: Any, company: Company, deciders: Deciders, logs: None, analyst: Viewer
) -> None:
    order = in_force(company, deciders, channels=("print", "doors"), days=1)
    page = look(visit, analyst, order, since="2024-12-01", until="2026-11-25")
    assert [row["deed"] for row in page.context["rows"]] == ["印刷", "扉：入室"]
    offered = [name for name, _word in page.context["form"].fields["channel"].choices]
    assert offered == ["", "print", "doors"]
    opening = TimelineOpening.objects.get()
    assert visit(analyst, "timeline", opening.pk, channel="mail").status_code == 422
    assert len(visit(analyst, "timeline", opening.pk, channel="doors").context["rows"]) == 1


def test_what_lies_more_than_a_month_before_the_order_is_not_shown(
    visit: Any, company: Company, deciders: Deciders, logs: None
) -> None:
    with time_machine.travel(NOON + timedelta(days=30), tick=False):
        order = in_force(company, deciders)
        viewer = company.viewer(deciders.second)
        page = look(visit, viewer, order, since="2026-11-01", until="2026-12-20")
        assert page.context["rows"] == []


def test_a_document_and_a_device_show_who_touched_them_under_pseudonyms(
    visit: Any, company: Company, deciders: Deciders, logs: None, analyst: Viewer
) -> None:
    device = in_force(company, deciders, kind=Kind.DEVICE, thing="pc-7", channels=("media", "files"))
    page = look(visit, analyst, device)
    assert {row["deed"] for row in page.context["rows"]} == {"コピー"}
    document = in_force(company, deciders, kind=Kind.DOCUMENT, thing="/SRV/samba/zairyo/a.xlsx")
    page = look(visit, analyst, document)
    (who,) = {row["who"] for row in page.context["rows"]}
    assert who
    assert not any(name in text(page) for name in NAMES)


def test_people_of_other_sites_are_left_out_of_a_things_timeline(
    visit: Any, company: Company, deciders: Deciders, logs: None, analyst: Viewer
) -> None:
    kyoto = site_add(code="KYO", name_ja="京都", name_en="Kyoto", by=SYSTEM)
    order = in_force(company, deciders, kind=Kind.DEVICE, thing="mfp5f", channels=("print",))
    assert len(look(visit, analyst, order).context["rows"]) == 1
    assignment_add(
        engagement=company.engagement(company.botan), unit=company.materials, site=kyoto, starts_on=TODAY,
        today=TODAY, by=SYSTEM,
    )  # fmt: skip
    page = look(visit, analyst, order)
    assert page.context["rows"] == [], "no charter covers him any more"


def test_an_account_of_nobody_stays_for_it_is_nobodys_conduct(  # noqa: PLR0917
    visit: Any, company: Company, deciders: Deciders, logs: None, analyst: Viewer, tmp_path: Path
) -> None:
    (tmp_path / "fremd.log").write_text(
        "mfp5f fremd 9 [19/Nov/2026:15:00:00 +0900] total 3 - 192.0.2.9 x A4 two-sided\n", encoding="utf-8"
    )
    ingest(source="cups", instance="one", paths=[tmp_path / "fremd.log"])
    order = in_force(company, deciders, kind=Kind.DEVICE, thing="MFP5F", channels=("print",))
    assert {row["who"] for row in look(visit, analyst, order).context["rows"]} >= {""}


def test_a_secrets_order_shows_its_own_acts_too(  # noqa: PLR0917
    visit: Any, company: Company, deciders: Deciders, secret: Secret, read_log: None, analyst: Viewer
) -> None:
    order = in_force(company, deciders, kind=Kind.SECRET, secret=secret, channels=("files", "kuramori"))
    rows = look(visit, analyst, order).context["rows"]
    assert {row["source"].partition(" ")[0] for row in rows} >= {"Kuramori"}
    assert {row["what"] for row in rows if "Samba" in row["source"]} == {"開示範囲外の秘密情報の文書"}
    assert not any(secret.title in str(row) for row in rows), "what is closed to the analyst stays closed"


# the end


def test_at_the_end_the_view_is_closed(  # noqa: PLR0917
    visit: Any, order: MonitoringOrder, analyst: Viewer, company: Company, deciders: Deciders, charter: Any
) -> None:
    with time_machine.travel(NOON + timedelta(days=13, hours=11), tick=False):
        page = look(visit, analyst, order)
        opening = TimelineOpening.objects.get()
        assert page.status_code == 200
    with time_machine.travel(NOON + timedelta(days=14), tick=False):
        assert visit(analyst, "timeline", opening.pk).status_code == 404
        assert visit(analyst, "order-mark", opening.pk, data={"event": "1"}).status_code == 404
        assert visit(analyst, "order-look", order.pk, data={}).status_code == 409
        assert "order-look" not in text(visit(analyst, "order-detail", order.pk))
    charter_retire(charter=charter, by=SYSTEM, why="廃止")
    assert visit(analyst, "order-look", order.pk, data={}).status_code == 409


def marked(visit: Any, viewer: Viewer, order: MonitoringOrder, *places: int) -> list[int]:
    """Mark lines of the timeline by their place, the newest 0."""
    page = look(visit, viewer, order)
    events = [page.context["rows"][place]["event"] for place in places]
    opening = TimelineOpening.objects.latest("created_at")
    assert visit(viewer, "order-mark", opening.pk, data={"event": events}).status_code == 302
    return events


def test_lines_are_marked_on_the_page_and_shown_as_marked(visit: Any, order: MonitoringOrder, analyst: Viewer) -> None:
    events = marked(visit, analyst, order, 3, 5)
    page = look(visit, analyst, order)
    assert page.context["marked"] == set(events)
    assert text(page).count("checked disabled") == 2
    opening = TimelineOpening.objects.get()
    for wrong in ({}, {"event": ["x", "-1", "²", str(2**70)]}):
        visit(analyst, "order-mark", opening.pk, data=wrong)
    assert OrderMark.objects.count() == 2


@pytest.fixture
def case(company: Company, deciders: Deciders, found: Any, charter: Any) -> Case:
    """A case about Botan, beside one about Chihiro."""
    one: Found = found(person_id=company.botan.pk, unit_id=company.materials.pk)
    alerts_keep(findings=[one, found(key="k2")], as_of=YESTERDAY)
    cases_gather(today=YESTERDAY)
    return Case.objects.get(person=company.botan)


def test_what_mattered_is_kept_under_the_case_and_the_marks_go(  # noqa: PLR0917
    visit: Any, order: MonitoringOrder, analyst: Viewer, case: Case, company: Company, deciders: Deciders
) -> None:
    marked(visit, analyst, order, 1, 3)
    data = {"decision": "keep", "case": case.number, "reason": "持出しの疑い"}
    assert visit(analyst, "order-settle", order.pk, data=data).status_code == 409, "not while it is in force"
    with time_machine.travel(NOON + LATER, tick=False):
        (duty,) = order_duties(analyst, date(2026, 12, 10))
        assert (duty.due, duty.urgent, order.number in duty.title) == (date(2026, 12, 17), False, True)
        page = visit(analyst, "order-settle", order.pk)
        assert [line.split()[1] for line in page.context["lines"]] == ["12:00", "10:00"]
        assert visit(analyst, "order-settle", order.pk, data=data)["Location"].endswith(f"/orders/{order.pk}/")
        step = CaseStep.objects.get()
        assert step.text.startswith(f"{order.number}: 持出しの疑い\n2026-11-19 12:00")
        assert len(step.text.splitlines()) == 3
        assert not any(name in step.text for name in NAMES)
        settled = MonitoringOrder.objects.get()
        assert (settled.case, settled.settled_at) == (case, NOON + LATER)
        assert [(each.event, each.retired_at is None) for each in OrderMark.objects.all()] == [(None, False)] * 2
        assert not may_settle(analyst, settled)
        assert order_duties(analyst, date(2026, 12, 10)) == []
        again = visit(analyst, "order-settle", order.pk, data=data)
        assert again.status_code == 409
        assert case.number in text(visit(analyst, "order-detail", order.pk))


def test_erased_nothing_is_left_of_what_was_marked(
    visit: Any, order: MonitoringOrder, analyst: Viewer, company: Company, deciders: Deciders
) -> None:
    marked(visit, analyst, order, 0)
    with time_machine.travel(NOON + LATER, tick=False):
        data = {"decision": "erase", "reason": "問題なし"}
        assert visit(analyst, "order-settle", order.pk, data=data).status_code == 302
        assert marked_lines(analyst, MonitoringOrder.objects.get()) == []
    assert list(OrderMark.objects.values_list("event", flat=True)) == [None]
    assert not CaseStep.objects.exists()
    assert read(entries_about(order.pk)[:1])[0].notes["lines"] == 1


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "decision"),
        ({"decision": "burn", "reason": "x"}, "decision"),
        ({"decision": "keep", "reason": "x"}, "case"),
        ({"decision": "keep", "reason": "x", "case": "C-2026-9999"}, "case"),
        ({"decision": "erase", "reason": " "}, "reason"),
    ],
)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_settling_asks_for_a_choice_a_reason_and_a_case(  # noqa: PLR0917
    visit: Any, company: Company, deciders: Deciders, data: dict[str, str], field: str, language: str
) -> None:
    order = in_force(company, deciders, kind=Kind.DEVICE, thing="x")
    viewer = replace(company.viewer(deciders.second), language=language)
    with time_machine.travel(NOON + LATER, tick=False):
        answer = visit(viewer, "order-settle", order.pk, data=data | {"x": ""})
        assert answer.status_code == 422
        words = " ".join(answer.context["form"].errors[field])
        assert words.isascii() is (language == "en")
    assert not MonitoringOrder.objects.exclude(settled_at=None).exists()


def test_lines_are_kept_under_a_case_of_the_same_person_and_only_when_there_are_any(  # noqa: PLR0917
    visit: Any, order: MonitoringOrder, analyst: Viewer, case: Case, company: Company, deciders: Deciders
) -> None:
    other, by = Case.objects.exclude(pk=case.pk).get(), analyst.actor
    words: dict[str, Any] = {"order": order, "reason": "x", "person": deciders.second, "by": by}
    with time_machine.travel(NOON + LATER, tick=False), override("en"):
        with pytest.raises(Refused, match="No line was marked"):
            order_keep(case=case, lines=[], **words)
        with pytest.raises(Refused, match="about something else"):
            order_keep(case=other, lines=["x"], **words)
        with pytest.raises(Refused, match="needs a reason"):
            order_keep(case=case, lines=["x"], **(words | {"reason": " "}))
    assert not CaseStep.objects.exists()


def test_what_nobody_kept_in_a_fortnight_is_erased_by_itself(company: Company, deciders: Deciders) -> None:
    order = in_force(company, deciders, days=1)
    order_mark(order=order, events=[1, 2], person=deciders.second, by=actor_of(deciders.second))
    waiting = asked(company, kind=Kind.DEVICE, thing="x")
    with time_machine.travel(NOON + timedelta(days=14), tick=False):
        assert unsettled_orders(company.viewer(deciders.second)) == [order]
        assert run_orders(None, {}) == {"erased": 0}  # type: ignore[arg-type]  # it reports no progress
    with time_machine.travel(NOON + timedelta(days=15), tick=False):
        assert overdue_orders(date(2026, 12, 5)) == [order]
        assert orders_erase() == 1
        assert orders_erase() == 0, "once more does nothing"
        with pytest.raises(Refused, match="処理済み"):
            order_erase(order=order, reason="x", by=SYSTEM)
        with pytest.raises(Refused, match="対象ではありません"):
            order_erase(order=waiting, reason="x", by=SYSTEM)
    assert {each.event for each in OrderMark.objects.all()} == {None}
    assert [job.is_quiet for job in JOBS] == [True], "a job's name must warn nobody"
    last = read(entries_about(order.pk)[:1])[0]
    assert (last.verb, last.actor_name) == ("watch.order.erase", SYSTEM.name)


def test_without_a_lake_there_is_nothing_to_see_and_nothing_fails(
    visit: Any, company: Company, deciders: Deciders, analyst: Viewer
) -> None:
    order = in_force(company, deciders, kind=Kind.DEVICE, thing="x")
    page = look(visit, analyst, order)
    assert page.context["rows"] == []
    assert "checkbox" not in text(page)
