"""A saved view is its owner's; shared, everybody's to use and still his alone to change."""

from dataclasses import replace

import pytest

from kuramori.kernel.acts import Refused
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.registers.tests.test_registers import AKARI, CHIHIRO
from kuramori.kernel.saved_views import retire_view, save_view, saved_views

pytestmark = pytest.mark.django_db


def keep(name: str = "極秘のみ", *, query: str = "x", is_shared: bool = False) -> SavedView:
    return save_view(AKARI, register="shelf:box", name=name, query=[("q", query)], is_shared=is_shared)


def test_the_same_name_again_replaces_the_view_and_both_are_in_the_ledger() -> None:
    keep()
    keep(query="y")
    assert [view.query for view in saved_views(AKARI, "shelf:box")] == ["q=y"]
    assert Entry.objects.count() == 2


def test_sharing_is_an_act_of_its_own() -> None:
    keep(is_shared=True)
    assert Entry.objects.get().verb == "kernel.view.share"
    assert saved_views(CHIHIRO, "shelf:box").count() == 1
    assert saved_views(CHIHIRO, "shelf:shelf").count() == 0


def test_a_stranger_cannot_take_it_away_nor_overwrite_it() -> None:
    view = keep(is_shared=True)
    assert retire_view(CHIHIRO, view.pk) is None
    save_view(CHIHIRO, register="shelf:box", name=view.name, query=[("q", "z")], is_shared=False)
    view.refresh_from_db()
    assert (view.query, view.retired_at) == ("q=x", None)


def test_who_is_no_person_keeps_no_views() -> None:
    with pytest.raises(Refused):
        save_view(replace(AKARI, person_id=None), register="shelf:box", name="x", query=[], is_shared=False)


def test_an_address_that_is_too_long_is_refused_with_a_next_step() -> None:
    with pytest.raises(Refused) as refusal:
        keep(query="x" * 2001)
    assert refusal.value.next_step
