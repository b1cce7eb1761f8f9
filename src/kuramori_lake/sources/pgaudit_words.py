"""What an entry of pgaudit says (`AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.x,"select …",<none>,500`).

Passwords in statements are taken out of what is shown; the received line, and its digest, keep every byte.
"""

import csv
import io
import re
from dataclasses import dataclass
from typing import Final

from kuramori_lake.sources.text_rows import number

BEGIN: Final = "AUDIT: "
_LEAST: Final = 9
_ROWS_AT: Final = 9
_HIDDEN: Final = "<REDACTED>"

_QUOTED: Final = r"(?:[eEuU]&?)?'(?:[^'\\]|''|\\.)*'?|(\$\w*\$).*?(?:\2|$)"
_SECRET: Final = re.compile(
    rf"(\b(?:password|passwd|pwd|identified\s+by|secret|passphrase)\b\s*(?:=>|:=|=|:)?\s*)({_QUOTED})".replace(
        r"\2", r"\3"
    ),
    re.IGNORECASE | re.DOTALL,
)
_IN_TEXT: Final = re.compile(r"(\bpassword\s*=\s*)(?!\s*['<])([^\s'\"]+)", re.IGNORECASE)
_COPIED: Final = re.compile(
    r'\bcopy\s+(?:(?P<schema>"(?:[^"]|"")+"|\w+)\s*\.\s*)?(?P<name>"(?:[^"]|"")+"|\w+)\s*(?:\([^)]*\)\s*)?to\b',
    re.IGNORECASE,
)
_OF_A_QUERY: Final = re.compile(r"\s*copy\s*\(", re.IGNORECASE)
_OF_A_SELECT: Final = re.compile(r"\s*copy\s*\(\s*(?:select|table)\b", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Audited:
    """One entry."""

    kind: str
    """READ, WRITE, FUNCTION, ROLE, DDL, MISC, MISC_SET."""
    command: str
    object_type: str
    name: str
    statement: str
    rows: int | None
    place: str
    """Numbers of statement and part within the session."""

    @property
    def gives_out(self) -> bool:
        """Whether a COPY gives out what this entry reads: `COPY (SELECT …) TO` is told as the SELECT, then the COPY."""
        return self.kind == "READ" and (self.command == "COPY" or bool(_OF_A_QUERY.match(self.statement)))

    @property
    def told_before(self) -> bool:
        """Whether the entries of the same statement before this COPY have told it with its relations and rows."""
        is_later = self.command == "COPY" and not self.place.endswith(".1")
        return is_later and bool(_OF_A_SELECT.match(self.statement))


def redacted(statement: str) -> str:
    """The statement as it may be shown: without passwords, also where the quote was never closed."""
    return _IN_TEXT.sub(rf"\1{_HIDDEN}", _SECRET.sub(rf"\1{_HIDDEN}", statement))


def audited(message: str) -> Audited:
    """The entry in a message that begins with `AUDIT: `.

    Raises:
        ValueError: it has too few fields, or is cut.
    """
    try:
        cells = next(csv.reader(io.StringIO(message.removeprefix(BEGIN), newline=""), strict=True), [])
    except csv.Error as error:
        raise ValueError(f"cut entry of pgaudit: {error}") from error
    if len(cells) < _LEAST:
        raise ValueError(f"entry of pgaudit with {len(cells)} fields")
    return Audited(
        kind=cells[3], command=cells[4], object_type=cells[5], name=cells[6], statement=cells[7],
        rows=number(cells[_ROWS_AT]) if len(cells) > _ROWS_AT else None, place=f"{cells[1]}.{cells[2]}",
    )  # fmt: skip


def unquoted(name: str) -> list[str]:
    """The parts of a name as people say them: `public."顧客"` is `public`, `顧客`."""
    parts = re.findall(r'"((?:[^"]|"")*)"|([^."]+)', name)
    return [quoted.replace('""', '"') or plain for quoted, plain in parts]


def copied(statement: str) -> tuple[str, bool] | None:
    """The relation that a COPY gives out, and whether its schema was guessed; None for a query or a COPY FROM."""
    found = _COPIED.search(statement)
    if not found or found["name"].lower() == "select":
        return None
    schema = unquoted(found["schema"] or "public")
    return "/".join([*schema, *unquoted(found["name"])]), found["schema"] is None


def refused(name: str, statement: str) -> str:
    """Where a relation that was refused probably is: the server's refusal names no schema, the statement may."""
    found = re.search(rf'("(?:[^"]|"")+"|\w+)\s*\.\s*"?{re.escape(name)}"?(?!\w)', statement)
    return "/".join([*unquoted(found[1] if found else "public"), name])
