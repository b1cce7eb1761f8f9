"""Finding every word about a person, in the ledger and in all rooms' records, and wiping the database's files after.

`find` looks for disclosures that speak of him: fields of his own records, his name beside his id, and any text with a
word that names him. `strike` does the same to rows; `scrub` sees to it, after the act, that the bytes are gone from
the database's files too (faults L12, L13).
"""

import base64
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from kuramori.directory.api import Account, Person
from kuramori.evidence.models import CustodyItem
from kuramori.kernel.acts import Refused
from kuramori.kernel.commitments import digest_of
from kuramori.kernel.erasure import Hit, purge
from kuramori.kernel.keeping import Purge, refuse_if_kept
from kuramori.kernel.ledger import changes_of, entries_about
from kuramori.kernel.models import Disclosure, Job, ListedChange, SearchText
from kuramori.kernel.pen import NAME
from kuramori.kernel.records import Record
from kuramori.kernel.search import bigrams

BATCH = 1000
SHORTEST = 2
STRUCK = "■■"
DIRECTORY = "directory."
GONE = "消去済み / erased"
NAMING = ("number", "name", "kana", "romaji", "mail", "account_name")
STRUCK_IN = (models.CharField, models.TextField, models.JSONField)


@dataclass(frozen=True, kw_only=True)
class Whom:
    """Who is erased: the ids of his own records, and the words that name him, in every spelling.

    `spared` begins the kinds of records that name people: those of others, who may bear the same name, stay.
    """

    ids: frozenset[UUID]
    words: frozenset[str]
    spared: str

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """Return what finds any of the words in UTF-8 bytes, the longest first."""
        words = sorted(self.words, key=lambda each: (-len(each), each))
        return re.compile(b"|".join(_whole(each) for each in words) or rb"(?!)")

    def named_in(self, text: str) -> bool:
        """Say whether a text names him."""
        return self.pattern.search(text.encode()) is not None

    def struck(self, text: str) -> str:
        """Return the text without the words that name him."""
        return self.pattern.sub(STRUCK.encode(), text.encode()).decode()


def spellings(words: Iterable[str]) -> frozenset[str]:
    """Return words with the ways they are written: with another space or none, full or half width, capitals or not.

    Words of a single character name nobody and are left out.
    """
    found = set()
    for word in map(str.strip, words):
        plain = unicodedata.normalize("NFKC", word)
        for each in {word, plain, plain.casefold(), plain.upper(), plain.title()}:
            found |= {each, *(re.sub(r"\s+", space, each) for space in ("", " ", "\u3000"))}
    return frozenset(each for each in found if len(each) >= SHORTEST)


def _whole(word: str) -> bytes:
    """Return what matches a word alone: "A-2" is not in "A-20"; Japanese runs on, and is matched wherever it stands."""
    plain = re.escape(word.encode())
    return rb"(?<![A-Za-z0-9_.-])" + plain + rb"(?![A-Za-z0-9_-])" if word.isascii() else plain


def find(whom: Whom, *, after: int = 0) -> Iterator[Hit]:
    """Yield the entries beyond a row that speak of him, in their order; reads the ledger a thousand at a time."""
    rows = Disclosure.objects.filter(entry__gt=after).select_related("entry").order_by("entry")
    for row in rows.iterator(BATCH):
        body = json.loads(bytes(row.entry.body))
        inline = body["changes"] if isinstance(body["changes"], list) else []
        own = _names(whom, body, row, his=True) | _fields(whom, inline, his=True)
        others = _names(whom, body, row, his=False) | _fields(whom, inline, his=False)
        gone = _gone(whom, row.members, own, others)
        if not isinstance(body["changes"], list):
            for listed in ListedChange.objects.filter(entry=row.entry_id).iterator(BATCH):
                change = [json.loads(bytes(listed.body))]
                gone |= _gone(whom, listed.members, _fields(whom, change, his=True), _fields(whom, change, his=False))
        if gone:
            yield Hit(seq=row.entry_id, digests=frozenset(gone))


def strike(whom: Whom) -> int:
    """Strike the words that name him from the texts of all rooms' records, from searching and from jobs; count rows.

    Call it inside an act, after his own records were purged. Jobs that name him are deleted; they prove nothing.
    """
    rows = 0
    kinds = [m for m in apps.get_models() if issubclass(m, Record) and not m.record_kind().startswith(whom.spared)]
    for model in kinds:
        texts = [f.name for f in model._meta.concrete_fields if isinstance(f, STRUCK_IN) and not f.choices]  # noqa: SLF001
        for record in _naming(model, texts, whom):
            changed = {name: _struck(getattr(record, name), whom) for name in texts}
            purge(record, **{name: value for name, value in changed.items() if value != getattr(record, name)})
            rows += 1
    _strike_searching(whom)
    jobs = Job.objects.exclude(state__in=("waiting", "running")).iterator(BATCH)
    named = [job.pk for job in jobs if whom.named_in(_said(job))]
    return rows + Job.objects.filter(pk__in=named).delete()[0]


def scrub() -> None:
    """Rewrite the database's files, so that what was erased is in no page, free page or log of them (fault L13).

    Call it outside of any transaction. Raises Refused while others keep an old state open: then it is done again.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO kernel_searchtext_fts(kernel_searchtext_fts) VALUES('rebuild')")
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            if cursor.fetchone()[0]:
                raise Refused(_("The database is being read; the old bytes could not be overwritten yet."))
            return
        cursor.execute("VACUUM FULL")


def refuse_unless_ripe(person: Person) -> None:
    """Raise Refused while the person is here, kept after separation, preserved for a matter, or lies in custody."""
    if person.left_on is None:
        raise Refused(_("This person has not left; what is needed for the engagement is not erased."))
    refuse_if_kept(Purge(subjects=frozenset({person.pk})))
    about = Q(hold__subjects__subject_id=person.pk)
    if CustodyItem.objects.standing().filter(about).exists():
        raise Refused(
            _("This still has to be kept and cannot be made away with now."),
            _("Ask the legal department when the time of keeping ends."),
        )


def own_records(person: Person) -> list[Record]:
    """Return the person's own rows in the directory, in all their versions; others' rows that point to him are not."""
    links = [each for each in Person._meta.related_objects if each.field.name == "person"]  # noqa: SLF001
    own: list[Record] = [person]
    for link in links:
        model = link.related_model
        if isinstance(model, type) and issubclass(model, Record) and model.record_kind().startswith(DIRECTORY):
            rows: Any = model._base_manager  # noqa: SLF001  (former versions too)
            own += rows.filter(person=person)
    return own


def whom_of(person: Person) -> Whom:
    """Return who is erased: his own rows, and every name that he bears or ever bore, here and in other systems."""
    own = own_records(person)
    words = {getattr(person, name) for name in NAMING} | {getattr(each, "value", "") for each in own}
    for entry in entries_about(person.pk):
        for change in (each for each in changes_of(entry) if each.id == person.pk):
            words |= {str(word) for name in NAMING for word in change.fields.get(name, ()) if word}
    account = Account.objects.filter(person=person).first()
    ids: set[UUID] = {each.pk for each in own} | ({account.pk} if account else set())
    words |= {account.email} if account else set()
    return Whom(ids=frozenset(ids), words=spellings(words - {GONE}), spared=DIRECTORY)


def _names(whom: Whom, body: Mapping[str, Any], row: Disclosure, *, his: bool) -> set[str]:
    """Return the digests that hold a person's name beside his id, as the actor or as a subject: his, or others'."""
    found = {body["by"]["name"]} if (row.entry.actor_id in whom.ids) is his else set()
    subjects = body["subjects"]
    if not isinstance(subjects, list):
        subjects = row.entry.subjects.values_list("kind", "subject_id")
    for kind, each in subjects:
        note = body["notes"].get(f"{NAME}{each}", {})
        is_his = UUID(str(each)) in whom.ids
        if "sd" in note and is_his is his and (his or kind.startswith(whom.spared)):
            found.add(note["sd"])
    return found


def _fields(whom: Whom, changes: Iterable[Mapping[str, Any]], *, his: bool) -> set[str]:
    """Return the digests of the fields of his own records, or of others' records of the kinds that are spared."""
    rows = [each for each in changes if (UUID(each["id"]) in whom.ids) is his]
    return {digest for each in rows if his or each["on"].startswith(whom.spared) for digest in each["fields"].values()}


def _gone(whom: Whom, members: Iterable[str], own: Collection[str], others: Collection[str]) -> set[str]:
    """Return which of these speak of him: his own, and what is nobody else's and names him."""
    pairs = ((digest_of(each), each) for each in members)
    return {d for d, each in pairs if d in own or (d not in others and whom.pattern.search(_unpacked(each)))}


def _unpacked(disclosure: str) -> bytes:
    return base64.urlsafe_b64decode(disclosure + "=" * (-len(disclosure) % 4))


def _naming(model: type[Record], texts: Sequence[str], whom: Whom) -> Iterator[Record]:
    """Yield the rows in which a text may name him; JSON is looked into as text, escaped as databases keep it."""
    columns = {f"text_{name}": Cast(name, models.TextField()) for name in texts}
    wanted = Q(pk__in=[])
    for word in whom.words:
        for name in columns:
            wanted |= Q(**{f"{name}__contains": word}) | Q(**{f"{name}__contains": json.dumps(word)[1:-1]})
    rows = model._base_manager.alias(**columns).filter(wanted)  # noqa: SLF001  (all rows, whatever its manager hides)
    return (row for row in rows if any(_struck(getattr(row, name), whom) != getattr(row, name) for name in texts))


def _struck(value: Any, whom: Whom) -> Any:
    if isinstance(value, str):
        return whom.struck(value)
    if isinstance(value, dict | list):
        return json.loads(whom.struck(json.dumps(value, ensure_ascii=False)))
    return value


def _strike_searching(whom: Whom) -> None:
    for record in SearchText.objects.filter(record_id__in=whom.ids):
        record.delete()
    for run in {bigrams(word).rpartition(" ")[0] for word in whom.words} - {""}:
        for found in SearchText.objects.filter(grams__contains=run):
            found.grams = found.grams.replace(run, "")
            found.save()


def _said(job: Job) -> str:
    told = (job.title, job.asked_by_name, job.error, job.arguments, job.result, job.cursor)
    return json.dumps(told, ensure_ascii=False, default=str)
