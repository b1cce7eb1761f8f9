"""Ordering a secret's bundle: the claims it argues, exhibits kept back whole, twins that fit (EVD-02, EVD-08)."""

import json
import zipfile
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import Delivery, write_bundle
from kuramori.evidence.bundles.choices import of_exhibit
from kuramori.evidence.bundles.contents.looking import kept
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.models import Bundle, BundleOrder
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Job
from kuramori.kernel.permissions import Role
from kuramori.register.api import SECRET_PROVE
from kuramori.register.models import Secret
from kuramori.register.tests.conftest import Add, Open
from kuramori_verify.cli import verify

USE = "電池の寿命が2倍になる"
SAID = {
    "element": "recognition", "kind": "testimony", "said_by": "牧野 牡丹", "said_on": "2026-11-19",
    "text": "極秘と説明を受けた",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _data(tmp_path, settings):
    settings.DATA = tmp_path
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def secret(add: Add) -> Secret:
    return add("配合比", usefulness=USE, non_public="社外に出していない")


@pytest.fixture
def office(company: Company, signed_in: Open) -> Client:
    company.give(company.chihiro, Role.INFORMATION_MANAGER)
    return signed_in("chihiro")


def order(office: Client, secret: Secret, **more: object) -> None:
    words = {"why": "申立ての準備", "variant": "court"} | more
    assert office.post(reverse("register:secret-bundle", args=[secret.pk]), words).status_code == 302
    run_waiting()


def opened(bundle: Bundle, folder: Path) -> Path:
    with zipfile.ZipFile(bundle_file(bundle.pk)) as file:
        file.extractall(folder)
    bag = folder if (folder / "data").exists() else next(folder.iterdir())
    report = verify(bag)
    assert (report["exit"], report["findings"]) == (0, [])
    return bag


def exhibits(bag: Path) -> list[dict]:
    return [json.loads(each.read_bytes()) for each in sorted(bag.glob("data/exhibits/*.json"))]


def claims(bag: Path) -> list[str]:
    return [each["code"] for each in json.loads((bag / "data/elements.json").read_bytes())["ja"]]


def test_the_first_form_argues_the_claim_that_is_looked_at_and_any_that_are_ticked(office, secret, tmp_path) -> None:
    page = office.get(reverse("register:secret-proof", args=[secret.pk]), {"claim": "us-dtsa"})
    form = page.context["bundle_form"]
    assert form.initial["claims"] == ["us-dtsa"]
    assert [field.name for field in form.first_fields] == ["why", "variant"], "the first form stays short"
    order(office, secret, claims=["us-dtsa", "jp-tort"])
    assert claims(opened(Bundle.objects.get(), tmp_path / "bag")) == ["us-dtsa", "jp-tort"]


def test_an_exhibit_kept_back_keeps_its_number_and_nothing_of_its_words(office, secret, tmp_path) -> None:
    order(office, secret, look="1")
    row = BundleOrder.objects.get()
    found = kept(row.pk)
    useful = next(each for each in found["exhibits"] if USE in each["purport"]["ja"] + each["title"]["ja"])
    choose = reverse("evidence:bundle-order-choose", args=[row.pk])
    office.post(choose, {"what": of_exhibit(useful["key"]), "why": "技術の内容", "step": "withhold"})
    page = office.get(reverse("evidence:bundle-order", args=[row.pk]), {"state": "withheld"})
    assert [each["why"] for each in page.context["rows"]] == ["技術の内容"]
    office.post(reverse("evidence:bundle-order-place", args=[row.pk]))
    run_waiting()
    bag = opened(Bundle.objects.get(), tmp_path / "bag")
    told = exhibits(bag)
    assert len(told) == len(found["exhibits"])
    hidden = told[useful["number"] - 1]
    assert (hidden["title"]["ja"], hidden["withheld"]) == ("■■■", "single: 技術の内容")
    assert hidden["root"] is not None
    index = (bag / "data/index.ja.html").read_text()
    assert "非開示（理由: 技術の内容）" in index
    assert all(
        USE not in each.read_text("utf-8") for each in [*bag.rglob("data/**/*.json"), bag / "data/index.ja.html"]
    )


def test_settings_change_the_claims_and_look_again(office, secret) -> None:
    order(office, secret, look="1")
    row = BundleOrder.objects.get()
    at = reverse("evidence:bundle-order-settings", args=[row.pk])
    assert (
        'name="claims"'
        in office.get(reverse("evidence:bundle-order", args=[row.pk]), {"tab": "settings"}).content.decode()
    )
    asked = office.post(at, {"variant": "court", "claims": ["de-geschgehg"]})
    assert asked["Location"].startswith("/jobs/")
    assert kept(row.pk) is None
    run_waiting()
    assert all(each.startswith("de-geschgehg/") for e in kept(row.pk)["exhibits"] for each in e["elements"])


def test_a_customer_s_twin_of_the_court_s_bundle_fits_though_statements_are_kept_back(office, secret, tmp_path) -> None:
    """EVD-08: what is written by hand keeps its number in the redacted twin, and none of its words."""
    office.post(reverse("register:secret-statement", args=[secret.pk]), SAID)
    order(office, secret, claims=["us-dtsa", "jp-ucpa-civil"])
    whole = Bundle.objects.get()
    office.post(reverse("evidence:bundle-twin", args=[whole.pk]), {"why": "顧客へ", "variant": "customer"})
    run_waiting()
    assert [each.error for each in Job.objects.all()] == ["", ""]
    less = Bundle.objects.exclude(pk=whole.pk).get()
    assert less.twin == whole.twin
    shown, hidden = (exhibits(opened(each, tmp_path / each.variant)) for each in (whole, less))
    said = [each["number"] for each in shown if each["title"]["ja"] == "牧野 牡丹"]
    assert said
    for number in said:
        assert hidden[number - 1]["withheld"] == "values"
        assert hidden[number - 1]["title"]["ja"] == "■■■"
    page = office.get(reverse("evidence:bundle", args=[less.pk]))
    heads, lines = page.context["twins"]["heads"], dict(page.context["twins"]["lines"])
    assert [(each.pk, is_this) for each, _reader, is_this in heads] == [(less.pk, True), (whole.pk, False)]
    assert lines["種類ごとの非開示"][1] == "–"
    assert "個人の氏名" in lines["種類ごとの非開示"][0]
    hidden_names, shown_names = lines["個人の氏名"]
    assert int(hidden_names) > int(shown_names) == 0
    assert reverse("evidence:bundle", args=[whole.pk]) in page.content.decode()


@pytest.mark.parametrize("case", [
    (SECRET_PROVE, Role.LEGAL, True), (SECRET_PROVE, Role.AUDITOR, False), ("", Role.LEGAL, False),
])  # fmt: skip
def test_a_bundle_of_the_command_line_gets_its_twin_from_who_might_have_made_it(
    company: Company, signed_in: Open, secret, tmp_path, case
) -> None:
    permission, role, may = case
    if role is not Role.AUDITOR:  # which he is already
        company.give(company.daichi, role)
    write_bundle(viewer_of_system(), kind="secret", subject=secret.as_subject(), out=tmp_path / "bag", why="訴訟",
                 permission=permission, delivery=Delivery(variant="court"))  # fmt: skip
    bundle = Bundle.objects.get()
    daichi = signed_in("daichi")
    at = reverse("evidence:bundle-twin", args=[bundle.pk])
    page = daichi.get(reverse("evidence:bundle", args=[bundle.pk]))
    if role is Role.AUDITOR:
        assert page.status_code == 404, "not his own, and he is not of those who see all"
    else:
        assert (at in page.content.decode()) is may
        assert daichi.get(at).status_code == (200 if may else 403)
    if may:
        daichi.post(at, {"why": "開示命令", "variant": "customer"})
        run_waiting()
        assert Bundle.objects.exclude(pk=bundle.pk).get().twin == bundle.twin
