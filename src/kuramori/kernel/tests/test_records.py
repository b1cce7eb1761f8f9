"""Every record of every room is a Record through and through."""

import pytest
from django.apps import apps

from kuramori.kernel.records import Record

OWN = {name for name in dir(Record) if not name.startswith("__")} - {field.name for field in Record._meta.fields}


@pytest.mark.parametrize("model", [m for m in apps.get_models() if issubclass(m, Record)], ids=lambda m: m.__name__)
def test_no_field_hides_what_a_record_can_do(model: type[Record]) -> None:
    assert {field.name for field in model._meta.get_fields()} & OWN == set()
