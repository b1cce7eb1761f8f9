"""The page in a real browser, from a file and without a network: a good bundle and spoilt ones, in both languages."""

import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from kuramori_verify.onepage import one_page
from kuramori_verify.tests.samples import STRANGER, Sample
from kuramori_verify.tests.test_exhibits import redacted
from kuramori_verify.tests.test_messages import csv_bytes

pytestmark = pytest.mark.browser
WAIT = 120_000  # milliseconds on a busy machine


def spoil_row(folder):
    path = folder / "data/events/0001.csv"
    path.write_bytes(path.read_bytes().replace(b"2026-11-03", b"2026-11-30"))


def spoil_body(folder):
    path = folder / "data/entries/0002.json"
    path.write_text(path.read_text().replace("imports.apply", "imports.apply2"))


SPOILT = {
    "bag.file_changed": lambda folder: (folder / "data/index.ja.html").write_text("<p>"),
    "events.row_changed": spoil_row,
    "entry.not_in_ledger": spoil_body,
    "bundle.file_unknown": lambda folder: (folder / "data/more.txt").write_text("more"),
    "bundle.entry_missing": lambda folder: (folder / "data/entries/0001.json").unlink(),
}


@pytest.fixture
def opened(page: Page, tmp_path):
    """The page as it lies in a bundle; at the end it has complained of nothing and asked for nothing."""
    (tmp_path / "verify.html").write_text(one_page())
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith("file:") or complaints.append(asked.url))
    page.goto((tmp_path / "verify.html").as_uri())
    yield page
    assert complaints == []


def judged(page: Page, path, *, by="#folder") -> tuple[str, str, str]:
    page.locator(by).set_input_files(path)
    result = page.locator("#result")
    expect(result).to_be_visible(timeout=WAIT)
    return result.get_attribute("data-integrity"), result.get_attribute("data-completeness"), result.inner_text()


def test_good_bundles_are_good_as_folder_and_as_zip_in_both_languages(opened: Page, tmp_path):
    folder = Sample.make().write(tmp_path / "bag")
    integrity, completeness, words = judged(opened, folder)
    assert (integrity, completeness) == ("sound", "complete")
    assert "kuramori.example/ledger" in words
    opened.get_by_role("button", name="English").click()
    assert "no change found" in opened.locator("#result").inner_text()
    assert "not checked here" in opened.locator("main").inner_text()
    opened.get_by_role("button", name="日本語").click()
    assert "改変は見つかりません" in opened.locator("#result").inner_text()
    assert Axe().run(opened).response["violations"] == []
    packed = shutil.make_archive(str(tmp_path / "packed"), "zip", tmp_path, "bag")
    assert judged(opened, packed, by="#zip")[:2] == ("sound", "complete")
    less = redacted(Sample.make()).write(tmp_path / "less")
    integrity, _completeness, words = judged(opened, less)
    assert (integrity, "従業員の氏名" in words) == ("sound", True)


def test_spoilt_bundles_are_told_with_place_and_meaning(opened: Page, tmp_path):
    for code, spoil in SPOILT.items():
        folder = Sample.make().write(tmp_path / code)
        spoil(folder)
        integrity, completeness, words = judged(opened, folder)
        assert code in words, (code, words)
        assert "broken" in integrity or "incomplete" in completeness
    stranger = Sample.make(rows=[["a"], ["b"], ["c"]], shown_rows=[1])
    stranger.prove([2, 4, 6, 9], key=STRANGER)
    assert "ledger.signature_wrong" in judged(opened, stranger.write(tmp_path / "stranger"))[2]
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a.csv").write_bytes(csv_bytes([["x"]]))
    assert judged(opened, tmp_path / "photos")[0] == "unknown"
