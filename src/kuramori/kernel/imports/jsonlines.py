"""JSON Lines, as search services and archives of posts export them: one object a line, read as rows of text.

Objects within objects become columns with a dotted name ("user.name"). Encoding is found as for any other text file.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.textfile import TextFile, too_long, too_wide, unknown_encoding
from kuramori.kernel.imports.wording import phrase

DEEPEST = 8


@dataclass(frozen=True, kw_only=True)
class JsonLines(TextFile):
    """A file of JSON objects. Its first row, number 0, holds the names; every line keeps its own number from 1."""

    is_guarded: ClassVar[bool] = False

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give the names of all members, then (line number, values in that order).

        Raises:
            FileRefused: a line is no JSON object, there are more lines or members than a table may have, or bytes are
                not in the encoding.
        """
        names: dict[str, None] = {}
        try:
            for number, members in self._lines():
                names.update(dict.fromkeys(members))
                if len(names) > self.limits.columns:
                    raise too_wide(self.name, number, len(names), self.limits)
            yield 0, list(names)
            for number, members in self._lines():
                yield number, [members.get(name, "") for name in names]
        except UnicodeError as broken:
            raise unknown_encoding(self.name) from broken

    def _lines(self) -> Iterator[tuple[int, dict[str, str]]]:
        count = 0
        with self.path.open(encoding=self.encoding) as stream:
            for number, line in enumerate(stream, start=1):
                if not line.strip():
                    continue
                count += 1
                if count > self.limits.rows:
                    raise too_long(self.name, self.limits)
                yield number, self._members(number, line)

    def _members(self, number: int, line: str) -> dict[str, str]:
        try:
            told = json.loads(line, parse_float=str, parse_int=str, parse_constant=str)
            if isinstance(told, dict):
                return dict(_flat(told))
        except (ValueError, RecursionError):
            pass
        raise FileRefused(
            phrase(_("Line %(line)s of %(file)s is no JSON object."), line=number, file=self.name),
            phrase(_('Write one object per line: {"url": "…", "text": "…"}. Or choose a CSV file.')),
        )


def _flat(told: Mapping[str, Any], above: str = "", depth: int = 1) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if isinstance(value, dict) and value and depth < DEEPEST:
            yield from _flat(value, f"{above}{name}.", depth + 1)
        else:
            yield f"{above}{name}", _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
