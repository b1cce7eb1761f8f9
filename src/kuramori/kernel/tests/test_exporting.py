"""A list leaves the house only with an entry that says what left, and the entry's digest is the file's."""

import csv
import hashlib
import io
import json
import uuid
from typing import Any

import pytest
from openpyxl import load_workbook

from kuramori.kernel import exporting
from kuramori.kernel.acts import LedgerUnavailable, Refused, act
from kuramori.kernel.columns import Column
from kuramori.kernel.exporting import export
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.registers.tests.test_registers import AKARI
from kuramori.kernel.tests.moments import no_entry_can_be_written

pytestmark = pytest.mark.django_db
COLUMNS = (Column(name="name", label="名称"), Column(name="created_at", label="登録"))


@pytest.fixture(autouse=True)
def _views() -> None:
    with act("kernel.view.save", by=AKARI.actor):
        for name in ("極秘のみ", "=1+1", 'a"b,c'):
            SavedView(name=name, register="r", person_id=uuid.UUID(int=1)).save()


def exported(form: str, **more: Any) -> bytes:
    rows = SavedView.objects.order_by("name")
    given = {"title": "一覧", "columns": COLUMNS, "rows": rows, "narrowed_by": ["区分: 極秘"], "why": "棚卸し"}
    with export(AKARI, form=form, **(given | more)) as file:
        return file.read()


def rows_of(form: str, raw: bytes) -> list[list[Any]]:
    if form == "json":
        return [list(row.values()) for row in json.loads(raw)]
    if form == "csv":
        return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[1:]
    return [list(row) for row in load_workbook(io.BytesIO(raw), read_only=True).active.iter_rows(values_only=True)][1:]


@pytest.mark.parametrize("form", list(exporting.FORMATS))
def test_a_file_holds_every_row_with_its_id_first(form: str) -> None:
    rows = rows_of(form, exported(form))
    assert {row[0] for row in rows} == {str(view.pk) for view in SavedView.objects.all()}
    assert {row[1].removeprefix("'") for row in rows} == {"極秘のみ", "=1+1", 'a"b,c'}


@pytest.mark.parametrize("form", list(exporting.FORMATS))
def test_the_entry_notes_what_left_and_its_digest_is_the_files(form: str) -> None:
    raw = exported(form)
    (entry,) = read(Entry.objects.filter(verb=exporting.VERB))
    assert entry.notes == {
        "register": "一覧",
        "filter": ["区分: 極秘"],
        "columns": ["name", "created_at"],
        "rows": 3,
        "format": form,
        "sha256": hashlib.sha256(raw).hexdigest(),
    }
    assert (entry.why, entry.actor_name) == ("棚卸し", "佐倉 灯里")


@pytest.mark.parametrize("form", list(exporting.FORMATS))
def test_an_empty_list_is_a_whole_file_too(form: str) -> None:
    assert rows_of(form, exported(form, rows=SavedView.objects.none())) == []
    assert read(Entry.objects.filter(verb=exporting.VERB))[0].notes["rows"] == 0


def test_a_workbook_that_could_not_hold_all_rows_is_refused_before_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exporting, "MAX_SHEET_ROWS", 3)
    with pytest.raises(Refused, match="1,048,575") as refused:
        exported("xlsx")
    assert "CSV" in str(refused.value.next_step)
    assert not Entry.objects.filter(verb=exporting.VERB).exists()
    assert len(rows_of("csv", exported("csv"))) == 3


def test_no_file_is_handed_out_when_the_entry_cannot_be_written() -> None:
    with no_entry_can_be_written(), pytest.raises(LedgerUnavailable):
        exported("csv")
    assert not Entry.objects.filter(verb=exporting.VERB).exists()
