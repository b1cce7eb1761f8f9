"""A case about a secret: plan, statements, damage worksheet and drill, by who may, in words and in the ledger."""

import io
import json
from datetime import date, timedelta

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import NOON, TODAY, Company
from kuramori.evidence.api import Delivery, plan_standing, seal_now, statements_of, write_bundle
from kuramori.evidence.models import Bundle, Drill, EvidencePlan, Loss, Statement
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import ask, ask_recurring, run_waiting
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Role
from kuramori.register import acts
from kuramori.register.jobs import DRILL
from kuramori.register.models import Secret
from kuramori.register.tests.conftest import Add, Open

LOSS = {
    "item": "licence_value", "amount": "1200000", "currency": "JPY", "starts_on": "2026-11-20", "ends_on": "",
    "basis": "同種の許諾の料率5%", "source": "許諾契約 第12号",
}  # fmt: skip
SAID = {
    "element": "recognition", "kind": "testimony", "said_by": "牧野 牡丹", "said_on": "2026-11-19",
    "text": "極秘と説明を受けた",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _data(tmp_path, settings) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def secret(add: Add) -> Secret:
    return add("配合比", usefulness="電池の寿命が2倍になる", non_public="社外に出していない")


@pytest.fixture
def office(company: Company, signed_in: Open) -> Client:
    company.give(company.chihiro, Role.INFORMATION_MANAGER)
    return signed_in("chihiro")


def at(name: str, secret: Secret, *more: object) -> str:
    return reverse(f"register:secret-{name}", args=[secret.pk, *more])


def page(browser: Client, name: str, secret: Secret) -> str:
    return browser.get(at(name, secret)).content.decode()


def test_the_plan_proposed_for_the_tier_stands_until_somebody_decides(office: Client, secret: Secret) -> None:
    """EVD-01: what is to be kept, by element, with priority; decided with a reason that stands in the ledger."""
    proposed = office.get(at("plan", secret))
    assert not proposed.context["standing"].is_decided
    assert "まだ決定されていません" in proposed.content.decode()
    assert len(proposed.context["lines"]) == 19, "tier A keeps all"
    kept = ["secrecy_management/register.scope", "usefulness/register.valuation"]
    assert office.post(at("plan", secret), {"proofs": kept, "why": ""}).status_code == 422
    assert office.post(at("plan", secret), {"proofs": ["made/up"], "why": "x"}).status_code == 422
    assert office.post(at("plan", secret), {"proofs": kept, "why": "重点を絞る"}).status_code == 302
    decided = office.get(at("plan", secret)).context["standing"]
    assert decided.is_decided
    assert [line.code for line in decided.lines] == kept
    assert office.post(at("plan", secret), {"proofs": kept[:1], "why": "減らす"}).status_code == 302
    assert EvidencePlan.objects.get().proofs == kept[:1]
    told = read(entries_about(EvidencePlan.objects.get().pk))
    assert [each.why for each in told] == ["減らす", "重点を絞る"]
    assert {each.verb for each in told} == {"evidence.plan.set"}


def test_percent_rises_with_what_is_done_and_falls_when_a_check_grows_old(company: Company, secret: Secret) -> None:
    def percent(today: date = TODAY) -> int:
        return plan_standing(secret.as_subject(), viewer_of_system(), tier="a", today=today).percent

    before, by = percent(), actor_of(company.akari)
    acts.non_public_confirm(secret=secret, by=by, why="特許検索")
    acts.secret_confirm(secret=secret, by=by)
    after = percent()
    assert after > before
    assert percent(TODAY + timedelta(days=800)) < after


def test_a_light_secret_keeps_less_and_the_gaps_come_with_the_most_urgent_first(add: Add, company: Company) -> None:
    light = add("手順", tier="b", keeper=None)
    heavy = plan_standing(light.as_subject(), viewer_of_system(), tier="a", today=TODAY)
    standing = plan_standing(light.as_subject(), viewer_of_system(), tier="b", today=TODAY)
    assert len(standing.lines) < len(heavy.lines)
    assert standing.gaps[0].proof.source == "register.keeper"
    weights = [line.priority for line in heavy.gaps]
    assert weights == sorted(weights, reverse=True)


def test_the_keeper_sees_the_plan_but_neither_case_nor_decision(signed_in: Open, secret: Secret) -> None:
    keeper = signed_in("akari")
    shown = page(keeper, "plan", secret)
    assert at("drill", secret) not in shown
    assert at("worksheet", secret) not in shown
    assert keeper.post(at("plan", secret), {"proofs": [], "why": "x"}).status_code == 403
    for name in ("worksheet", "statement"):
        assert keeper.get(at(name, secret)).status_code == 403
        assert keeper.post(at(name, secret), LOSS | SAID).status_code == 403
    assert not Loss.objects.exists()
    assert not Statement.objects.exists()


def test_a_statement_is_a_testimony_on_the_proof_page_for_those_who_see_cases(
    office: Client, signed_in: Open, secret: Secret
) -> None:
    """EVD-07: by whom, when, what; of a file name and SHA-256, by whom recorded."""
    paper = SimpleUploadedFile("誓約書.pdf", b"%PDF-1.7 signed")
    assert office.post(at("statement", secret), SAID | {"said_by": ""}).status_code == 422
    assert office.post(at("statement", secret), SAID | {"file": paper}).status_code == 302
    kept = Statement.objects.get()
    assert (kept.file_name, kept.file_sha256[:8]) == ("誓約書.pdf", "281a9b6b")
    assert kept.recorded_by.number == "A-3"
    shown = office.get(at("proof", secret))
    recognition = next(each for each in shown.context["elements"] if each.code == "recognition")
    assert [(each.title, each.kind_word, each.age) for each in recognition.exhibits] == [("牧野 牡丹", "供述", 0)]
    assert "極秘と説明を受けた（2026-11-19 付）" in shown.content.decode()
    assert "極秘と説明を受けた" not in page(signed_in("akari"), "proof", secret), "the keeper may be the suspect"
    assert not entries_about(secret.pk).filter(verb="evidence.statement.add").exists(), "nor does its history tell him"


def test_what_is_taken_back_proves_nothing_from_then_on_and_stays_in_the_ledger(office: Client, secret: Secret) -> None:
    office.post(at("statement", secret), SAID)
    office.post(at("worksheet", secret), LOSS)
    statement, loss = Statement.objects.get(), Loss.objects.get()
    for name, record in (("statement-back", statement), ("loss-back", loss)):
        assert str(record) in office.get(at(name, secret, record.pk)).content.decode()
        assert office.post(at(name, secret, record.pk), {"why": ""}).status_code == 422
        assert office.post(at(name, secret, record.pk), {"why": "誤記"}).status_code == 302
        assert office.post(at(name, secret, record.pk), {"why": "誤記"}).status_code == 404
        assert [each.why for each in read(entries_about(record.pk))] == ["誤記", ""]
    assert "極秘と説明を受けた" not in page(office, "proof", secret)
    assert not office.get(at("worksheet", secret)).context["sheet"].lines


def test_the_worksheet_sums_by_route_and_cites_the_value_of_the_time(
    office: Client, signed_in: Open, company: Company, secret: Secret
) -> None:
    """EVD-05: worksheet sums and cites the valuation history of the secret at the date; art. 5 routes never add up."""
    by = actor_of(company.akari)
    assert "まず開発費から" in page(office, "worksheet", secret)
    acts.secret_value(secret=secret, technical=3, economic=3, legal=1, by=by)
    with time_machine.travel(NOON + timedelta(days=10), tick=False):
        office = signed_in("chihiro")
        acts.secret_value(secret=secret, technical=5, economic=4, legal=3, by=by)
        seal_now()
        rows = [
            LOSS,
            LOSS | {"amount": "800000"},
            LOSS | {"item": "lost_sales", "currency": "USD", "amount": "1200.50", "starts_on": "2026-12-01"},
            LOSS | {"item": "development_cost", "starts_on": "2020-01-01"},
        ]
        for row in rows:
            assert office.post(at("worksheet", secret), row).status_code == 302
        answer, proof = office.get(at("worksheet", secret)), office.get(at("proof", secret))
    sheet, words = answer.context["sheet"], answer.content.decode()
    assert [amounts for _route, amounts in sheet.sums] == [
        ("1,200.50 USD",),
        (),
        ("2,000,000 JPY",),
        ("1,200,000 JPY",),
    ]
    cited = {line.loss.item: line.valuation and str(line.valuation.statement) for line in sheet.lines}
    first, second = (
        "五段階で、技術 3、経済 3、法的 1 と評価しました。",
        "五段階で、技術 5、経済 4、法的 3 と評価しました。",
    )
    assert cited == {"licence_value": first, "lost_sales": second, "development_cost": None}
    assert "当時は未評価" in words
    assert len(sheet.valuations) == 2
    assert sheet.valuations[0][1].index > sheet.valuations[1][1].index
    damage = next(each for each in proof.context["elements"] if each.code == "damage")
    assert {each.title for each in damage.exhibits} == {"使用料相当額", "逸失利益", "開発費"}
    assert "2,000,000" in words


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"amount": "0.5"}, "端数はありません"),
        ({"amount": "-1"}, "0"),
        ({"ends_on": "2026-11-19"}, "期間の終わり"),
        ({"item": "soul"}, "soul"),
        ({"basis": ""}, "必須"),
    ],
)
def test_the_worksheet_takes_no_line_that_would_not_stand(office: Client, secret: Secret, wrong, told: str) -> None:
    answer = office.post(at("worksheet", secret), LOSS | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert not Loss.objects.exists()


def test_the_worksheet_leaves_as_a_workbook_and_the_export_is_an_act(office: Client, secret: Secret) -> None:
    office.post(at("worksheet", secret), LOSS | {"currency": "EUR", "amount": "1200.50"})
    answer = office.post(at("worksheet-export", secret))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    header, row = list(book.active.iter_rows(values_only=True))
    told = dict(zip(header, row, strict=True))
    assert told["項目"] == "使用料相当額"
    assert "5条3項" in told["算定方法"]
    assert (float(told["金額"]), told["通貨"]) == (1200.5, "EUR")
    assert office.get(at("worksheet-export", secret)).status_code == 405
    assert Job.objects.count() == 0


def test_an_auditor_reads_the_case_and_writes_nothing(signed_in: Open, office: Client, secret: Secret) -> None:
    office.post(at("worksheet", secret), LOSS)
    auditor = signed_in("daichi")
    assert "1,200,000 JPY" in page(auditor, "worksheet", secret)
    assert at("loss-back", secret, Loss.objects.get().pk) not in page(auditor, "worksheet", secret)
    assert auditor.post(at("worksheet", secret), LOSS).status_code == 403
    assert Loss.objects.count() == 1


def test_for_a_stranger_no_page_of_the_case_exists(company: Company, signed_in: Open, secret: Secret) -> None:
    company.give(company.chihiro, Role.LEGAL)
    stranger = signed_in("chihiro")
    for name in ("proof", "plan", "worksheet", "statement"):
        assert stranger.get(at(name, secret)).status_code == 404
    assert stranger.post(at("drill", secret)).status_code == 404
    assert not list(statements_of(company.viewer(company.akari), secret.pk))


def test_a_drill_makes_a_bundle_on_trial_and_keeps_time_and_gaps(office: Client, secret: Secret, tmp_path) -> None:
    """EVD-12: measure time and completeness; the result appears on the evidence page."""
    assert office.post(at("drill", secret)).status_code == 302
    run_waiting()
    job = Job.objects.get()
    assert job.state == JobState.DONE, job.error
    drill = Drill.objects.get()
    assert (drill.subject_id, job.result["percent"]) == (secret.pk, drill.percent)
    assert 0 < drill.percent < 100
    assert "価値評価" in drill.missing
    assert drill.bundle == Bundle.objects.get()
    assert not list(tmp_path.rglob("*.zip")), "the bundle itself is thrown away"
    home = office.get(reverse("evidence:home")).content.decode()
    assert f"{drill.percent} %" in home
    assert drill.seconds in home
    (entry,) = read(entries_about(drill.pk))
    assert (entry.verb, entry.notes["percent"]) == ("evidence.drill.run", drill.percent)


def test_each_quarter_a_secret_of_tier_a_is_drawn_by_lot(add: Add, secret: Secret) -> None:
    add("手順", tier="b", keeper=None)
    retired = add("旧い配合")
    acts.secret_retire(secret=retired, by=SYSTEM, why="廃止")
    ask_recurring()
    run_waiting()
    assert Drill.objects.get().subject_id == secret.pk
    with time_machine.travel(NOON + timedelta(days=90), tick=False):
        ask_recurring()
        assert not Job.objects.filter(kind=DRILL, state=JobState.WAITING).exists()


def test_without_a_secret_of_tier_a_or_without_the_right_no_drill_is_run(
    company: Company, add: Add, levels: object
) -> None:
    ask(DRILL, viewer=None)
    run_waiting()
    assert Job.objects.get().state == JobState.DONE
    secret = add("配合比")
    ask(DRILL, viewer=company.viewer(company.akari), secret=str(secret.pk))
    run_waiting()
    company.give(company.chihiro, Role.LEGAL)
    ask(DRILL, viewer=company.viewer(company.chihiro), secret=str(secret.pk))
    run_waiting()
    ended = Job.objects.order_by("asked_at").values_list("state", flat=True)
    assert list(ended) == [JobState.DONE, JobState.FAILED, JobState.FAILED]
    assert not Drill.objects.exists()


def test_every_valuation_stays_an_exhibit_with_its_own_date(office: Client, company: Company, secret: Secret) -> None:
    by = actor_of(company.akari)
    for days in range(7):
        with time_machine.travel(NOON + timedelta(days=days), tick=False):
            acts.secret_value(secret=secret, technical=3, economic=3, legal=1, by=by)
    shown = office.get(at("proof", secret)).context["elements"][1]
    valued = [each for each in shown.exhibits if each.exhibit.source == "register.valuation"]
    assert len(valued) == 5, "the page shows the newest"
    assert valued[0].exhibit.at > valued[-1].exhibit.at
    assert {each.exhibit.kind for each in valued} == {"circumstantial"}
    assert len(office.get(at("worksheet", secret)).context["sheet"].valuations) == 7


def test_the_lawyer_s_bundle_holds_the_statement_and_the_customer_s_does_not(
    office: Client, company: Company, secret: Secret, tmp_path
) -> None:
    """EVD-07: testimony stands in the bundle with its kind and its entry; a customer is not shown it."""
    office.post(at("statement", secret), SAID)
    office.post(at("worksheet", secret), LOSS)
    held = {}
    for variant in ("court", "customer"):
        bag = tmp_path / variant
        viewer = company.viewer(company.chihiro)
        write_bundle(viewer, kind="secret", subject=secret.as_subject(), out=bag, why="訴訟",
                     delivery=Delivery(variant=variant))  # fmt: skip
        held[variant] = "".join(file.read_text(encoding="utf-8") for file in sorted(bag.rglob("*.json")))
    exhibits = [
        json.loads(each.read_text("utf-8")) for each in sorted((tmp_path / "court/data/exhibits").glob("*.json"))
    ]
    kinds = {each["title"]["ja"]: each["proves"] for each in exhibits if "proves" in each}
    assert (kinds["牧野 牡丹"], kinds["使用料相当額"]) == ("testimony", "circumstantial")
    assert all(each["entry"] is not None for each in exhibits if each["title"]["ja"] == "牧野 牡丹")
    assert "極秘と説明を受けた" in held["court"]
    assert "極秘と説明を受けた" not in held["customer"]
    assert "1,200,000" not in held["customer"]
