"""Who acts: a person, the system itself, or an integration; never nobody."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """The three kinds of hand that can change something."""

    INTEGRATION = "integration"
    PERSON = "person"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The one who acts, as the ledger names him; `on_behalf_of` keeps the principal when a deputy acts."""

    kind: ActorKind
    id: UUID | None
    name: str
    on_behalf_of: UUID | None = None


SYSTEM = Actor(kind=ActorKind.SYSTEM, id=None, name="Kuramori")
