"""A kind of import that the kernel has by itself: saved list views. Rooms bring their own."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
import time_machine
from django.utils.timezone import now
from django.utils.translation import override

from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.imports.mapping import (
    Action,
    FieldChange,
    ImportField,
    ImportKind,
    ParsedRow,
    RowOutcome,
    Stop,
)
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.models import SavedView
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import record_many
from kuramori.kernel.tests.above import room_above

PERMISSION = "kernel:view:import"
APPROVAL = "kernel:view:approve_import"


def resolve(rows: Sequence[ParsedRow], *, viewer: Viewer, today: date) -> list[RowOutcome]:
    """Match by id, else by name."""
    ids = [row.record_id for row in rows if row.record_id]
    names = [row.values["name"] for row in rows if row.values.get("name")]
    by_id = SavedView.objects.standing().in_bulk(ids)
    by_name = {view.name: view for view in SavedView.objects.standing().filter(name__in=names)}
    return [_outcome(row, by_id, by_name, viewer) for row in rows]


def _outcome(row, by_id, by_name, viewer):
    if row.errors:
        return RowOutcome.rejected(row)
    if row.record_id and row.record_id not in by_id:
        return RowOutcome.rejected(row, row.unknown_id())
    wanted = {name: value or "" for name, value in row.values.items()}
    view = by_id.get(row.record_id) or by_name.get(row.values["name"])
    if view is None:
        values = {**wanted, "person_id": viewer.person_id or UUID(int=0)}
        return RowOutcome(row=row, action=Action.ADD, name=row.values["name"], values=values)
    changed = {name: value for name, value in wanted.items() if getattr(view, name) != value}
    if not changed:
        return RowOutcome(row=row, action=Action.UNCHANGED, name=view.name)
    changes = tuple(FieldChange(label=name, before=getattr(view, name), after=changed[name]) for name in changed)
    return RowOutcome(row=row, action=Action.EDIT, name=view.name, record=view, values=changed, changes=changes)


def apply(outcomes: Sequence[RowOutcome], *, by: Actor, why: str) -> None:
    added = [outcome for outcome in outcomes if outcome.action is Action.ADD]
    record_many([SavedView(**{"register": "r", "query": "", **outcome.values}) for outcome in added])
    for outcome in outcomes:
        if outcome.action is Action.EDIT:
            for name, value in outcome.values.items():
                setattr(outcome.record, name, value)
            outcome.record.save()


def guard(outcomes: Sequence[RowOutcome], *, viewer: Viewer) -> Stop | None:
    edited = sum(outcome.action is Action.EDIT for outcome in outcomes)
    if edited <= 2:
        return None
    return Stop(
        message=phrase("%(count)s views would change.", count=edited), next_step=phrase("Ask."), permission=APPROVAL
    )


VIEWS = ImportKind(
    name="views",
    title="List views",
    why="So that lists can be set up together.",
    fields=(
        ImportField(name="name", label="Name", aliases=("名前",), required=True, unique=True),
        ImportField(name="query", label="Query", aliases=("条件",)),
    ),
    permission=PERMISSION,
    verb="kernel.view.import",
    resolve=resolve,
    apply=apply,
    guard=guard,
)


def _viewer(number: int, name: str, *permissions: str) -> Viewer:
    person = UUID(int=number)
    actor = Actor(kind=ActorKind.PERSON, id=person, name=name)
    return Viewer(actor=actor, person_id=person, permissions=frozenset(permissions), language="en")


AKARI = _viewer(1, "佐倉 灯里", PERMISSION, APPROVAL)
BOTAN = _viewer(2, "牧野 牡丹", APPROVAL)
CHIHIRO = _viewer(3, "遠山 千尋")
PEOPLE = {each.person_id: each for each in (AKARI, BOTAN, CHIHIRO)}


def viewer_of(person_id: UUID, _at: object) -> Viewer:
    """Stand in the place of the directory: who he is when the worker asks."""
    return PEOPLE[person_id]


@pytest.fixture(autouse=True)
def _views_can_be_imported(settings, tmp_path):
    """Declare the kind as a room would, and keep uploads in a folder of this test."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    settings.KURAMORI_VIEWER_OF = f"{__name__}.viewer_of"
    with room_above(permissions={PERMISSION: (), APPROVAL: ()}, imports=(VIEWS,)):
        yield


@pytest.fixture(autouse=True)
def _english():
    """Compare messages as they are written in the code."""
    with override("en"):
        yield


@pytest.fixture
def time_machine_at():
    """Move the clock forward until the end of the test."""
    travels = []

    def move(**far):
        travels.append(time_machine.travel(now() + timedelta(**far), tick=True))
        travels[-1].start()

    yield move
    for travel in reversed(travels):
        travel.stop()
