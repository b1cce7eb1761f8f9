"""Every record of every room is a Record through and through, and says of itself what the ledger can keep."""

import uuid
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import OutsideAct, act
from kuramori.kernel.canonical import canonical
from kuramori.kernel.entry_body import Op
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.records import Record, as_json, record_many

OWN = {name for name in dir(Record) if not name.startswith("__")} - {field.name for field in Record._meta.fields}
OWNER = uuid.UUID(int=1)
plain = (
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"]))
)
values = (
    plain
    | st.datetimes(timezones=st.just(UTC))
    | st.dates()
    | st.times()
    | st.uuids()
    | st.decimals(allow_nan=False)
    | st.binary()
)


@pytest.mark.parametrize("model", [m for m in apps.get_models() if issubclass(m, Record)], ids=lambda m: m.__name__)
def test_no_field_hides_what_a_record_can_do(model: type[Record]) -> None:
    assert {field.name for field in model._meta.get_fields()} & OWN == set()


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (7, 7),
        ("極秘", "極秘"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=timezone(timedelta(hours=9))), "2026-11-23T00:00:00.000000Z"),
        (datetime(2026, 11, 23, 0, 0, 0, 5, tzinfo=UTC), "2026-11-23T00:00:00.000005Z"),
        (date(2026, 11, 23), "2026-11-23"),
        (time(9, 30), "09:30:00"),
        (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (Decimal("0.10"), "0.10"),
        (b"\x00\xff", "00ff"),
        (memoryview(b"\x01"), "01"),
        ({1: date(2026, 1, 2)}, {"1": "2026-01-02"}),
        ((1, [Decimal(2)]), [1, ["2"]]),
        (frozenset({"a"}), ["a"]),
    ],
)
def test_each_type_has_one_form_in_the_ledger(value: Any, written: Any) -> None:
    assert as_json(value) == written


@pytest.mark.parametrize("value", [1.5, object(), 1j])
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=type(value).__name__):
        as_json(value)


@given(st.recursive(values, lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner), max_leaves=8))
def test_whatever_a_record_holds_can_be_hashed_and_writing_it_twice_is_the_same(value: Any) -> None:
    once = as_json(value)
    assert as_json(once) == once
    canonical(once)


@given(st.datetimes(timezones=st.timezones()))
def test_equal_moments_are_written_alike_in_whatever_zone_they_were_said(moment: datetime) -> None:
    assert as_json(moment) == as_json(moment.astimezone(UTC))


def view(name: str = "a") -> SavedView:
    return SavedView(name=name, register="r", person_id=OWNER)


@pytest.mark.django_db
class TestSaving:
    def saved(self) -> SavedView:
        new = view()
        with act("kernel.view.save", by=SYSTEM):
            new.save()
        return new

    def change_of(self, record: SavedView) -> Any:
        return read(entries_about(record.pk)[:1])[0].changes[0]

    def test_a_record_gets_its_dates_from_its_act(self) -> None:
        new = self.saved()
        entry = Entry.objects.get()
        assert new.created_at == new.updated_at == entry.at

    def test_an_edit_is_told_by_its_differences_alone(self) -> None:
        record = SavedView.objects.get(pk=self.saved().pk)
        record.name, record.query = "b", ""
        with act("kernel.view.save", by=SYSTEM):
            record.save()
        assert (self.change_of(record).op, self.change_of(record).fields) == (Op.EDIT, {"name": ("a", "b")})

    def test_two_edits_in_one_act_are_told_one_by_one(self) -> None:
        record = self.saved()
        with act("kernel.view.save", by=SYSTEM):
            for name in ("b", "c"):
                record.name = name
                record.save()
        changes = read(entries_about(record.pk)[:1])[0].changes
        assert [change.fields["name"] for change in changes] == [("a", "b"), ("b", "c")]

    def test_after_a_reload_it_is_compared_with_what_was_reloaded(self) -> None:
        record, other = self.saved(), SavedView.objects.get()
        other.name = "b"
        with act("kernel.view.save", by=SYSTEM):
            other.save()
        record.refresh_from_db()
        record.name = "c"
        with act("kernel.view.save", by=SYSTEM):
            record.save()
        assert self.change_of(record).fields == {"name": ("b", "c")}

    def test_retiring_is_told_as_retiring_and_hides_it_from_what_stands(self) -> None:
        record = self.saved()
        with act("kernel.view.retire", by=SYSTEM):
            record.retire()
        assert self.change_of(record).op == Op.RETIRE
        assert not SavedView.objects.standing().exists()
        assert SavedView.objects.get().retired_at == Entry.objects.latest("seq").at

    def test_many_at_once_are_each_recorded(self) -> None:
        with act("kernel.view.save", by=SYSTEM):
            new = record_many([view(str(number)) for number in range(5)])
        entry = read(Entry.objects.all())[0]
        assert {change.id for change in entry.changes} == {each.pk for each in new}

    def test_none_at_once_is_no_change(self) -> None:
        with act("kernel.view.save", by=SYSTEM) as this:
            assert record_many([]) == []
        assert not this.changes

    @pytest.mark.parametrize("way", ["update", "bulk_create", "bulk_update", "delete"])
    def test_bulk_writes_are_refused_inside_an_act_too(self, way: str) -> None:
        with act("kernel.view.save", by=SYSTEM), pytest.raises(OutsideAct, match="one by one"):
            getattr(SavedView.objects.all(), way)()

    def test_a_record_is_never_deleted(self) -> None:
        with act("kernel.view.save", by=SYSTEM), pytest.raises(OutsideAct, match="retired, never deleted"):
            view().delete()

    def test_it_stands_in_the_ledger_under_its_kind_and_its_name(self) -> None:
        subject = view("毎週").as_subject()
        assert (subject.kind, subject.name) == ("kernel.savedview", "毎週")
