"""Pseudonyms: the same person, another name in every context; nobody without the key can tell or join them."""

import re
import threading
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import override

from kuramori.watch import pseudonyms
from kuramori.watch.pseudonyms import KEY_BYTES, pseudonym

PERSON = UUID("11111111-2222-4333-8444-555555555555")
CODE = re.compile(r"[A-Z2-7]{6}")


@pytest.fixture
def key(data: Path) -> Path:
    return data / "keys" / "pseudonyms.key"


def test_it_is_the_same_in_one_context_and_another_in_each_other():
    contexts = [f"alert:{n}" for n in range(50)] + [f"leaver:{n}" for n in range(50)] + ["secret:1:2026-11"]
    names = [pseudonym(context, PERSON) for context in contexts]
    assert names == [pseudonym(context, PERSON) for context in contexts]
    assert len(set(names)) == len(contexts)


def test_people_of_one_context_are_told_apart():
    names = {pseudonym("alert:1", UUID(int=n)) for n in range(200)}
    assert len(names) == 200


def test_an_id_is_the_same_person_as_text_and_as_uuid():
    assert pseudonym("secret:1", PERSON) == pseudonym("secret:1", str(PERSON))


def test_only_the_word_is_translated_never_the_code():
    with override("ja"):
        japanese = pseudonym("alert:1", PERSON)
    with override("en"):
        english = pseudonym("alert:1", PERSON)
    assert japanese != english
    assert CODE.search(japanese).group() == CODE.search(english).group()
    assert english.startswith("Person ")


def test_a_context_cannot_be_written_so_that_it_meets_another():
    """The line between context and person counts: "a" + "1x" is not "a1" + "x"."""
    assert pseudonym("secret:1", "1\nx") != pseudonym("secret:11", "\nx")


def test_another_installation_has_other_names(settings, tmp_path: Path, data: Path):
    here = pseudonym("alert:1", PERSON)
    settings.DATA = tmp_path / "elsewhere"
    assert pseudonym("alert:1", PERSON) != here
    settings.DATA = data
    assert pseudonym("alert:1", PERSON) == here


# the key


def test_the_key_is_whole_random_and_for_the_server_only(key: Path):
    pseudonym("x", PERSON)
    assert len(key.read_bytes()) == KEY_BYTES
    assert len(set(key.read_bytes())) > 8
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o077 == 0
    assert [each.name for each in key.parent.iterdir()] == [key.name], "no draft is left"


def test_names_outlive_a_restart(key: Path):
    before = pseudonym("x", PERSON)
    pseudonyms._key.cache_clear()
    assert pseudonym("x", PERSON) == before


@pytest.mark.parametrize("damaged", [b"", b"short", b"x" * (KEY_BYTES + 1)])
def test_a_key_that_is_not_whole_is_refused_and_left_as_it_is(key: Path, damaged: bytes):
    """Whoever knows that the key is empty computes every pseudonym: better none is shown."""
    key.parent.mkdir()
    key.write_bytes(damaged)
    with pytest.raises(ImproperlyConfigured, match=r"pseudonyms\.key"):
        pseudonym("x", PERSON)
    assert key.read_bytes() == damaged


def test_those_who_begin_at_once_share_the_key_that_came_first(key: Path):
    together = threading.Barrier(8)
    found: list[str] = []

    def begin() -> None:
        together.wait()
        found.append(pseudonym("x", PERSON))

    threads = [threading.Thread(target=begin) for _n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    pseudonyms._key.cache_clear()
    assert set(found) == {pseudonym("x", PERSON)}
    assert len(found) == 8


def test_a_key_that_stood_there_first_is_never_replaced(key: Path):
    key.parent.mkdir()
    key.write_bytes(b"k" * KEY_BYTES)
    pseudonyms._make(key)
    assert key.read_bytes() == b"k" * KEY_BYTES
    assert [each.name for each in key.parent.iterdir()] == [key.name]
