"""Every change of the register: secrets, their places, their scope, their value, their stocktaking."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import company_today
from kuramori.governance.api import Level
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.search import index
from kuramori.register.models import NOBODY, Place, PlaceKind, Scope, Secret
from kuramori.register.rules import Audience, Gap, missing_for_saving, next_stocktaking, path_pattern

NAMED_BY_ID = frozenset({Audience.UNIT, Audience.PROJECT, Audience.PERSON})
TIER_A_LACKS = {
    Gap.KEEPER: ("keeper", _("A secret of tier A needs a keeper.")),
    Gap.PLACE: ("places", _("A secret of tier A needs a place.")),
}


def secret_add(*, by: Actor, why: str = "", places: Iterable[Mapping[str, Any]] = (), **values: Any) -> Secret:
    """Enter a secret in the register; its responsible unit is its first scope of disclosure (CLS-03).

    `places` are mappings with `kind` and `text`. Raises ValidationError that names the field in question, also when
    tier A lacks keeper or place (CLS-04).
    """
    secret, listed = Secret(**values), list(places)
    with act("register.secret.add", by=by, why=why, subjects=[secret]):
        today = company_today()
        secret.identified_on = secret.identified_on or today
        _save(secret, has_place=bool(listed))
        _match_places(secret, listed)
        _open(secret, audience=Audience.UNIT, audience_id=secret.unit_id, since=today)
    return secret


def secret_edit(
    *, secret: Secret, by: Actor, why: str = "", places: Iterable[Mapping[str, Any]] | None = None, **values: Any
) -> Secret:
    """Change what the register says of a secret, except its level (`secret_reclassify`).

    `places`, when given, is the whole list: what is no longer in it ends today, what is new begins today.
    """
    if "level" in values:
        raise TypeError("a level is changed by secret_reclassify")
    listed = None if places is None else list(places)
    with act("register.secret.edit", by=by, why=why, subjects=[secret]):
        for name, value in values.items():
            setattr(secret, name, value)
        has_place = bool(listed) if listed is not None else secret.places.filter(valid_to=None).exists()
        _save(secret, has_place=has_place)
        if listed is not None:
            _match_places(secret, listed)
    return secret


def secret_reclassify(*, secret: Secret, level: Level, by: Actor, why: str) -> Secret:
    """Give a secret another level; always with a reason, and in the entry with the levels' names (CLS-12)."""
    if not why.strip():
        raise Refused(_("Changing the level needs a reason."), _("Write one sentence why."))
    with act("register.secret.reclassify", by=by, why=why, subjects=[secret]) as this:
        this.note("before", secret.level.name_ja)
        this.note("after", level.name_ja)
        secret.level = level
        _save(secret, has_place=secret.places.filter(valid_to=None).exists())
    return secret


def secret_retire(*, secret: Secret, by: Actor, why: str) -> Secret:
    """Take a secret out of the register, for instance after publication; its past stays provable (CLS-10)."""
    with act("register.secret.retire", by=by, why=why, subjects=[secret]):
        secret.retire()
    return secret


def secret_value(*, secret: Secret, technical: int, economic: int, legal: int, by: Actor, why: str = "") -> Secret:
    """Value a secret from 1 to 5 on the technical, economic and legal axis (CLS-09)."""
    with act("register.secret.value", by=by, why=why, subjects=[secret]):
        secret.value_technical, secret.value_economic, secret.value_legal = technical, economic, legal
        secret.valued_on = company_today()
        secret.full_clean(exclude=["id"])
        secret.save()
    return secret


def secret_confirm(*, secret: Secret, by: Actor, why: str = "") -> Secret:
    """Confirm at a stocktaking that the secret exists, at its place, with its keeper (CLS-05)."""
    with act("register.secret.confirm", by=by, why=why, subjects=[secret]):
        secret.stocktaken_on = company_today()
        _count_again(secret)
        secret.save()
    return secret


def non_public_confirm(*, secret: Secret, by: Actor, why: str) -> Secret:
    """Confirm, saying how, that the information is still not publicly known (EVD-02)."""
    if not why.strip():
        raise Refused(_("Say how it was checked."), _("For instance: patent search and web search of today."))
    with act("register.secret.check_non_public", by=by, why=why, subjects=[secret]):
        secret.non_public_checked_on = company_today()
        secret.save()
    return secret


def scope_open(
    *,
    secret: Secret,
    audience: Audience,
    audience_id: UUID = NOBODY,
    partner: str = "",
    until: date | None = None,
    origin: str = "register",
    by: Actor,
    why: str = "",
) -> Scope:
    """Let somebody see a secret from today on, until the end of the day `until`; an equal open row is kept.

    Raises Refused for an audience that names nobody, a partner without a name, and an end in the past.
    """
    if audience in NAMED_BY_ID and audience_id == NOBODY:
        raise Refused(_("It is not said who it is opened to."), _("Choose a unit, a project or a person."))
    if audience is Audience.PARTNER and not partner.strip():
        raise Refused(_("The partner needs a name."), _("Write the partner's name."))
    with act("register.scope.open", by=by, why=why, subjects=[secret]):
        today = company_today()
        if until is not None and until < today:
            raise Refused(_("The end lies in the past."), _("Choose today or a later day."))
        same = {"audience": audience, "audience_id": audience_id, "partner": partner, "valid_to": until}
        return secret.scopes.filter(**same, retired_at=None).first() or _open(
            secret, audience=audience, audience_id=audience_id, partner=partner, since=today, until=until, origin=origin
        )


def scope_close(*, scope: Scope, by: Actor, why: str = "") -> Scope:
    """End a row of the scope: from this moment nobody sees the secret by it; an end that has passed stays."""
    with act("register.scope.close", by=by, why=why, subjects=[scope.secret]):
        scope.valid_to = min(scope.valid_to or date.max, company_today())
        scope.retire()
    return scope


def _save(secret: Secret, *, has_place: bool) -> None:
    """Check the whole secret, set what follows from it, write it and keep it findable."""
    _count_again(secret)
    missing = missing_for_saving(secret.facts(has_place=has_place, has_scope=True))
    if missing:
        raise ValidationError({TIER_A_LACKS[gap][0]: TIER_A_LACKS[gap][1] for gap in missing})
    secret.full_clean(exclude=["id"])
    secret.save()
    index(secret, secret.number, secret.title)


def _count_again(secret: Secret) -> None:
    secret.next_stocktaking = next_stocktaking(
        last=secret.stocktaken_on, registered=secret.identified_on, months=secret.level.stocktaking_months
    )


def _open(
    secret: Secret,
    *,
    audience: Audience,
    audience_id: UUID,
    since: date,
    partner: str = "",
    until: date | None = None,
    origin: str = "register",
) -> Scope:
    scope = Scope(
        secret=secret,
        audience=audience,
        audience_id=audience_id,
        partner=partner,
        valid_from=since,
        valid_to=until,
        origin=origin,
    )
    scope.save()
    return scope


def _put(secret: Secret, *, kind: str, text: str, since: date) -> None:
    pattern = path_pattern(text) if kind == PlaceKind.PATH else ""
    place = Place(secret=secret, kind=kind, text=text, pattern=pattern, valid_from=since)
    try:
        place.clean_fields(exclude=["id", "secret"])
    except ValidationError as fault:
        raise ValidationError({"places": fault.messages}) from fault
    place.save()


def _match_places(secret: Secret, wanted: list[Mapping[str, Any]]) -> None:
    """End the places that are gone from the list, begin those that are new, leave the rest as they are."""
    today = company_today()
    pairs = {(place["kind"], place["text"].strip()) for place in wanted}
    standing = {(place.kind, place.text): place for place in secret.places.filter(valid_to=None)}
    for pair, place in standing.items():
        if pair not in pairs:
            place.valid_to = today
            place.save()
    for kind, text in sorted(pairs - standing.keys()):
        _put(secret, kind=kind, text=text, since=today)
