"""Who stands in for whom while he is away: entered by himself, or by the office for somebody who cannot."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kuramori.approvals.models import Deputy
from kuramori.approvals.offices import company_day, engaged_among, same_human
from kuramori.approvals.queries import deputies_visible_to
from kuramori.approvals.rules.permissions import Permission
from kuramori.directory.api import Person, people_visible_to
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Mark, Register

LONGEST = 366
DAY = {"type": "date"}


def deputy_add(*, person: Person, deputy: Person, starts_on: date, ends_on: date, by: Actor, why: str = "") -> Deputy:
    """Let somebody decide in another's place for some days; he decides by himself as well.

    Raises Refused for himself under another number, for days gone by or more than a year, for who does not work here,
    and where another deputy stands in on one of these days.
    """
    if by.id is None:
        raise Refused(_("Only a person can name a deputy."), _("Sign in with your own account."))
    _demand_days(starts_on, ends_on)
    if deputy.pk in same_human([person.pk]):
        raise Refused(_("Nobody is his own deputy."), _("Choose somebody else."))
    if deputy.pk not in engaged_among([deputy.pk]):
        raise Refused(_("The deputy does not work here today."), _("Choose somebody else."))
    row = Deputy(person=person, deputy=deputy, starts_on=starts_on, ends_on=ends_on, named_by_id=by.id)
    with act("approvals.deputy.add", by=by, why=why, subjects=[row, person, deputy]):
        same_days = Deputy.objects.standing().filter(person=person, starts_on__lte=ends_on, ends_on__gte=starts_on)
        if same_days.exists():
            raise Refused(_("A deputy is named already for some of these days."), _("Retire that entry first."))
        row.save()
    return row


def deputy_retire(*, deputy: Deputy, by: Actor, why: str) -> Deputy:
    """End a deputy's days from this moment on; what he decided stays decided."""
    with act("approvals.deputy.retire", by=by, why=why, subjects=[deputy, deputy.person, deputy.deputy]):
        deputy.retire()
    return deputy


def _demand_days(first: date, last: date) -> None:
    if last < first:
        raise Refused(_("The last day lies before the first."))
    if last < company_day():
        raise Refused(_("These days have gone by."), _("Choose today or a later day."))
    if (last - first).days >= LONGEST:
        raise Refused(_("A deputy is named for a year at most."), _("Name him anew then."))


def may_change(viewer: Viewer, row: Deputy) -> bool:
    """Say whether a row is the viewer's to retire: of his own absence, or any for the office."""
    return viewer.may_everywhere(Permission.DEPUTY_ADD_ALL) or row.person_id == viewer.person_id


class DeputyForm(forms.Form):
    """Who stands in, and from when to when; for whom besides oneself, only the office is asked."""

    deputy = forms.CharField(
        label=_("deputy"), max_length=200, help_text=_("Employee number or e-mail address."),
    )  # fmt: skip
    starts_on = forms.DateField(label=_("from"), widget=forms.DateInput(DAY, format="%Y-%m-%d"), initial=company_day)
    ends_on = forms.DateField(
        label=_("until"), widget=forms.DateInput(DAY, format="%Y-%m-%d"), help_text=_("This day included.")
    )

    def __init__(self, viewer: Viewer, _row: None, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.viewer = viewer
        if viewer.may_everywhere(Permission.DEPUTY_ADD_ALL):
            self.fields["person"] = forms.CharField(
                label=_("who is away"), max_length=200, required=False,
                help_text=_("Employee number or e-mail address; empty: yourself."),
            )  # fmt: skip
            self.order_fields(["person"])

    def clean_deputy(self) -> Person | None:
        """Return who stands in."""
        return self._person("deputy")

    def clean_person(self) -> Person | None:
        """Return who is away, if the office named somebody."""
        return self._person("person") if self.cleaned_data["person"].strip() else None

    def clean(self) -> dict[str, Any]:
        """Put the viewer himself where nobody else is named."""
        told = super().clean() or {}
        if not told.get("person") and "person" not in self.errors:
            himself = [self.viewer.person_id] if self.viewer.person_id else []
            told["person"] = people_visible_to(self.viewer).filter(pk__in=himself).first()
            if told["person"] is None:
                self.add_error(None, _("Only a person can name a deputy. Sign in with your own account."))
        return told

    def _person(self, name: str) -> Person | None:
        person = person_named(self.viewer, self.cleaned_data[name])
        if person is None:
            raise forms.ValidationError(
                _("Nobody has this number or address. Search the person in the directory first.")
            )
        return person


def person_named(viewer: Viewer, text: str) -> Person | None:
    """Return the person with this employee number or mail address, if the viewer may find him."""
    people, asked = people_visible_to(viewer), text.strip()
    return people.filter(number=asked).first() or people.filter(mail__iexact=asked).exclude(mail="").first()


def deputy_mark(row: Deputy, _viewer: Viewer) -> Mark:
    """Say whether a deputy stands in today."""
    today = company_day()
    if row.retired_at is not None or row.ends_on < today:
        return Mark(word=_("ended"))
    return Mark(word=_("to come"), tone="info") if today < row.starts_on else Mark(word=_("stands in"), tone="ok")


def _today(rows: Any, value: str, _viewer: Viewer) -> Any:
    today = company_day()
    now = {"starts_on__lte": today, "ends_on__gte": today}
    return rows.filter(**now) if value == "yes" else rows.exclude(**now)


deputies = Register(
    name="approvals:deputy",
    path="deputies",
    title=_("Deputies"),
    title_one=_("deputy"),
    why=_(
        "While somebody is away, requests must not wait for him. A deputy decides in his place, and the ledger keeps "
        "both names. He does not pass it on, and whoever asks never decides, not as a deputy either."
    ),
    example=_("For instance: on leave from 10 to 24 August; the head of the next section decides."),
    model=Deputy,
    columns=(
        Column(
            name="person", label=_("who is away"), kind=ColumnKind.LINK, value=lambda row, _viewer: row.person.shown
        ),
        Column(name="deputy", label=_("deputy"), kind=ColumnKind.PERSON, value=lambda row, _viewer: row.deputy.shown),
        Column(name="starts_on", label=_("from"), kind=ColumnKind.DATE, sort="starts_on"),
        Column(name="ends_on", label=_("until"), kind=ColumnKind.DATE, sort="ends_on"),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=deputy_mark),
        Column(
            name="named_by",
            label=_("entered by"),
            kind=ColumnKind.PERSON,
            value=lambda row, _viewer: row.named_by.shown,
        ),
    ),
    filters=(Filter(name="today", label=_("stands in today"), kind=FilterKind.YES_NO, apply=_today),),
    form=DeputyForm,
    visible_to=deputies_visible_to,
    may_edit=may_change,
    add=deputy_add,
    retire=deputy_retire,
    state=deputy_mark,
    order="-ends_on",
    practices="CLS-13 GOV-09",
    icon="user-round-check",
)
