"""Search by any part of a word, Japanese two-character words first: an index of bigrams in the database itself.

Full and half width, upper and lower case, hiragana and katakana find each other. The index only says which records
match; who may see them is decided by the query it is put into, so nothing leaks through a hit or a count.
SQLite uses FTS5, PostgreSQL a text-search index; both search the same bigrams as phrases.
"""

import unicodedata
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Concat

from kuramori.kernel.models import SearchText
from kuramori.kernel.records import Record

M = TypeVar("M", bound=Model)
LONGEST_QUERY = 100
FEW = 2_000
KATAKANA = range(0x30A1, 0x30F7)
TO_HIRAGANA = {code: code - 0x60 for code in KATAKANA}


def folded(text: str) -> str:
    """Return the text as it is compared: NFKC, lower case, hiragana, letters and digits only, words run together."""
    plain = unicodedata.normalize("NFKC", text).casefold().translate(TO_HIRAGANA)
    return "".join(c for c in plain if c.isalnum())


def bigrams(text: str) -> str:
    """Return the bigrams of a text with its last character, separated by spaces: "配合比" gives "配合 合比 比"."""
    plain = folded(text)
    return " ".join([plain[i : i + 2] for i in range(len(plain) - 1)] + [plain[-1:]])


def index(record: Record, *texts: str) -> None:
    """Keep what a record is found by; called by the act that changes it, in the same transaction."""
    index_many([(record, texts)])


def index_many(found_by: list[tuple[Any, tuple[str, ...]]]) -> None:
    """Keep what many records of one kind are found by."""
    rows = [
        SearchText(record_id=record.pk, kind=record.record_kind(), grams=" | ".join(bigrams(t) for t in texts if t))
        for record, texts in found_by
    ]
    SearchText.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=["record_id"], update_fields=["grams"]
    )


def matching(rows: QuerySet[M], query: str) -> QuerySet[M]:
    """Narrow rows to those found by every word of the query; an empty query narrows nothing, signs alone find nothing.

    Of each word the index is asked for a few hits. Are these all, then they are named by id; a frequent word is looked
    for in the rows as they are walked in their order. So neither kind of word makes a first page dear.
    """
    words = [plain for word in query[:LONGEST_QUERY].split() if (plain := folded(word))]
    if query.strip() and not words:
        return rows.none()
    for plain in words:
        hits = _hits(rows.model._meta.label_lower, plain)  # noqa: SLF001  (what `record_kind` says)
        rows = rows.filter(pk__in=hits) if hits is not None else rows.filter(_holds(plain))
    return rows


def _hits(kind: str, plain: str) -> list[UUID] | None:
    """Return the ids of the records of a kind that hold the word, None for more than FEW."""
    if connection.vendor == "sqlite":
        phrase = f'"{plain}" *' if len(plain) == 1 else '"' + " ".join(_grams(plain)) + '"'
        table = "kernel_searchtext_fts f JOIN kernel_searchtext t ON t.id = f.rowid"
        found = f"SELECT t.record_id FROM {table} WHERE kernel_searchtext_fts MATCH %s AND t.kind = %s LIMIT %s"
    else:
        phrase = f"{plain}:*" if len(plain) == 1 else " <-> ".join(_grams(plain))
        matches = "to_tsvector('simple', grams) @@ to_tsquery('simple', %s)"
        found = f"SELECT record_id FROM kernel_searchtext WHERE {matches} AND kind = %s LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(found, [phrase, kind, FEW + 1])
        found_ids = cursor.fetchall()
    return [UUID(str(pk)) for (pk,) in found_ids] if len(found_ids) <= FEW else None


def _holds(plain: str) -> Subquery:
    """Say of a row whether its bigrams hold the word's: letters and digits only, so LIKE has nothing to escape.

    A value and no EXISTS: PostgreSQL would make a join of that and read the whole index before the first row.
    """
    words = f" {plain}" if len(plain) == 1 else f" {' '.join(_grams(plain))} "
    padded = Concat(Value(" "), "grams", Value(" "), output_field=TextField())
    own = SearchText.objects.filter(record_id=OuterRef("pk")).annotate(padded=padded)
    held = own.annotate(holds=ExpressionWrapper(Q(padded__contains=words), output_field=BooleanField()))
    return Subquery(held.values("holds")[:1], output_field=BooleanField())


def _grams(plain: str) -> list[str]:
    return [plain[i : i + 2] for i in range(len(plain) - 1)]
