"""What a bundle says to people: both languages, sentences with only what is disclosed, and never markup of others."""

import json
import re
import tempfile
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils.translation import override

from kuramori.directory.acts import people
from kuramori.directory.api import actor_of, subjects_of_person
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.bundles.asking import PERSON
from kuramori.evidence.bundles.compact import Chronology
from kuramori.evidence.bundles.gathering import KeptExtract, gather_entries
from kuramori.evidence.bundles.making import make_bundle
from kuramori.evidence.bundles.numbering import LogExtract, numbered
from kuramori.evidence.bundles.order import EventExtract, Order
from kuramori.evidence.bundles.pages import index_page
from kuramori.evidence.bundles.report import Told
from kuramori.evidence.bundles.selection import OPEN, opened, parts_of, select, shown
from kuramori.evidence.bundles.telling import chronology_rows, rows_of_entries, sentence_of
from kuramori.evidence.bundles.variants import variants
from kuramori.evidence.keys import signer
from kuramori.evidence.sequencer import sequence_all
from kuramori.evidence.tree_store import tree_size
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import SavedView
from kuramori.kernel.permissions import Role
from kuramori_verify.cli import verify

pytestmark = pytest.mark.django_db
EVIL = '<script>alert("x")</script>'
HANDLER = '"><img src=x onerror=alert(1)>'


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def company():
    here = Company()
    here.give(here.daichi, Role.AUDITOR)
    return here


@pytest.fixture
def daichi(company):
    return company.viewer(company.daichi)


def order_about(viewer, person, **values: Any) -> Order:
    sequence_all()
    kept: dict[str, Any] = {
        "id": uuid7(), "kind": PERSON, "subject": person.as_subject(),
        "ids": frozenset(subjects_of_person(viewer, person)), "why": "調査", "made_at": NOON, "up_to": tree_size(),
    }  # fmt: skip
    return Order(**(kept | values))


def told_of(order: Order, extracts: tuple[EventExtract, ...] = ()) -> Told:
    with tempfile.TemporaryDirectory() as draft:
        gathered = gather_entries(
            order,
            select(order, frozenset()),
            frozenset(),
            withholding=OPEN,
            draft=Path(draft),
            progress=lambda *_: None,
        )
    return Told(
        order=order, variant=variants()[order.variant], signer=signer(), withholding=OPEN,
        matrices={"ja": (), "en": ()}, twin="0" * 64,
        exhibits=numbered(
            {"ja": (), "en": ()}, leaves={}, entries_root="", extracts=[log_of(each) for each in extracts],
            withholding=OPEN,
        ),
        gathered=gathered,
        rows=chronology_rows(gathered.rows, extracts),
        extracts=[KeptExtract(extract=each, csv="data/events/0001.csv", parquet=None) for each in extracts],
    )  # fmt: skip


def log_of(each: EventExtract) -> LogExtract:
    return LogExtract(
        segment=each.segment, entry=0, title={"ja": each.title_ja, "en": each.title_en}, first_at=each.first_at,
        rows=each.rows, root="", csv="data/events/0001.csv",
    )  # fmt: skip


def drawn(order: Order, *, extracts: tuple[EventExtract, ...] = (), language: str = "en") -> str:
    with override(language):
        return index_page(told_of(order, extracts), language)


class Tags(HTMLParser):
    """Collects the tags and the targets of links of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        assert not [name for name, _value in attrs if name.startswith("on") or name == "style"]


def tags_of(page: str) -> Tags:
    parser = Tags()
    parser.feed(page)
    return parser


def extract(**values: Any) -> EventExtract:
    kept: dict[str, Any] = {
        "segment": uuid7(), "entry_id": uuid7(), "csv": (), "ranges": ((0, 1), (4, 2)), "path": (), "root": b"",
        "title_ja": "記録", "title_en": "log", "first_at": datetime(2026, 11, 1, tzinfo=UTC),
        "last_at": datetime(2026, 11, 2, tzinfo=UTC),
    }  # fmt: skip
    return EventExtract(**(kept | values))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("words", [EVIL, HANDLER, "&amp;", "'; --", "{{ settings.SECRET_KEY }}", "\u202etxt.exe"])
def test_a_name_is_never_markup(company, daichi, language: str, words: str) -> None:
    people.person_edit(person=company.botan, name=words, by=SYSTEM)
    company.botan.refresh_from_db()
    page = drawn(order_about(daichi, company.botan), language=language)
    assert not {"script", "img"} & set(tags_of(page).tags)
    assert "SECRET" not in page or "{{ settings.SECRET_KEY }}" in page


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_title_of_a_log_is_never_markup(company, daichi, language: str) -> None:
    evil = extract(title_ja=EVIL, title_en=HANDLER)
    page = drawn(order_about(daichi, company.botan), extracts=(evil,), language=language)
    assert not {"script", "img"} & set(tags_of(page).tags)
    assert "&lt;" in page


def test_a_reason_is_never_markup(company, daichi, tmp_path) -> None:
    people.person_edit(person=company.botan, romaji="B", by=actor_of(company.akari), why=EVIL)
    made = make_bundle(order_about(daichi, company.botan, why=HANDLER), tmp_path / "bag", viewer=daichi)
    for language in ("ja", "en"):
        page = (made.folder / f"data/index.{language}.html").read_text()
        assert not {"script", "img"} & set(tags_of(page).tags)


def test_a_page_leads_only_to_files_of_the_bundle(company, daichi, tmp_path) -> None:
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    for language in ("ja", "en"):
        for link in tags_of((folder / f"data/index.{language}.html").read_text()).links:
            assert (folder / "data" / link).resolve().is_file(), link


def test_a_page_prints_and_reads_without_us(company, daichi, tmp_path) -> None:
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    style = (folder / "data/index.css").read_text()
    assert "@media print" in style
    assert "http" not in style
    page = (folder / "data/index.en.html").read_text()
    assert re.search(r'<th scope="col">', page)
    assert "<main" in page or "<h1>" in page
    assert '<meta charset="utf-8">' in page


def test_both_languages_say_the_same_number_of_things(company, daichi, tmp_path) -> None:
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    pages = [tags_of((folder / f"data/index.{language}.html").read_text()).tags for language in ("ja", "en")]
    assert pages[0] == pages[1]


def test_a_sentence_names_only_whom_the_bundle_may_name(company, daichi) -> None:
    with act("kernel.view.share", by=actor_of(company.akari), why="共有", subjects=[company.chihiro, company.botan]):
        SavedView(name="一覧", register="r", person_id=company.akari.pk).save()
    order = order_about(daichi, company.botan)
    *_before, last = opened(select(order, frozenset()))
    told = shown(order, last, frozenset())
    with override("ja"):
        said = sentence_of(order, told)
    assert "佐倉 灯里" in said
    assert "遠山" not in said
    assert told.why == "共有"
    assert f"notes.name:{company.chihiro.pk}" in {each.member for each in told.withheld}


def test_what_belongs_to_the_subject_counts_as_its_own_and_other_registers_do_not(company, daichi) -> None:
    order = order_about(daichi, company.botan)
    parts = parts_of(order, select(order, frozenset()))
    kinds = {type(each).__name__ for each in company.botan.assignments.all() if each.pk in parts}
    assert company.botan.pk not in parts
    assert company.akari.pk not in parts
    assert kinds <= {"Assignment"}


def test_the_chronology_is_in_the_order_of_time_with_logs_between(company, daichi) -> None:
    order = order_about(daichi, company.botan)
    entries = [shown(order, each, frozenset()) for each in opened(select(order, frozenset()))]
    early, late = extract(), extract(first_at=datetime(2027, 1, 1, tzinfo=UTC))
    rows = chronology_rows(Chronology(rows_of_entries(order, entries, OPEN)), [late, early])
    assert [row.at for row in rows] == sorted(row.at for row in rows)
    assert (rows[0].text_ja, rows[0].entry) == ("記録", None)
    assert rows[-1].text_en == "log"
    assert late.rows == 3


def test_no_word_of_the_chronology_is_left_in_one_language(company, daichi, tmp_path) -> None:
    folder = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi).folder
    rows = json.loads((folder / "data/chronology.json").read_bytes())["rows"]
    assert rows
    for row in rows:
        assert row["text_ja"] != row["text_en"], row
        assert "%(" not in row["text_ja"] + row["text_en"]


def test_many_entries_are_read_in_few_queries(company, daichi, write, django_assert_max_num_queries) -> None:
    write(120, by=actor_of(company.botan))
    order = order_about(daichi, company.botan)
    places = select(order, frozenset())
    assert len(places) > 120
    with django_assert_max_num_queries(4):
        assert len(list(opened(places))) == len(places)


@pytest.mark.parametrize("name", ["牧野 牡丹", "a/b\\c:d", "CON", "..", "x" * 300, "\u3000", "改\n行"])
def test_whatever_somebody_is_called_the_bag_has_names_for_every_system(
    company, daichi, tmp_path: Path, name: str
) -> None:
    people.person_edit(person=company.botan, name=name[:100], by=SYSTEM)
    company.botan.refresh_from_db()
    made = make_bundle(order_about(daichi, company.botan), tmp_path / "bag", viewer=daichi)
    for path in made.folder.rglob("*"):
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", path.name), path.name
    assert verify(made.folder)["exit"] == 0
