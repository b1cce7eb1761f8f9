"""What this room itself shows for a secret: statements and losses, to those who may see cases (EVD-05, EVD-07)."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kuramori.evidence.claims.losses import Currency, written
from kuramori.evidence.claims.queries import losses_of, statements_of
from kuramori.evidence.models.cases import ItemChoice
from kuramori.kernel.acts import Subject
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import Exhibit, ExhibitKind, Strength

LOSS = "loss"
CASE_SOURCES = frozenset({"evidence.statement", "evidence.loss"})
"""What is kept by hand for a case: in no bundle that keeps values back, for its words are values."""
STRENGTH = {
    ExhibitKind.DIRECT: Strength.STRONG,
    ExhibitKind.TESTIMONY: Strength.FAIR,
    ExhibitKind.CIRCUMSTANTIAL: Strength.WEAK,
}


class _Row(NamedTuple):
    """A statement or a loss as both are read in one query: `figure` and `unit` are day and file, or amount and code."""

    at: datetime
    by_entry: UUID | None
    proves_as: str
    serves: str
    what: str
    words: str
    figure: str
    unit: str


def case_exhibits(subject: Subject, viewer: Viewer, _today: date) -> list[Exhibit]:
    """Return the statements and losses on record for a subject; nothing to who may not see cases. One query."""
    statements = statements_of(viewer, subject.id)
    losses = losses_of(viewer, subject.id)
    rows = _rows(statements, "kind", F("element"), "said_by", "text", "said_on", "file_name").union(
        _rows(losses, Value("circumstantial"), Value(LOSS), "item", "basis", "amount", "currency")
    )
    return [_loss(row) if row.serves == LOSS else _statement(row) for row in map(_Row._make, rows)]


def _rows(found: QuerySet[Any], *columns: Combinable | str) -> QuerySet[Any, Any]:
    named = dict(zip(_Row._fields[2:], columns, strict=True))
    told: dict[str, Any] = {name: Cast(column, CharField()) for name, column in named.items()}
    told |= {"at": F("created_at"), "by_entry": F("entry")}
    rows: QuerySet[Any, Any] = found.order_by().annotate(**told).values_list(*_Row._fields)
    return rows


def _statement(row: _Row) -> Exhibit:
    kind = ExhibitKind(row.proves_as)
    words = format_lazy(_("{text} (dated {day})"), text=row.words, day=row.figure)
    return Exhibit(
        element=row.serves,
        source="evidence.statement",
        kind=kind,
        strength=STRENGTH[kind],
        title=row.what,
        statement=words,
        at=row.at,
        entry_id=row.by_entry,
        practice="EVD-07",
    )


def _loss(row: _Row) -> Exhibit:
    amount = written(int(row.figure), Currency(row.unit))
    return Exhibit(
        element=LOSS,
        source="evidence.loss",
        kind=ExhibitKind.CIRCUMSTANTIAL,
        strength=Strength.FAIR,
        title=ItemChoice(row.what).label,
        statement=format_lazy(_("{amount}: {basis}"), amount=amount, basis=row.words),
        at=row.at,
        entry_id=row.by_entry,
        practice="EVD-05",
    )
