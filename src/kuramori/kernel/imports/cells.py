"""From a cell to a value: what `ImportField.parse` can be. Cells come not empty; failures are Unreadable."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.cell import RawValue
from kuramori.kernel.imports.dates import day
from kuramori.kernel.imports.errors import Unreadable
from kuramori.kernel.imports.wording import phrase

T = TypeVar("T")
_YES = frozenset("○ 〇 ◯ ● ◎ レ ✓ ✔ ☑ はい 有 有り あり 要 可 済 yes y true t 1 on".split())  # noqa: SIM905 - reads as a list of words
_NO = frozenset("× ✕ ✖ ー - − いいえ 無 無し なし 不要 否 不可 未 no n false f 0 off".split())  # noqa: SIM905
_UNIT = re.compile(r"(円|人|件|部|枚|冊|日|か月|ヶ月|年|個|台|箱|点|%|GB|MB)$")
_BRACKETED = re.compile(r"[(\[{〔【〈《「『].*?[)\]}〕】〉》」』]")
_SIGNS = re.compile(r"[\s()\[\]{}〔〕【】〈〉《》「」『』※*:;・.,、。_/\\-]+")
_CLOSE = 0.5
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–−"), "-")


def key(text: object) -> str:
    """Give the form in which words are compared: NFKC, no case, no spaces, brackets or signs. Never shown or stored."""
    return _SIGNS.sub("", unicodedata.normalize("NFKC", str(text)).casefold())


def short_key(text: object) -> str:
    """Give `key` without what stands in brackets: 社員番号（必須） is 社員番号."""
    return key(_BRACKETED.sub("", unicodedata.normalize("NFKC", str(text))))


def text(value: RawValue) -> str:
    """Read text as it stands: NFC, line ends as LF, outer spaces removed. Widths stay: ㈱ and ① are somebody's name."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return unicodedata.normalize("NFC", str(value)).replace("\r\n", "\n").replace("\r", "\n").strip()


def code(value: RawValue) -> str:
    """Read a number or mark that identifies something (社員番号, 管理番号), so that what looks the same is the same.

    One width, one hyphen, nothing invisible, no spaces around; case is kept (I5).
    """
    plain = unicodedata.normalize("NFKC", text(value)).translate(_HYPHENS)
    return "".join(letter for letter in plain if unicodedata.category(letter) != "Cf").strip()


def number(value: RawValue) -> Decimal:
    """Read a number: 1,234, １，２３４, ¥1,234, 1234円, △5 and (5) for minus five."""
    if isinstance(value, (bool, date, time)):
        raise _no_number(value)
    if isinstance(value, (int, float)):
        return Decimal(repr(value))
    plain = unicodedata.normalize("NFKC", str(value)).strip().replace("−", "-")
    plain = _UNIT.sub("", plain.lstrip("¥\\$€").strip()).strip()
    if plain[:1] in ("△", "▲"):
        plain = "-" + plain[1:]
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    if not re.fullmatch(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", plain):
        raise _no_number(value)
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise _no_number(value) from None


def whole(value: RawValue) -> int:
    """Read a number without a fraction."""
    found = number(value)
    if found != found.to_integral_value():
        raise Unreadable(
            phrase(_("%(value)s is not a whole number."), value=value),
            phrase(_("Write it without a decimal point.")),
        )
    return int(found)


def _no_number(value: RawValue) -> Unreadable:
    return Unreadable(
        phrase(_("%(value)s is not a number."), value=value), phrase(_("Write digits only, for example 1200."))
    )


def truth(value: RawValue) -> bool:
    """Read yes or no: ○ ×, はい いいえ, 有 無, 要 不要, 済 未, yes no, true false, 1 0."""
    if isinstance(value, bool):
        return value
    word = unicodedata.normalize("NFKC", text(value)).casefold()
    if word in _YES or word == "○":
        return True
    if word in _NO:
        return False
    raise Unreadable(phrase(_("%(value)s is neither yes nor no."), value=value), phrase(_("Write ○ or ×.")))


def record_id(value: RawValue) -> UUID:
    """Read the id of a record as our exports write it."""
    try:
        return UUID(text(value))
    except ValueError:
        raise Unreadable(
            phrase(_("%(value)s is not an id."), value=value),
            phrase(_("Export the list again, or empty this cell to add the row as a new record.")),
        ) from None


def choice(choices: Mapping[str, T]) -> Callable[[RawValue], T]:
    """Make a parser for one of several names (both languages side by side); a wrong word gets the closest as a hint."""
    by_key = {key(name): chosen for name, chosen in choices.items()}

    def parse(value: RawValue) -> T:
        wanted = key(text(value))
        if wanted in by_key:
            return by_key[wanted]
        raise unknown_choice(text(value), choices)

    return parse


def unknown_choice(value: str, known: Iterable[str]) -> Unreadable:
    """Say that `value` is none of `known`, with the closest of them; rooms use it for names they look up themselves."""
    names = list(dict.fromkeys(known))
    by_key = {key(name): name for name in names}
    close = difflib.get_close_matches(key(value), by_key, n=1, cutoff=_CLOSE)
    if close:
        hint = phrase(_("Did you mean “%(name)s”?"), name=by_key[close[0]])
    elif names:
        hint = phrase(_("Write one of: %(names)s."), names=", ".join(names[:20]))
    else:
        hint = phrase(_("None has been set up yet: set it up first."))
    return Unreadable(phrase(_("“%(value)s” is not known here."), value=value), hint)


def upto(longest: int, parse: Callable[[RawValue], str] = text) -> Callable[[RawValue], str]:
    """Make a parser for text that must fit a field of so many characters."""

    def parse_short(value: RawValue) -> str:
        found = parse(value)
        if len(found) > longest:
            says = phrase(_("The text has %(count)s characters; %(longest)s fit."), count=len(found), longest=longest)
            raise Unreadable(says, phrase(_("Shorten it, or move the rest into a note.")))
        return found

    return parse_short


def many(parse: Callable[[RawValue], T]) -> Callable[[RawValue], tuple[T, ...]]:
    """Make a parser for several values in one cell, parted by 、 , ; ／ or a line break; doubles are dropped."""

    def parse_all(value: RawValue) -> tuple[T, ...]:
        parts = re.split(r"[、，,;；\n／]+", text(value))
        return tuple(dict.fromkeys(parse(part.strip()) for part in parts if part.strip()))

    return parse_all


__all__ = [
    "choice",
    "code",
    "day",
    "key",
    "many",
    "number",
    "record_id",
    "short_key",
    "text",
    "truth",
    "unknown_choice",
    "upto",
    "whole",
]
