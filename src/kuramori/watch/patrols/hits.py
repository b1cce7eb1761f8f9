"""The board of posts, declared. It shows where a post stands, not what it says: that does its own page."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Mark, Register
from kuramori.watch.models import HitStateChoice, PatrolHit, SurveyCount
from kuramori.watch.patrols.queries import hits_visible_to, surveys_visible_to

TONES = {"new": "warn", "not_ours": "", "harmless": "ok", "inquiry": "bad", "discipline": "bad"}
WITHHELD = frozenset({"concerned", "mark"})
"""What no list and no history says: who is concerned, and by what the same post is known again."""


def hit_mark(hit: PatrolHit, _viewer: Viewer) -> Mark:
    """Return where a post stands, as a mark."""
    if hit.erased_at is not None:
        return Mark(word=_("erased"))
    return Mark(word=HitStateChoice(hit.state).label, tone=TONES[hit.state])


def words_of(hit: PatrolHit) -> str:
    """Return the words a post was found by."""
    return " × ".join(term["word"] for term in hit.terms)


hits = Register(
    name="watch:hit",
    path="patrols/posts",
    title=_("Posts found"),
    title_one=_("post found"),
    why=_(
        "A post that names the company and an improper word may be a leak, a boast, or nothing at all. Somebody looks "
        "at each and says which, with a reason; what is not ours is erased after its time."
    ),
    example=_("For instance: a photo of a drawing with the company's name; looked at, to inquiry, answered in a week."),
    model=PatrolHit,
    columns=(
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=hit_mark),
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(name="terms", label=_("words found"), value=lambda hit, _viewer: words_of(hit)),
        Column(name="platform", label=_("platform"), sort="platform"),
        Column(name="posted_at", label=_("posted at"), kind=ColumnKind.DATETIME, sort="posted_at"),
        Column(name="created_at", label=_("taken in at"), kind=ColumnKind.DATETIME, sort="created_at"),
        Column(name="erase_on", label=_("erased from"), kind=ColumnKind.DATE),
        Column(name="sha256", label=_("SHA-256 of the capture"), kind=ColumnKind.CODE, is_default=False),
    ),
    filters=(
        Filter(
            name="state",
            label=_("state"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: HitStateChoice.choices,
            apply=lambda rows, value, _viewer: rows.filter(state=value),
        ),
        Filter(
            name="erased",
            label=_("erased"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, _viewer: rows.filter(erased_at__isnull=value == "no"),
        ),
    ),
    visible_to=hits_visible_to,
    state=hit_mark,
    import_kind="patrol-posts",
    withheld=lambda _viewer: WITHHELD,
    order="-created_at",
    practices="DET-09",
    icon="rss",
)

surveys = Register(
    name="watch:survey",
    path="patrols/surveys",
    title=_("Survey findings"),
    title_one=_("survey finding"),
    why=_(
        "How many anonymous answers of a unit speak of a topic. The answers themselves were counted and thrown away; "
        "units with fewer than five answers count together, and numbers below five are not kept."
    ),
    example=_("For instance: 12 of 40 answers of the plant speak of screens left open."),
    model=SurveyCount,
    columns=(
        Column(name="survey", label=_("survey"), kind=ColumnKind.LINK, sort="survey"),
        Column(name="asked_on", label=_("asked on"), kind=ColumnKind.DATE, sort="asked_on"),
        Column(
            name="unit", label=_("unit"), value=lambda one, _viewer: one.unit.name if one.unit else _("small units")
        ),
        Column(name="topic", label=_("topic"), sort="topic"),
        Column(name="found", label=_("of which speak of it"), kind=ColumnKind.NUMBER, sort="found"),
        Column(name="answers", label=pgettext_lazy("survey", "answers"), kind=ColumnKind.NUMBER),
    ),
    visible_to=surveys_visible_to,
    import_kind="survey-answers",
    order="-asked_on",
    practices="DET-09",
    icon="message-square-text",
)
