"""What a patrol finds and what it lets be: folded words, word bounds, public places, states and counts (DET-09)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.watch.rules.patrols import (
    HARMLESS_DAYS,
    LEAST,
    LONGEST,
    MOST_SPELLINGS,
    PRIVATE_PLACES,
    Counted,
    Fault,
    HitState,
    Kind,
    Term,
    counted,
    erase_on,
    fault_of,
    faults_of,
    fold,
    found_in,
    matches,
    next_states,
    public_url,
)

US = Term(number="T-1", version=1, kind=Kind.COMPANY, word="クラモリ化成", spellings=("KCX", "Kuramori Chemical"))
BAD = Term(number="T-2", version=3, kind=Kind.IMPROPER, word="盗撮", spellings=("leak",))
TOPIC = Term(number="T-3", version=1, kind=Kind.TOPIC, word="離席")
ALL = (US, BAD, TOPIC)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ｸﾗﾓﾘ化成", "クラモリ化成"),
        ("くらもり化成", "クラモリ化成"),
        ("ｶﾞﾗｽ", "がらす"),
        ("か\u3099らす", "ガラス"),
        ("ＫＣＸ", "kcx"),
        ("K\u200bC\u00adX", "kcx"),
        ("株\ufe00価", "株価"),
        ("㈱クラモリ", "(株)クラモリ"),
        ("Kuramori　\n Chemical", "kuramori chemical"),
        ("  社外秘\t", "社外秘"),
        ("STRASSE", "straße"),
    ],
)
def test_what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_and_a_text_holds_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    term = Term(number="T", version=1, kind=Kind.COMPANY, word=text)
    assert not fold(text) or found_in(f"、{text}、", [term]) == [term]


@pytest.mark.parametrize("kana", ["バ", "ハ"])
def test_a_voiced_sound_is_another_word(kana: str) -> None:
    assert bool(found_in(f"{kana}ナナ", [Term(number="T", version=1, kind=Kind.COMPANY, word="バナナ")])) is (
        kana == "バ"
    )


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("KCX", True),
        ("弊社KCXは", True),
        ("kcx's", True),
        ("#kcx_", True),
        ("KCX1", False),
        ("AKCX", False),
        ("éKCX", False),
        ("KuramoriChemical", False),
        ("Kuramori Chemicals", False),
        ("Kuramori  Chemical.", True),
        ("クラモリ化成工業", True),
    ],
)
def test_latin_words_end_where_they_end_and_japanese_ones_need_no_space(text: str, *, is_found: bool) -> None:
    assert bool(found_in(text, [US])) is is_found


def test_a_post_matches_by_one_of_each_and_topics_of_surveys_do_not_count() -> None:
    assert matches("クラモリ化成で盗撮", ALL) == [US, BAD]
    assert matches("leak at KCX: 離席", ALL) == [US, BAD]
    assert matches("クラモリ化成", ALL) == matches("盗撮", ALL) == matches("", ALL) == []
    assert matches("クラモリ化成の離席", ALL) == []
    assert matches("クラモリ化成で盗撮", ()) == []


@pytest.mark.parametrize(
    ("word", "fault"),
    [
        ("盗撮", None), ("IPO", None), ("蔵", Fault.SHORT), ("ab", Fault.SHORT), ("é1", Fault.SHORT), ("", Fault.EMPTY),
        (" \u200b", Fault.EMPTY), ("123-45", Fault.SIGNS), ("★★★", Fault.SIGNS), ("@kuramori", Fault.ACCOUNT),
        ("＠灯里", Fault.ACCOUNT), ("あ" * LONGEST, None), ("あ" * (LONGEST + 1), Fault.LONG), ("㌔㌘", None),
    ],
)  # fmt: skip
def test_a_word_that_finds_everything_nothing_or_a_person_is_refused(word: str, fault: Fault | None) -> None:
    assert fault_of(word) is fault


def test_the_same_word_in_another_width_is_the_same_word_and_spellings_are_bounded() -> None:
    assert faults_of(["盗撮", "隠し撮り"], {fold("社外秘")}) == {}
    assert faults_of(["盗撮", "社外秘"], {fold("社外秘")}) == {"社外秘": Fault.TWICE}
    assert faults_of(["クラモリ", "ｸﾗﾓﾘ", "くらもり"], ()) == {"ｸﾗﾓﾘ": Fault.TWICE, "くらもり": Fault.TWICE}
    many = [f"言葉{chr(0x4E00 + n)}" for n in range(MOST_SPELLINGS + 2)]
    assert faults_of(many, ()) == {many[-1]: Fault.MANY}


@pytest.mark.parametrize(
    ("address", "known_as"),
    [
        ("https://x.com/a/status/1", "https://x.com/a/status/1"),
        ("http://www.x.com/a/status/1/#top", "https://x.com/a/status/1"),
        ("  https://MOBILE.X.com/a/status/1  ", "https://x.com/a/status/1"),
        ("https://board.example/?id=7", "https://board.example/?id=7"),
        ("https://x.com/messagesboard", "https://x.com/messagesboard"),
        ("https://x.com/messages/12", None),
        ("https://x.com/i/chat", None),
        ("https://www.instagram.com/direct/t/1", None),
        ("https://team.slack.com/archives/C1", None),
        ("https://discord.com/channels/@me/1", None),
        ("https://user:pw@x.com/a", None),
        ("ftp://x.com/a", None),
        ("javascript:alert(1)", None),
        ("https://localhost/a", None),
        ("https://[::1/a", None),
        ("投稿", None),
        ("", None),
    ],
)
def test_an_address_has_one_form_and_private_places_are_none(address: str, known_as: str | None) -> None:
    assert public_url(address) == known_as


def test_every_private_place_is_refused() -> None:
    for host, paths in PRIVATE_PLACES.items():
        for path in paths.split():
            assert public_url(f"https://{host}{path}") is None
            assert public_url(f"https://www.{host}{path}/x") is None


def test_only_an_inquiry_leads_to_discipline_and_nothing_stays_for_good() -> None:
    assert [state for state in HitState if HitState.DISCIPLINE in next_states(state)] == [HitState.INQUIRY]
    for state in HitState:
        assert state not in next_states(state)
        assert HitState.NEW not in next_states(state), "what was looked at was looked at"
        assert next_states(state)


def test_what_is_not_ours_goes_first_and_an_inquiry_keeps_what_it_needs() -> None:
    today = date(2026, 11, 20)
    assert erase_on(HitState.NOT_OURS, today, 30) == date(2026, 12, 20)
    assert erase_on(HitState.NOT_OURS, today, 0) == today
    assert (erase_on(HitState.HARMLESS, today, 30) or today).toordinal() - today.toordinal() == HARMLESS_DAYS
    assert {erase_on(state, today, 30) for state in (HitState.NEW, HitState.INQUIRY, HitState.DISCIPLINE)} == {None}


def answers(unit: str, spoke: int, silent: int, topic: str = "離席") -> list[tuple[str, frozenset[str]]]:
    return [(unit, frozenset({topic}))] * spoke + [(unit, frozenset())] * silent


@pytest.mark.parametrize(("spoke", "silent", "told"), [(5, 0, 1), (4, 96, 0), (5, 95, 1), (4, 0, 0), (0, 9, 0)])
def test_fewer_than_five_are_not_told_of(spoke: int, silent: int, told: int) -> None:
    found = counted(answers("1000", spoke, silent))
    assert len(found) == told
    assert all(each == Counted(unit="1000", topic="離席", answers=spoke + silent, found=spoke) for each in found)


def test_small_units_count_together_and_one_small_unit_not_at_all() -> None:
    small = [*answers("1", 3, 1), *answers("2", 2, 1)]
    assert counted(small) == [Counted(unit=None, topic="離席", answers=7, found=5)]
    assert counted(answers("1", 4, 0)) == []
    assert counted([]) == []
    large = [*answers("9", 6, 0), *answers("1", 4, 0)]
    assert [each.unit for each in counted(large)] == ["9"], "the small unit alone would be told by what is left"


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.frozensets(st.sampled_from(["離席", "施錠", "会話"]), max_size=3)),
        max_size=60,
    )
)
def test_no_count_ever_tells_of_fewer_than_five(told: list[tuple[str, frozenset[str]]]) -> None:
    found = counted(told)
    for each in found:
        assert each.answers >= each.found >= LEAST
        theirs = [topics for unit, topics in told if unit == each.unit]
        assert each.unit is None or (len(theirs), sum(each.topic in t for t in theirs)) == (each.answers, each.found)
    assert sum(each.found for each in found) <= sum(len(topics) for _unit, topics in told)
