"""The names an Excel register uses for levels, units, projects and people, looked up in bulk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop as _

from kuramori.directory.api import people_visible_to, projects_visible_to, units_visible_to
from kuramori.governance.api import Level, levels_in_force
from kuramori.kernel.imports.cells import key, unknown_choice
from kuramori.kernel.imports.errors import CellError, Unreadable
from kuramori.kernel.imports.mapping import ParsedRow
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Viewer

CHUNK = 500
ASK_OFFICE = _("Ask the office that keeps the directory, or correct the cell.")


@dataclass(frozen=True, kw_only=True)
class Names:
    """Everything the rows of one file name, by the form in which names are compared."""

    levels: dict[str, Level]
    level_names: tuple[str, ...]
    units: dict[str, UUID]
    unit_names: tuple[str, ...]
    projects: dict[str, UUID]
    people: dict[str, UUID]

    def level(self, row: ParsedRow) -> tuple[Level | None, list[CellError]]:
        """Return the level a row names, or what is wrong with it, with the closest name as a hint."""
        name = row.values.get("level") or ""
        found = self.levels.get(key(name))
        return found, [] if found or not name else [_wrong(row, "level", unknown_choice(name, self.level_names))]

    def unit(self, row: ParsedRow) -> tuple[UUID | None, list[CellError]]:
        """Return the unit a row names by code or name."""
        name = row.values.get("unit") or ""
        found = self.units.get(key(name))
        return found, [] if found or not name else [_wrong(row, "unit", unknown_choice(name, self.unit_names))]

    def keeper(self, row: ParsedRow) -> tuple[UUID | None, list[CellError]]:
        """Return the keeper a row names by employee number or unmistakable name; an empty cell is nobody."""
        number = row.values.get("keeper")
        if not number:
            return None, []
        found = self.people.get(key(number))
        return found, [] if found else [_absent(row, "keeper", number)]

    def several(self, row: ParsedRow, field: str, known: dict[str, UUID]) -> tuple[list[UUID], list[CellError]]:
        """Return all that a cell names; each name that is not known is an error of that cell."""
        names = row.values.get(field) or ()
        found = [known[key(name)] for name in names if key(name) in known]
        return found, [_absent(row, field, name) for name in names if key(name) not in known]


def names_in(rows: Iterable[ParsedRow], viewer: Viewer) -> Names:
    """Look up all names of a file: levels, units and projects whole, people by the numbers that occur."""
    levels = list(levels_in_force(viewer))
    units = list(units_visible_to(viewer).filter(retired_at=None).values_list("pk", "code", "name_ja", "name_en"))
    projects = projects_visible_to(viewer).filter(retired_at=None).values_list("pk", "code", "name_ja", "name_en")
    numbers = {n for row in rows for n in (row.values.get("keeper"), *(row.values.get("scope_persons") or ()))}
    return Names(
        levels={key(name): level for level in levels for name in (level.name_ja, level.name_en, level.code)},
        level_names=tuple(level.name_ja for level in levels),
        units={key(name): pk for pk, *names in units for name in reversed(names) if name},
        unit_names=tuple(name for _pk, _code, name, _en in units),
        projects={key(name): pk for pk, *names in projects for name in reversed(names) if name},
        people=_people(viewer, [number for number in numbers if number]),
    )


def _people(viewer: Viewer, words: Sequence[Any]) -> dict[str, UUID]:
    """Return people by employee number, and by name where only one person bears it."""
    found: dict[str, UUID] = {}
    named: dict[str, list[UUID]] = {}
    visible = people_visible_to(viewer)
    for chunk in _chunks(sorted(words)):
        for pk, number, name in visible.filter(Q(number__in=chunk) | Q(name__in=chunk)).values_list(
            "pk", "number", "name"
        ):
            found[key(number)] = pk
            named.setdefault(key(name), []).append(pk)
    return {name: pks[0] for name, pks in named.items() if len(pks) == 1} | found


def _chunks(values: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (values[i : i + CHUNK] for i in range(0, len(values), CHUNK))


def _wrong(row: ParsedRow, field: str, problem: Unreadable) -> CellError:
    return row.error(field, problem.message, problem.next_step)


def _absent(row: ParsedRow, field: str, name: object) -> CellError:
    return row.error(field, phrase(_("“%(name)s” is not in the directory."), name=name), phrase(ASK_OFFICE))
