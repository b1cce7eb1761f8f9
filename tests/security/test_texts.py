"""What people type is shown and exported as text: no markup (A11), no formula (A12), no twin of a number (I5)."""

import csv
import io
import json

import duckdb
import pytest
from django.urls import reverse
from openpyxl import load_workbook

from kuramori.kernel.imports.api import import_file
from kuramori.kernel.imports.cells import code
from kuramori.kernel.permissions import Role
from kuramori.register.models import Secret
from kuramori_lake.engine import over

LIST, EXPORT = reverse("register:secret-list"), reverse("register:secret-export")
HOSTILE = [
    '"><script>alert(1)</script>',
    "<svg onload=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% debug %}",
    "</title><script>alert(1)</script>",
]
FORMULAS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(1)",
    "\t=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '=HYPERLINK("http://evil.example")',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_text_is_shown_as_text_on_every_page(text, company, sign_in, add):
    secret = add(
        text,
        note=text,
        usefulness=text,
        non_public=text,
        received_from=text,
        places=[{"kind": "cabinet", "text": text}],
    )
    browser = sign_in(company.akari)
    pages = [LIST, f"{LIST}?q={text}", f"/search/?q={text}", *(
        reverse(f"register:secret-{name}", args=[secret.pk])
        for name in ("detail", "history", "edit", "scope", "value", "confirm", "level", "proof")
    )]  # fmt: skip
    for address in pages:
        page = browser.get(address).content.decode()
        assert "<script>alert" not in page, address
        assert "<svg onload" not in page, address
        assert "<img src=x" not in page, address
        assert 'href="javascript:' not in page, address
        assert ">49" not in page, address


def exported(browser, form: str):
    answer = browser.post(f"{EXPORT}?column=number&column=title", {"format": form, "why": "棚卸し"})
    raw = b"".join(answer.streaming_content)
    if form == "json":
        return [row["title"] for row in json.loads(raw)], raw
    if form == "csv":
        return [row[2] for row in list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))[1:]], raw
    cells = [row[2] for row in list(load_workbook(io.BytesIO(raw)).active.iter_rows())[1:]]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr"}, "a formula would be of type f"
    return [cell.value for cell in cells], raw


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_no_exported_text_is_a_formula_and_the_way_back_in_changes_nothing(form, company, sign_in, add, tmp_path):
    for text in FORMULAS:
        add(text)
    company.give(company.akari, Role.INFORMATION_MANAGER)
    titles, raw = exported(sign_in(company.akari), form)
    assert len(titles) == len(FORMULAS)
    if form == "csv":
        assert not any(title.startswith(("=", "+", "-", "@", "\t", "＝", "＋", "－", "＠")) for title in titles)
    if form == "json":
        assert set(titles) == set(FORMULAS)
        return
    file = tmp_path / f"register.{form}"
    file.write_bytes(raw)
    report = import_file("secrets", file)
    assert report.rejected == 0
    assert {title.strip() for title in Secret.objects.values_list("title", flat=True)} == {t.strip() for t in FORMULAS}


@pytest.mark.parametrize("twin", ["Ｓ－０００１", "S-0001\u200b", " S-0001 ", "S\u20110001"])
def test_a_number_that_looks_the_same_is_the_same(twin, company, add, tmp_path):
    add("電解液の配合比", number="S-0001")
    file = tmp_path / "register.csv"
    file.write_text(f"管理番号,名称,秘密区分,所管部署コード\n{twin},にせもの,秘,1100\n", encoding="utf-8")
    import_file("secrets", file)
    assert Secret.objects.count() == 1
    assert code(twin) == "S-0001", "and so does the form"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ],
)
def test_the_lake_s_engine_reads_nothing_but_its_own_files(sql, tmp_path):
    with over(tmp_path, [], {}) as engine, pytest.raises(duckdb.Error):
        engine.execute(sql)
