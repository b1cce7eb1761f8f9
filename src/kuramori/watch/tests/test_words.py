"""Words: every verb, reason, deed and source has its own in Japanese and in English."""

import re
from datetime import date
from typing import Any

import pytest
from django.utils.translation import override

from kuramori.kernel.room import rooms
from kuramori.watch import wording
from kuramori.watch.models import Alert, Queue, Severity, StateChoice
from kuramori.watch.reasons import reasons_in_words, reasons_text
from kuramori.watch.registers import LACK_WORDS
from kuramori.watch.room import ROOM
from kuramori.watch.rules.charters import Lack
from kuramori_lake.detect import Code, Reason
from kuramori_lake.event import Activity, DestinationClass
from kuramori_lake.sources import names

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
TABLES = [
    wording.SOURCE_WORDS,
    wording.CHANNEL_WORDS,
    wording.ACTIVITY_WORDS,
    wording.MEASURE_WORDS,
    wording.DEPTH_WORDS,
    LACK_WORDS,
]
NUMBERS: dict[Code, dict[str, Any]] = {
    Code.ALONE: {"peer_n": 3},
    Code.APPROVED_FLOW: {"flow": "契約", "files": 4, "bytes": 10, "handed_over": 7, "lowered_by": 0.2},
    Code.BULK_READ: {"own_now": 1240, "days": 2, "busiest_day": date(2026, 11, 18), "busiest_day_count": 800,
                     "own_usual": 31.0, "peer_usual": 40.0, "peer_n": 12, "peer_group": "team"},
    Code.CHANNEL: {"metric": "pages", "own_now": 900, "days": 2, "busiest_day": date(2026, 11, 18), "own_usual": 3.0,
                   "peer_usual": 4.0, "peer_n": 12, "peer_group": "team"},
    Code.COPY_OUT: {"files": 12, "bytes": 9_000_000, "first_time_devices": 1, "archives": 3, "read_before": 5,
                    "own_usual": 0},
    Code.DAILY_BREAD: {"share_familiar": 0.8, "lowered_by": 0.3},
    Code.FEEDBACK: {"reason": "bulk_read", "factor": 0.5, "decisions": "D-1", "lowered_by": 0.2},
    Code.FIRST_AREA: {"area": "/srv/a", "areas": 2, "documents": 90, "share": 0.97},
    Code.HARD_RULE: {"rule": "storage_unlisted", "day": date(2026, 11, 18), "count": 3, "things": 1, "thing": "x.nz"},
    Code.LEAVER: {"notice_on": date(2026, 11, 10), "last_day": date(2026, 12, 18), "days_since_notice": 3,
                  "days_until_last_day": 29},
    Code.NEWCOMER: {"own_days": 4},
    Code.OFF_HOURS: {"events": 50, "events_outside_band": 45, "night": 30, "on_rest_days": 15, "band_from": 9,
                     "band_until": 18},
    Code.SECRETS: {"secret_count": 100, "secret_count_by_level": {"極秘": 100}, "top_secret_id": "x",
                   "top_secret_number": "SR-0033", "top_secret_level": "極秘", "top_secret_documents": 100},
    Code.SIGMA: {"title": "Drive mounted", "title_ja": "", "count": 2, "tells_leaving": False},
}  # fmt: skip


@pytest.mark.parametrize("verb", sorted(ROOM.verbs))
def test_every_verb_is_a_sentence_in_both_languages(verb: str):
    with override("en"):
        english = str(ROOM.verbs[verb])
    with override("ja"):
        japanese = str(ROOM.verbs[verb])
    places = re.findall(r"%\((\w+)\)s", english)
    assert places[0] == "by"
    assert sorted(places) == sorted(re.findall(r"%\((\w+)\)s", japanese))
    assert JAPANESE.search(japanese)
    assert not JAPANESE.search(english)


@pytest.mark.parametrize("code", list(Code))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_reason_comes_back_from_its_text_as_the_same_sentence(code: Code, language: str):
    reason = Reason(code=code, strength=0.5, numbers=NUMBERS[code], query="SELECT 1", parameters={})
    with override(language):
        ((kept, words),) = reasons_in_words(Alert(reasons=reasons_text([reason])), language)
    assert (kept.code, kept.query, dict(kept.numbers)) == (code, "SELECT 1", NUMBERS[code])
    assert bool(JAPANESE.search(words.replace("極秘", "").replace("契約", ""))) is (language == "ja")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_secrets_and_places_out_of_scope_are_named_in_no_sentence(language: str):
    reasons = [
        Reason(code=code, strength=0.5, numbers=NUMBERS[code], query="", parameters={})
        for code in (Code.SECRETS, Code.FIRST_AREA)
    ]
    with override(language):
        told = " ".join(
            words for _r, words in reasons_in_words(Alert(reasons=reasons_text(reasons)), language, closed={"x"})
        )
    assert "SR-0033" not in told
    assert "/srv/a" not in told
    assert "100" in told


def test_reasons_are_written_the_same_way_each_time_and_without_floats_of_chance():
    reason = Reason(code=Code.BULK_READ, strength=0.5, numbers=NUMBERS[Code.BULK_READ], query="", parameters={})
    assert reasons_text([reason]) == reasons_text([reason])
    assert '"busiest_day": "2026-11-18"' in reasons_text([reason])


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(next(iter(table))))
def test_every_word_of_a_table_differs_between_the_languages(table: dict[Any, Any]):
    for name, told in table.items():
        with override("ja"):
            japanese = str(told)
        with override("en"):
            english = str(told)
        assert english != japanese, name
        assert english != name or name in {"read", "copied", "printed"} or " " not in english


def test_nothing_the_lake_can_say_is_without_a_word():
    assert {str(each) for each in Activity} <= set(wording.ACTIVITY_WORDS)
    assert {str(each) for each in DestinationClass} <= set(wording.CHANNEL_WORDS)
    assert set(names()) <= set(wording.SOURCE_WORDS)
    assert set(Lack) == set(LACK_WORDS)


def test_what_is_new_to_us_is_called_by_its_own_name():
    assert wording.word(wording.ACTIVITY_WORDS, "teleported") == "teleported"
    assert wording.word(wording.ACTIVITY_WORDS, None) == ""
    with override("en"):
        assert wording.channels_in_words(["removable", "printer"]) == "removable medium, print"


@pytest.mark.parametrize("choices", [Severity, Queue, StateChoice])
def test_states_and_weights_are_words_in_both_languages(choices: Any):
    for choice in choices:
        with override("ja"):
            assert JAPANESE.search(str(choice.label)), choice


def test_every_verb_of_this_room_is_called_after_it():
    assert ROOM in rooms()
    assert all(verb.startswith("watch.") for verb in ROOM.verbs)
