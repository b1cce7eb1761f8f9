"""Claims as data: ours are whole and in both languages, a lawyer's own file is read, a slip of the pen is named."""

from pathlib import Path
from uuid import UUID

import pytest
from django.urls import reverse

from kuramori.directory.api import Account, viewer_of_system
from kuramori.directory.tests.company import Company
from kuramori.evidence.claims.known import OURS, known_claims
from kuramori.evidence.claims.queries import opened_timeline
from kuramori.evidence.claims.reading import ClaimError, Nature, Stage, Words, read_claim
from kuramori.evidence.tests.test_elements import ONLY_A_CASE
from kuramori.kernel.permissions import Role

FILES = sorted(OURS.glob("*.toml"))


def error_of(text: str) -> str:
    with pytest.raises(ClaimError) as raised:
        read_claim(text, file="own.toml")
    return str(raised.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_our_claims_are_whole_and_named_as_their_files(file: Path) -> None:
    claim = read_claim(file.read_text(encoding="utf-8"), file=file.name)
    assert claim.code == file.stem
    assert all(element.takes for element in claim.requirements)
    assert all(not text.ja.isascii() and text.en and "。" not in text.en for text in claim.words())


def test_the_civil_claim_asks_for_the_three_requirements_first() -> None:
    """Unfair Competition Prevention Act, art. 2(6); EVD-02."""
    claim = known_claims().named("jp-ucpa-civil")
    assert [each.code for each in claim.requirements[:3]] == ["secrecy_management", "usefulness", "non_public_nature"]
    assert {each.stage for each in claim.requirements[:3]} == {Stage.ALWAYS}
    assert claim.requirements[3].nature is Nature.SUBJECTIVE
    assert known_claims().claims[0] is claim
    assert not known_claims().errors


def test_words_are_japanese_for_japanese_readers_and_english_for_all_others() -> None:
    words = Words(ja="秘密", en="secret")
    assert [words.of(each) for each in ("ja", "ja-jp", "en", "de")] == ["秘密", "秘密", "secret", "secret"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("code = ", "code = ="), "own.toml: no TOML: "),
        (('code = "x"\n', ""), "own.toml: code: is missing"),
        (('code = "x"', 'code = "X 1"'), "own.toml: code: “X 1” is no code"),
        (("order = 1", 'order = "1"'), "own.toml: order: must be int, not str"),
        (("order = 1", "order = true"), "own.toml: order: must be int, not bool"),
        (('title = { ja = "件", en = "x" }', 'title = "件"'), "own.toml: title: must be dict, not str"),
        (('{ ja = "件", en = "x" }', '{ ja = "件" }'), "own.toml: title.en: is missing"),
        (('{ ja = "件", en = "x" }', '{ ja = "件", en = " " }'), "own.toml: title.en: is empty"),
        (('ja = "件", en', 'ja = "件", fr = "x", en'), "own.toml: title.fr: is not known here"),
        (
            ('nature = "factual"', 'nature = "true"'),
            "own.toml: element[1].nature: “true” is none of factual, subjective",
        ),
        (('stage = "case"', 'stage = "soon"'), "own.toml: element[1].stage: “soon” is none of always, case"),
        (('takes = ["loss"]', "takes = []"), "own.toml: element[1].takes: names one code of exhibits"),
        (('takes = ["loss"]', "takes = [1]"), "own.toml: element[1].takes: names one code of exhibits"),
        (("cost = 1", "cost = 4"), "own.toml: element[1].proof[1].cost: “4” is none of 1, 2, 3"),
        (("cost = 1", "costs = 1\ncost = 1"), "own.toml: element[1].proof[1].costs: is not known here"),
        (('of = "secret"', 'of = "nobody"'), "own.toml: element[1].proof[1].of: “nobody” is none of secret, person"),
        (('kind = "direct"', 'kind = "hearsay"'), "own.toml: element[1].proof[1].kind: “hearsay” is none of"),
    ],
)
def test_a_slip_of_the_pen_is_named_with_file_and_place(change: tuple[str, str], told: str) -> None:
    before, after = change
    assert before in ONLY_A_CASE
    assert error_of(ONLY_A_CASE.replace(before, after, 1)).startswith(told)


def test_codes_stand_once_and_lists_hold_tables() -> None:
    element = ONLY_A_CASE[ONLY_A_CASE.index("[[element]]") :]
    proof = ONLY_A_CASE[ONLY_A_CASE.index("[[element.proof]]") :]
    head = ONLY_A_CASE[: ONLY_A_CASE.index("[[element]]")]
    assert error_of(ONLY_A_CASE + element) == "own.toml: element: “harm” stands there twice"
    assert error_of(ONLY_A_CASE + proof) == "own.toml: element[1].proof: “evidence.loss” stands there twice"
    assert error_of(head) == "own.toml: element: is missing"
    assert error_of(head + "element = []") == "own.toml: element: is empty"
    assert error_of(head + "element = [1]") == "own.toml: element[1]: a table is expected here"


def test_a_company_s_own_file_counts_and_a_broken_one_is_shown_not_swallowed(data: Path) -> None:
    own = data / "claims"
    own.mkdir()
    (own / "x.toml").write_text(ONLY_A_CASE, encoding="utf-8")
    (own / "taken.toml").write_text(ONLY_A_CASE.replace('code = "x"', 'code = "jp-ucpa-civil"'), encoding="utf-8")
    (own / "sjis.toml").write_bytes('title = "営業秘密"'.encode("cp932"))
    known = known_claims()
    assert known.claims[0].code == "x", "its order is 1"
    assert known.named("x").title.ja == "件"
    assert known.named("nobody's").code == "x"
    assert sorted(map(str, known.errors)) == [
        "sjis.toml: no UTF-8: invalid start byte",
        "taken.toml: code: “jp-ucpa-civil” is taken by another file",
    ]
    (own / "x.toml").write_text(ONLY_A_CASE.replace('"件"', '"事件"'), encoding="utf-8")
    assert known_claims().named("x").title.ja == "事件", "a changed file is read again"


@pytest.mark.django_db
def test_the_page_shows_a_claim_with_what_proves_it_and_names_a_file_that_cannot_be_read(client, data: Path) -> None:
    company = Company()
    company.give(company.chihiro, Role.LEGAL)
    account = Account.objects.create(email=company.chihiro.mail, person=company.chihiro, language="ja")
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    (data / "claims").mkdir()
    (data / "claims" / "bad.toml").write_text("code = ", encoding="utf-8")
    page = client.get(reverse("evidence:claims"), {"claim": "us-dtsa"}).content.decode()
    assert "免責の告知" in page
    assert "供述" in page
    assert "読めない請求の定義ファイルを除きました：bad.toml" in page
    assert "営業秘密に係る不正競争" in client.get(reverse("evidence:claims")).content.decode()


@pytest.mark.django_db
def test_a_timeline_is_open_to_nobody_who_is_no_person_or_may_not_open_one() -> None:
    company = Company()
    assert opened_timeline(viewer_of_system(), UUID(int=1)) is None
    assert opened_timeline(company.viewer(company.akari), UUID(int=1)) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "register", "watch"),
    [("ja", "秘密情報台帳", "検知と見守り"), ("en", "Register of secrets", "Detection and watch")],
)
def test_a_lawyer_reads_where_each_proof_is_kept_in_words_and_finds_the_code_for_a_file_of_his_own(
    client, language: str, register: str, watch: str
) -> None:
    """EVD-01: what proves an element is planned before it is needed, so somebody has to know where it comes from."""
    company = Company()
    company.give(company.chihiro, Role.LEGAL)
    account = Account.objects.create(email=company.chihiro.mail, person=company.chihiro, language=language)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(reverse("evidence:claims"), {"claim": "jp-criminal"}, headers={"accept-language": language})
    shown = page.content.decode()
    for keeper, source in ((register, "register.level"), (watch, "watch.taking")):
        assert f'{keeper} <small class="mono" translate="no">{source}</small>' in shown
    told = [proof for element in page.context["elements"] for proof in element["proofs"]]
    assert all(proof["keeper"] for proof in told), "every proof of ours is kept by a room that is installed"
