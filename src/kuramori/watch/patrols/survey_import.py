"""Free text of anonymous surveys: counted by unit and topic, five answers at least, and thrown away (DET-09).

A survey that promised to be anonymous stays so: no column that names people is taken, no text is kept, and no number
from which one answer could be found.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.directory.api import Unit, viewer_of_system
from kuramori.directory.api import units_visible_to as units_seen
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, current
from kuramori.kernel.imports import cells
from kuramori.kernel.imports.cell import RawValue
from kuramori.kernel.imports.errors import CellError, Unreadable
from kuramori.kernel.imports.mapping import Action, ImportField, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.records import record_many
from kuramori.watch.models import SurveyCount
from kuramori.watch.patrols.queries import terms_in_force
from kuramori.watch.rules.patrols import Kind, counted, found_in
from kuramori.watch.rules.permissions import Permission


def no_person(value: RawValue) -> None:
    """Refuse a cell of a column that names people; what stands in it is not repeated."""
    del value
    raise Unreadable(
        phrase(gettext_noop("This column names people, and answers to a survey are anonymous.")),
        phrase(gettext_noop("Delete the column from the file, or choose “not taken” for it.")),
    )


FIELDS = (
    ImportField(
        name="survey", label=_("survey"), parse=cells.upto(100), required=True,
        aliases=("アンケート", "調査名", "アンケート名", "survey", "questionnaire"),
    ),
    ImportField(
        name="asked_on", label=_("asked on"), parse=cells.day, required=True,
        aliases=("実施日", "回答日", "調査日", "date", "asked on"),
    ),
    ImportField(
        name="unit", label=_("unit"), parse=cells.upto(40, cells.code), required=True,
        aliases=("部署", "部署コード", "部門コード", "組織コード", "unit", "unit code", "department"),
    ),
    ImportField(
        name="text", label=_("answer"), parse=cells.upto(20_000), required=True,
        aliases=("自由記述", "自由回答", "回答", "コメント", "ご意見", "answer", "free text", "comment"),
    ),
    ImportField(
        name="person", label=_("names people: refused"), parse=no_person,
        aliases=(
            "氏名", "名前", "姓名", "社員番号", "社員コード", "従業員番号", "職員番号", "メール", "メールアドレス",
            "回答者", "回答者名", "アカウント", "端末名", "IPアドレス", "name", "full name", "employee number",
            "employee id", "employee no", "mail", "email", "e-mail", "respondent", "user", "username", "account",
            "ip address",
        ),
        help=_("A survey is anonymous: rows with a value here are refused."),
    ),
)  # fmt: skip


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every answer: counted, known already with its survey, or refused with the reason."""
    if not viewer.may_everywhere(Permission.SURVEY_IMPORT):
        raise Forbidden(Permission.SURVEY_IMPORT)
    topics = [term for term in terms_in_force(viewer) if term.kind is Kind.TOPIC]
    if not topics:
        raise Refused(_("There are no topics of surveys yet."), _("Add a term of the kind “topic of surveys” first."))
    codes = {str(row.values["unit"]) for row in rows if row.values.get("unit")}
    units = set(units_seen(viewer_of_system()).filter(code__in=codes).values_list("code", flat=True))
    known = set(SurveyCount.objects.standing().values_list("survey", "asked_on"))
    outcomes = []
    for row in rows:
        told, errors = row.values, list(_errors(row, units, today))
        if row.errors or errors:
            outcomes.append(RowOutcome.rejected(row, *errors))
        elif (told["survey"], told["asked_on"]) in known:
            outcomes.append(RowOutcome(row=row, action=Action.UNCHANGED))
        else:
            found = [term.word for term in found_in(str(told["text"]), topics)]
            values = {"survey": told["survey"], "asked_on": told["asked_on"], "unit": told["unit"], "topics": found}
            outcomes.append(RowOutcome(row=row, action=Action.ADD, values=values))
    return outcomes


def _errors(row: ParsedRow, units: set[str], today: date) -> Iterable[CellError]:
    unit, asked_on = row.values.get("unit"), row.values.get("asked_on")
    if unit and unit not in units:
        yield row.error("unit", phrase(gettext_noop("There is no unit with the code %(code)s."), code=unit),
                        phrase(gettext_noop("Check the code in the list of units.")))  # fmt: skip
    if asked_on and asked_on > today:
        yield row.error(
            "asked_on", phrase(gettext_noop("This day lies ahead.")), phrase(gettext_noop("Check the day."))
        )


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Keep the counts that tell of nobody; the answers themselves are not kept anywhere."""
    del by, why
    surveys: dict[tuple[str, date], list[tuple[str, frozenset[str]]]] = {}
    for outcome in outcomes:
        told = outcome.values
        answer = (told["unit"], frozenset(told["topics"]))
        surveys.setdefault((told["survey"], told["asked_on"]), []).append(answer)
    units = {
        unit.code: unit for unit in Unit.objects.filter(code__in={u for each in surveys.values() for u, _t in each})
    }
    rows = [
        SurveyCount(
            survey=survey, asked_on=day, unit=units[each.unit] if each.unit else None, topic=each.topic,
            answers=each.answers, found=each.found,
        )
        for (survey, day), answers in surveys.items()
        for each in counted(answers)
    ]  # fmt: skip
    current().note("answers", sum(map(len, surveys.values())), in_clear=True)
    record_many(rows)


SURVEYS = ImportKind(
    name="survey-answers",
    title=_("Survey answers"),
    why=_(
        "What people write in anonymous surveys shows where secrets are handled loosely. Answers are counted by unit "
        "and topic and thrown away; numbers below five are not kept, and columns that name people are refused."
    ),
    fields=FIELDS,
    permission=Permission.SURVEY_IMPORT,
    verb="watch.survey.import",
    resolve=resolve,
    apply=apply,
)
"""Answers through the kernel's import kit."""
