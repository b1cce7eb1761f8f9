"""The register of reviews, declared."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Register
from kuramori.watch.models.reviews import Review, ReviewKind
from kuramori.watch.numbering import by_number
from kuramori.watch.queries.reviews import reviews_visible_to
from kuramori.watch.reviews.wording import state_of, who_answers

NEVER_TOLD = frozenset({"key", "escalated_at", "committee_reason", "seed", "population"})
"""Fields that a review's history does not show: the page says them to whom they are meant for."""

reviews = Register(
    name="watch:review",
    path="reviews",
    title=_("Reviews of logs"),
    title_one=_("review"),
    why=_(
        "A log that nobody reads proves nothing and stops nobody. After every rest day, every week by department and "
        "every month for media, somebody looks at a ranked list, says what he thinks of it, and signs."
    ),
    example=_("For instance: a three-day weekend; one person read 212 documents of secrets on Sunday, usually none."),
    model=Review,
    columns=(
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=state_of),
        Column(name="number", label=_("number"), kind=ColumnKind.LINK),
        Column(name="kind", label=_("review of"), value=lambda review, _viewer: review.get_kind_display()),
        Column(
            name="place",
            label=_("site or unit"),
            value=lambda review, _viewer: (review.unit or review.site).name if review.unit or review.site else None,
        ),
        Column(name="since", label=_("days from"), kind=ColumnKind.DATE),
        Column(name="until", label=_("days to"), kind=ColumnKind.DATE, sort="until"),
        Column(name="due_at", label=_("to be signed by"), kind=ColumnKind.DATETIME),
        Column(name="asked", label=_("who answers"), value=lambda review, _viewer: who_answers(review)),
    ),
    filters=(
        Filter(
            name="kind",
            label=_("review of"),
            kind=FilterKind.CHOICE,
            choices=lambda _viewer: ReviewKind.choices,
            apply=lambda rows, value, _viewer: rows.filter(kind=value),
        ),
        Filter(
            name="waits",
            label=_("waits for a signature"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, _viewer: rows.filter(is_open=value == "yes"),
        ),
    ),
    visible_to=reviews_visible_to,
    search=by_number,
    state=state_of,
    withheld=lambda _viewer: NEVER_TOLD,
    order="-until",
    practices="DET-06 DET-10 DET-13 DEV-15",
    icon="clipboard-check",
)
