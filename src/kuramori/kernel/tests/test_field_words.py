"""A change is told by the name of its field, in the reader's language, wherever the field's model gave it none."""

import pytest
from django.apps import apps
from django.utils.translation import override

from kuramori.kernel.field_words import field_words, words
from kuramori.kernel.models import ImportRun, SavedView
from kuramori.kernel.records import Record

RECORDS = [model for model in apps.get_models() if issubclass(model, Record) and ".tests." not in model.__module__]
OWN = {"id", "created_at", "updated_at", "retired_at"}
"""What every record has, and no history tells."""


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_no_field_of_a_record_is_told_in_english_to_a_japanese_reader(model):
    with override("ja"):
        told = {each.name: field_words(each) for each in model._meta.concrete_fields if each.name not in OWN}
    assert {name: word for name, word in told.items() if word.isascii() and word.upper() != word} == {}


def test_a_field_s_own_name_goes_before_the_word_of_fields_like_it():
    sheet, digest = (ImportRun._meta.get_field(name) for name in ("sheet", "sha256"))
    with override("en"):
        assert (field_words(sheet), field_words(digest)) == (str(sheet.verbose_name), "digest (SHA-256)")
    with override("ja"):
        assert (field_words(digest), field_words(SavedView._meta.get_field("person_id"))) == (
            "ハッシュ値（SHA-256）",
            "人",
        )


def test_every_word_is_of_a_field_that_there_is_and_there_in_both_languages():
    names = {each.name for model in RECORDS for each in model._meta.concrete_fields}
    assert set(words()) <= names
    assert [name for name, row in words().items() if row["ja"].isascii() or not row["en"].isascii()] == []
    assert list(words()) == sorted(words())
