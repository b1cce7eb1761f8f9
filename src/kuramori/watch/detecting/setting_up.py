"""What to do on the server of a log source so that its log can be read, and what to check afterwards (DET-01)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import LogSource
from kuramori.watch.queries.sources import SourceState, source_states
from kuramori_lake.setup import PLACES, RECIPES, Recipe, SetupError, recipes, tried
from kuramori_lake.sources.mapping import load

VERSION, PLACE = 40, 200
RECIPE_OF = {"evtx": "windows", "udev": "rsyslog"}
"""Kinds of log whose recipe has another name; every other kind with a recipe has its own."""
TABLE = "table:"

PLACE_LABELS: Mapping[str, str | Promise] = {
    "folder": _("folder that holds secrets"),
    "share": _("name of the share"),
    "target": _("address of the receiver"),
}
STEPS: Mapping[str, str | Promise] = {
    "box": _(
        "In Box's admin console export the user activity report of a day, or fetch the enterprise events as JSON."
    ),
    "dropbox": _("In Dropbox's admin console export the activity of a day as JSON, or fetch the team log."),
    "elff": _(
        "Have the proxy write date, time, c-ip, cs-username, cs-method, cs-host, cs-uri-scheme, cs-uri-path, cs-bytes, "
        "sc-status and s-action in the W3C's extended log format, and copy its files."
    ),
    "fingerprint": _("Nothing to set up: Kuramori writes it when text of a secret is found in a mail or an upload."),
    "gdrive": _("In Google's admin console export the Drive log events of a day as JSON, or fetch the reports."),
    "ledger": _(
        "Nothing to set up on a server: Kuramori itself tells what is done in it, once that is switched on. Acts of "
        "another system can be handed in as files in the line format of docs/connectors/ledger.md."
    ),
    "m365": _(
        "In Microsoft Purview search the audit log for all activities of a day and save it as CSV, or fetch the "
        "content blobs of the management interface as JSON."
    ),
    "receiver": _("Nothing to set up: the syslog receiver writes here what it could not keep."),
    "setupapi": _(
        "Copy the file setupapi.dev.log out of the folder INF of Windows. Enter the name of the machine as the server "
        "of this source."
    ),
}
CERT_STEP = _("A data set for research: nothing is set up. Hand its file in.")
TABLE_STEP = _("Export a table with these columns as CSV or text. Other columns may stand beside them, in any order.")


class SetUpForm(forms.Form):
    """The version of the server, and the one place that the recipe can be told."""

    version = forms.CharField(
        label=_("version of the server"),
        max_length=VERSION,
        required=False,
        help_text=_("As the server tells it, for instance 4.17.12-Debian."),
    )

    def __init__(self, recipe: str, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.recipe = recipe
        self.found: tuple[Recipe, ...] = ()
        if recipe in PLACES:
            self.fields["place"] = forms.CharField(
                label=str(PLACE_LABELS[PLACES[recipe]]), max_length=PLACE, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Choose the recipe: a version or a place that there is none for is a fault of that field."""
        data = dict(super().clean() or self.cleaned_data)
        if self.errors:
            return data
        version, place = data.get("version") or None, data.get("place") or None
        try:
            self.found = recipes(self.recipe, version)
        except SetupError:
            words = _("There is no recipe for this version. Write it like %(tried)s.")
            fault = forms.ValidationError(words, params={"tried": tried(self.recipe)})
            self.add_error("version", fault)
            return data
        try:
            self.found = recipes(self.recipe, version, place)
        except SetupError:
            self.found = ()
            self.add_error("place", _("Only a plain name or path can be written into a configuration."))
        return data


@dataclass(frozen=True, kw_only=True)
class SetUp:
    """What is to be done for one source: recipes to paste, or columns to export, or a sentence."""

    form: SetUpForm | None
    tried: str
    step: str | Promise
    columns: tuple[tuple[str, bool], ...]
    """Names of columns, and whether the table is not recognised without it."""
    is_verified: bool
    """Whether the columns were read in a maker's document or a real file."""
    state: SourceState | None

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """Return the texts to paste, in their order."""
        return self.form.found if self.form else ()


def setup_of(viewer: Viewer, source: LogSource, asked: Mapping[str, Any]) -> SetUp:
    """Return what to do for a source that the viewer may see; `asked` is what he entered: version and place."""
    recipe = RECIPE_OF.get(source.kind, source.kind)
    form = SetUpForm(recipe, _with_share(recipe, source, asked)) if recipe in RECIPES else None
    if form is not None:
        form.full_clean()
    columns, is_verified = _columns(source.kind)
    state = next((each for each in source_states(viewer) if each.source == source), None)
    return SetUp(
        form=form,
        tried=tried(recipe) if form else "",
        step=_step(source.kind),
        columns=columns,
        is_verified=is_verified,
        state=state,
    )


def _with_share(recipe: str, source: LogSource, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Begin with the share that the source's entry names, where nothing was asked."""
    known = source.mapped[0][0].replace("\\", "/").rstrip("/").rpartition("/")[2] if source.mapped else ""
    place = known if recipe == "samba" else ""
    return {"version": asked.get("version", ""), "place": asked.get("place", place)}


def _step(kind: str) -> str | Promise:
    if kind.startswith(TABLE):
        return TABLE_STEP
    return CERT_STEP if kind.startswith("cert:") else STEPS.get(kind, "")


def _columns(kind: str) -> tuple[tuple[tuple[str, bool], ...], bool]:
    """Return the columns that a table is read by, those first that it is recognised by."""
    mapping = load(kind.removeprefix(TABLE)) if kind.startswith(TABLE) else None
    if mapping is None:
        return (), True
    needed = mapping.header
    others = [*mapping.time, *(column for column, _namespace in mapping.actor), *mapping.activity.columns,
              *mapping.outcome.columns, *(column for columns in mapping.fields.values() for column in columns),
              *(column for column, _pattern in mapping.extract.values()), *mapping.destination.columns]  # fmt: skip
    rest = [name for name in dict.fromkeys(others) if name and name not in needed]
    return (*((name, True) for name in needed), *((name, False) for name in rest)), mapping.verified
