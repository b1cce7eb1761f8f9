"""What the index of a bundle says in one language, as plain data: the HTML pages and the PDF draw the same."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from kuramori.directory.api import units_visible_to, viewer_of_system
from kuramori.evidence.bundles.choices import SINGLE
from kuramori.evidence.bundles.gathering import Gathered, KeptExtract
from kuramori.evidence.bundles.numbering import LANGUAGES, LOG, Exhibit, copy_words, element_code
from kuramori.evidence.bundles.order import Order
from kuramori.evidence.bundles.variants import Part, Variant
from kuramori.evidence.bundles.withholding import Withholding
from kuramori.evidence.claims.matrix import ClaimMatrix, Element, State
from kuramori.evidence.keys import Signer
from kuramori.evidence.models.custody import StepKind
from kuramori.evidence.queries.ledger import checks
from kuramori.evidence.rules.bundle import ChronologyRow, entry_path
from kuramori.evidence.wording import custody_words, outside_words
from kuramori.kernel.canonical import canonical

# What an index and its PDF list of the chronology; all of it stands in the pages of the chronology and as JSON.
LISTED = 1_000


@dataclass(frozen=True, kw_only=True)
class Told:
    """Everything that a bundle says to people, in all languages."""

    order: Order
    variant: Variant
    signer: Signer
    withholding: Withholding
    matrices: Mapping[str, Sequence[ClaimMatrix]]
    exhibits: Sequence[Exhibit]
    gathered: Gathered
    rows: Sequence[ChronologyRow]
    extracts: Sequence[KeptExtract]
    twin: str
    custody: Sequence[Mapping[str, Any]] = ()
    stamps: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def author(self) -> str:
        """Return who made the records: the company, as its topmost unit is called; before there is one, the ledger."""
        top = units_visible_to(viewer_of_system()).filter(parent=None, retired_at=None).order_by("code").first()
        return top.name if top else self.signer.origin

    def number(self, index: int) -> int:
        """Return the number of the file of the entry with a ledger index."""
        return bisect_left(self.gathered.entries.indexes, index) + 1


def report(told: Told, language: str) -> dict[str, Any]:
    """Return the index in the present language, which is `language`."""
    variant = told.variant
    return {
        "language": language,
        "title": told.withholding.masked(told.order.subject.name),
        "variant": variant.title[language],
        "cover": variant.cover[language],
        "facts": _facts(told, language),
        "has_statement": Part.STATEMENT in variant.parts,
        "exhibits": [_exhibit(each, told, language) for each in told.exhibits],
        "claims": claims(told, language) if Part.ELEMENTS in variant.parts else [],
        "chronology": lines(told, language, 0, LISTED),
        "more_rows": max(0, len(told.rows) - LISTED),
        "custody": _custody(told) if Part.CUSTODY in variant.parts else [],
        "has_custody": Part.CUSTODY in variant.parts,
        "stamps": [str(each["name"]) for each in told.stamps],
        "kept_back": [{"reason": reason, "count": count} for reason, count in _kept_back(told)],
        "redaction": told.order.withhold_why,
        "made_on": told.order.made_at.astimezone(UTC).strftime("%Y-%m-%d"),
    }


def lines(told: Told, language: str, first: int, count: int) -> list[dict[str, Any]]:
    """Return some lines of the chronology, from the `first` on."""
    return [
        {
            "at": row.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            "text": row.text_ja if language == "ja" else row.text_en,
            "entry": row.entry,
            "file": entry_path(told.number(row.entry)).removeprefix("data/") if row.entry is not None else "",
        }
        for row in told.rows[first : first + count]
    ]


def reason_words(reason: str) -> str:
    """Say why members are kept back: the words of a choice, or those of a kind."""
    if reason.startswith(f"{SINGLE}: "):
        return reason.removeprefix(f"{SINGLE}: ")
    return {
        "need_to_know": _("they name or describe somebody or something else"),
        "erased": _("their words were erased by law"),
        "names": _("names of persons"),
        "reasons": _("reasons of acts"),
        "titles": _("titles of information"),
        "notes": _("remarks"),
        "values": _("values before and after a change"),
        "events": _("rows of logs"),
    }.get(reason, reason)


def _kept_back(told: Told) -> list[tuple[str, int]]:
    found = Counter(each.reason for each in told.gathered.withheld)
    return [(reason_words(reason), count) for reason, count in sorted(found.items())]


def _facts(told: Told, language: str) -> list[dict[str, str]]:
    order = told.order
    period = [each.isoformat(timespec="minutes") if each else "" for each in (order.starts_at, order.ends_at)]
    pairs = [
        (_("Prepared for"), told.variant.title[language]),
        (_("Period"), " – ".join(period) if any(period) else _("all")),
        (_("Made at (UTC)"), order.made_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")),
        (_("Company's time zone"), settings.COMPANY_ZONE),
        (_("Ledger"), told.signer.origin),
        (_("Key fingerprint (SHA-256)"), told.signer.verifier.fingerprint),
        (_("Ledger entries shown"), f"{len(told.gathered.entries):,}"),
        (_("Digest shared with its twins"), told.twin),
        *_last_check(told),
    ]
    return [{"word": word, "value": value} for word, value in pairs]


def _last_check(told: Told) -> list[tuple[str, str]]:
    """Return age and result of the last full check before the bundle was asked for, and how far it read custody."""
    viewer = viewer_of_system()
    check = checks(viewer).filter(created_at__lte=told.order.made_at).first()
    if check is None:
        return [(_("Last full check"), _("none yet"))]
    result = _("%(count)s findings") % {"count": len(check.found)} if check.found else _("all sound")
    at = check.created_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    words = [(_("Last full check"), f"{at} · {result} · {outside_words(check, viewer)}")]
    custody = custody_words(check, viewer) if Part.CUSTODY in told.variant.parts else ""
    return [*words, (_("Files in custody"), custody)] if custody else words


def _exhibit(each: Exhibit, told: Told, language: str) -> dict[str, Any]:
    return {
        "number": each.number,
        "label": told.variant.label(each.number, language),
        "title": each.title[language],
        "copy": copy_words(each.kind)[language],
        "date": _day(each.at),
        "author": told.author,
        "purport": _purport(each, language),
        "entry": each.entry,
        "file": each.files[0].removeprefix("data/") if each.kind == LOG and each.files else "",
        "elements": each.elements,
    }


def _purport(each: Exhibit, language: str) -> str:
    if each.withheld is None:
        return each.purport[language]
    return _("Withheld: %(why)s") % {"why": reason_words(each.withheld)}


def claims(told: Told, language: str) -> list[dict[str, Any]]:
    """Return the matrix of each claim: element, what shows it by number, what is missing."""
    return [
        {
            "code": matrix.code,
            "country": matrix.country,
            "title": matrix.title,
            "law": matrix.law,
            "note": matrix.note,
            "elements": [
                _element(told, matrix, each, language) for each in matrix.elements if each.state is not State.LATER
            ],
        }
        for matrix in told.matrices[language]
    ]


def _element(told: Told, matrix: ClaimMatrix, element: Element, language: str) -> dict[str, Any]:
    masked, code = told.withholding.masked, element_code(matrix, element)
    return {
        "code": element.code,
        "title": element.title,
        "law": element.law,
        "explanation": element.explanation,
        "absent": element.absent,
        "state": str(element.state),
        "exhibits": [_exhibit(one, told, language) for one in told.exhibits if code in one.elements],
        "gaps": [{"title": masked(str(gap.title)), "text": masked(str(gap.statement))} for gap in element.gaps],
    }


def elements_file(told: Told) -> bytes:
    """Write `data/elements.json`: the matrices in both languages, exhibits by their number."""
    languages = {}
    for language in LANGUAGES:
        with override(language):
            languages[language] = claims(told, language)
    for each in (element for found in languages.values() for claim in found for element in claim["elements"]):
        each["exhibits"] = [one["number"] for one in each["exhibits"]]
    return canonical({"format": "kuramori-elements/1", **languages})


def _custody(told: Told) -> list[dict[str, str]]:
    """Return a line for each step of each item in custody (ISO/IEC 27037): when, what, by whom, where, with what."""
    words = dict(StepKind.choices)
    return [
        {
            "at": step["at"][:19].replace("T", " "),
            "text": " · ".join(
                each
                for each in (item["title"], str(words[step["kind"]]), step["who"], step["where"], step["tool"])
                if each
            ),
        }
        for item in told.custody
        for step in item["chain"]
    ]


def _day(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d") if at else "–"
