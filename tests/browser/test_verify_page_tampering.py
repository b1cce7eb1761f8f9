"""The whole tampering campaign through the verifier's page, in a real browser: one page, every forged bundle.

What the Python verifier finds, the page finds under the same codes; so it never calls good what the other refuses.
"""

import io
import zipfile

import pytest
from playwright.sync_api import Page

from kuramori_verify.cli import verify
from kuramori_verify.messages import LIMIT, MEANINGS
from kuramori_verify.onepage import one_page
from kuramori_verify.tests.witnessed import NAME
from tests.tampering import of_bags, of_keys, of_proofs, of_tokens, of_zips
from tests.tampering.campaign import ALL
from tests.tampering.good import TAG_TOKEN, TOKEN, good_bundle

pytestmark = pytest.mark.browser
WAIT = 120_000  # milliseconds on a busy machine
# In the page, and not asked again and again from outside: there are many bundles.
WHEN_SHOWN = """(result, patience) => new Promise((done, failed) => {
  const until = Date.now() + patience, look = () => {
    if (result.hidden) return Date.now() < until ? setTimeout(look, 5) : failed(new Error("no verdict"));
    const codes = [...result.querySelectorAll("th code")].map((each) => each.textContent);
    return done([result.dataset.integrity, result.dataset.completeness, codes]);
  };
  look();
})"""
OF_BUNDLES = {chapter.__name__ for chapter in (of_bags, of_keys, of_proofs, of_tokens, of_zips)}


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """The page as it lies in a bundle, loaded once; it asks for nothing and complains of nothing."""
    path = tmp_path_factory.mktemp("page") / "verify.html"
    path.write_text(one_page())
    page = browser.new_page(locale="ja-JP")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: asked.url.startswith("file:") or complaints.append(asked.url))
    page.goto(path.as_uri())
    yield page
    page.close()
    assert complaints == []


def packed(folder) -> bytes:
    """Pack a folder as it lies there; a zip that was handed over stays as it is."""
    if folder.is_file():
        return folder.read_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(each for each in folder.rglob("*") if each.is_file()):
            archive.write(path, path.relative_to(folder).as_posix())
    return out.getvalue()


def judged(page: Page, raw: bytes) -> tuple[str, str, set[str]]:
    """Both verdicts, and the codes of what was found; limits aside, which are wrong nowhere."""
    page.locator("#zip").set_input_files({"name": "bundle.zip", "mimeType": "application/zip", "buffer": raw})
    integrity, completeness, codes = page.locator("#result").evaluate(WHEN_SHOWN, WAIT)
    return integrity, completeness, faults(codes)


def faults(codes) -> set[str]:
    return {code for code in codes if MEANINGS[code].area != LIMIT}


def test_a_good_bundle_is_good_with_its_time_stamps_and_witness_named(opened, tmp_path):
    assert judged(opened, packed(good_bundle().write(tmp_path / "good"))) == ("sound", "complete", set())
    for language, words in (("日本語", "立会先のチェックポイント"), ("English", "Head held outside")):
        opened.get_by_role("button", name=language).click()
        said = opened.locator("#result").inner_text()
        assert all(each in said for each in (TOKEN, TAG_TOKEN, NAME, words))
        assert {"limit.stamped_time", "limit.revocation", "limit.root_from_bundle", "limit.witness_key"} <= set(
            said.split()
        )
        assert not {"limit.time", "limit.unwitnessed"} & set(said.split())


def test_the_page_finds_in_every_forged_bundle_what_the_python_verifier_finds(opened, tmp_path):
    """But links in a folder, which a browser does not show; the page says so among what it leaves to others."""
    cases = [
        each
        for each in ALL
        if each.deed.__module__ in OF_BUNDLES and not each.given and (each.is_packed or each.code != "source.link")
    ]
    assert len(cases) > 130
    differing = {}
    for number, case in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        given = case.hand_over(folder)
        report = verify(given)
        expected = (report["integrity"], report["completeness"], faults(each["code"] for each in report["findings"]))
        if (found := judged(opened, packed(given))) != expected:
            differing[case.name] = (found, expected)
    assert differing == {}
