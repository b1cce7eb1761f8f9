"""What a viewer may not see is not told by lists, histories, forms or exports, and nothing moves out of his hands."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from django.test import Client

from kuramori.kernel.acts import act
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.shelf.boxes import box_edit, boxes
from kuramori.kernel.registers.tests.shelf.models import Box, Shelf
from kuramori.kernel.registers.tests.suite import SIGN_IN, Acting, made
from kuramori.kernel.registers.tests.test_registers import AKARI, OURS, THEIRS
from kuramori.kernel.tests.moments import no_entry_can_be_written

pytestmark = [pytest.mark.urls("kuramori.kernel.registers.tests.shelf.site_urls"), pytest.mark.django_db]
BOTH = replace(AKARI, unit_ids=frozenset({OURS, THEIRS}), permissions=AKARI.permissions | {"shelf:shelf:view"})


@pytest.fixture(autouse=True)
def _akari(settings) -> Iterator[None]:
    settings.MIDDLEWARE = [
        "kuramori.kernel.registers.tests.suite.Acting" if m == SIGN_IN else m for m in settings.MIDDLEWARE
    ]
    Acting.viewer = AKARI
    yield
    Acting.viewer = None


@pytest.fixture
def box() -> Box:
    shelf = Shelf(name="秘密の棚", unit_id=THEIRS)
    new = Box(title="箱", unit_id=OURS, shelf=shelf, price="12000")
    made([shelf, new], AKARI.actor, "shelf.box.add")
    return new


def words_of(client: Client, page: str, box: Box, by: Viewer = AKARI) -> str:
    Acting.viewer = by
    return client.get(boxes.url(page, box)).content.decode()


def form(box: Box, client: Client, **changes: object) -> dict[str, object]:
    as_of = client.get(boxes.url("edit", box)).context["as_of"]
    return {"title": box.title, "colour": "red", "unit_id": str(OURS), "as_of": as_of} | changes


def test_a_related_name_out_of_scope_is_not_told_on_any_page(client: Client, box: Box) -> None:
    for page in ("detail", "history", "edit"):
        assert "秘密の棚" not in words_of(client, page, box), page
    assert "秘密の棚" in words_of(client, "history", box, by=BOTH)


def test_a_name_is_not_told_without_the_permission_of_its_register(client: Client, box: Box) -> None:
    no_shelves = replace(BOTH, permissions=AKARI.permissions)
    assert "秘密の棚" not in words_of(client, "history", box, by=no_shelves)


def test_a_subject_out_of_scope_is_a_dash_in_the_sentence_even_when_a_note_names_it(client: Client, box: Box) -> None:
    shelf = Shelf.objects.get()
    with act("shelf.box.edit", by=AKARI.actor, subjects=[box, shelf]) as this:
        this.note("shelf", "秘密の棚")
    assert "(shelf: —)" in words_of(client, "history", box)
    assert "(shelf: 秘密の棚)" in words_of(client, "history", box, by=BOTH)


def test_what_is_withheld_leaves_list_sorting_history_and_export(client: Client, box: Box) -> None:
    trusted = replace(AKARI, permissions=AKARI.permissions | {"shelf:box:price"})
    with act("shelf.box.edit", by=AKARI.actor, subjects=[box]):
        box.price = "13000"
        box.save()
    for page in ("detail", "history"):
        assert "13000" in words_of(client, page, box, by=trusted)
        assert "13000" not in words_of(client, page, box)
    assert "13000" not in client.get(boxes.url("list") + "?column=price&column=title").content.decode()
    raw = b"".join(client.post(boxes.url("export") + "?column=price", {"format": "csv"}).streaming_content)
    assert b"13000" not in raw


def test_a_change_out_of_ones_own_scope_is_refused_and_undone(client: Client, box: Box) -> None:
    answer = client.post(boxes.url("edit", box), form(box, client, unit_id=str(THEIRS)))
    assert answer.status_code == 422
    assert Box.objects.get().unit_id == OURS
    assert answer.context["form"].data["unit_id"] == str(THEIRS)


def test_a_record_cannot_be_added_where_one_may_not_look(client: Client) -> None:
    answer = client.post(boxes.url("add"), {"title": "箱", "colour": "red", "unit_id": str(THEIRS)})
    assert answer.status_code == 422
    assert not Box.objects.exists()


def test_a_record_cannot_be_changed_into_one_that_may_not_be_edited(client: Client, box: Box) -> None:
    assert client.post(boxes.url("edit", box), form(box, client, number=666)).status_code == 422
    assert Box.objects.get().number is None


def test_who_may_only_look_gets_no_buttons_and_is_refused(client: Client) -> None:
    fixed = made([Box(title="固定", unit_id=OURS, number=666)], AKARI.actor, "shelf.box.add")[0]
    page = client.get(boxes.url("detail", fixed))
    assert (page.context["edit_url"], page.context["retire_url"]) == ("", "")
    assert client.get(boxes.url("edit", fixed)).status_code == 403
    assert client.post(boxes.url("retire", fixed), {"why": "x"}).status_code == 403
    assert client.post(boxes.url("bulk"), {"id": [str(fixed.pk)], "why": "x"}).status_code == 403
    assert Box.objects.get().retired_at is None


def test_a_refused_act_says_why_beside_what_was_typed(client: Client, box: Box) -> None:
    answer = client.post(boxes.url("edit", box), form(box, client, title="forbidden"))
    assert answer.status_code == 422
    assert "This word is not allowed. Take another." in answer.content.decode()
    assert 'value="forbidden"' in answer.content.decode()


def test_a_fault_that_only_the_act_finds_stands_at_its_field_and_nothing_typed_is_lost(
    client: Client, box: Box
) -> None:
    answer = client.post(boxes.url("edit", box), form(box, client, title="taken"))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"title": ["Another box has it."], "__all__": ["Ask for the price."]}
    assert 'value="taken"' in answer.content.decode()
    whole = client.post(boxes.url("edit", box), form(box, client, title="whole"))
    assert whole.context["form"].non_field_errors() == ["The parts do not fit together."]
    assert Box.objects.get().title == "箱"


def test_bulk_retirement_is_all_or_nothing(client: Client, box: Box) -> None:
    fixed = made([Box(title="固定", unit_id=OURS, number=666)], AKARI.actor, "shelf.box.add")[0]
    answer = client.post(boxes.url("bulk"), {"id": [str(box.pk), str(fixed.pk)], "why": "整理"})
    assert answer.status_code == 403
    assert not Box.objects.filter(retired_at__isnull=False).exists()


def test_no_file_is_handed_out_when_the_ledger_cannot_append(client: Client, box: Box) -> None:
    with no_entry_can_be_written():
        answer = client.post(boxes.url("export"), {"format": "csv"})
    assert (answer.status_code, answer.streaming) == (409, False)
    assert "証跡の保存先が満杯か、書き込めません。" in answer.content.decode()
    assert 'href=".."' in answer.content.decode()  # the list: this address itself takes no GET
    assert not Entry.objects.filter(verb="kernel.register.export").exists()


def test_exported_text_cannot_become_a_formula(client: Client) -> None:
    made([Box(title="=1+1", unit_id=OURS)], AKARI.actor, "shelf.box.add")
    raw = b"".join(client.post(boxes.url("export"), {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(raw)))["Title"] == "'=1+1"


def test_a_panel_of_another_room_is_a_tab_for_those_who_may_open_it(client: Client, box: Box) -> None:
    assert "weighs 1" not in client.get(boxes.url("detail", box) + "?tab=weight").content.decode()
    Acting.viewer = replace(AKARI, permissions=AKARI.permissions | {"shelf:box:weigh"})
    page = client.get(boxes.url("detail", box) + "?tab=weight").content.decode()
    assert "weighs 1" in page
    assert "Weight" in page


def test_history_is_paged_and_complete(client: Client, box: Box) -> None:
    for n in range(35):
        again = Box.objects.get()
        values = {"title": f"箱{n}", "number": n, "colour": "red", "due": None, "shelf": None, "unit_id": OURS}
        box_edit(box=again, by=AKARI.actor, why=str(n), **values)
    first = client.get(boxes.url("history", box))
    second = client.get(boxes.url("history", box) + first.context["older"])
    whys = [line.why for page in (first, second) for line in page.context["lines"]]
    assert whys == [*map(str, reversed(range(35))), "test"]
    assert second.context["older"] == ""
    assert client.get(boxes.url("history", box) + "?before=zzz").status_code == 404
