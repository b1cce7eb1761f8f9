"""Asking to read a secret: by its number, decided by its keeper or whom the level names, ending by itself (SYS-07).

Who asks learns nothing about a secret that he may not know: a number that nobody holds is taken like any other and
goes to the register office (SYS-08, A1).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.approvals.api import REQUEST_ASK, Asked, Content, Decides, Granted, Office, RequestKind
from kuramori.directory.api import people_visible_to, unit_names, viewer_of_system
from kuramori.governance.api import Action, Handling, Ruling, RulingChoice, handling_of, levels_visible_to
from kuramori.kernel.acts import Refused
from kuramori.kernel.imports.cells import code
from kuramori.kernel.permissions import Role, Viewer
from kuramori.register import acts, queries
from kuramori.register.audience import audience_names
from kuramori.register.forms import PersonField
from kuramori.register.models import Scope, Secret
from kuramori.register.rules import Audience

Text = str | Promise
LONGEST = timedelta(days=366)
BY_ROLE = {
    Role.UNIT_HEAD: Office.UNIT_HEAD,
    Role.INFORMATION_MANAGER: Office.INFORMATION_MANAGER,
    Role.EXECUTIVE: Office.EXECUTIVE,
    Role.LEGAL: Office.LEGAL,
}


class ReadAccessForm(forms.Form):
    """Which secret, for whom, until when."""

    number = forms.CharField(
        label=_("number of the secret"), max_length=40,
        help_text=_("As it stands on the document, or as a colleague told you."),
    )  # fmt: skip
    until = forms.DateField(
        label=_("until"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("This day included, a year at most. After it the access ends by itself."),
    )  # fmt: skip

    def __init__(self, viewer: Viewer, data: Any, given: Mapping[str, Any]) -> None:
        super().__init__(data, initial={"number": given.get("number", "")})
        self.zone = viewer.zone
        self.fields["person"] = PersonField(
            viewer=viewer, label=_("for"), required=False,
            help_text=_("Employee number or e-mail address; empty: yourself."),
        )  # fmt: skip
        self.order_fields(["number", "person", "until"])

    def clean_number(self) -> str:
        """Return the number in the register's own form."""
        return code(self.cleaned_data["number"])

    def clean_until(self) -> date:
        """Refuse a day gone by, and more than a year."""
        until: date = self.cleaned_data["until"]
        today = localdate(timezone=self.zone)
        if until < today:
            raise forms.ValidationError(_("The end lies in the past. Choose today or a later day."))
        if until > today + LONGEST:
            raise forms.ValidationError(_("Access is given for a year at most; then it is asked anew."))
        return until


def prepare(viewer: Viewer, entered: Mapping[str, Any]) -> Asked:
    """Return what is asked. Raises Refused for a secret that is open to the viewer already, when it is for himself."""
    person, number = entered["person"], str(entered["number"])
    reader = person.pk if person else viewer.person_id
    if reader == viewer.person_id and queries.secret_by_number(viewer, number) is not None:
        raise Refused(_("You can see this secret already."), _("Find it in the register by its number."))
    secret = queries.secret_by_number(viewer_of_system(), number)
    return Asked(
        detail={"number": number, "reader": str(reader), "until": entered["until"].isoformat()},
        subject=secret.as_subject() if secret else None,
        concerned=person.pk if person and person.pk != viewer.person_id else None,
    )


def told(asked: Asked) -> Content:
    """Return what was typed: all that who asked is shown."""
    return [(name, asked.detail[name]) for name in ("number", "reader", "until")]


def shown(asked: Asked) -> Content:
    """Return what a decider is shown: the secret as it stands, who wants to read it, to whom it is open already."""
    secret = _secret(asked)
    if secret is None:
        return [*told(asked), ("standing", "unknown")]
    open_rows = [
        row
        for row in queries.scopes_of(viewer_of_system(), secret)
        if row.is_open_on(localdate(timezone=ZoneInfo(settings.COMPANY_ZONE)))
    ]
    return [
        *told(asked),
        ("standing", "retired" if secret.retired_at else "registered"),
        ("title", secret.title),
        ("level", str(secret.level_id)),
        ("viewing", _viewing(secret).ruling),
        ("unit", str(secret.unit_id)),
        ("keeper", str(secret.keeper_id or "")),
        ("open_to", "\n".join(sorted(":".join(row.asked_for) for row in open_rows))),
    ]


def words(name: str, value: str) -> Text:
    """Return a line's value in the language of the page; ids as the names that stand behind them today."""
    system = viewer_of_system()
    if not value or name not in WORDS:
        return value
    return WORDS[name](system, value)


def decides(asked: Asked) -> Sequence[Decides]:
    """Return who decides: whom the level's matrix names for viewing, else the keeper; then the unit's head (CLS-13)."""
    secret = _secret(asked)
    if secret is None:
        return ()
    keeper = Decides(office=Office.KEEPER, people=frozenset({secret.keeper_id} if secret.keeper_id else ()))
    head = Decides(office=Office.UNIT_HEAD, unit=secret.unit_id)
    viewing = _viewing(secret)
    if viewing.ruling is Ruling.APPROVAL and viewing.approver in BY_ROLE:
        return (Decides(office=BY_ROLE[viewing.approver], unit=secret.unit_id),)
    return (keeper, head)


def grant(granted: Granted) -> None:
    """Open the secret to the reader until the day that was asked for; the row names the request as its origin.

    Raises Refused when there is no such secret, when its level lets nobody view it, and when the last day has passed.
    """
    secret = _secret(granted.asked)
    if secret is None or secret.retired_at is not None:
        raise Refused(_("There is no such secret in the register."), _("Refuse the request and say so."))
    if _viewing(secret).ruling is Ruling.FORBIDDEN:
        raise Refused(_("The level of this secret forbids viewing."), _("Refuse the request, or change its level."))
    acts.scope_open(
        secret=secret, audience=Audience.PERSON, audience_id=UUID(granted.asked.detail["reader"]),
        until=date.fromisoformat(granted.asked.detail["until"]), origin=f"request:{granted.number}",
        by=granted.by, why=granted.why,
    )  # fmt: skip


def effects(asked: Asked) -> Sequence[Any]:
    """Say what an approval does."""
    told_of = {"name": _person(viewer_of_system(), asked.detail["reader"]), "until": asked.detail["until"]}
    return [_("%(name)s can read the secret until %(until)s; after that the access ends by itself.") % told_of]


def _secret(asked: Asked) -> Secret | None:
    if asked.subject is None:
        return None
    return queries.secret_seen(viewer_of_system(), asked.subject.id)


def _viewing(secret: Secret) -> Handling:
    """Return what the secret's level says to viewing."""
    cells = handling_of(viewer_of_system(), level=secret.level_id)
    return next(cell for cell in cells if cell.action is Action.VIEW)


def _person(system: Viewer, value: str) -> str:
    """Return who it is, with his number."""
    person = people_visible_to(system).get(pk=value)
    return f"{person.shown} ({person.number})"


def _audiences(system: Viewer, value: str) -> str:
    """Return to whom a secret is open, as the scope's page says it."""
    parts = [line.split(":", 2) for line in value.splitlines()]
    rows = [Scope(audience=audience, audience_id=UUID(pk), partner=partner) for audience, pk, partner in parts]
    return "\n".join(audience_names(system, rows))


STANDING = {
    "registered": _("stands in the register"),
    "retired": _("taken out of the register"),
    "unknown": _("no secret bears this number"),
}
WORDS: Mapping[str, Callable[[Viewer, str], Text]] = {
    "keeper": _person,
    "level": lambda system, value: levels_visible_to(system).get(pk=value).name,
    "open_to": _audiences,
    "reader": _person,
    "standing": lambda _system, value: STANDING[value],
    "unit": lambda system, value: unit_names(system, [UUID(value)])[UUID(value)],
    "viewing": lambda _system, value: RulingChoice(value).label,
}
READ_ACCESS = RequestKind(
    name="register.read_access",
    title=_("Read access to a secret"),
    lead=_("For a secret that you need for your work and cannot see; its keeper decides."),
    labels={
        "number": _("number of the secret"),
        "reader": _("for"),
        "until": _("until"),
        "title": _("title"),
        "level": _("level"),
        "viewing": _("viewing"),
        "unit": _("responsible unit"),
        "keeper": _("keeper"),
        "open_to": pgettext_lazy("secret", "open to"),
        "standing": _("state"),
    },
    permission=REQUEST_ASK,
    form=ReadAccessForm,
    prepare=prepare,
    told=told,
    shown=shown,
    words=words,
    decides=decides,
    grant=grant,
    effects=effects,
    conceals=True,
    icon="book-lock",
    practices="SYS-07 SYS-08 CLS-13",
)
