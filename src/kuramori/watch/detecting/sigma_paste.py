"""Rules tried on pasted events: which match which line and why. Nothing of it is kept, and nobody is looked up (H3).

The text comes from who tries it; it meets neither the people of the company nor what the lake holds of them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kuramori.kernel.pages import ViewedRequest, page
from kuramori.kernel.permissions import Viewer
from kuramori.watch.detecting.sigma_lake import in_japanese, usable_of
from kuramori.watch.detecting.sigma_registers import sigma_rules, sigma_rules_visible_to, titled
from kuramori.watch.models import SigmaRule
from kuramori.watch.rules.detecting_sigma import MOST_PASTED
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.wording import SOURCE_WORDS
from kuramori_lake.sigma.pasting import Spoke, Tried, try_on

NOT_PASTED = ("cert:", "fingerprint", "ledger", "receiver")
"""Kinds of log that nobody writes by hand."""
ON, ALL = "on", "all"


class PasteForm(forms.Form):
    """Events as their log has them, its kind, and which rules are tried."""

    rules = forms.ChoiceField(label=gettext_lazy("rules to try"))
    kind = forms.ChoiceField(label=gettext_lazy("kind of log"), initial="evtx")
    events = forms.CharField(
        label=gettext_lazy("events"),
        max_length=MOST_PASTED,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "As the log has them: lines, JSON lines, or Windows events as XML (event viewer: copy as XML). "
            "Up to 200,000 characters. They are not kept."
        ),
    )

    def __init__(self, viewer: Viewer, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.viewer = viewer
        self.chosen = str((data or initial or {}).get("rules", ""))
        self.fields["rules"].choices = _choices(viewer, self.chosen)  # type: ignore[attr-defined]
        kinds = [(name, word) for name, word in SOURCE_WORDS.items() if not name.startswith(NOT_PASTED)]
        self.fields["kind"].choices = sorted(kinds, key=lambda each: str(each[1]))  # type: ignore[attr-defined]

    def rules_chosen(self) -> QuerySet[SigmaRule]:
        """Return the rules that are tried."""
        standing, asked = sigma_rules_visible_to(self.viewer).filter(retired_at=None), self.cleaned_data["rules"]
        if asked == ALL:
            return standing
        if asked == ON:
            return standing.filter(is_on=True)
        name = asked.removeprefix("set:")
        return standing.filter(taken_in__name=name) if name != asked else standing.filter(pk=asked)


def _choices(viewer: Viewer, chosen: str) -> list[tuple[str, str]]:
    """One rule only where its page led here; the list of thousands is for searching in, not for choosing from."""
    seen = sigma_rules_visible_to(viewer).filter(retired_at=None)
    sets = seen.order_by("taken_in__name").values_list("taken_in__name", flat=True).distinct()
    single = [(str(rule.pk), titled(rule)) for rule in seen.filter(pk=chosen)] if _is_id(chosen) else []
    named = [(f"set:{name}", _("set %(name)s") % {"name": name}) for name in sets]
    return [*single, (ON, _("all that are on")), *named, (ALL, _("all rules"))]


def _is_id(text: str) -> bool:
    try:
        forms.UUIDField().clean(text)
    except forms.ValidationError:
        return False
    return True


@page(Permission.SIGMA_SWITCH)
def paste(request: ViewedRequest) -> HttpResponse:
    """Show which rules match pasted events, line by line, and which lines were not understood."""
    viewer, told = request.viewer, None
    form = PasteForm(viewer, request.POST if request.method == "POST" else None, initial={
        "rules": request.GET.get("rule", ON), "kind": "evtx",
    })  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = _tried(form)
    context: dict[str, Any] = {
        "title": _("Try rules on events"),
        "crumbs": [{"title": sigma_rules.title, "url": reverse("watch:sigma-list")}],
        "form": form,
        "told": told,
        "lines": [_wrong(each) for each in told.wrong] if told else [],
        "spoke": _spoke(told.spoke) if told else [],
    }
    is_wrong = form.errors or (told is not None and not told.events)
    return render(request, "watch/detecting/sigma_paste.html", context, status=422 if is_wrong else 200)


def _tried(form: PasteForm) -> Tried:
    below = Path(settings.DATA)
    below.mkdir(parents=True, exist_ok=True)
    return try_on(
        form.cleaned_data["events"].replace("\r\n", "\n").encode(),
        usable_of(form.rules_chosen()),
        source=form.cleaned_data["kind"],
        zone=ZoneInfo(settings.COMPANY_ZONE),
        below=below,
    )


def _wrong(each: Any) -> dict[str, Any]:
    """A row of the answer; a row 0 stands for the end of what was pasted."""
    return {
        "row": _("line or record %(row)s") % {"row": each.row} if each.row else _("at the end"),
        "reason": each.reason,
        "text": each.excerpt.decode(errors="replace"),
    }


def _spoke(told: Sequence[Spoke]) -> list[dict[str, Any]]:
    ids = {each.match.about.id for each in told}
    pages = {rule.rule: sigma_rules.url("detail", rule) for rule in SigmaRule.objects.standing().filter(rule__in=ids)}
    return [
        {
            "title": each.match.about.titled(japanese=in_japanese()),
            "url": pages.get(each.match.about.id, ""),
            "where": _where(each.rows),
            "why": sorted({words for _row, held in each.why for words in held}),
        }
        for each in told
    ]


def _where(rows: Sequence[int]) -> str:
    words = ngettext("line or record %(rows)s", "lines or records %(rows)s", len(rows))
    return words % {"rows": ", ".join(map(str, rows))}
