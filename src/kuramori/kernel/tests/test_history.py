"""A history reads as sentences, and tells nobody a name that he could not see elsewhere."""

import uuid
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection
from django.utils.translation import override

from kuramori.kernel.acts import Subject, act
from kuramori.kernel.entry_body import Change, Op
from kuramori.kernel.history import PAGE, Line, lines, lines_since
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.shelf.models import Box, Shelf
from kuramori.kernel.registers.tests.test_registers import AKARI, CHIHIRO, OURS, THEIRS

pytestmark = pytest.mark.django_db
SEES_SHELVES = replace(AKARI, permissions=AKARI.permissions | {"shelf:shelf:view"}, unit_ids=frozenset({OURS, THEIRS}))


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def shelf() -> Shelf:
    made = Shelf(name="秘密の棚", unit_id=THEIRS)
    with act("shelf.shelf.add", by=CHIHIRO.actor):
        made.save()
    return made


@pytest.fixture
def box() -> Box:
    made = Box(title="箱", unit_id=OURS, due=date(2026, 11, 30))
    with act("shelf.box.add", by=AKARI.actor, why="新規"):
        made.save()
    return made


def edit(box: Box, *subjects: Subject | Shelf, why: str = "", **values: object) -> None:
    with act("shelf.box.edit", by=AKARI.actor, why=why, subjects=[box, *subjects]):
        for name, value in values.items():
            setattr(box, name, value)
        box.save()


def told(box: Box, viewer: Viewer = AKARI, withheld: frozenset[str] = frozenset()) -> list[Line]:
    return lines(box, viewer, withheld=withheld)[0]


def changes(box: Box, viewer: Viewer = AKARI, **more: frozenset[str]) -> dict[str, tuple[str, str]]:
    return {name: (before, after) for name, before, after in told(box, viewer, **more)[0].changes}


def test_the_newest_comes_first_with_its_reason_and_its_time(box: Box) -> None:
    edit(box, why="点検", number=3)
    newest, oldest = told(box)
    assert (newest.why, oldest.why) == ("点検", "新規")
    assert newest.iso > oldest.iso
    assert oldest.sentence == "佐倉 灯里 added 箱"


def test_a_new_record_is_told_by_what_it_holds_and_not_by_what_is_empty(box: Box) -> None:
    assert changes(box) == {"title": ("", "箱"), "colour": ("", "Red"), "due": ("", "2026-11-30")}


def test_a_choice_is_told_by_its_word_and_an_emptied_field_by_a_dash(box: Box) -> None:
    edit(box, colour="blue", due=None)
    assert changes(box) == {"colour": ("Red", "Blue"), "due": ("2026-11-30", "–")}


def test_ids_and_dates_of_the_row_are_nobodys_words(box: Box) -> None:
    edit(box, unit_id=THEIRS, number=1)
    assert changes(box) == {"number": ("–", "1")}


def test_a_withheld_field_is_left_out(box: Box) -> None:
    edit(box, price="12000", number=2)
    assert set(changes(box, withheld=frozenset({"price"}))) == {"number"}


def test_a_relation_is_named_for_who_may_see_it_and_for_nobody_else(box: Box, shelf: Shelf) -> None:
    edit(box, shelf=shelf)
    assert changes(box, SEES_SHELVES)["shelf"] == ("–", "秘密の棚")
    assert changes(box)["shelf"] == ("–", "not shown to you")


def test_a_subject_is_named_for_who_may_see_it_and_a_dash_for_others(box: Box, shelf: Shelf) -> None:
    edit(box, shelf, number=1)
    assert told(box, SEES_SHELVES)[0].sentence.endswith("(shelf: 秘密の棚)")
    assert told(box)[0].sentence.endswith("(shelf: —)")


def test_to_see_the_unit_is_not_enough_without_the_permission_of_the_register(box: Box, shelf: Shelf) -> None:
    edit(box, shelf, number=1)
    assert "秘密の棚" not in told(box, replace(SEES_SHELVES, permissions=AKARI.permissions))[0].sentence


def test_a_subject_of_a_kind_that_no_register_shows_is_never_named(box: Box) -> None:
    edit(box, Subject("old.shelf", uuid.uuid4(), "秘密"), number=1)
    assert "秘密" not in told(box, SEES_SHELVES)[0].sentence


def test_a_subject_keeps_the_name_it_had_on_that_day(box: Box, shelf: Shelf) -> None:
    edit(box, shelf, number=1)
    with act("shelf.shelf.add", by=CHIHIRO.actor):
        shelf.name = "改めた棚"
        shelf.save()
    assert told(box, SEES_SHELVES)[0].sentence.endswith("(shelf: 秘密の棚)")


def test_the_record_itself_keeps_its_former_name_in_former_sentences(box: Box) -> None:
    edit(box, number=1)
    edit(box, title="改めた箱")
    edit(box, number=2)
    sentences = [line.sentence for line in told(box)]
    assert "改めた箱" in sentences[0]
    assert "改めた箱" not in sentences[2]


def test_a_field_that_no_longer_exists_is_told_under_its_old_name(box: Box) -> None:
    """As a release wrote it whose model had the field: the change is in the ledger, and no field of the model."""
    with act("shelf.box.edit", by=AKARI.actor) as this, connection.cursor() as cursor:
        cursor.execute("UPDATE shelf_box SET number = 7 WHERE number IS NOT NULL OR number IS NULL")
        this.changes.append(Change(on=Box.record_kind(), id=box.pk, op=Op.EDIT, fields={"weight": (None, "7")}))
    assert changes(box) == {"weight": ("–", "7")}


def test_a_history_is_told_in_pages_without_a_gap(box: Box) -> None:
    for number in range(PAGE + 3):
        edit(box, number=number, why=str(number))
    first, cursor = lines(box, AKARI)
    second, end = lines(box, AKARI, before=uuid.UUID(cursor))
    whys = [line.why for line in (*first, *second)]
    assert whys == [*map(str, reversed(range(PAGE + 3))), "新規"]
    assert (len(first), end) == (PAGE, "")


def test_a_cursor_that_is_no_entry_of_the_record_shows_nothing(box: Box) -> None:
    assert lines(box, AKARI, before=uuid.uuid4()) == ([], "")


def test_what_others_did_meanwhile_is_told_alone(box: Box) -> None:
    since = box.updated_at
    edit(box, number=1, why="その間に")
    assert [line.why for line in lines_since(box, AKARI, since)] == ["その間に"]
    assert [line.why for line in lines_since(box, AKARI, None)] == ["その間に", "新規"]


def test_a_page_of_history_takes_few_queries_however_many_names_it_holds(
    box: Box, shelf: Shelf, django_assert_max_num_queries
) -> None:
    for number in range(20):
        edit(box, shelf, number=number, shelf=shelf if number % 2 else None)
    with django_assert_max_num_queries(6):
        lines(box, SEES_SHELVES)
