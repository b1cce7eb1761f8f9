"""The parts of an .xlsx that all its sheets share: names of sheets, shared texts, and which styles mean dates.

Read as a stream with limits and without calculating anything. openpyxl would build the whole sheet in memory; calamine
does not say which cells are formulas without a saved result, nor keeps the zeros of employee number 00123.
Source: ECMA-376 part 1 (SpreadsheetML), parts 2 (packaging).
"""

import re
import zipfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from kuramori.kernel.imports.archive import End, Start, Text, blocks, parse
from kuramori.kernel.imports.formats import is_date, padding
from kuramori.kernel.imports.gate import LIMITS, Limits, damaged, macro_file

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class Sheet:
    """A sheet's name as on its tab, its member in the archive, and whether people see it."""

    title: str
    member: str
    is_visible: bool


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """An open workbook's shared parts. Memory: its distinct texts, which are bounded with the file."""

    path: Path
    name: str
    sheets: tuple[Sheet, ...]
    texts: list[str]
    date_styles: frozenset[int]
    padded_styles: dict[int, int]
    epoch_1904: bool
    limits: Limits


def open_workbook(path: Path, *, name: str, limits: Limits = LIMITS) -> Workbook:
    """Read the shared parts of a file that `gate.recognise` let through; raises FileRefused when they are damaged."""
    with zipfile.ZipFile(path) as archive:
        package = _Package(archive=archive, name=name, limits=limits)
        main, relations = package.main_part()
        sheets, epoch_1904 = package.sheets(main, relations)
        dates, padded = package.styles(relations.get("styles"))
        return Workbook(
            path=path, name=name, sheets=sheets, texts=package.texts(relations.get("sharedStrings")),
            date_styles=dates, padded_styles=padded, epoch_1904=epoch_1904, limits=limits,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Package:
    archive: zipfile.ZipFile
    name: str
    limits: Limits

    def elements(self, member: str) -> list[tuple[str, dict[str, str]]]:
        """Give (name, attributes) of every element of a small part."""
        found: list[tuple[str, dict[str, str]]] = []
        self.parse(member, lambda tag, attributes: found.append((tag, attributes)), _ignore, _ignore)
        return found

    def parse(self, member: str, start: Start, end: End, text: Text) -> None:
        """Run the handlers over a part that is kept in memory, and may therefore not be large."""
        if member not in self.archive.NameToInfo:
            raise damaged(self.name)
        limits = replace(self.limits, unpacked_bytes=self.limits.shared_bytes)
        with closing(blocks(self.archive, member, name=self.name, limits=limits)) as chunks:
            for _pause in parse(chunks, name=self.name, start=start, end=end, text=text):
                pass

    def main_part(self) -> tuple[str, dict[str, str]]:
        """Find the workbook part and the parts it names, by kind and by relation id."""
        main = "xl/workbook.xml"
        for tag, attributes in self.elements("_rels/.rels"):
            if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
                main = attributes.get("Target", main).lstrip("/")
        for tag, attributes in self.elements("[Content_Types].xml"):
            if tag == "Override" and "macroEnabled" in attributes.get("ContentType", ""):
                raise macro_file(self.name)
        folder, _slash, file = main.rpartition("/")
        relations: dict[str, str] = {}
        for tag, attributes in self.elements(f"{folder}/_rels/{file}.rels".lstrip("/")):
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = _resolve(folder, attributes.get("Target", ""))
                relations[attributes.get("Id", "")] = target
                relations.setdefault(attributes.get("Type", "").rpartition("/")[2], target)
        return main, relations

    def sheets(self, main: str, relations: dict[str, str]) -> tuple[tuple[Sheet, ...], bool]:
        """List the sheets in the order of their tabs, and tell whether days count from 1904."""
        sheets: list[Sheet] = []
        epoch_1904 = False
        for tag, attributes in self.elements(main):
            if tag == "workbookPr":
                epoch_1904 = attributes.get("date1904") in ("1", "true")
            elif tag == "sheet":
                relation = next((value for key, value in attributes.items() if key.endswith(" id")), "")
                member = relations.get(relation, "")
                if member in self.archive.NameToInfo and "/chartsheets/" not in member:
                    sheets.append(
                        Sheet(attributes.get("name", ""), member, attributes.get("state", "visible") == "visible")
                    )
        if not sheets:
            raise damaged(self.name)
        return tuple(sheets), epoch_1904

    def styles(self, member: str | None) -> tuple[frozenset[int], dict[int, int]]:
        """Find which cell styles show dates, and which pad numbers with zeros."""
        if member is None:
            return frozenset(), {}
        elements = self.elements(member)
        try:
            return _styles(elements)
        except ValueError as broken:
            raise damaged(self.name) from broken

    def texts(self, member: str | None) -> list[str]:
        """Read the shared texts, joining formatted runs and leaving out the furigana above them."""
        if member is None:
            return []
        texts: list[str] = []
        collector = _Texts(texts)
        self.parse(member, collector.start, collector.end, collector.text)
        return texts


def _styles(elements: list[tuple[str, dict[str, str]]]) -> tuple[frozenset[int], dict[int, int]]:
    codes: dict[int, str] = {}
    dates: set[int] = set()
    padded: dict[int, int] = {}
    inside = False
    style = 0
    for tag, attributes in elements:
        if tag == "numFmt":
            codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif tag in ("cellXfs", "cellStyles"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            format_id = int(attributes.get("numFmtId", 0))
            code = codes.get(format_id)
            if is_date(format_id, code):
                dates.add(style)
            elif width := padding(code):
                padded[style] = width
            style += 1
    return frozenset(dates), padded


class _Texts:
    """Handlers for the shared texts: `si` holds `t`, or runs `r` with `t`, and `rPh` (furigana) to skip."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self.parts: list[str] = []
        self.is_text = False
        self.is_furigana = False

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == "t":
            self.is_text = not self.is_furigana
        elif tag == "si":
            self.parts = []
        elif tag == "rPh":
            self.is_furigana = True

    def text(self, part: str) -> None:
        if self.is_text:
            self.parts.append(part)

    def end(self, tag: str) -> None:
        if tag == "t":
            self.is_text = False
        elif tag == "si":
            self.texts.append(unescape("".join(self.parts)))
        elif tag == "rPh":
            self.is_furigana = False


def unescape(text: str) -> str:
    """Undo `_x000D_`, the way spreadsheets write control characters (ECMA-376 part 1, 22.4.2.4)."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text).replace("\r\n", "\n")


def _ignore(_what: str) -> None:
    """Handle what does not matter."""


def _resolve(folder: str, target: str) -> str:
    """Give the member that a relation names: absolute from the package's root, or relative to its folder."""
    if target.startswith("/"):
        return target[1:]
    parts = folder.split("/") if folder else []
    for part in target.split("/"):
        if part == "..":
            del parts[-1:]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
