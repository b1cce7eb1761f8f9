"""The proof page, and the bundle made from it: complete for the secret, silent about others."""

import json
import re
import zipfile

import pytest
from django.urls import reverse

from kuramori.directory.api import Account, actor_of
from kuramori.directory.tests.company import TODAY, Company
from kuramori.evidence.api import State, proof_of, seal_now
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Role
from kuramori.register.acts import secret_confirm
from kuramori.register.tests.conftest import Add
from kuramori_verify.cli import verify


@pytest.fixture(autouse=True)
def data(tmp_path, settings):
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def browse(client, company: Company):
    company.give(company.chihiro, Role.INFORMATION_MANAGER)

    def sign_in(person):
        account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def test_per_element_what_is_there_is_told_from_what_is_missing(company: Company, add: Add) -> None:
    secret = add("配合比", usefulness="電池の寿命が2倍になる", non_public="社外に出していない")
    elements = {each.code: each for each in proof_of(secret.as_subject(), company.viewer(company.akari), today=TODAY)}
    managed, useful = elements["secrecy_management"], elements["usefulness"]
    assert {each.seal for each in managed.exhibits} == {None}, "nothing has its place in the ledger yet"
    assert (managed.state, useful.state) == (State.COMPLETE, State.PARTIAL), "it has not been valued"
    assert (useful.exhibits[0].age, useful.exhibits[0].statement) == (0, "電池の寿命が2倍になる")
    assert elements["access"].state == State.MISSING
    seal_now()
    useful = proof_of(secret.as_subject(), company.viewer(company.akari), today=TODAY)[1]
    assert useful.exhibits[0].seal.is_sealed


def test_the_page_says_it_in_words_with_one_click_to_each_gap(company: Company, add: Add, browse) -> None:
    secret = add("配合比")
    seal_now()
    page = browse(company.chihiro).get(reverse("register:secret-proof", args=[secret.pk])).content.decode()
    assert "秘密管理性" in page
    assert "不正競争防止法" in page
    assert "封印済み" in page
    assert reverse("register:secret-value", args=[secret.pk]) in page
    assert reverse("register:secret-bundle", args=[secret.pk]) in page


def test_for_a_stranger_neither_page_nor_bundle_exists(company: Company, add: Add, browse) -> None:
    secret = add("配合比")
    bundle = reverse("register:secret-bundle", args=[secret.pk])
    keeper = browse(company.akari)
    assert keeper.post(bundle, {"why": "x"}).status_code == 403, "the keeper sees it but may not take proof outside"
    stranger = company.person("A-9", "法務 太郎", "ホウム タロウ", "Taro Homu", company.sales)
    company.give(stranger, Role.LEGAL)
    assert browse(stranger).post(bundle, {"why": "x"}).status_code == 404
    assert browse(stranger).get(reverse("register:secret-proof", args=[secret.pk])).status_code == 404
    assert not Job.objects.exists()


def test_a_bundle_needs_a_reason(company: Company, add: Add, browse) -> None:
    secret = add("配合比")
    answer = browse(company.chihiro).post(reverse("register:secret-bundle", args=[secret.pk]), {"why": ""})
    assert answer["location"] == reverse("register:secret-proof", args=[secret.pk])
    assert not Job.objects.exists()


def test_the_bundle_is_sound_and_names_no_other_secret(company: Company, add: Add, browse, data) -> None:
    secret, other = add("配合比", usefulness="寿命が2倍"), add("別の秘密")
    secret_confirm(secret=secret, by=actor_of(company.akari), why="棚卸し")
    answer = browse(company.chihiro).post(reverse("register:secret-bundle", args=[secret.pk]), {"why": "訴訟のため"})
    assert answer.status_code == 302
    run_waiting()
    job = Job.objects.get(kind="evidence.bundle")
    assert (job.state, job.error) == (JobState.DONE, "")
    path = next((data / "bundles").glob("*.zip"))
    report = verify(path)
    assert (report["exit"], report["findings"]) == (0, [])
    folder = data / "open"
    zipfile.ZipFile(path).extractall(folder)
    everything = b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())
    assert other.title.encode() not in everything
    exhibits = [json.loads(each.read_bytes()) for each in folder.rglob("exhibits/*.json")]
    assert {"usefulness", "secrecy_management"} <= {
        code.partition("/")[2] for each in exhibits for code in each["elements"]
    }
    assert all(each["title"]["ja"] and each["title"]["en"] for each in exhibits)
    index = next(folder.rglob("index.ja.html")).read_text()
    assert "寿命が2倍" in index
    assert re.search(r"entries/\d{4}\.json", index)
