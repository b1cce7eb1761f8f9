"""The rules of the register: tiers, valuation, stocktaking, completeness. No clock, no database."""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from enum import StrEnum


class Permission(StrEnum):
    """What can be allowed in this room. `view_all` is for the office that keeps the register and for auditors."""

    SECRET_ADD = "register:secret:add"
    SECRET_EDIT = "register:secret:edit"
    SECRET_EXPORT = "register:secret:export"
    SECRET_IMPORT = "register:secret:import"
    SECRET_PROVE = "register:secret:prove"
    SECRET_RECLASSIFY = "register:secret:reclassify"
    SECRET_RETIRE = "register:secret:retire"
    SECRET_VIEW = "register:secret:view"
    SECRET_VIEW_ALL = "register:secret:view_all"


class Tier(StrEnum):
    """A: has value by itself and is managed to hold up in court; B: the light default (CLS-04)."""

    A = "a"
    B = "b"


class Audience(StrEnum):
    """Whom a row of the scope of disclosure names."""

    COMPANY = "company"
    UNIT = "unit"
    PROJECT = "project"
    PERSON = "person"
    PARTNER = "partner"


class Gap(StrEnum):
    """What a secret's entry still lacks to be provable (CLS-04, CLS-08, EVD-02)."""

    KEEPER = "keeper"
    PLACE = "place"
    SCOPE = "scope"
    USEFULNESS = "usefulness"
    NON_PUBLIC = "non_public"
    NON_PUBLIC_CHECK_OLD = "non_public_check_old"
    STOCKTAKING_DUE = "stocktaking_due"
    VALUATION = "valuation"


NON_PUBLIC_CHECK_MONTHS = 12
SCALE = range(1, 6)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the rules look at in one secret."""

    tier: Tier
    has_keeper: bool
    has_place: bool
    has_scope: bool
    usefulness: str
    non_public: str
    non_public_checked_on: date | None
    next_stocktaking: date | None
    is_valued: bool


def missing_for_saving(facts: Facts) -> list[Gap]:
    """Return what stands in the way of saving: tier A needs keeper and place (CLS-04); level and title always."""
    if facts.tier is Tier.B:
        return []
    held = {Gap.KEEPER: facts.has_keeper, Gap.PLACE: facts.has_place}
    return [gap for gap, there in held.items() if not there]


def gaps(facts: Facts, *, today: date) -> list[Gap]:
    """Return what is missing or has become old, in the order in which it should be mended."""
    oldest_check = add_months(today, -NON_PUBLIC_CHECK_MONTHS)
    found = {
        Gap.KEEPER: not facts.has_keeper,
        Gap.PLACE: not facts.has_place,
        Gap.SCOPE: not facts.has_scope,
        Gap.USEFULNESS: not facts.usefulness.strip(),
        Gap.NON_PUBLIC: not facts.non_public.strip(),
        Gap.NON_PUBLIC_CHECK_OLD: bool(facts.non_public.strip())
        and (facts.non_public_checked_on is None or facts.non_public_checked_on < oldest_check),
        Gap.STOCKTAKING_DUE: facts.next_stocktaking is not None and facts.next_stocktaking < today,
        Gap.VALUATION: facts.tier is Tier.A and not facts.is_valued,
    }
    return [gap for gap, is_missing in found.items() if is_missing]


def add_months(day: date, months: int) -> date:
    """Return the same day some months later (or earlier), the month's last day when there is none.

    The calendar's first and last day stand for what lies beyond: people write 9999 for “for ever”.
    """
    place = day.year * 12 + day.month - 1 + months
    year, month = place // 12, place % 12 + 1
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if months > 0 else date.min
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_stocktaking(*, last: date | None, registered: date, months: int) -> date | None:
    """Return when a secret must be counted again; None when its level asks for no stocktaking (CLS-05)."""
    return add_months(last or registered, months) if months else None


def proposed_rank(*, technical: int, economic: int, legal: int, ranks: Sequence[int]) -> int:
    """Propose a level's rank from a valuation of 1 to 5 on three axes (CLS-09).

    Control follows from technical and economic value; legal weight alone lifts by one level at most. `ranks` are
    those of the levels in force; raises ValueError for a mark outside the scale.
    """
    if any(mark not in SCALE for mark in (technical, economic, legal)):
        raise ValueError("each axis is valued from 1 to 5")
    ordered = sorted(ranks)
    share = (technical + economic - 2) / 8
    place = min(len(ordered) - 1, int(share * len(ordered)))
    if legal == max(SCALE) and place < len(ordered) - 1:
        place += 1
    return ordered[place]


class PlaceSort(StrEnum):
    """The kinds of place, as an import tells them apart."""

    PATH = "path"
    SYSTEM = "system"
    CABINET = "cabinet"
    ZONE = "zone"


def place_kind(text: str) -> PlaceSort:
    r"""Guess what kind of place a text names: `\\fs01\設計` is a path, 第2書庫 キャビネット3 a cabinet."""
    plain = text.strip()
    if "\\" in plain or plain.startswith("/") or re.match(r"[A-Za-z]:[/\\]", plain):
        return PlaceSort.PATH
    if re.search("キャビネット|金庫|書庫|棚|ロッカー|cabinet|safe|shelf|locker|Schrank", plain, re.IGNORECASE):
        return PlaceSort.CABINET
    if re.search("室|区画|エリア|フロア|工場|room|zone|area|floor", plain, re.IGNORECASE):
        return PlaceSort.ZONE
    return PlaceSort.SYSTEM


def path_pattern(text: str) -> str:
    r"""Return a place's path as log events are compared with it: one kind of slash, folded case, no trailing slash.

    `\\FS01\設計\金型\` and `//fs01/設計/金型` are the same place; a trailing `*` is allowed and means the same.
    """
    plain = text.strip().replace("\\", "/").rstrip("*").rstrip("/")
    return plain.casefold()
