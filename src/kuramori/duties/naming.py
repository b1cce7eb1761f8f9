"""A record of this system named as proof: from the address of its page, and back to its name for who may see it."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from kuramori.duties.models import Task
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record
from kuramori.kernel.registers.register import Register
from kuramori.kernel.room import rooms

OWN = "duties:"


def record_at(viewer: Viewer, address: str) -> Record | None:
    """Return the record whose page has this address; None for what is none, or not the viewer's to see.

    A duty or a task proves nothing: those addresses name no record.
    """
    try:
        match = resolve(urlsplit(address.strip()).path)
    except (Resolver404, ValueError):
        return None
    name, pk = match.view_name.rpartition("-")[0], match.kwargs.get("pk")
    register = next((each for each in _registers() if each.name == name), None)
    if register is None or pk is None or name.startswith(OWN) or not register.may(viewer, "view"):
        return None
    found: Record | None = register.visible_to(viewer).filter(pk=pk).first()
    return found


def record_named(viewer: Viewer, task: Task) -> tuple[str, str] | None:
    """Return the name and the address of the record that a task names as proof; None where it is not to be seen."""
    register = next((each for each in _registers() if each.model.record_kind() == task.named_kind), None)
    if register is None or not register.may(viewer, "view"):
        return None
    found = register.visible_to(viewer).filter(pk=task.named_id).first()
    return (str(found), register.url("detail", found)) if found else None


def _registers() -> list[Register]:
    return [register for room in rooms() for register in room.registers]
