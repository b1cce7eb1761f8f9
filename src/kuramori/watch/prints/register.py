"""The register of secrets whose documents are indexed, declared: numbers for all, names for who may see the secret."""

from collections.abc import Sequence

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Filter, FilterKind, Mark, Register
from kuramori.watch.models import DocumentFolder
from kuramori.watch.prints.queries import documents_visible_to, files_of
from kuramori.watch.prints.wording import REFUSALS
from kuramori_lake.fingerprint.laid import Laid, Verdict

FILES_SHOWN = 200


def documents_mark(about: DocumentFolder, _viewer: Viewer) -> Mark:
    """Say whether all that lies there is in the index."""
    if about.retired_at is not None:
        return Mark(word=_("nothing there any more"))
    if about.rejected:
        return Mark(word=_("some rejected"), tone="warn")
    return Mark(word=_("all indexed"), tone="ok")


def documents_facts(about: DocumentFolder, viewer: Viewer) -> Sequence[Fact]:
    """Return the counts of a secret, and its files for who may see it."""
    counts = (
        Fact(label=_("secret"), value=about.secret.number),
        Fact(label=_("documents indexed"), value=about.documents, kind=ColumnKind.NUMBER),
        Fact(label=_("files rejected"), value=about.rejected, kind=ColumnKind.NUMBER),
    )
    if about.retired_at is not None:
        return counts
    files = files_of(viewer, about)
    if files is None:
        hidden = Fact(label=_("names of the files"), value=_("Shown to those who may see the secret."))
        return (*counts, hidden)
    told = [Fact(label=each.path, value=_in_words(each)) for each in files[:FILES_SHOWN]]
    if more := len(files) - len(told):
        told.append(Fact(label=_("further files"), value=more, kind=ColumnKind.NUMBER))
    return (*counts, *told)


def _in_words(file: Laid) -> str:
    refusal = REFUSALS.get(file.reason)
    if refusal is None:
        return gettext("indexed")
    told = {"reason": refusal.word, "step": refusal.step}
    if file.verdict is Verdict.REJECTED:
        return gettext("rejected: %(reason)s. %(step)s") % told
    return gettext("indexed, but not whole: %(reason)s. %(step)s") % told


def _searched(rows: QuerySet[DocumentFolder], words: str) -> QuerySet[DocumentFolder]:
    return rows.filter(secret__number__icontains=words.strip())


documents = Register(
    name="watch:document",
    path="documents/secrets",
    title=_("Indexed documents by secret"),
    title_one=_("documents of a secret"),
    why=_(
        "An excerpt can only be recognised of a document that is in the index. Here is of which secrets there are any, "
        "and of which some could not be read. Names of files are shown to those who may see the secret."
    ),
    example=_("For instance: S-0001, 12 documents indexed, 1 rejected because it is encrypted."),
    model=DocumentFolder,
    columns=(
        Column(
            name="number",
            label=_("secret"),
            kind=ColumnKind.LINK,
            value=lambda about, _viewer: about.secret.number,
            sort="secret__number",
        ),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=documents_mark),
        Column(name="documents", label=_("documents indexed"), kind=ColumnKind.NUMBER, sort="documents"),
        Column(name="rejected", label=_("files rejected"), kind=ColumnKind.NUMBER, sort="rejected"),
        Column(name="updated_at", label=_("changed at"), kind=ColumnKind.DATETIME, sort="updated_at"),
    ),
    filters=(
        Filter(
            name="rejected",
            label=_("with rejected files"),
            kind=FilterKind.YES_NO,
            apply=lambda rows, value, _viewer: (
                rows.filter(rejected__gt=0) if value == "yes" else rows.filter(rejected=0)
            ),
        ),
    ),
    visible_to=documents_visible_to,
    search=_searched,
    facts=documents_facts,
    state=documents_mark,
    withheld=lambda _viewer: frozenset({"secret"}),
    order="secret__number",
    practices="DET-04 DET-13",
    icon="fingerprint-pattern",
)
