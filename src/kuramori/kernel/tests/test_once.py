"""What is written again is what acts wrote; and whoever could notice the difference gets it built anew."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.models import Disclosure, Entry, SavedView
from kuramori.kernel.tests.once import once

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
ON_SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="built anew each time on PostgreSQL")


class Views:
    """Saves two list views, and counts how often it was asked to."""

    def __init__(self) -> None:
        self.built = 0

    def __call__(self) -> dict[str, SavedView]:
        self.built += 1
        return {name: self.view(name) for name in ("first", "second")}

    def view(self, name: str) -> SavedView:
        record = SavedView(name=name, register="register:secret", person_id=UUID(int=1))
        with act("kernel.view.save", by=SYSTEM, subjects=[record]):
            record.save()
        return record


def rows() -> dict[str, list[tuple[object, ...]]]:
    return {
        model.__name__: list(model.objects.order_by("pk").values_list()) for model in (Entry, Disclosure, SavedView)
    }


@pytest.fixture
def views(request: pytest.FixtureRequest) -> tuple[str, Views]:
    return request.node.name, Views()


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def undone(build):
    """What a test sees, whose writing is taken back when it ends."""
    before = transaction.savepoint()
    found = build(), rows()
    transaction.savepoint_rollback(before)
    return found


@ON_SQLITE
def test_rows_and_records_are_the_same_the_second_time_and_nothing_is_built(db, views):
    name, build = views
    (first, written), (second, again) = (undone(lambda: once(name, build)) for _test in range(2))
    assert build.built == 1
    assert again == written
    assert {key: view.pk for key, view in second.items()} == {key: view.pk for key, view in first.items()}
    assert second["first"] is not first["first"]


@ON_SQLITE
def test_what_follows_goes_on_from_there_and_stays_guarded(db, views):
    name, build = views
    undone(lambda: once(name, build))
    found = once(name, build)
    build.view("third")
    assert Entry.objects.count() == 3
    with pytest.raises(IntegrityError, match="outside an act"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {SavedView._meta.db_table} SET name = 'changed'")
    found["first"].refresh_from_db()
    assert found["first"].name == "first"


def test_another_moment_or_language_is_built_anew(db, views):
    name, build = views
    undone(lambda: once(name, build))
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        undone(lambda: once(name, build))
    with translation.override("en"):
        undone(lambda: once(name, build))
    assert build.built == 3


def test_what_was_built_while_the_clock_ran_is_not_kept(db, views):
    name, build = views

    def hours_later():
        here.shift(timedelta(hours=1))
        return build()

    with time_machine.travel(NOON, tick=False) as here:
        undone(lambda: once(name, hours_later))
    undone(lambda: once(name, build))
    assert build.built == 2


def test_where_something_happened_before_it_is_built_anew(db, views):
    name, build = views
    undone(lambda: once(name, build))
    build.view("earlier")
    once(name, build)
    assert build.built == 2
    assert Entry.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_built(views):
    name, build = views
    once(name, build)
    once(f"{name} again", build)
    assert build.built == 2
