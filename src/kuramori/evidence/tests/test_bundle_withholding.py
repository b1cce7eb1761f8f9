"""What an order keeps back is nowhere in the bundle, stays provable, is listed with its reason; twins show as such."""

import base64
import json
import zipfile
from pathlib import Path

import pyrage
import pytest
import time_machine
from django.urls import reverse

from kuramori.directory.acts import people
from kuramori.directory.api import Account, actor_of, subjects_of_person
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles.asking import PERSON, PLAIN, ask_bundle, ask_twin, write_bundle
from kuramori.evidence.bundles.delivery import encrypt, recipient, recipients
from kuramori.evidence.bundles.making import make_bundle
from kuramori.evidence.bundles.order import Delivery, Order
from kuramori.evidence.bundles.order_form import DeliveryForm
from kuramori.evidence.bundles.place import bundle_file, encrypted_file
from kuramori.evidence.bundles.variants import Kept, Part, variants
from kuramori.evidence.bundles.withholding import MASK, Withholding, withholding_of
from kuramori.evidence.models import Bundle
from kuramori.evidence.queries.bundles import may_make_twin, twins_of
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel.acts import Refused
from kuramori.kernel.ids import uuid7
from kuramori.kernel.jobs import run_waiting
from kuramori.kernel.models import Job, JobState
from kuramori.kernel.permissions import Forbidden, Role
from kuramori_verify.cli import main, verify

KEY = pyrage.x25519.Identity.from_str("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX")
PUBLIC = str(KEY.to_public())


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company(db):
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    people.person_edit(person=here.botan, kana="マキノ", by=actor_of(here.akari), why="佐倉 灯里が気付いた誤り")
    return here


@pytest.fixture
def daichi(company):
    return company.viewer(company.daichi)


def order_about(viewer, person, **values) -> Order:
    sequence_all()
    kept = {
        "id": uuid7(), "kind": PERSON, "subject": person.as_subject(),
        "ids": frozenset(subjects_of_person(viewer, person)), "why": "調査", "made_at": NOON, "up_to": tree_size(),
    }  # fmt: skip
    return Order(**(kept | values))


def everything(folder: Path) -> str:
    """All bytes of a bundle, its disclosures opened, and its PDFs left to the words they are made of."""
    raw = [each.read_bytes() for each in folder.rglob("*") if each.is_file() and each.suffix != ".pdf"]
    shown = [*folder.rglob("data/entries/*.json"), *folder.rglob("seal.json")]
    given = [each for path in shown for each in json.loads(path.read_bytes())["disclosures"]]
    opened = [base64.urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in given]
    return b"\n".join([*raw, *opened]).decode(errors="replace")


def withheld(folder: Path) -> dict[str, str]:
    told = json.loads((folder / "data/manifest.json").read_bytes())
    return {f"{each['entry']}:{each['member']}": each["reason"] for each in told["withheld"]}


def test_names_withheld_are_nowhere_and_every_proof_still_holds(company, daichi, tmp_path):
    order = order_about(daichi, company.botan, withhold=frozenset({Kept.NAMES}), withhold_why="従業員の保護")
    folder = make_bundle(order, tmp_path / "bag", viewer=daichi).folder
    text = everything(folder)
    for person in (company.botan, company.akari, company.daichi):
        assert person.name not in text
        assert person.name.replace(" ", "") not in text
        assert not person.mail or person.mail not in text
    assert MASK in text
    assert "従業員の保護" in text
    reasons = withheld(folder)
    assert Kept.NAMES in reasons.values()
    why = next(place for place in reasons if place.endswith(":why"))
    assert reasons[why] == Kept.NAMES, "a reason that names somebody is kept back with the names"
    report = verify(folder)
    assert (report["exit"], report["findings"]) == (0, [])


@pytest.mark.parametrize(
    ("kind", "place"),
    [(Kept.REASONS, ":why"), (Kept.VALUES, "kana"), (Kept.NAMES, ":by.name")],
)
def test_each_kind_keeps_back_its_members_and_says_so(company, daichi, tmp_path, kind, place):
    plain = make_bundle(order_about(daichi, company.botan), tmp_path / "plain", viewer=daichi).folder
    less = make_bundle(
        order_about(daichi, company.botan, withhold=frozenset({kind})), tmp_path / "less", viewer=daichi
    ).folder
    only = {name: reason for name, reason in withheld(less).items() if name not in withheld(plain)}
    assert any(name.endswith(place) for name in only)
    assert set(only.values()) == {kind}
    assert verify(less)["exit"] == 0


def test_a_single_member_is_kept_back_by_its_place(company, daichi, tmp_path):
    order = order_about(daichi, company.botan)
    plain = make_bundle(order, tmp_path / "plain", viewer=daichi).folder
    last = json.loads(max((plain / "data/entries").iterdir()).read_bytes())["index"]
    one = order_about(daichi, company.botan, choices=((f"member:{last}:why", "通報者の保護"),))
    folder = make_bundle(one, tmp_path / "less", viewer=daichi).folder
    assert withheld(folder)[f"{last}:why"] == "single: 通報者の保護"
    assert "通報者の保護" in (folder / "data/index.ja.html").read_text()
    assert "気付いた誤り" not in everything(folder)
    assert "気付いた誤り" in everything(plain)
    assert verify(folder)["exit"] == 0


def test_kinds_are_told_apart_by_where_a_member_stands():
    everything_kept = Withholding(kinds=frozenset(Kept))
    places = {
        "by.name": Kept.NAMES, "why": Kept.REASONS, "notes.remark": Kept.NOTES, "changes.3.level": Kept.VALUES,
        "changes.3.title": Kept.TITLES, f"notes.name:{uuid7()}": Kept.TITLES,
    }  # fmt: skip
    for place, kind in places.items():
        assert everything_kept.reason(1, "a.b.c", place, is_person=False, value=None) == kind
    assert everything_kept.reason(1, "a.b.c", "changes.3.name", is_person=True, value=None) == Kept.NAMES
    assert Withholding().reason(1, "a.b.c", "why", is_person=False, value="佐倉") is None


def test_names_are_found_in_whatever_a_member_holds_and_whatever_their_case():
    kept = Withholding(
        kinds=frozenset({Kept.NAMES}), words=frozenset({"佐倉 灯里", "akari@example.jp", "Akari Sakura"})
    )
    assert kept.masked("依頼者は佐倉 灯里、AKARI SAKURA です") == f"依頼者は{MASK}、{MASK} です"
    for value in ("佐倉 灯里", ["x", {"to": "AKARI@example.jp"}], {"佐倉 灯里": 1}):
        assert kept.reason(1, "a.b.c", "changes.0.note", is_person=False, value=value) == Kept.NAMES
    for value in (None, 7, "佐倉", [], {}):
        assert kept.reason(1, "a.b.c", "changes.0.note", is_person=False, value=value) is None
    assert Withholding().masked("佐倉 灯里") == "佐倉 灯里"
    assert kept.masked("İ akari sakura") == f"İ {MASK}" or "akari" in kept.masked("İ akari sakura")


def test_rows_of_logs_go_with_the_names(company):
    assert withholding_of(order_about(company.viewer(company.daichi), company.botan), is_person=True).words == set()
    for kind, hides in ((Kept.NAMES, True), (Kept.EVENTS, True), (Kept.REASONS, False)):
        assert bool(Withholding(kinds=frozenset({kind})).rows_reason(uuid7())) is hides
    assert Withholding(kinds=frozenset({Kept.NAMES, Kept.EVENTS})).rows_reason(uuid7()) == Kept.EVENTS


# variants


def test_every_variant_is_complete_in_both_languages():
    assert set(variants()) == {"court", "police", "auditor", "customer", "works_council"}
    for each in variants().values():
        for words in (each.title, each.cover, each.mark):
            assert set(words) == {"ja", "en"}
            assert words["ja"] != words["en"]
        assert each.label(3, "ja") != each.label(4, "ja")
        assert each.parts <= set(Part)
    assert variants()["court"].label(3, "ja") == "甲第3号証"
    assert variants()["court"].label(3, "en") == "Exhibit 3"
    assert not variants()["court"].withhold
    assert Kept.NAMES in variants()["customer"].withhold & variants()["works_council"].withhold


def test_a_variant_keeps_back_its_own_and_what_is_asked_besides():
    members = Delivery(variant="customer", withhold=frozenset({Kept.REASONS})).as_members()
    assert members["withhold"] == variants()["customer"].withhold | {Kept.REASONS}
    assert PLAIN.as_members()["withhold"] == frozenset()


def test_the_reader_is_told_whom_it_is_for_and_how_to_cite(company, daichi, tmp_path):
    made = write_bundle(
        daichi, kind=PERSON, subject=company.botan.as_subject(), out=tmp_path / "bag", why="相談",
        delivery=Delivery(variant="police"),
    )  # fmt: skip
    page = (made.folder / "data/index.ja.html").read_text()
    assert "警察相談" in page
    assert "資料1" in page
    exhibit = json.loads((made.folder / "data/exhibits/0001.json").read_bytes())
    assert exhibit["label"] == {"en": "Item 1", "ja": "資料1"}
    assert json.loads((made.folder / "data/manifest.json").read_bytes())["variant"] == "police"


# twins


def ask(viewer, company, **values) -> Job:
    return ask_bundle(
        viewer, kind=PERSON, subject=company.botan.as_subject(), permission=Permission.BUNDLE_PERSON, why="調査",
        **values,
    )  # fmt: skip


def test_a_twin_is_made_from_the_bundle_itself_and_is_known_as_one(company, daichi, tmp_path, capsys):
    ask(daichi, company)
    run_waiting()
    whole = Bundle.objects.get()
    people.person_edit(person=company.botan, kana="マキノ ボタン", by=actor_of(company.akari), why="後から")
    job = ask_twin(daichi, whole, why="顧客へ", delivery=Delivery(variant="customer"))
    run_waiting()
    assert Job.objects.get(pk=job.pk).error == ""
    less = Bundle.objects.exclude(pk=whole.pk).get()
    assert (less.twin, less.variant) == (whole.twin, "customer")
    assert list(twins_of(daichi, whole)) == [less]
    files = [str(bundle_file(each.pk)) for each in (whole, less)]
    assert main(["twins", *files, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["twins"]
    assert told["bundles"][0]["withheld_only_here"] == {}
    assert {"names", "values"} <= set(told["bundles"][1]["withheld_only_here"])


def test_a_twin_needs_what_the_first_one_needed(company, daichi):
    ask(daichi, company)
    run_waiting()
    whole = Bundle.objects.get()
    company.give(company.chihiro, Role.IP)
    stranger = company.viewer(company.chihiro)
    assert (may_make_twin(daichi, whole), may_make_twin(stranger, whole)) == (True, False)
    with pytest.raises(Forbidden):
        ask_twin(stranger, whole, why="x", delivery=PLAIN)
    whole.twin = ""
    assert not may_make_twin(daichi, whole)
    assert not twins_of(daichi, whole).exists()
    with pytest.raises(Refused, match=r"番号|numbered"):
        ask_twin(daichi, whole, why="x", delivery=PLAIN)


def test_what_would_be_no_twin_is_refused_before_anything_is_sealed(company, daichi, tmp_path):
    order = order_about(daichi, company.botan, twin="0" * 64)
    with pytest.raises(Refused, match=r"変わって|changed"):
        make_bundle(order, tmp_path / "bag", viewer=daichi)
    assert not Bundle.objects.exists()


# delivery


def test_only_the_keys_named_open_the_file(company, daichi, tmp_path):
    ask(daichi, company, delivery=Delivery(recipients=(PUBLIC,)))
    run_waiting()
    bundle = Bundle.objects.get()
    assert not bundle_file(bundle.pk).exists(), "the clear file is not kept"
    locked = encrypted_file(bundle.pk)
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(locked.read_bytes(), [pyrage.x25519.Identity.generate()])
    (tmp_path / "b.zip").write_bytes(pyrage.decrypt(locked.read_bytes(), [KEY]))
    assert verify(tmp_path / "b.zip")["exit"] == 0
    assert zipfile.is_zipfile(tmp_path / "b.zip")


def test_a_job_that_died_between_zip_and_encryption_goes_on_there(company, daichi):
    job = ask(daichi, company, delivery=Delivery(recipients=(PUBLIC,)))
    run_waiting()
    bundle = Bundle.objects.get()
    bundle_file(bundle.pk).write_bytes(pyrage.decrypt(encrypted_file(bundle.pk).read_bytes(), [KEY]))
    encrypted_file(bundle.pk).unlink()
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    run_waiting()
    assert encrypted_file(bundle.pk).exists()
    assert not bundle_file(bundle.pk).exists()
    assert Bundle.objects.count() == 1


@pytest.mark.parametrize("size", [0, 1, 65_536, 200_001])
def test_what_was_encrypted_comes_back_whole(tmp_path, size):
    (tmp_path / "clear").write_bytes(bytes(size))
    encrypt(tmp_path / "clear", tmp_path / "locked", [PUBLIC])
    assert pyrage.decrypt((tmp_path / "locked").read_bytes(), [KEY]) == bytes(size)


SSH = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust"


def test_keys_are_read_one_a_line_and_wrong_ones_are_told_with_what_to_do():
    assert recipients(f"# 弁護士\n{PUBLIC}\n\n  {SSH}\n{PUBLIC}\n") == (PUBLIC, SSH)
    assert recipients("") == ()
    for wrong in ("age1qqq", "ssh-rsa AAAA", "佐倉", "ssh-ed25519 AAAA"):
        with pytest.raises(Refused) as refusal:
            recipient(wrong)
        assert "ssh-ed25519" in str(refusal.value.next_step)
    for private in (str(KEY), "-----BEGIN OPENSSH PRIVATE KEY-----"):
        with pytest.raises(Refused) as refusal:
            recipient(private)
        assert private[:18] not in str(refusal.value.message), "a private key is not repeated"


def test_the_form_asks_why_something_is_withheld_and_reads_keys_at_once():
    wrong = DeliveryForm({"why": "x", "withhold": ["names"], "recipients": "age1qqq"})
    assert set(wrong.errors) == {"withhold_why", "recipients"}
    assert wrong.first_error
    good = DeliveryForm(
        {"why": "x", "variant": "auditor", "withhold": ["names"], "withhold_why": "保護", "recipients": PUBLIC}
    )
    assert good.is_valid(), good.errors
    assert good.delivery == Delivery(
        variant="auditor", withhold=frozenset({"names"}), withhold_why="保護", recipients=(PUBLIC,)
    )
    assert DeliveryForm({"why": "x"}).is_valid()
    assert not DeliveryForm({"why": "x", "variant": "friends"}).is_valid()


# pages


@pytest.fixture
def desk(client, company):
    account = Account.objects.create(email="daichi@example.jp", person=company.daichi, language="ja")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_from_order_to_twin_on_the_pages(company, desk):
    order = {"number": "A-2", "why": "調査", "variant": "customer", "recipients": PUBLIC}
    assert desk.post(reverse("evidence:person-bundle"), order).status_code == 302
    run_waiting()
    less = Bundle.objects.get()
    page = desk.get(reverse("evidence:bundle", args=[less.pk])).content.decode()
    for word in ("顧客・取引先（黒塗り）", less.tag_manifest_sha256, less.twin, "age"):
        assert word in page
    answer = desk.post(reverse("evidence:bundle-download", args=[less.pk]))
    assert answer["Content-Disposition"].endswith(f'{less.pk}.zip.age"')
    assert b"".join(answer.streaming_content).startswith(b"age-encryption.org/v1")
    address = reverse("evidence:bundle-twin", args=[less.pk])
    assert "番号" in desk.get(address).content.decode()
    assert desk.post(address, {"why": ""}).status_code == 200
    assert desk.post(address, {"why": "裁判所の命令", "variant": "court"}).status_code == 302
    run_waiting()
    whole = Bundle.objects.exclude(pk=less.pk).get()
    assert whole.twin == less.twin
    assert (
        reverse("evidence:bundle", args=[whole.pk])
        in desk.get(reverse("evidence:bundle", args=[less.pk])).content.decode()
    )
