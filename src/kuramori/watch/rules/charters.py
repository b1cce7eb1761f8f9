"""The monitoring charter: without a valid one, nobody is watched (PPC guideline Q&A 5-7; BetrVG § 87(1) no. 6)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

AGREEMENT_COUNTRIES = frozenset({"DE"})
"""Where the works council must agree before technical monitoring begins, ISO 3166-1 alpha-2."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What decides whether a charter holds on a day; days are local, both ends included."""

    country: str
    noticed_on: date | None
    valid_from: date
    valid_to: date | None
    agreed_on: date | None


class Lack(StrEnum):
    """Why a charter does not hold."""

    NOT_YET = "not_yet"
    OVER = "over"
    NO_NOTICE = "no_notice"
    NO_AGREEMENT = "no_agreement"


def needs_agreement(country: str) -> bool:
    """Say whether the law of that country asks for a works agreement."""
    return country.upper() in AGREEMENT_COUNTRIES


def lack_of(terms: Terms, day: date) -> Lack | None:
    """Return why a charter does not hold on a day, None when it does."""
    if day < terms.valid_from:
        return Lack.NOT_YET
    if terms.valid_to is not None and day > terms.valid_to:
        return Lack.OVER
    if terms.noticed_on is None or terms.noticed_on > day:
        return Lack.NO_NOTICE
    if needs_agreement(terms.country) and (terms.agreed_on is None or terms.agreed_on > day):
        return Lack.NO_AGREEMENT
    return None
