"""An independent reader sees the same values in the same workbook."""

from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

from kuramori.kernel.imports.reading import open_tables

PLAIN = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="_\ufffe\uffff"), min_size=1
)
CELLS = st.one_of(
    st.none(),
    PLAIN.filter(lambda text: not text.startswith("=") and text.strip()),
    st.integers(-(10**14), 10**14),
    st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6)),
    st.booleans(),
    st.dates(date(1900, 3, 1), date(9998, 12, 31)),
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),  # noqa: DTZ001
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=6), min_size=1, max_size=8))
def test_calamine_reads_the_same(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("book") / "a.xlsx"
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    theirs = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    ours = {row.number: row.cells for row in open_tables(path, name="a.xlsx")[0].rows()}
    for number, row in enumerate(theirs, start=1):
        for index, cell in enumerate(row):
            mine = ours.get(number, [])
            value = mine[index] if index < len(mine) else None
            assert same(value, cell), (number, index, value, cell)


def same(ours, theirs):
    if isinstance(theirs, datetime) and isinstance(ours, date) and not isinstance(ours, datetime):
        return theirs == datetime.combine(ours, datetime.min.time())
    if isinstance(theirs, datetime) and isinstance(ours, datetime):
        return abs((theirs - ours).total_seconds()) < 1
    if isinstance(ours, date) and not isinstance(ours, datetime) and isinstance(theirs, datetime):
        return ours == theirs.date()
    return (ours if ours is not None else "") == theirs
