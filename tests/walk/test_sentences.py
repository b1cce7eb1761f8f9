"""Every verb has its sentence, so that each history page reads as text; that it is translated is the i18n lint's."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

from kuramori.kernel.room import rooms, verbs
from kuramori.kernel.sentences import sentence

SOURCE = Path(__file__).resolve().parent.parent.parent / "src" / "kuramori"


def spoken():
    """Verbs that the code says, with the places where it says them."""
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            is_act = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "act"
            if is_act and node.args and isinstance(node.args[0], ast.Constant):
                yield node.args[0].value, f"{path.relative_to(SOURCE)}:{node.lineno}"


def test_every_verb_that_is_spoken_has_a_sentence():
    assert [f"{place}: {verb}" for verb, place in spoken() if verb not in verbs()] == []


def test_a_verb_begins_with_its_room():
    for room in rooms():
        assert [verb for verb in room.verbs if not verb.startswith(f"{room.name}.")] == []


@pytest.mark.parametrize("verb", sorted(verbs()))
@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_sentence_can_be_said_even_when_its_words_were_erased(verb, language):
    with override(language):
        said = sentence(verb, {})
    assert said != verb
    assert "%" not in said
