"""A file of what a hired firm's own warning system reported: each line joins the case to which it belongs (DET-15)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.directory.api import AssignmentHeld, people_visible_to, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import current
from kuramori.kernel.imports import cells
from kuramori.kernel.imports.concerned import Concerned
from kuramori.kernel.imports.mapping import Action, ImportField, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.records import Record
from kuramori.watch.cases.acts import case_report
from kuramori.watch.models import Alert, VendorAlert
from kuramori.watch.queries.charters import watched_places
from kuramori.watch.rules.permissions import Permission

WAYS = {
    "anonymous_link": ("公開リンク", "open link"),
    "cloud_share": ("クラウド共有", "クラウド", "cloud", "cloud share"),
    "db_client": ("データベース", "database"),
    "external_mail": ("メール", "社外メール", "mail", "email", "e-mail"),
    "printer": ("印刷", "プリンタ", "print", "printer"),
    "removable": ("可搬媒体", "外部媒体", "USB", "removable", "usb storage"),
    "web": ("ウェブ", "Web", "upload", "アップロード"),
}
WEIGHTS = {
    "high": ("高", "重大", "緊急", "high", "critical"),
    "medium": ("中", "警告", "medium", "warning"),
    "low": ("低", "情報", "low", "info"),
}
FIELDS = (
    ImportField(
        name="vendor", label=_("vendor"), parse=cells.upto(60), required=True,
        aliases=("ベンダー", "会社", "提供元", "vendor", "product"),
    ),
    ImportField(
        name="reference", label=_("the vendor's number"), parse=cells.upto(80, cells.code),
        aliases=("番号", "検知番号", "アラート番号", "id", "alert id", "reference"), required=True,
    ),
    ImportField(
        name="day", label=_("day"), parse=cells.day, aliases=("日付", "検知日", "発生日", "date", "day", "detected on"),
        required=True,
    ),
    ImportField(
        name="who", label=_("employee number or mail address"), parse=cells.upto(254, cells.code),
        required=True,
        aliases=("社員番号", "メール", "メールアドレス", "対象者", "user", "employee number", "mail", "account"),
    ),
    ImportField(
        name="channel", label=_("way out"), aliases=("経路", "持ち出し経路", "channel", "way out"),
        parse=cells.choice({word: way for way, words in WAYS.items() for word in (*words, way)}),
    ),
    ImportField(
        name="severity", label=_("severity"), aliases=("重要度", "深刻度", "severity", "priority"),
        parse=cells.choice({word: weight for weight, words in WEIGHTS.items() for word in words}),
    ),
    ImportField(
        name="text", label=_("what was reported"), parse=cells.upto(2000),
        aliases=("内容", "概要", "説明", "description", "summary", "message"),
    ),
)  # fmt: skip


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every line: taken in once, and only about people whom a valid charter covers.

    Who is not known and who is not covered are refused in the same words, so that nobody learns by a file how somebody
    stands. Lines about the viewer are decided like all others, and shown to him nowhere (`concerned`, fault H3).
    """
    if not viewer.may_everywhere(Permission.CASE_IMPORT):
        raise Forbidden(Permission.CASE_IMPORT)
    people = _people(viewer, {str(row.values["who"]) for row in rows if row.values.get("who")})
    places = watched_places(viewer_of_system(), people.values(), today)
    told = {str(row.values.get("reference")) for row in rows}
    known = set(VendorAlert.objects.filter(reference__in=told).values_list("vendor", "reference"))
    return [_outcome(row, people, places, known) for row in rows]


def _people(viewer: Viewer, words: Collection[str]) -> dict[str, UUID]:
    """Return ids by employee number and by mail address (small letters)."""
    asked = Q(number__in=words) | Q(mail__in={word.casefold() for word in words} | set(words))
    found = people_visible_to(viewer).filter(asked).values_list("pk", "number", "mail")
    return {word: pk for pk, number, mail in found for word in (number, (mail or "").casefold()) if word}


def _outcome(
    row: ParsedRow,
    people: Mapping[str, UUID],
    places: Mapping[UUID, AssignmentHeld],
    known: set[tuple[str, str]],
) -> RowOutcome:
    told, errors = row.values, []
    who = str(told.get("who") or "")
    person = people.get(who) or people.get(who.casefold())
    if who and (person is None or person not in places):
        message = phrase(gettext_noop("Nothing about “%(who)s” can be taken in."), who=who)
        step = phrase(gettext_noop("Check the number, and that a valid monitoring charter covers the person's site."))
        errors.append(row.error("who", message, step))
    if row.errors or errors or person is None:
        return RowOutcome.rejected(row, *errors)
    mark = (str(told["vendor"]), str(told["reference"]))
    name = " ".join(mark)
    if mark in known:
        return RowOutcome(row=row, action=Action.UNCHANGED, name=name)
    known.add(mark)
    values = {
        "vendor": mark[0], "reference": mark[1], "day": told["day"], "person": person,
        "unit": places[person].unit_id, "channel": told.get("channel") or "",
        "severity": told.get("severity") or "medium", "text": told.get("text") or "",
    }  # fmt: skip
    return RowOutcome(row=row, action=Action.ADD, name=name, values=values)


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Put each report into its case; the oldest first, so that a story begins with its first day."""
    del why
    today = localdate(current().at, timezone=viewer_of_system().zone)
    for told in sorted((outcome.values for outcome in outcomes), key=lambda one: (one["day"], one["reference"])):
        found = Alert(
            person_id=told["person"], unit_id=told["unit"], since=told["day"], until=told["day"],
            severity=told["severity"], score=Decimal(0), channels=[told["channel"]] if told["channel"] else [],
        )  # fmt: skip
        VendorAlert(
            vendor=told["vendor"], reference=told["reference"], case=case_report(found=found, today=today, by=by),
            day=told["day"], channel=told["channel"], severity=told["severity"], text=told["text"],
        ).save()  # fmt: skip


def _own_marks(viewer: Viewer) -> Collection[str]:
    """Return the viewer's own employee number and mail address; the system has none."""
    if viewer.person_id is None:
        return []
    own = people_visible_to(viewer).filter(pk=viewer.person_id).values_list("number", "mail")
    return [word for words in own for word in words if word]


def _is_about(record: Record, viewer: Viewer) -> bool:
    """Say of a case, or of a report in one, whether it is the viewer's."""
    case = getattr(record, "case", record)
    return viewer.person_id is not None and getattr(case, "person_id", None) == viewer.person_id


VENDOR_ALERTS = ImportKind(
    name="vendor-alerts",
    title=_("Alerts of a vendor"),
    why=_(
        "A hired firm's warning system sees what ours does not, and the other way round. Its reports join the case of "
        "the same person and way out, so that one question is answered once."
    ),
    fields=FIELDS,
    permission=Permission.CASE_IMPORT,
    verb="watch.vendor.import",
    resolve=resolve,
    apply=apply,
    concerned=Concerned(marks=_own_marks, is_about=_is_about),
)
