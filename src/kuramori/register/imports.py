"""A company's Excel register becomes secrets: one act a file, round trip by id or number (CLS-03, SYS-15)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.governance.api import Level
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import Action, FieldChange, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Viewer
from kuramori.register import import_apply
from kuramori.register.import_fields import FIELDS
from kuramori.register.import_lookup import Names, names_in
from kuramori.register.models import NOBODY, Place, Scope, Secret
from kuramori.register.queries import may_edit, secrets_visible_to
from kuramori.register.rules import Audience, Permission, Tier, add_months, place_kind

PLAIN = (
    "number",
    "title",
    "kind",
    "tier",
    "medium",
    "origin",
    "received_from",
    "identified_on",
    "stocktaken_on",
    "next_stocktaking",
    "protect_until",
    "value_technical",
    "value_economic",
    "value_legal",
    "usefulness",
    "non_public",
    "non_public_checked_on",
    "note",
)
DATES = frozenset({"identified_on", "stocktaken_on", "next_stocktaking", "protect_until", "non_public_checked_on"})
NUMBERS = frozenset({"value_technical", "value_economic", "value_legal"})
PLACES = ("place", "place_2", "place_3")
CHUNK = 500
LABELS = {field.name: field.label for field in FIELDS}


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Iterator[RowOutcome]:
    """Decide for every row whether it adds a secret, changes one, or cannot be taken; some hundred rows at a time."""
    names = names_in(rows, viewer)
    waiting = iter(rows)
    while part := list(islice(waiting, CHUNK)):
        known = _Known(part, viewer)
        yield from (_outcome(row, names=names, known=known, viewer=viewer, today=today) for row in part)


class _Known:
    """The secrets that some rows speak of, as far as the viewer may see them, and the numbers that are taken at all."""

    def __init__(self, rows: Sequence[ParsedRow], viewer: Viewer) -> None:
        ids = [row.record_id for row in rows if row.record_id]
        numbers = [row.values["number"] for row in rows if row.values.get("number")]
        visible = secrets_visible_to(viewer)
        found = [*visible.filter(pk__in=ids), *visible.filter(number__in=numbers)]
        self.by_id = {secret.pk: secret for secret in found}
        self.by_number = {secret.number: secret for secret in found}
        self.taken = set(Secret.objects.filter(number__in=numbers).values_list("number", flat=True))
        self.places = _grouped(Place.objects.filter(secret__in=list(self.by_id), valid_to=None))
        self.scopes = _grouped(Scope.objects.filter(secret__in=list(self.by_id), retired_at=None))

    def secret_of(self, row: ParsedRow) -> Secret | None:
        """Return the secret a row means: by its id, else by its number."""
        if row.record_id:
            return self.by_id.get(row.record_id)
        return self.by_number.get(row.values.get("number") or "")


def _grouped(rows: Any) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.secret_id, []).append(row)
    return found


def _outcome(row: ParsedRow, *, names: Names, known: _Known, viewer: Viewer, today: date) -> RowOutcome:
    secret = known.secret_of(row)
    level, level_errors = names.level(row)
    unit, unit_errors = names.unit(row)
    keeper, keeper_errors = names.keeper(row)
    scopes, scope_errors = _scopes(row, names)
    errors = [*level_errors, *unit_errors, *keeper_errors, *scope_errors, *_identity_errors(row, secret, known, viewer)]
    values = _values(row, level=level, unit=unit, keeper=keeper, today=today)
    values |= {"places": _places(row), "scopes": scopes}
    errors += _tier_errors(row, values, secret, known)
    if row.errors or errors:
        return RowOutcome.rejected(row, *errors)
    name = f"{values.get('number', '')} {values.get('title', '')}".strip()
    if secret is None:
        return RowOutcome(row=row, action=Action.ADD, name=name, values=values)
    changes = _changes(secret, values, known, today)
    action = Action.EDIT if changes else Action.UNCHANGED
    return RowOutcome(row=row, action=action, name=name, record=secret, values=values, changes=changes)


def _identity_errors(row: ParsedRow, secret: Secret | None, known: _Known, viewer: Viewer) -> list[CellError]:
    """Refuse ids and numbers that are not there, not his, or somebody else's; all look the same (A1)."""
    if secret is None and row.record_id:
        return [row.unknown_id()]
    fault = _identity_fault(row.values.get("number") or "", secret, known, viewer)
    return [row.error("number", phrase(fault[0]), phrase(fault[1]))] if fault else []


def _identity_fault(number: str, secret: Secret | None, known: _Known, viewer: Viewer) -> tuple[str, str] | None:
    """Return what keeps a row from the secret it names, and the next step, both as msgids."""
    if secret is not None and not may_edit(viewer, secret):
        step = gettext_noop("Ask its keeper or the register office.")
        return gettext_noop("You may see this secret but not change it."), step
    if secret is not None and secret.retired_at is not None:
        says = gettext_noop("This secret was taken out of the register; it stays as it was.")
        return says, gettext_noop("Choose another number.")
    if number in known.taken and (secret is None or number != secret.number):
        return gettext_noop("The number is already in use."), gettext_noop("Choose another number.")
    return None


def _scopes(row: ParsedRow, names: Names) -> tuple[list[tuple[str, str, str]] | None, list[CellError]]:
    """Return the scope a row asks for as (audience, id, partner), None when no scope column is mapped."""
    columns = ("scope_units", "scope_projects", "scope_persons", "scope_partners")
    if not any(column in row.values for column in columns):
        return None, []
    units, wrong_units = names.several(row, "scope_units", names.units)
    projects, wrong_projects = names.several(row, "scope_projects", names.projects)
    persons, wrong_persons = names.several(row, "scope_persons", names.people)
    wanted = [(Audience.UNIT.value, str(pk), "") for pk in units]
    wanted += [(Audience.PROJECT.value, str(pk), "") for pk in projects]
    wanted += [(Audience.PERSON.value, str(pk), "") for pk in persons]
    wanted += [(Audience.PARTNER.value, str(NOBODY), name) for name in row.values.get("scope_partners") or ()]
    return sorted(set(wanted)), [*wrong_units, *wrong_projects, *wrong_persons]


def _places(row: ParsedRow) -> list[tuple[str, str]] | None:
    """Return the places a row names as (kind, text), None when no place column is mapped."""
    if not any(column in row.values for column in PLACES):
        return None
    texts = [row.values.get(column) for column in PLACES]
    return sorted({(place_kind(text).value, text.strip()) for text in texts if text})


def _values(
    row: ParsedRow, *, level: Level | None, unit: UUID | None, keeper: UUID | None, today: date
) -> dict[str, Any]:
    values = {name: row.values[name] for name in PLAIN if name in row.values}
    values = {n: ("" if v is None and n not in DATES | NUMBERS else v) for n, v in values.items()}
    values = {n: v for n, v in values.items() if not (n in import_apply.DEFAULTED and not v)}
    if level is not None:
        values |= {"level_id": level.pk, "stocktaking_months": level.stocktaking_months}
    if unit is not None:
        values["unit_id"] = unit
    if "keeper" in row.values:
        values["keeper_id"] = keeper
    if row.values.get("retention"):
        values["retain_until"] = add_months(row.values.get("identified_on") or today, 12 * row.values["retention"])
    marks = [values.get(name) for name in ("value_technical", "value_economic", "value_legal")]
    if all(marks):
        values["valued_on"] = today
    return values


def _tier_errors(row: ParsedRow, values: Mapping[str, Any], secret: Secret | None, known: _Known) -> list[CellError]:
    """Refuse tier A without keeper or place, as the page does (CLS-04)."""
    tier = values.get("tier") or (secret.tier if secret else Tier.B)
    if tier != Tier.A:
        return []
    keeper = values.get("keeper_id", secret.keeper_id if secret else None)
    had = bool(secret and known.places.get(secret.pk))
    has_place = bool(values["places"]) if values["places"] is not None else had
    found = []
    if keeper is None and not row.values.get("keeper"):  # somebody unknown is an error of his own
        found.append(
            row.error(
                "keeper",
                phrase(gettext_noop("A secret of tier A needs a keeper.")),
                phrase(gettext_noop("Name its keeper.")),
            )
        )
    if not has_place and not _is_refused(row, PLACES):
        found.append(
            row.error(
                "place",
                phrase(gettext_noop("A secret of tier A needs a place.")),
                phrase(gettext_noop("Name its place.")),
            )
        )
    return found


def _is_refused(row: ParsedRow, fields: Iterable[str]) -> bool:
    """Say whether a cell of these fields could not be read: then it is not also missing."""
    letters = {row.columns[name].letter for name in fields if name in row.columns}
    return any(error.column in letters for error in row.errors)


def _changes(secret: Secret, values: Mapping[str, Any], known: _Known, today: date) -> tuple[FieldChange, ...]:
    """Return what a row would change in an existing secret, in words."""
    skipped = {"stocktaking_months", "places", "scopes", "valued_on"}
    found = [
        FieldChange(
            label=LABELS.get(name.removesuffix("_id"), name), before=_word(getattr(secret, name)), after=_word(value)
        )
        for name, value in values.items()
        if name not in skipped and getattr(secret, name) != value
    ]
    places = sorted((p.kind, p.text) for p in known.places.get(secret.pk, []))
    if values["places"] is not None and values["places"] != places:
        found.append(FieldChange(label=_("places"), before=_texts(places), after=_texts(values["places"])))
    scopes = {row.asked_for for row in known.scopes.get(secret.pk, []) if row.is_open_on(today)}
    if values["scopes"] is not None and not set(values["scopes"]) <= scopes:
        found.append(
            FieldChange(label=_("scope of disclosure"), before=str(len(scopes)), after=str(len(values["scopes"])))
        )
    return tuple(found)


def _texts(places: Sequence[tuple[str, str]]) -> str:
    return ", ".join(text for _kind, text in places)


def _word(value: object) -> str:
    return "" if value is None else str(value)


secrets_import = ImportKind(
    name="secrets",
    title=_("Register of secrets"),
    why=_(
        "Most companies keep their register in Excel. Bring it in as it is; every row becomes a secret with a history."
    ),
    fields=FIELDS,
    permission=Permission.SECRET_IMPORT,
    verb="register.secret.import",
    resolve=resolve,
    apply=import_apply.apply,
)
