"""Every verb has its sentence in both languages, so that each history page reads as text."""

import ast
from pathlib import Path

import pytest
from django.utils.translation import override

from kuramori.kernel.room import rooms, verbs

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
def test_a_sentence_says_who_did_it_in_both_languages(verb):
    sentences = set()
    for language in ("ja", "en"):
        with override(language):
            sentences.add(str(verbs()[verb]))
    assert len(sentences) == 2
    assert all("%(by)s" in sentence for sentence in sentences)
