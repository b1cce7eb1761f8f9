"""The pages of witnesses and keys: who may open them, what they say, and what comes of their buttons."""

import re

import pytest
import time_machine
from django.core import mail
from django.urls import reverse

from kuramori.directory.api import Account
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.heads import HEAD_FILE
from kuramori.evidence.keys import signer, witness_signer
from kuramori.evidence.models import KeyChange, KindChoice, LogKey, WitnessState
from kuramori.evidence.rules.note import Checkpoint, VerifierKey, sign
from kuramori.evidence.sequencer import seal_now
from kuramori.evidence.tests.second_server import SecondServer
from kuramori.evidence.witnessing.acts.witnesses import witness_add, witness_print, witnessed_add
from kuramori.evidence.witnessing.duties import proof_tiles, witness_duties
from kuramori.evidence.witnessing.registers import witness_mark, witnessed, witnesses
from kuramori.evidence.witnessing.rounds import look
from kuramori.evidence.witnessing.rules.paper import query_of
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.kernel.registers.tests.suite import RegisterSuite

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def company():
    here = Company()
    here.give(here.daichi, Role.INFORMATION_MANAGER)
    here.give(here.chihiro, Role.AUDITOR)
    return here


@pytest.fixture
def browse(client):
    def sign_in(person):
        account, _made = Account.objects.get_or_create(email=person.mail, defaults={"person": person, "language": "ja"})
        client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return sign_in


def forged(size):
    return sign(Checkpoint(signer().origin, size, bytes(32)).text, signer().key, signer().origin)


class Suite(RegisterSuite):
    """Daichi looks after witnesses; whoever may open the list sees all of it."""

    test_out_of_scope_it_is_not_found_by_any_door = None
    test_out_of_scope_neither_list_count_search_nor_export_betrays_it = None

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        self.insider = self.stranger = company.viewer(company.daichi)


class TestWitnesses(Suite):
    register = witnesses
    entered = {"name": "監査人", "kind": "mail", "place": "audit@example.jp", "key": ""}
    changed = entered | {"place": "kansa@example.jp"}
    required = ("name", "kind")

    def make(self, count):
        return [witness_add(kind=KindChoice.PRINT, name=f"金庫{n}", place="本社", by=SYSTEM) for n in range(count)]


class TestWitnessed(Suite):
    register = witnessed
    required = ("key",)

    @pytest.fixture(autouse=True)
    def _keys(self) -> None:
        self.entered = {"key": self.key("s0.example/ledger")}
        self.changed = {"key": self.key("s0.example/ledger")}

    def key(self, name):
        return str(VerifierKey(name, SecondServer().vkey.public))

    def make(self, count):
        names = [f"s{n}.example/ledger" for n in range(count)]
        return [witnessed_add(origin=name, key=self.key(name), by=SYSTEM) for name in names]


def test_the_key_of_another_ledger_is_not_taken_for_this_one(company, browse):
    log = witnessed_add(origin="a.example/ledger", key="a.example/ledger+0+x", by=SYSTEM)
    address, key = reverse("evidence:witnessed-edit", args=[log.pk]), SecondServer().vkey.public
    for words in (str(VerifierKey("b.example/ledger", key)), "nonsense", str(SecondServer().vkey)):
        answer = browse(company.daichi).post(address, {"key": words})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["key"])


@pytest.mark.parametrize(
    ("kind", "place", "key", "field"),
    [
        ("server", "ftp://x.example", "KEY", "place"),
        ("server", "https://", "KEY", "place"),
        ("server", "https://a:b@x.example", "KEY", "place"),
        ("server", "https://x.example?y=1", "KEY", "place"),
        ("server", "https://x.example", "", "key"),
        ("server", "https://x.example", "a+b+c", "key"),
        ("folder", "usb", "", "place"),
        ("folder", "DATA/heads", "", "place"),
        ("folder", "/mnt/usb", "KEY", "key"),
        ("mail", "nobody", "", "place"),
    ],
)
def test_an_address_that_cannot_be_one_of_its_kind_is_refused(  # noqa: PLR0917  (a table)
    company, browse, data, kind, place, key, field
):
    values = {"name": "w", "kind": kind, "place": place.replace("DATA", str(data))}
    values["key"] = key.replace("KEY", str(SecondServer().vkey))
    answer = browse(company.daichi).post(reverse("evidence:witness-add"), values)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]


def test_the_page_of_a_second_server_says_what_to_enter_there(company, browse):
    key = str(SecondServer().vkey)
    made = witness_add(kind=KindChoice.SERVER, name="親会社", place="http://127.0.0.1:9", key=key, by=SYSTEM)
    address = reverse("evidence:witness-detail", args=[made.pk])
    page = browse(company.daichi).get(address).content.decode()
    assert str(signer().verifier) in page.replace("&amp;", "&").replace("&#x2B;", "+")
    assert "まだ保持していません" in page
    seal_now()
    hold = reverse("evidence:witness-hold", args=[made.pk])
    assert "親会社" in browse(company.daichi).get(hold).content.decode()
    told = browse(company.daichi).post(hold, follow=True).content.decode()
    assert "接続できません" in told
    assert browse(company.chihiro).get(hold).status_code == 403


def test_holding_now_mails_the_newest_head(company, browse):
    made = witness_add(kind=KindChoice.MAIL, name="監査人", place="audit@example.jp", by=SYSTEM)
    seal_now()
    answer = browse(company.daichi).post(reverse("evidence:witness-hold", args=[made.pk]), follow=True)
    assert "最新のチェックポイントを預けました" in answer.content.decode()
    assert len(mail.outbox) == 1


def test_the_sheet_is_printed_kept_and_read_back_by_anybody_s_phone(company, browse, client):
    paper = witness_add(kind=KindChoice.PRINT, name="金庫", by=SYSTEM)
    address = reverse("evidence:witness-sheet", args=[paper.pk])
    assert "まだありません" in browse(company.daichi).get(address).content.decode()
    assert browse(company.daichi).post(address).status_code == 200, "without a head there is nothing to have printed"
    head = seal_now()
    page = browse(company.daichi).get(address).content.decode()
    assert "<svg" in page
    assert "style=" not in page.split("<svg", maxsplit=1)[1].split("</svg>")[0], "the content policy would block it"
    assert head.note.splitlines()[2] in page
    assert browse(company.daichi).post(address).status_code == 302
    assert WitnessState.objects.get(witness=paper).size == head.size
    client.logout()
    read = reverse("evidence:head-read")
    assert (
        "このチェックポイントは、この証跡台帳の一部です" in client.get(f"{read}?{query_of(head.note)}").content.decode()
    )
    other = client.get(f"{read}?{query_of(forged(2))}").content.decode()
    assert "一部ではありません" in other
    ahead = client.get(f"{read}?{query_of(forged(99_999))}").content.decode()
    assert "件が、ここにありません" in ahead
    for query in ("", "?size=1", "?size=1&root=AA&signature=AA", "?size=1&root=é&signature=😀"):
        assert client.get(f"{read}{query}").status_code == 404


def test_the_auditor_compares_a_head_he_was_sent(company, browse):
    auditor = witness_add(kind=KindChoice.MAIL, name="監査人", place="audit@example.jp", by=SYSTEM)
    head, address = seal_now(), reverse("evidence:head-compare")
    browser = browse(company.chihiro)
    fits = browser.post(address, {"witness": auditor.pk, "head": f"> {head.note}".replace("\n", "\r\n> ")})
    assert "一部です" in fits.content.decode()
    assert (
        "署名したチェックポイントではありません"
        in browser.post(address, {"witness": auditor.pk, "head": "nothing"}).content.decode()
    )
    contradicts = browser.post(address, {"witness": auditor.pk, "head": forged(99)}).content.decode()
    assert "一部ではありません" in contradicts
    home = browser.get(reverse("evidence:home")).content.decode()
    assert "署名を停止しています" in home
    assert "監査人が99件時点のチェックポイントを保持しています" in home
    assert reverse("evidence:ledger-fork") not in home, "an auditor declares nothing"


def test_keys_are_shown_changed_and_revoked(company, browse):
    seal_now()
    browser, before = browse(company.daichi), signer().verifier
    page = browser.get(reverse("evidence:keys")).content.decode()
    assert before.fingerprint in page
    assert witness_signer().verifier.fingerprint in page
    assert "新しい分岐を宣言する" not in page
    assert browser.get(reverse("evidence:key-rotate")).status_code == 200
    assert browser.post(reverse("evidence:key-rotate"), {"why": ""}).status_code == 200
    assert browser.post(reverse("evidence:key-rotate"), {"why": "年次"}).status_code == 302
    assert "計画に沿った交換" in browser.get(reverse("evidence:keys")).content.decode()
    assert browser.post(reverse("evidence:key-revoke"), {"why": "盗難", "valid_to": "9999999"}).status_code == 409
    assert browser.post(reverse("evidence:key-revoke"), {"why": "盗難", "valid_to": "1"}).status_code == 302
    assert LogKey.objects.count() == 3
    assert browse(company.chihiro).get(reverse("evidence:key-rotate")).status_code == 403


def test_a_branch_is_declared_on_its_page_with_two_facts(company, browse, data):
    seal_now()
    browser, address = browse(company.daichi), reverse("evidence:ledger-fork")
    assert browser.post(address, {"happened": "a", "tried": "b", "why": "c"}).status_code == 409
    (data / HEAD_FILE).write_text(forged(500))
    page = browser.get(reverse("evidence:keys")).content.decode()
    assert "新しい分岐を宣言する" in page
    assert "500件時点" in browser.get(address).content.decode()
    assert browser.post(address, {"happened": "故障", "tried": "", "why": "決定"}).status_code == 200
    assert not KeyChange.objects.exists()
    assert browser.post(address, {"happened": "故障", "tried": "全バックアップ", "why": "決定"}).status_code == 302
    assert signer().origin.endswith("/2")
    assert "署名を停止" not in browser.get(reverse("evidence:home")).content.decode()
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    assert browse(company.botan).get(address).status_code == 403, "who runs the system does not decide this"


def test_silence_is_a_duty_and_stands_on_the_dashboard(company):
    viewer, outsider = company.viewer(company.daichi), company.viewer(company.akari)
    paper = witness_add(kind=KindChoice.PRINT, name="金庫", by=SYSTEM)
    folder = witness_add(kind=KindChoice.FOLDER, name="USB", place="/nowhere", by=SYSTEM)
    head = seal_now()
    witness_print(witness=paper, head=head, by=SYSTEM)
    look(folder)
    assert witness_duties(viewer, NOON.date()) == []
    assert (witness_mark(folder, viewer).tone, witness_mark(paper, viewer).tone) == ("warn", "ok")
    with time_machine.travel(NOON.replace(day=22)):
        (duty,) = witness_duties(viewer, NOON.date())
        assert "USB" in str(duty.title)
        assert witness_duties(outsider, NOON.date()) == []
        check, tile = proof_tiles(viewer, NOON.date())
        assert (tile["value"], tile["tone"]) == ("2", "warn")
        assert (check["value"], check["tone"], check["below"]) == ("–", "warn", "検査はまだです")
        assert proof_tiles(outsider, NOON.date()) == []
        folder.refresh_from_db()
        assert witness_mark(folder, viewer).tone == "bad"


def test_a_contradiction_is_the_most_pressing_duty(company, data):
    seal_now()
    (data / HEAD_FILE).write_text(forged(7_000))
    (duty,) = witness_duties(company.viewer(company.daichi), NOON.date())
    assert duty.urgent
    assert re.search("7,000", str(duty.title))
    assert proof_tiles(company.viewer(company.daichi), NOON.date())[0]["tone"] == "bad"


def test_the_home_page_warns_that_nobody_outside_holds_a_head_and_shows_who_does(company, browse):
    seal_now()
    home = reverse("evidence:home")
    assert "外部の誰も保持していません" in browse(company.daichi).get(home).content.decode()
    paper = witness_add(kind=KindChoice.PRINT, name="金庫", by=SYSTEM)
    head = seal_now()
    witness_print(witness=paper, head=head, by=SYSTEM)
    page = browse(company.daichi).get(home).content.decode()
    assert f"{head.size}件時点のチェックポイントを保持" in page
    WitnessState.objects.update(against={"size": 900, "missing": 800, "at": None, "note": ""})
    paper.refresh_from_db()
    assert witness_mark(paper, company.viewer(company.daichi)).tone == "bad"
    assert "800件がここにありません" in browse(company.daichi).get(home).content.decode()
