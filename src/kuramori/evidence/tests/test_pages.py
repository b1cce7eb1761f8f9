"""Who sees what of the ledger and its bundles; fetching a bundle is an act."""

import io
import zipfile

import pytest
import time_machine
from django.db import connection
from django.urls import reverse
from django.utils import translation

from kuramori.directory.api import Account
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.acts.checks import check_keep
from kuramori.evidence.bundles.asking import CHECK
from kuramori.evidence.bundles.place import bundle_file
from kuramori.evidence.check import ledger_check
from kuramori.evidence.models import Bundle, CheckRun
from kuramori.evidence.queries.ledger import last_check
from kuramori.evidence.rules.damage import Damage
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.wording import DAMAGE, damage_words
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Role
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company():
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    here.give(here.chihiro, Role.LEGAL)
    return here


@pytest.fixture
def browse(client):
    """Sign somebody in; returns the browser."""

    def sign_in(person):
        account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def ask_for_bundle(browser, number="A-2", **values):
    data = {"number": number, "starts_on": "", "ends_on": "", "why": "退職者の調査", **values}
    return browser.post(reverse("evidence:person-bundle"), data)


def test_the_home_page_says_how_the_ledger_stands(company, browse):
    page = browse(company.daichi).get(reverse("evidence:home")).content.decode()
    assert "まだありません" in page
    head = seal_now()
    check_keep(report=ledger_check(), by=SYSTEM)
    page = browse(company.daichi).get(reverse("evidence:home")).content.decode()
    assert head.note.splitlines()[2] in page
    assert "すべて健全" in page


def test_damage_stands_on_the_home_page_in_words(company, browse):
    with connection.cursor() as cursor:
        where = " ON kernel_entry" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER kernel_entry_no_update{where}")
    check_keep(report=ledger_check(), by=SYSTEM)
    page = browse(company.daichi).get(reverse("evidence:home")).content.decode()
    assert "kernel_entry_no_update" in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_damage_has_its_words(language):
    assert set(DAMAGE) == set(Damage)
    with translation.override(language):
        said = {damage_words(damage, 7, "x") for damage in Damage}
    assert len(said) == len(Damage)


def test_the_check_can_be_asked_for_and_is_kept(company, browse):
    answer = browse(company.daichi).post(reverse("evidence:check"))
    assert Job.objects.get(kind=CHECK).state == JobState.WAITING
    assert answer.status_code == 302
    run_waiting()
    run = CheckRun.objects.get()
    assert last_check(company.viewer(company.daichi)) == run
    assert (run.found, Job.objects.get(kind=CHECK).state) == ([], JobState.DONE)


def test_a_bundle_is_asked_for_made_and_fetched_and_fetching_is_an_act(company, browse, tmp_path):
    browser = browse(company.daichi)
    assert ask_for_bundle(browser).status_code == 302
    run_waiting()
    job = Job.objects.get(kind="evidence.bundle")
    assert (job.state, job.error) == (JobState.DONE, "")
    bundle = Bundle.objects.get()
    assert bundle.name in browser.get(job.result["url"]).content.decode()
    assert bundle.name in browser.get(reverse("evidence:bundles")).content.decode()
    answer = browser.post(reverse("evidence:bundle-download", args=[bundle.pk]))
    content = b"".join(answer.streaming_content)
    assert answer["Content-Disposition"] == f'attachment; filename="kuramori-{bundle.pk}.zip"'
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path / "there")
    assert verify(next((tmp_path / "there").iterdir()))["exit"] == 0
    assert read(entries_about(bundle.pk))[0].verb == "evidence.bundle.download"


def test_another_s_bundle_is_for_legal_and_not_for_other_auditors(company, browse):
    ask_for_bundle(browse(company.daichi))
    run_waiting()
    address = reverse("evidence:bundle", args=[Bundle.objects.get().pk])
    assert browse(company.chihiro).get(address).status_code == 200
    company.give(company.akari, Role.AUDITOR)
    assert browse(company.akari).get(address).status_code == 404
    assert browse(company.botan).get(address).status_code == 403


def test_a_file_that_was_made_away_with_is_said_so(company, browse):
    browser = browse(company.daichi)
    ask_for_bundle(browser)
    run_waiting()
    bundle = Bundle.objects.get()
    bundle_file(bundle.pk).unlink()
    assert browser.get(reverse("evidence:bundle", args=[bundle.pk])).status_code == 200
    assert browser.post(reverse("evidence:bundle-download", args=[bundle.pk])).status_code == 404


def test_who_lost_the_right_meanwhile_gets_no_bundle(company, browse):
    ask_for_bundle(browse(company.daichi))
    job = Job.objects.get(kind="evidence.bundle")
    job.asked_by = company.botan.pk
    job.save()
    run_waiting()
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED
    assert not Bundle.objects.exists()


@pytest.mark.parametrize(
    "values", [{"number": "A-99"}, {"why": ""}, {"starts_on": "2026-11-20", "ends_on": "2026-11-01"}]
)
def test_a_bundle_needs_a_person_a_reason_and_a_period_that_makes_sense(company, browse, values):
    assert ask_for_bundle(browse(company.daichi), **values).status_code == 200
    assert not Job.objects.exists()


def test_an_entry_is_shown_to_who_may_see_what_it_is_about(company, browse):
    entry = entries_about(company.botan.pk).first()
    address = reverse("evidence:entry", args=[entry.id])
    page = browse(company.daichi).get(address).content.decode()
    assert company.botan.name in page
    assert str(entry.id) in page
    assert browse(company.botan).get(address).status_code == 403
    seal_now()
    assert "2026-11-20" in browse(company.daichi).get(address).content.decode()


def test_an_entry_about_nothing_he_may_see_does_not_exist(company, browse, write):
    address = reverse("evidence:entry", args=[write().id])
    assert browse(company.daichi).get(address).status_code == 404
    assert browse(company.daichi).get(reverse("evidence:entry", args=[company.top.pk])).status_code == 404
