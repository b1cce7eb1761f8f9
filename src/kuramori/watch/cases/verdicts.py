"""Decisions on kinds of reason: who may see them, what the lake is told, and their register."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Mark, Register, Text
from kuramori.watch.cases.verdict_acts import verdict_retire
from kuramori.watch.models import EffectChoice, Verdict
from kuramori.watch.numbering import by_number
from kuramori.watch.pseudonyms import alert_pseudonym
from kuramori.watch.queries.alerts import alerts_visible_to
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.rules.verdicts import FACTOR, Effect, holds_on
from kuramori.watch.wording import REASON_WORDS, word
from kuramori_lake.detect import Feedback


def verdicts_visible_to(viewer: Viewer) -> QuerySet[Verdict]:
    """Return the decisions on alerts that the viewer may see; never on one of his own."""
    found: QuerySet[Verdict] = Verdict.objects.select_related("alert", "unit")
    if not viewer.may(Permission.VERDICT_VIEW):
        return found.none()
    seen = alerts_visible_to(viewer).filter(pk=OuterRef("alert"))
    return found.filter(Exists(seen))


def feedback_on(viewer: Viewer, day: date) -> tuple[Feedback, ...]:
    """Return what the lake has to know of the decisions that count on a day, oldest first; the system asks."""
    if not viewer.may(Permission.VERDICT_VIEW):
        return ()
    valid = Verdict.objects.standing().filter(valid_from__lte=day, valid_to__gte=day).order_by("id")
    return tuple(
        Feedback(
            code=each.code,
            person_id=str(each.person_id) if each.person_id else None,
            unit=str(each.unit_id) if each.unit_id else None,
            factor=FACTOR[Effect(each.effect)],
            mark=each.number,
        )
        for each in valid
    )


def verdict_mark(verdict: Verdict, viewer: Viewer) -> Mark:
    """Say whether a decision counts today."""
    if verdict.retired_at is not None:
        return Mark(word=_("withdrawn"))
    if not holds_on(localdate(timezone=viewer.zone), verdict.valid_from, verdict.valid_to):
        return Mark(word=_("ended"))
    return Mark(word=_("in force"), tone="ok" if verdict.effect == Effect.LOWERS else "warn")


def whom(verdict: Verdict, _viewer: Viewer) -> Text:
    """Return for whom a decision counts: the alert's person under his pseudonym there, or a unit."""
    if verdict.unit is not None:
        return verdict.unit.name
    return alert_pseudonym(verdict.alert_id, verdict.alert.person_id)


def _effects(_verdicts: Sequence[Verdict], _viewer: Viewer) -> Sequence[Text]:
    return (
        _("From the next evaluation on it moves no score."),
        _("Alerts that it moved keep the line that says so."),
    )


verdicts = Register(
    name="watch:verdict",
    path="verdicts",
    title=_("Decisions on kinds of reason"),
    title_one=_("decision on a kind of reason"),
    why=_(
        "What people found out moves later scores: a reason that was ordinary counts less, one that was true counts "
        "more. Never below two fifths nor above one and a half of its strength, for 180 days at most, and told in "
        "every alert that it moved."
    ),
    example=_("For instance: bulk reading by the audit team counts half until the end of June."),
    model=Verdict,
    columns=(
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(name="code", label=_("kind of reason"), value=lambda verdict, _viewer: word(REASON_WORDS, verdict.code)),
        Column(name="effect", label=_("decision"), value=lambda verdict, _viewer: EffectChoice(verdict.effect).label),
        Column(name="whom", label=_("counts for"), value=whom),
        Column(name="reason", label=_("reason")),
        Column(name="alert", label=_("alert"), value=lambda verdict, _viewer: verdict.alert.number),
        Column(name="valid_from", label=_("from"), kind=ColumnKind.DATE, sort="valid_from"),
        Column(name="valid_to", label=_("until"), kind=ColumnKind.DATE, sort="valid_to"),
        Column(name="mark", label=_("state"), kind=ColumnKind.TAG, value=verdict_mark),
    ),
    filters=(
        Filter(
            name="effect",
            label=_("decision"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: EffectChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(effect=value),
        ),
    ),
    visible_to=verdicts_visible_to,
    search=by_number,
    retire=verdict_retire,
    retire_effects=_effects,
    state=verdict_mark,
    withheld=lambda _viewer: frozenset({"person"}),
    order="-valid_to",
    practices="DET-13 DET-16",
    icon="scale",
)
