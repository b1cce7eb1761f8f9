"""The plainest acts: one record is written, or taken out of use, and nothing else happens."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.records import Record

R = TypeVar("R", bound=Record)


def record_write(record: R, verb: str, *, by: Actor, why: str = "", values: Mapping[str, Any]) -> R:
    """Write values to a record, new or old, as one act. Raises Refused when they break what must hold of it."""
    for name, value in values.items():
        setattr(record, name, value)
    with act(verb, by=by, why=why, subjects=[record]):
        try:
            record.full_clean(exclude=["id"])
        except ValidationError as error:
            raise Refused(" ".join(error.messages), _("Change the entry and save again.")) from error
        record.save()
    return record


def record_retire(record: R, verb: str, *, by: Actor, why: str) -> R:
    """Take a record out of use as one act."""
    with act(verb, by=by, why=why, subjects=[record]):
        record.retire()
    return record
