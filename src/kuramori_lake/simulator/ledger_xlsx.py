"""Writes the register as a real company's Excel ledger looks.

A merged title, preamble rows, a two-line header, dates in every style that people type (true dates, 2021/4/1,
2021-04-01, 令和3年4月1日, R3.4.1, ２０２１／４／１), full-width digits and remarks.

openpyxl stamps the time of saving into the file; it is replaced, so that the same company gives the same bytes.
"""

import re
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from kuramori_lake.simulator.company import COMPANY, UNITS, Company
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.register import Secret, unit_names

SHEET = "秘密情報台帳"
HEADER_ROW = 6
HEADERS = (
    "管理番号",
    "名称",
    "種別",
    "区分",
    "重要度",
    "管理責任者番号",
    "管理責任者",
    "所管部署コード",
    "所管部署",
    "保管場所①",
    "保管場所②",
    "媒体",
    "取得区分",
    "受領元",
    "開示範囲（部署）",
    "開示範囲（案件）",
    "開示範囲（個人）",
    "開示先（社外）",
    "取得・作成日",
    "次回棚卸日",
    "保存年限",
    "技術的価値",
    "経済的価値",
    "法的価値",
    "有用性",
    "非公知性",
    "備考",
)
_GROUPS = (
    ("基本情報", 1, 9),
    ("保管・開示", 10, 18),
    ("期日", 19, 21),
    ("評価（１～５）", 22, 24),
    ("要件の根拠", 25, 27),
)
_WIDE = str.maketrans("0123456789/", "０１２３４５６７８９／")
_REIWA = date(2019, 5, 1)
_SAVED = datetime(2026, 11, 13, 9, 0)  # noqa: DTZ001 - Excel has no zones


def write(path: Path, *, secrets: list[Secret], company: Company, today: date, seed: int) -> None:
    """Write `path`; the day of the last update in the preamble is a week before `today`."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a worksheet")
    sheet.title = SHEET
    _head(sheet, today)
    rng = dice(seed, "ledger")
    names = {person.number: person.name.in_cp932 for person in company.people}
    for row, secret in enumerate(secrets, start=HEADER_ROW + 1):
        for column, value in enumerate(_cells(rng, secret, names), start=1):
            sheet.cell(row, column, value)
        for column in (19, 20):
            cell = sheet.cell(row, column)
            if isinstance(cell.value, datetime):
                cell.number_format = rng.choice(("yyyy/m/d", 'yyyy"年"m"月"d"日"', "[$-411]ggge年m月d日"))
    sheet.cell(HEADER_ROW + 3, 9).comment = Comment("部署名は2025年4月の組織変更後のもの", "法務知財部")
    sheet.freeze_panes = f"C{HEADER_ROW + 1}"
    _guide(book.create_sheet("記入要領"))
    book.properties.creator, book.properties.created = "法務知財部", _SAVED
    _save(book, path)


def _head(sheet: Worksheet, today: date) -> None:
    sheet["A1"] = "秘密情報（営業秘密）管理台帳"
    sheet["A1"].font = Font(size=16, bold=True)
    sheet.merge_cells("A1:I1")
    sheet["A2"], sheet["A3"] = COMPANY, f"作成：法務知財部　　最終更新：{_era(date.fromordinal(today.toordinal() - 7))}"
    sheet["Y2"] = "取扱注意（社外秘）"
    for title, first, last in _GROUPS:
        sheet.cell(HEADER_ROW - 1, first, title).alignment = Alignment(horizontal="center")
        sheet.merge_cells(start_row=HEADER_ROW - 1, start_column=first, end_row=HEADER_ROW - 1, end_column=last)
    for column, title in enumerate(HEADERS, start=1):
        cell = sheet.cell(HEADER_ROW, column, title)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="D9E1F2")
        sheet.column_dimensions[cell.column_letter].width = 12 if column not in {2, 10, 25, 26} else 34


def _cells(rng: Random, secret: Secret, names: dict[str, str]) -> list[object]:
    second_place = secret.places[1] if len(secret.places) > 1 else ""
    numbers = [_number(rng, value) for value in (secret.technical, secret.economic, secret.legal)]
    years = rng.choice((secret.retention, f"{secret.retention}年", f"{secret.retention}年".translate(_WIDE)))
    values: list[object] = [
        secret.number,
        secret.title,
        secret.kind,
        secret.level,
        secret.tier,
        secret.keeper,
        names[secret.keeper],
        secret.unit,
        UNITS[secret.unit].name,
        secret.places[0],
        second_place,
        secret.medium,
        secret.origin,
        secret.partner,
        unit_names(secret.units),
        "、".join(secret.projects),
        "、".join(secret.persons),
        "、".join(secret.outsiders),
        _day(rng, secret.acquired),
        _day(rng, secret.review),
        years,
        *numbers,
        secret.usefulness,
        secret.non_public,
        secret.note,
    ]
    return [value if value != "" else None for value in values]


def _number(rng: Random, value: int) -> object:
    return str(value).translate(_WIDE) if rng.random() < 0.15 else value  # noqa: PLR2004


def _day(rng: Random, day: date) -> object:
    """The same day in one of the styles of a ledger that many hands have kept."""
    plain = f"{day.year}/{day.month}/{day.day}"
    styles = (_cell_date(day), _cell_date(day), _cell_date(day), plain, f"{day:%Y-%m-%d}", _era(day), _short_era(day))
    return rng.choice((*styles, plain.translate(_WIDE)))


def _cell_date(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - Excel has no zones


def _era(day: date) -> str:
    """令和3年4月1日; the first year is 元年, before May 2019 it is 平成."""
    name, year = ("令和", day.year - 2018) if day >= _REIWA else ("平成", day.year - 1988)
    return f"{name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def _short_era(day: date) -> str:
    letter, year = ("R", day.year - 2018) if day >= _REIWA else ("H", day.year - 1988)
    return f"{letter}{year}.{day.month}.{day.day}"


def _guide(sheet: Worksheet) -> None:
    for row in (
        ("項目", "記入方法"),
        ("区分", "極秘・秘・社外秘のいずれか"),
        ("重要度", "A（経営に影響）またはB"),
        ("取得・作成日", "西暦・和暦いずれも可"),
    ):
        sheet.append(row)


def _save(book: Workbook, path: Path) -> None:
    """Save with fixed times: in the file's own properties and on every member of the archive."""
    raw = BytesIO()
    book.save(raw)
    stamp = f"{_SAVED:%Y-%m-%dT%H:%M:%SZ}".encode()
    with ZipFile(raw) as source, ZipFile(path, "w", ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            info = ZipInfo(member.filename, date_time=_SAVED.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            target.writestr(info, content)
