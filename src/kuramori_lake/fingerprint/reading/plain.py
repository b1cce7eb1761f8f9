"""Bytes of a text file in whatever encoding it is: Japanese ones without a mark are told apart by what they spell."""

import html
import re
from typing import Final

from kuramori_lake.fingerprint.reading.limits import Reason, RefusalError

_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ESCAPES: Final = re.compile(rb"\x1b(?:\$[@B]|\$\([DOQ]|\([BIJ])")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]")
_LIKELY: Final = re.compile(r"[\t\r\n -~、。「」・ー（）　ぁ-んァ-ヶ一-龥０-９Ａ-Ｚａ-ｚ]")
_UNLIKELY: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f｡-ﾟ\ufffd\ue000-\uf8ff]")
_SAMPLE: Final = 1 << 16
_FEW: Final = 0.02
"""Share of signs that no text has, from which on bytes are taken to be no text."""


def text_of(data: bytes, charset: str | None = None) -> str:
    """The text of some bytes; a charset that a mail names is believed if the bytes are valid in it.

    Raises:
        RefusalError: they are no text.
    """
    if charset:
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            pass
    text = data.decode(encoding_of(data), "replace")
    sample = text[:_SAMPLE]
    if len(_CONTROLS.findall(sample)) > _FEW * len(sample):
        raise RefusalError(Reason.NO_TEXT)
    return text


def encoding_of(data: bytes) -> str:
    """The encoding that reads best: by mark, by escapes, UTF-8 if valid, else by how much of it looks like writing."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:_SAMPLE]
    if _ESCAPES.search(head):
        return "iso2022_jp_ext"
    if (wide := _wide(head)) is not None:
        return wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return max(("cp932", "euc_jp", "utf-8"), key=lambda name: _looks(head, name))
    return "utf-8"


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark: signs of ASCII, a line end at least, have a zero on one side only."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < 1 or min(even, odd) * 8 > max(even, odd):
        return None
    name = "utf-16-be" if even > odd else "utf-16-le"
    text = head[: len(head) & ~1].decode(name, "replace")
    return name if len(_CONTROLS.findall(text)) <= _FEW * len(text) else None


def _looks(head: bytes, name: str) -> float:
    """How much of a beginning looks like writing in an encoding; below 0 if more of it does not."""
    text = head.decode(name, "replace")
    return (len(_LIKELY.findall(text)) - 4 * len(_UNLIKELY.findall(text))) / max(len(text), 1)


_SILENT: Final = re.compile(r"(?is)<(script|style)\b.*?</\1\s*>|<!--.*?-->")
_LINE: Final = re.compile(r"(?i)<(?:br|/p|/div|/tr|/li|/h\d)\b[^>]*>")
_TAG: Final = re.compile(r"<[^<>]*>")
_IS_HTML: Final = re.compile(r"(?is)\A\s*(?:<!doctype html|<html|<\?xml[^>]*>\s*<!doctype html)")


def without_tags(text: str) -> str:
    """The words of a page of HTML."""
    return html.unescape(_TAG.sub("", _LINE.sub("\n", _SILENT.sub(" ", text))))


def is_page(text: str) -> bool:
    """Whether a text is a page of HTML."""
    return _IS_HTML.match(text[:1024]) is not None
