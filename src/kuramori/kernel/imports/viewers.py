"""The viewer who asked for a job, kept in its arguments, so that the worker looks through the same eyes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.permissions import Role, Viewer


def stored(viewer: Viewer) -> dict[str, Any]:
    """Give the viewer in JSON's types."""
    actor = viewer.actor
    return {
        "actor": [actor.kind.value, _text(actor.id), actor.name, _text(actor.on_behalf_of)],
        "person_id": _text(viewer.person_id),
        "permissions": sorted(viewer.permissions),
        "company_wide": sorted(viewer.company_wide),
        "units": {permission: sorted(map(str, units)) for permission, units in viewer.units.items()},
        "unit_ids": sorted(map(str, viewer.unit_ids)),
        "project_ids": sorted(map(str, viewer.project_ids)),
        "roles": sorted(viewer.roles),
        "language": viewer.language,
        "zone": viewer.zone.key,
    }


def restored(kept: Mapping[str, Any]) -> Viewer:
    """Rebuild the viewer that `stored` kept; raises KeyError for anything else."""
    kind, actor_id, name, principal = kept["actor"]
    return Viewer(
        actor=Actor(kind=ActorKind(kind), id=_uuid(actor_id), name=name, on_behalf_of=_uuid(principal)),
        person_id=_uuid(kept["person_id"]),
        permissions=frozenset(kept["permissions"]),
        company_wide=frozenset(kept["company_wide"]),
        units={permission: frozenset(map(UUID, units)) for permission, units in kept["units"].items()},
        unit_ids=frozenset(map(UUID, kept["unit_ids"])),
        project_ids=frozenset(map(UUID, kept["project_ids"])),
        roles=frozenset(Role(role) for role in kept["roles"]),
        language=kept["language"],
        zone=ZoneInfo(kept["zone"]),
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _uuid(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
