"""What the pages of a register do: each is one act around the room's own act, so that the kit can ask before and after.

Inside the act the row is locked and fetched again through `visible_to`; a conflict is looked for; and after saving it
is asked once more whether the record is the viewer's, so that nobody moves one out of, or into, a foreign scope.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Forbidden, Viewer

if TYPE_CHECKING:
    from kuramori.kernel.registers.register import Register


class Conflict(Exception):
    """Somebody else changed the record, its argument, since the page was opened."""


def fetch_to_change(register: "Register", viewer: Viewer, pk: UUID, action: str) -> Any:
    """Return a record through the only door; Http404 outside, Forbidden to who may only look, Refused when retired."""
    record = get_object_or_404(register.visible_to(viewer), pk=pk)
    if not register.may(viewer, action) or not register.may_edit(viewer, record):
        raise Forbidden(register.permission(action))
    if record.retired_at is not None:
        raise Refused(_("This record is retired; it stays as it was."), _("Add a new record if it is needed again."))
    return record


def add(register: "Register", viewer: Viewer, values: Mapping[str, Any], why: str) -> Any:
    """Add a record; Refused when it would lie where the viewer may not add one."""
    with act(register.verb("add"), by=viewer.actor, why=why):
        record = register.room_act("add")(by=viewer.actor, why=why, **values)
        _still_his(register, viewer, record.pk)
    return record


def edit(register: "Register", viewer: Viewer, pk: UUID, values: Mapping[str, Any], why: str, *, as_of: str) -> Any:
    """Change a record; `as_of` is the `token` it was read with, and Conflict is raised when it stands differently."""
    with act(register.verb("edit"), by=viewer.actor, why=why):
        record = _locked(register, viewer, pk, "edit")
        if token(record) != as_of:
            raise Conflict(record)
        register.room_act("edit")(**{register.thing: record}, by=viewer.actor, why=why, **values)
        _still_his(register, viewer, pk)
    return record


def retire(register: "Register", viewer: Viewer, ids: Sequence[UUID], why: str) -> list[Any]:
    """Retire records, all or none, as one act."""
    with act(register.verb("retire"), by=viewer.actor, why=why) as this:
        records = [_locked(register, viewer, pk, "retire") for pk in sorted(set(ids))]
        for record in records:
            this.about(record)
            register.room_act("retire")(**{register.thing: record}, by=viewer.actor, why=why)
    return records


def token(record: Any) -> str:
    """Return what tells one state of a record from the next: when it was last changed."""
    return str(record.updated_at.isoformat())


def _locked(register: "Register", viewer: Viewer, pk: UUID, action: str) -> Any:
    rows = register.model._default_manager.filter(pk=pk)  # noqa: SLF001  (the row alone: visible_to may not be lockable)
    list(rows.select_for_update().values_list("pk"))
    return fetch_to_change(register, viewer, pk, action)


def _still_his(register: "Register", viewer: Viewer, pk: UUID) -> None:
    record = register.visible_to(viewer).filter(pk=pk).first()
    if record is None or not register.may_edit(viewer, record):
        raise Refused(
            _("Nothing was saved: the record would lie outside of what you are responsible for."),
            _("Keep it in your own area, or ask somebody who is responsible for both."),
        )
