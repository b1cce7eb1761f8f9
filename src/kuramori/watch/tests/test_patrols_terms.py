"""What patrols look for is kept as records with versions; bad words are refused, each with its reason (DET-09)."""

from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.permissions import Role
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.watch.models import PatrolTerm
from kuramori.watch.patrols.queries import terms_in_force
from kuramori.watch.patrols.term_acts import FAULT_WORDS, term_add, term_edit, term_retire
from kuramori.watch.patrols.terms import TermForm, terms
from kuramori.watch.rules.patrols import Fault

pytestmark = pytest.mark.django_db


def refusal(**words: Any) -> str:
    with pytest.raises(Refused) as refused:
        term_add(**({"kind": "improper", "word": "盗撮", "spellings": []} | words), by=SYSTEM)
    return str(refused.value)


def test_a_change_is_a_new_version_and_an_empty_one_is_none() -> None:
    term = term_add(kind="improper", word="盗撮", spellings=["隠し撮り"], by=SYSTEM)
    assert (term.number, term.version) == ("T-2026-0001", 1)
    term = term_edit(term=term, word="盗撮", spellings=["隠し撮り", "無断撮影"], by=SYSTEM)
    assert term.version == 2
    assert term_edit(term=term, word="盗撮", spellings=["隠し撮り", "無断撮影"], by=SYSTEM).version == 2
    assert term_edit(term=term, kind="topic", by=SYSTEM).version == 3
    told = [entry.changes[0].fields for entry in read(entries_about(term.pk))[:1]]
    assert told


def test_terms_in_force_are_those_that_stand_by_their_numbers() -> None:
    first, second = (term_add(kind="improper", word=word, spellings=[], by=SYSTEM) for word in ("盗撮", "社外秘"))
    assert [each.word for each in terms_in_force(viewer_of_system())] == ["盗撮", "社外秘"]
    term_retire(term=first, by=SYSTEM, why="誤検知")
    assert [each.number for each in terms_in_force(viewer_of_system())] == [second.number]
    assert term_add(kind="improper", word="盗撮", spellings=[], by=SYSTEM).number == "T-2026-0003"


def test_bad_words_are_named_with_their_reasons_and_nothing_is_kept() -> None:
    term_add(kind="company", word="クラモリ化成", spellings=["KCX"], by=SYSTEM)
    told = refusal(word="撮", spellings=["★★", "@kuramori", "ｸﾗﾓﾘ化成", "kcx", "あ" * 61, "盗撮", "とうさつ"])
    assert all(f"「{word}」" in told for word in ("撮", "★★", "@kuramori", "ｸﾗﾓﾘ化成", "kcx"))
    assert not any(f"「{word}」" in told for word in ("盗撮", "とうさつ"))
    assert PatrolTerm.objects.count() == 1
    assert "空です" in refusal(word=" \u200b")
    assert "多すぎます" in refusal(spellings=[f"言い方{chr(0x4E00 + n)}" for n in range(21)])


def test_a_term_keeps_its_own_spellings_when_it_is_changed() -> None:
    term = term_add(kind="company", word="クラモリ化成", spellings=["KCX"], by=SYSTEM)
    assert term_edit(term=term, word="KCX", spellings=["クラモリ化成"], by=SYSTEM).version == 2
    other = term_add(kind="company", word="KCY", spellings=[], by=SYSTEM)
    with pytest.raises(Refused, match="登録"):
        term_edit(term=other, spellings=["kcx"], by=SYSTEM)
    other.refresh_from_db()
    assert (other.spellings, other.version) == ([], 1)


@pytest.mark.parametrize("word", ["牧野 牡丹", "牧野　牡丹", "botan makino", "マキノ ボタン"])
def test_no_patrol_looks_for_a_person(company: Company, word: str) -> None:
    assert "個人" in refusal(word="盗撮", spellings=[word])
    assert not PatrolTerm.objects.exists()


def test_every_fault_has_its_words_in_both_languages() -> None:
    assert set(FAULT_WORDS) == set(Fault)
    for language in ("ja", "en"):
        with override(language):
            assert {str(words).isascii() for words in FAULT_WORDS.values()} == {language == "en"}


def test_the_form_takes_one_spelling_a_line() -> None:
    form = TermForm(None, None, {"kind": "company", "word": "KCX", "spellings": " K C X \r\n\n蔵森\n"})  # type: ignore[arg-type]
    assert form.is_valid()
    assert form.cleaned_data["spellings"] == ["K C X", "蔵森"]


class TestTerms(RegisterSuite):
    register = terms
    entered = {"kind": "improper", "word": "新しい語", "spellings": "別の書き方\n"}
    changed = {"kind": "improper", "word": "変えた語", "spellings": ""}
    required = ("kind", "word")
    filtered = {"kind": ("improper", 3)}

    @pytest.fixture(autouse=True)
    def noon(self) -> Any:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        company.give(company.daichi, Role.AUDITOR)
        self.insider = company.viewer(company.daichi)
        company.give(company.botan, Role.SECURITY_ANALYST, unit=company.materials)
        self.stranger = company.viewer(company.botan)  # holds the role in one unit, and a patrol is of the company

    def make(self, count: int) -> list[Any]:
        return [term_add(kind="improper", word=f"不適切{n}番", spellings=[], by=SYSTEM) for n in range(count)]
