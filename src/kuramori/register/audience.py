"""The scope of disclosure in words."""

from collections.abc import Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from kuramori.directory.api import person_names, project_choices, unit_names
from kuramori.kernel.permissions import Viewer
from kuramori.register.models import Scope
from kuramori.register.rules import Audience


def audience_names(viewer: Viewer, rows: Sequence[Scope]) -> list[str]:
    """Return whom each row names, in the order of the rows; what the viewer may not know shows as its kind only."""
    by_kind: dict[str, set[UUID]] = {}
    for row in rows:
        by_kind.setdefault(row.audience, set()).add(row.audience_id)
    names = dict(person_names(viewer, by_kind.get(Audience.PERSON, set())))
    names |= unit_names(viewer, by_kind.get(Audience.UNIT, set()))
    if Audience.PROJECT in by_kind:
        names |= dict(project_choices(viewer))
    return [_in_words(row, names) for row in rows]


def _in_words(row: Scope, names: dict[UUID, str]) -> str:
    if row.audience == Audience.COMPANY:
        return _("everybody in the company")
    name = row.partner if row.audience == Audience.PARTNER else names.get(row.audience_id, "")
    kind = str(row.get_audience_display())
    words = _("%(kind)s: %(name)s") % {"kind": kind, "name": name} if name else kind
    return _("%(words)s until %(day)s") % {"words": words, "day": row.valid_to.isoformat()} if row.valid_to else words
