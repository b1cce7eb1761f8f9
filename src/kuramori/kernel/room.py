"""What a room declares about itself, as data: menu, permissions, sentences, and what it offers by the six ports."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Role, Viewer

if TYPE_CHECKING:
    from kuramori.kernel.imports.mapping import ImportKind
    from kuramori.kernel.jobs import JobKind
    from kuramori.kernel.keeping import KeepingGate
    from kuramori.kernel.registers.register import Register


@dataclass(frozen=True, kw_only=True)
class MenuItem:
    """One line of the navigation; `section` is a key of `site.menu.SECTIONS`, as "" or "protect"."""

    section: str
    title: str | Promise
    url_name: str
    icon: str
    permission: str
    order: int = 50
    badge: Callable[[Viewer, date], int] | None = None


class ExhibitKind(StrEnum):
    """How an exhibit proves (EVD-07): the fact itself, what somebody says of it, or what it can be concluded from."""

    DIRECT = "direct"
    TESTIMONY = "testimony"
    CIRCUMSTANTIAL = "circumstantial"


class Strength(StrEnum):
    """How far an exhibit carries by itself (EVD-07)."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """One thing that can be shown for a subject: what it proves, how strong, how old; or what is missing.

    `element` names the legal requirement it serves, as the claims' files take it up ("secrecy_management",
    "recognition", "access", "intent", "loss"); `source` names what keeps it ("register.scope"), for evidence plans.
    `gaps` are weaknesses of the thing itself, `url` leads to the raw thing. An indicator of intent has a `weight` of
    1 to 5, and in `against` the innocent explanation (EVD-04).
    """

    element: str
    title: str | Promise
    statement: str | Promise
    source: str = ""
    kind: ExhibitKind = ExhibitKind.DIRECT
    strength: Strength = Strength.STRONG
    at: datetime | None = None
    entry_id: UUID | None = None
    is_gap: bool = False
    fix_url: str = ""
    practice: str = ""
    gaps: tuple[str | Promise, ...] = ()
    url: str = ""
    weight: int = 0
    against: str | Promise = ""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something the viewer has to do, as the inbox shows it."""

    title: str | Promise
    url: str
    due: date | None = None
    kind: str | Promise = ""
    urgent: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A tab on a lower room's page: `kind` is the record's kind; `render` gives HTML or None when there is nothing."""

    kind: str
    name: str
    title: str | Promise
    permission: str
    render: Callable[[Any, Viewer], str | None]
    order: int = 50


class CollectsEvents(Protocol):
    """The second form of the port `exhibits`: log events for evidence bundles (`evidence.api.BundleSource`)."""

    @property
    def collect(self) -> Callable[..., Iterable[Any]]:
        """Take an order and a viewer, and yield extracts."""


class KnowsPeople(Protocol):
    """The third form of the port `exhibits`: what a person was shown and did (`evidence.api.PersonSource`)."""

    @property
    def of_person(self) -> Callable[..., Iterable[Exhibit]]:
        """Take whom and what is asked about, and a viewer, and give exhibits with their times."""


class NamesFiles(Protocol):
    """The fourth form of the port `exhibits`: sealed files for the nightly check (`evidence.api.FileSource`)."""

    @property
    def files(self) -> Callable[[], Iterable[Any]]:
        """Yield the files, each with its digest and the act that holds it."""


@dataclass(frozen=True, kw_only=True)
class Room:
    """The front page of a room. Data only; the six ports are tuples of what this room offers to lower ones.

    `codes` says, by verb and note, how the code that an entry keeps reads in the language of the page.
    """

    name: str
    title: str | Promise
    menu: tuple[MenuItem, ...] = ()
    registers: tuple["Register", ...] = ()
    permissions: Mapping[str, tuple[Role, ...]]
    verbs: Mapping[str, str | Promise]
    codes: Mapping[str, Mapping[str, Callable[[str], str]]] = field(default_factory=dict)
    jobs: tuple["JobKind", ...] = ()
    imports: tuple["ImportKind", ...] = ()
    exhibits: tuple[
        "Callable[[Subject, Viewer, date], list[Exhibit]] | CollectsEvents | KnowsPeople | NamesFiles", ...
    ] = ()
    gates: tuple["Callable[..., Any] | KeepingGate", ...] = ()
    measures: tuple[Callable[..., Any], ...] = ()
    duties: tuple[Callable[[Viewer, date], list[Duty]] | object, ...] = ()  # and kinds of duty: duties.api.DutyKind
    requests: tuple[object, ...] = ()
    panels: tuple[Panel, ...] = ()


@cache
def rooms() -> tuple[Room, ...]:
    """Return the rooms that are installed, lowest first (the order of INSTALLED_APPS)."""
    ours = [app.name for app in apps.get_app_configs() if app.name.startswith("kuramori.")]
    return tuple(import_module(f"{name}.room").ROOM for name in ours)


@cache
def role_permissions() -> Mapping[Role, frozenset[str]]:
    """Return what each role may do: the permission matrix, put together from all rooms."""
    held: dict[Role, set[str]] = {role: set() for role in Role}
    for room in rooms():
        for permission, roles in room.permissions.items():
            for role in roles:
                held[role].add(str(permission))
    return {role: frozenset(permissions) for role, permissions in held.items()}


@cache
def verbs() -> Mapping[str, str | Promise]:
    """Return the sentence of every verb, from all rooms."""
    return {verb: sentence for room in rooms() for verb, sentence in room.verbs.items()}


@cache
def codes() -> Mapping[str, Mapping[str, Callable[[str], str]]]:
    """Return how the notes that are codes read in words, by verb, from all rooms."""
    return {verb: readings for room in rooms() for verb, readings in room.codes.items()}


JOBS_VIEW_ALL = "kernel:job:view_all"

ROOM = Room(
    name="kernel",
    title=_("Kernel"),
    permissions={JOBS_VIEW_ALL: (Role.SYSTEM_ADMINISTRATOR,)},
    verbs={
        "kernel.register.export": _("%(by)s exported %(rows)s rows of “%(register)s” as %(format)s"),
        "kernel.view.save": _("%(by)s saved the list view %(subject)s"),
        "kernel.view.share": _("%(by)s shared the list view %(subject)s"),
        "kernel.view.retire": _("%(by)s removed the list view %(subject)s"),
        "kernel.import.hand_in": _("%(by)s handed in the file %(subject)s"),
        "kernel.import.set_columns": _("%(by)s chose what the columns of %(subject)s mean"),
        "kernel.import.check": _("%(by)s checked the file %(subject)s without changing anything"),
        "kernel.import.approve": _("%(by)s approved that the file %(subject)s is taken in"),
        "kernel.import.discard": _("%(by)s put the file %(subject)s away"),
        "kernel.import.undo": _("%(by)s undid the import of %(subject)s"),
    },
)
