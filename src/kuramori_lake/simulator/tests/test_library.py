"""What lies on the file servers: areas of units and projects, folders, names of files, and what is read most."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.simulator.company import STAFFED, TESTING, UNITS
from kuramori_lake.simulator.dice import dice, zipf
from kuramori_lake.simulator.filing import SECRET_FOLDER, file_name, filing, project_topic
from kuramori_lake.simulator.founding import SECRET_PROJECT
from kuramori_lake.simulator.library import SAMBA_ROOT, SHARES_OF, WINDOWS_ROOT, host_of, stock
from kuramori_lake.simulator.tests.conftest import PLANTED, SEED

TRADES = ("board", "office", "sales", "design", "software", "lab", "shop")


def test_every_staffed_unit_and_every_project_has_an_area(books, company):
    assert set(books.areas) == {unit.code for unit in STAFFED} | {project.code for project in company.projects}


def test_documents_lie_below_their_area_and_are_all_different(books):
    seen = Counter()
    for area in books.areas.values():
        assert {share for share, _ in area.documents} == {area.share}
        assert all(path.startswith(area.root) for _, path in area.documents)
        seen.update(path for _, path in area.documents)
    assert max(seen.values()) == 1


def test_areas_are_on_the_server_that_offers_their_share(books):
    for area in books.areas.values():
        assert area.share in SHARES_OF[area.host]
        assert area.root.startswith(WINDOWS_ROOT if area.host == "FSDE01" else SAMBA_ROOT)


@pytest.mark.parametrize(
    ("share", "host"),
    [("kanri", "fs01"), ("gijutsu", "fs01"), ("eigyo", "fs01"), ("seizo", "fs02"), ("Entwicklung", "FSDE01")],
)
def test_host_of_a_share(share, host):
    assert host_of(share) == host


def test_documents_of_a_server_are_those_of_its_areas(books):
    counts = {host: len(books.documents_on(host)) for host in SHARES_OF}
    assert sum(counts.values()) == sum(len(area.documents) for area in books.areas.values())
    assert all(counts.values())


@pytest.mark.parametrize("code", ["3210", "5100", SECRET_PROJECT])
def test_unc_of_a_document_is_what_people_write(books, code):
    area = books.areas[code]
    for _, path in area.documents[:20]:
        unc = area.unc_of(path)
        assert unc.startswith(f"\\\\{area.host}\\{area.share}\\")
        assert "/" not in unc
        assert unc.rpartition("\\")[2] == re.split(r"[/\\]", path)[-1]
    assert area.unc == area.unc_of(area.root)


def test_secret_project_has_enough_drawings_for_the_story(books):
    assert books.secret is books.areas[SECRET_PROJECT]
    assert len(books.secret.below(SECRET_FOLDER)) == PLANTED * 8 // 7
    assert books.secret.main_folder == f"{books.secret.root}/{SECRET_FOLDER}"


def test_retirees_unit_has_enough_to_hand_over(books):
    assert len(books.areas[TESTING].documents) >= PLANTED


def test_below_means_in_that_folder_and_not_in_one_whose_name_begins_so(books):
    area = books.areas["3210"]
    found = area.below("図面")
    assert found
    assert all(path.startswith(f"{area.root}/図面/") for _, path in found)
    assert not area.below("図")
    assert books.areas["5100"].below("Zeichnungen")


@pytest.mark.parametrize("newest", [2021, 2025])
def test_years_go_from_the_oldest_to_the_newest_and_recent_ones_hold_more(company, newest):
    books = stock(seed=SEED, company=company, density=0.1, planted=PLANTED, newest=newest)
    years = Counter(int(re.split(r"[/\\]", path)[-2]) for _, path in books.areas["3210"].documents)
    assert (min(years), max(years)) == (2019, newest)
    assert years[newest] > years[2019]


def test_project_has_no_document_older_than_itself(books, company):
    for project in company.projects:
        years = {int(re.split(r"[/\\]", path)[-2]) for _, path in books.areas[project.code].documents}
        assert min(years) >= project.start.year


@pytest.mark.parametrize(("density", "least", "most"), [(1.0, 25_000, 45_000), (0.1, 3_000, 7_000)])
def test_density_is_the_number_of_documents(company, density, least, most):
    books = stock(seed=SEED, company=company, density=density, planted=60, newest=2025)
    assert least < sum(len(area.documents) for area in books.areas.values()) < most


def test_smallest_library_has_four_documents_in_every_folder(company):
    books = stock(seed=SEED, company=company, density=0.0, planted=60, newest=2025)
    for unit in STAFFED:
        for topic in filing(unit.trade, unit.site.country):
            assert len(books.areas[unit.code].below(topic[0])) >= 4, (unit.code, topic[0])


def test_same_seed_same_library(company, books):
    again = stock(seed=SEED, company=company, density=0.1, planted=PLANTED, newest=2025)
    assert again == books
    other = stock(seed=SEED + 1, company=company, density=0.1, planted=PLANTED, newest=2025)
    assert other.areas["3210"].documents != books.areas["3210"].documents


# popularity


@given(st.integers(1, 500), st.floats(0.5, 2.0))
def test_zipf_sums_up_and_falls(size, exponent):
    sums = zipf(size, exponent)
    assert len(sums) == size
    steps = [sums[0], *(later - earlier for earlier, later in pairwise(sums))]
    assert all(earlier > later > 0 for earlier, later in pairwise(steps))


@pytest.mark.parametrize(("rank", "exponent", "expected"), [(1, 1.0, 2 / 3), (8, 1.0, 0.2), (2, 2.0, 0.25)])
def test_popularity_of_a_rank(rank, exponent, expected):
    sums = zipf(rank + 1, exponent)
    assert (sums[rank] - sums[rank - 1]) / sums[0] == pytest.approx(expected)


def test_popular_documents_are_picked_most(books):
    area = books.areas["3210"]
    picked = Counter(area.pick(dice(1, "pick"), 20_000))
    first, tenth = picked[area.documents[0]], picked[area.documents[9]]
    assert first / tenth == pytest.approx(11 / 2, rel=0.35)
    assert set(picked) <= set(area.documents)


def test_as_many_are_picked_as_asked_for(books):
    assert len(books.areas["1500"].pick(dice(1, "pick"), 37)) == 37


# filing


@pytest.mark.parametrize("trade", TRADES)
def test_every_trade_files_in_japanese_folders(trade):
    topics = filing(trade, "JP")
    assert len({topic[0] for topic in topics}) == len(topics) >= 2
    assert all(endings and weight > 0 for _, _, endings, weight in topics)


@pytest.mark.parametrize("trade", ["design", "sales", "office"])
def test_german_units_file_in_german_folders(trade):
    assert all(folder.isascii() or re.search("[äöüß]", folder) for folder, *_ in filing(trade, "DE"))


@pytest.mark.parametrize("trade", ["board", "software", "lab", "shop"])
def test_german_unit_without_a_table_files_like_an_office(trade):
    assert filing(trade, "DE") == filing("office", "DE")


@pytest.mark.parametrize(
    ("stem", "number", "endings", "pattern"),
    [
        ("SR", 7, ("dwg", "pdf"), r"SR-00007_[^_]+_R[0-4]\.pdf"),
        ("Z", 8, ("dwg", "pdf"), r"Z-00008_[A-ZÄÖÜa-zäöüß]+_R[0-4]\.dwg"),
        ("PJ2403", 1, ("dwg",), r"PJ2403-00001_[^_]+_R[0-4]\.dwg"),
        ("src", 3, ("zip", "tar.gz"), r"cell-control-2026\.003\.tar\.gz"),
        ("月次報告", 13, ("xlsx",), r"月次報告_202602_0013\.xlsx"),
        ("Vertrag", 0, ("pdf", "docx"), r"Vertrag_202601_0000\.pdf"),
        ("Prüfbericht", 11, ("docx", "pdf"), r"Prüfbericht_202612_0011\.pdf"),
    ],
    ids=["drawing", "German drawing", "project drawing", "source", "monthly", "contract", "test report"],
)
def test_name_of_a_file(stem, number, endings, pattern):
    assert re.fullmatch(pattern, file_name(dice(1, stem), stem, number, endings, 2026))


def test_a_japanese_projects_drawings_carry_its_number(company):
    for project in company.projects:
        folder, stem, endings = project_topic(project)
        if project.unit.site.country == "DE":
            assert (folder, stem) == ("Zeichnungen", "Z")
        elif project.unit.trade == "design":
            assert (folder, stem) == (SECRET_FOLDER, project.code.replace("-", ""))
        assert endings


@pytest.mark.parametrize(
    ("unit", "folder"), [("3300", "試験データ"), ("3400", "設計資料"), ("1100", "検討資料"), ("2200", "提案資料")]
)
def test_projects_make_what_their_trade_makes(company, unit, folder):
    project = replace(company.projects[0], unit=UNITS[unit])
    assert project_topic(project)[0] == folder
