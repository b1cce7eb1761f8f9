"""From a row and what is held to an outcome: added, edited, unchanged, or kept out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop as _

from kuramori.directory.models import Named
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import Action, FieldChange, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Forbidden, Viewer


def demand_everywhere(viewer: Viewer, permission: str) -> None:
    """Raise Forbidden unless the viewer holds the permission for the whole company, as a whole file needs it."""
    if not viewer.may_everywhere(permission):
        raise Forbidden(permission)


def no_unit(row: ParsedRow, column: str, word: str) -> CellError:
    """Say that there is no such unit."""
    message = phrase(_("There is no unit “%(unit)s”."), unit=word)
    return row.error(column, message, phrase(_("Correct it, or import the units first.")))


def no_site(row: ParsedRow, word: str) -> CellError:
    """Say that there is no such site."""
    message = phrase(_("There is no site “%(site)s”."), site=word)
    return row.error("site", message, phrase(_("Correct it, or import the sites first.")))


def nobody(row: ParsedRow, column: str, number: str) -> CellError:
    """Say that nobody has that employee number."""
    message = phrase(_("Nobody has the employee number %(number)s."), number=number)
    return row.error(column, message, phrase(_("Correct the number, or add that person to the file of people.")))


def fields_held(thing: Any) -> dict[str, Any]:
    """Return the plain fields of a record."""
    return {field.attname: getattr(thing, field.attname) for field in thing._meta.concrete_fields}  # noqa: SLF001


def outcome_of(
    row: ParsedRow,
    told: Mapping[str, Any],
    known: Named | None,
    errors: Sequence[CellError],
    *,
    held: Callable[[Any], Mapping[str, Any]] = fields_held,
) -> RowOutcome:
    """Compare what a row tells of a thing with a code with what is held of it."""
    if row.record_id and (known is None or known.pk != row.record_id):
        errors = [*errors, row.unknown_id()]
    if row.errors or errors:
        return RowOutcome.rejected(row, *errors)
    code = row.values["code"]
    name = f"{code} {row.values.get('name_ja') or ''}"
    if known is None:
        return RowOutcome(row=row, action=Action.ADD, name=name, values={**told, "code": code})
    if known.retired_at is not None:
        return RowOutcome(row=row, action=Action.EDIT, name=name, record=known, values={**told, "code": code})
    before = held(known)
    differing = {field: value for field, value in told.items() if before[field] != value}
    if not differing:
        return RowOutcome(row=row, action=Action.UNCHANGED, name=name, record=known)
    labels = {field: column.header for field, column in row.columns.items()}
    changes = tuple(
        FieldChange(label=labels.get(field, field), before=shown(before[field]), after=shown(value))
        for field, value in differing.items()
    )
    return RowOutcome(
        row=row, action=Action.EDIT, name=name, record=known, values={**differing, "code": code}, changes=changes
    )


def shown(value: object) -> str:
    """Return a value as people read it in a preview."""
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else "" if value is None else str(value)
