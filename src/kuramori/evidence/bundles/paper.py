"""The index on paper: PDF/A-3b (ISO 19005-3) by typst, from data and never from built source; same data, same bytes."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import noto_cjk_sans_jp_bold
import noto_cjk_sans_jp_regular
import typst
from django.utils.translation import gettext as _

SOURCE = Path(__file__).with_name("paper.typ")
STANDARD: Final = "a-3b"
TRIES = 20
GETA = "〓"  # what Japanese printers set where a letter is missing
UNPRINTABLE = re.compile(r'the text `"(.*?)"` could not be displayed', re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def paper(report: Mapping[str, Any]) -> bytes:
    """Return the index (`report.report`) as a PDF in the present language. Raises typst.TypstError."""
    told = json.dumps({**report, "words": _words()}, ensure_ascii=False)
    made = datetime.fromisoformat(str(report["made_on"])).replace(tzinfo=UTC)
    for _attempt in range(TRIES):
        try:
            return _compiled(told, made)
        except typst.TypstError as error:
            missing = UNPRINTABLE.search(str(error))
            if missing is None:
                raise
            told = _without(told, missing[1])
    return _compiled("".join(sign if _is_common(sign) else GETA for sign in told), made)


def _compiled(told: str, made: datetime) -> bytes:
    pdf: bytes = typst.compile(
        SOURCE.read_bytes(),
        sys_inputs={"data": told},
        font_paths=_fonts(),
        pdf_standards=[STANDARD],
        timestamp=made,
        ignore_system_fonts=True,
    )
    return pdf


def _without(told: str, missing: str) -> str:
    """Strike out the signs that the font lacks: PDF/A refuses a page with a sign it cannot draw."""
    for code in ESCAPED.findall(missing):
        missing = missing.replace(f"\\u{{{code}}}", chr(int(code, 16)))
    for sign in missing:
        told = told.replace(json.dumps(sign, ensure_ascii=False)[1:-1], GETA)
    return told


def _is_common(sign: str) -> bool:
    """Whether every Japanese font draws it: letters of Windows code page 932, and JSON's own signs."""
    try:
        return bool(sign.encode("cp932"))
    except UnicodeEncodeError:
        return False


@cache
def _fonts() -> Any:
    """Load the two fonts once: they are half of what a page costs."""
    folders = [
        str(Path(package.__file__ or "").parent) for package in (noto_cjk_sans_jp_regular, noto_cjk_sans_jp_bold)
    ]
    return typst.Fonts(include_system_fonts=False, font_paths=folders)


def _words() -> dict[str, str]:
    """Return the fixed words of the paper in the present language."""
    return {
        "about": _("Evidence bundle"),
        "statement": _("Explanation of evidence"),
        "exhibits": _("Exhibits"),
        "number": _("Exhibit number"),
        "title": _("Title of evidence"),
        "copy": _("Original or copy"),
        "date": _("Date"),
        "author": _("Author"),
        "purport": _("Purport"),
        "entry": _("Ledger entry"),
        "elements": _("Legal elements and exhibits"),
        "missing": _("Missing:"),
        "chronology": _("Chronology"),
        "time": _("Time (UTC)"),
        "what": _("What was done"),
        "more": _("The remaining lines stand in the data of this bundle:"),
        "custody": _("Custody"),
        "no_custody": _(
            "This bundle was drawn from the running system; no device was taken into custody. "
            "The act that made it stands in the ledger: data/ledger/seal.json."
        ),
        "stamps": _("Time stamps and witnesses"),
        "no_stamps": _("This bundle holds no time stamp of an authority. Times are those of the company's own clock."),
        "kept_back": _("What is not shown"),
        "count": _("Members withheld"),
        "why": _("Why"),
        "proves": _(
            "The bundle proves that these records were not changed since they were sealed. It does not prove that what "
            "was recorded is true, nor that nothing else was recorded."
        ),
        "check": _("How to check it: verify/verify.html in a browser, or verify/kuramori_verify.py."),
    }
