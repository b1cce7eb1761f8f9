"""Writes the outcomes of a register import inside its one act, in bulk."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from kuramori.directory.api import company_today
from kuramori.kernel.actors import Actor
from kuramori.kernel.imports.mapping import Action, RowOutcome, parts
from kuramori.kernel.records import BATCH, record_many
from kuramori.kernel.search import index_many
from kuramori.register.models import Place, PlaceKind, Scope, Secret
from kuramori.register.rules import Audience, next_stocktaking, path_pattern

DEFAULTED = frozenset({"kind", "tier", "medium", "origin"})
NOT_FIELDS = frozenset({"places", "scopes", "stocktaking_months"})


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:  # noqa: ARG001  (the kit's act holds both)
    """Add and change the secrets of a file with their places and scopes; called inside the kit's act."""
    today = company_today()
    for part in parts(outcomes, Action.ADD, BATCH):
        added = [(_new(outcome.values, today), outcome.values) for outcome in part]
        record_many(secret for secret, _values in added)
        record_many(
            place
            for secret, values in added
            for place in _places(secret, values["places"] or (), min(secret.identified_on, today))
        )
        record_many(scope for secret, values in added for scope in _first_scopes(secret, values["scopes"], today))
        _index(secret for secret, _values in added)
    for part in parts(outcomes, Action.EDIT, BATCH):
        for outcome in part:
            _change(outcome.record, outcome.values)
            _match(outcome.record, outcome.values, today)
        _index(outcome.record for outcome in part)


def _index(secrets: Iterable[Secret]) -> None:
    index_many([(secret, (secret.number, secret.title)) for secret in secrets])


def _new(values: Mapping[str, Any], today: date) -> Secret:
    secret = Secret(**{name: value for name, value in values.items() if name not in NOT_FIELDS})
    secret.identified_on = secret.identified_on or today
    _count(secret, values)
    return secret


def _change(secret: Secret, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in NOT_FIELDS:
            setattr(secret, name, value)
    _count(secret, values)
    secret.save()


def _count(secret: Secret, values: Mapping[str, Any]) -> None:
    """Set the next stocktaking by the level, unless the file itself says when."""
    if values.get("next_stocktaking") is None and "stocktaking_months" in values:
        secret.next_stocktaking = next_stocktaking(
            last=secret.stocktaken_on, registered=secret.identified_on, months=values["stocktaking_months"]
        )


def _places(secret: Secret, wanted: Sequence[tuple[str, str]], since: date) -> list[Place]:
    return [
        Place(
            secret=secret,
            kind=kind,
            text=text,
            pattern=path_pattern(text) if kind == PlaceKind.PATH else "",
            valid_from=since,
        )
        for kind, text in wanted
    ]


def _first_scopes(secret: Secret, wanted: Sequence[tuple[str, str, str]] | None, today: date) -> list[Scope]:
    """Return the scope rows of a new secret; its responsible unit is always among them."""
    own = (Audience.UNIT.value, str(secret.unit_id), "")
    return [_scope(secret, row, today) for row in sorted({own, *(wanted or ())})]


def _scope(secret: Secret, row: tuple[str, str, str], today: date) -> Scope:
    audience, audience_id, partner = row
    return Scope(
        secret=secret,
        audience=audience,
        audience_id=UUID(audience_id),
        partner=partner,
        valid_from=today,
        origin="import",
    )


def _match(secret: Secret, values: Mapping[str, Any], today: date) -> None:
    """Bring an existing secret's places to what the file says, and add the scope rows it lacks.

    A file never takes a row of the scope away: who loses sight of a secret is decided on its page, one by one.
    """
    if values["places"] is not None:
        standing = {(place.kind, place.text): place for place in secret.places.filter(valid_to=None)}
        wanted = {tuple(pair) for pair in values["places"]}
        for pair, place in standing.items():
            if pair not in wanted:
                place.valid_to = today
                place.save()
        record_many(_places(secret, sorted(wanted - standing.keys()), today))
    if values["scopes"] is not None:
        standing_scopes = {row.asked_for for row in secret.scopes.all() if row.is_open_on(today)}
        lacking = sorted({tuple(row) for row in values["scopes"]} - standing_scopes)
        record_many(_scope(secret, row, today) for row in lacking)
