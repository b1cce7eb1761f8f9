"""Files as offices send them, made by openpyxl or by hand; and a kind to import them as."""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook

from kuramori.kernel.imports import cells
from kuramori.kernel.imports.headers import best_table, find_header, propose
from kuramori.kernel.imports.mapping import ImportField, ImportKind, ParsedRow
from kuramori.kernel.imports.reading import Table, choose, open_tables
from kuramori.kernel.imports.rows import Source, read_rows

LEVELS = {"極秘": 4, "Top secret": 4, "秘": 3, "Secret": 3, "社外秘": 2, "Confidential": 2}
HEADER = ["管理番号", "名称", "区分", "登録日", "保存年数"]
ROW = ["A-17", "金型図面", "極秘", "令和8年4月1日", "10"]


def _nothing(*_args: object, **_kwargs: object) -> list[object]:
    return []


KIND = ImportKind(
    name="secrets",
    title="Secrets",
    why="",
    fields=(
        ImportField(
            name="number", label="Number", parse=cells.code, aliases=("管理番号", "番号"), required=True, unique=True
        ),
        ImportField(name="title", label="Title", aliases=("名称", "件名", "秘密情報名"), required=True),
        ImportField(name="level", label="Level", parse=cells.choice(LEVELS), aliases=("区分", "秘密区分")),
        ImportField(name="since", label="Registered", parse=cells.day, aliases=("登録日",)),
        ImportField(name="years", label="Years kept", parse=cells.whole, aliases=("保存年数", "保存期間")),
        ImportField(name="units", label="Units", parse=cells.many(cells.text), aliases=("開示範囲 部署",)),
    ),
    permission="register:secret:import",
    verb="register.secret.import",
    resolve=_nothing,
    apply=_nothing,
)


def workbook(folder: Path, rows: Sequence[Sequence[object]], *, sheet: str = "台帳", name: str = "台帳.xlsx") -> Path:
    """Write rows with openpyxl, as a spreadsheet program would."""
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    path = folder / name
    book.save(path)
    return path


def table(path: Path, sheet: str | None = None) -> Table:
    """Open one table of a file."""
    tables = open_tables(path, name=path.name)
    return choose(tables, sheet) if sheet else best_table(tables, KIND)


def parsed(path: Path, kind: ImportKind = KIND) -> list[ParsedRow]:
    """Read a file as the kit does when nobody corrects the mapping."""
    source = table(path)
    header = find_header(source, kind)
    matches = propose(header, kind, list(source.rows())[:50], {})
    fields = {match.field: match.column.index for match in matches if match.field}
    return list(read_rows(kind, Source(table=source, header=header, fields=fields)))


def rezip(path: Path, changes: dict[str, bytes | None]) -> Path:
    """Replace, add or (None) remove members of a workbook."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    members.update({name: content for name, content in changes.items() if content is not None})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            if changes.get(name, b"") is not None:
                archive.writestr(name, content)
    return path


def bomb(depth: int) -> bytes:
    """Make a small 42.zip: archives of archives, each of ten, at the bottom a million zeros."""
    content = b"\0" * 1_000_000
    for _level in range(depth):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(10):
                archive.writestr(f"lib {number}.zip", content)
        content = stream.getvalue()
    return content
