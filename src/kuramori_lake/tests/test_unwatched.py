"""Hotline, union and works council: their rows are counted and nothing else is left of them anywhere."""

from pathlib import Path

import pyarrow as pa
import pytest

from kuramori_lake.context import Context
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.unwatched import Shelter, Unwatched, UnwatchedKind

HEADER = "日時,操作,ユーザー名,コンピュータ名,ファイル名,宛先,IPアドレス\n"
HOTLINE = Unwatched(kind=UnwatchedKind.ADDRESS, value="hotline@kura.example", reason="公益通報窓口")
UNION = Unwatched(kind=UnwatchedKind.ADDRESS, value="@union.example", reason="労働組合")
COUNCIL = Unwatched(kind=UnwatchedKind.HOST, value="BETRIEBSRAT01", reason="Betriebsrat")


def row(to: str = "", *, who: str = "akari", client: str = "PC-7", path: str = "", ip: str = "") -> str:
    return f"2026/11/20 9:05:00,メール送信,{who},{client},{path},{to},{ip}\n"


def take(lake: Lake, tmp_path: Path, *rows: str, **more):
    path = tmp_path / "mail.csv"
    path.write_text(HEADER + "".join(rows))
    return lake.ingest(path, source="table:endpoint_generic", zone=TOKYO, **more)


def hidden(party: Unwatched, **columns: str | None) -> bool:
    return bool(Shelter([party]).hides(pa.table({name: [value] for name, value in columns.items()}))[0])


def everything(root: Path) -> bytes:
    return b"".join(path.read_bytes() for path in root.rglob("*") if path.is_file())


@pytest.fixture
def sheltered(lake):
    lake.context.write(Context(unwatched=[HOTLINE, UNION, COUNCIL]))
    return lake


def test_mail_to_the_hotline_is_ignored_and_the_others_are_stored(sheltered, tmp_path):
    counts = take(sheltered, tmp_path, row("hotline@kura.example"), row("buyer@partner.example")).counts
    assert (counts.accepted, counts.ignored, counts.rejected) == (1, 2, 0)  # the header is a row, too
    assert sheltered.query("SELECT destination_value FROM events")["destination_value"].to_pylist() == [
        "buyer@partner.example"
    ]


def test_who_wrote_to_the_hotline_is_not_even_remembered_as_an_actor(sheltered, tmp_path):
    take(sheltered, tmp_path, row("hotline@kura.example", who="chihiro"))
    assert sheltered.manifest.db.execute("SELECT count(*) FROM actor").fetchone()[0] == 0


def test_a_row_that_cannot_be_read_is_not_quarantined_with_its_content(sheltered, tmp_path):
    broken = row("hotline@kura.example").replace("9:05", "99:99")
    other = row("buyer@partner.example").replace("9:05", "99:98")
    counts = take(sheltered, tmp_path, broken, other).counts
    assert (counts.rejected, counts.ignored) == (1, 2)
    assert [b"buyer" in one.excerpt for one in sheltered.quarantine()] == [True]


def test_address_behind_the_shown_beginning_of_a_row_still_protects_it(sheltered, tmp_path):
    broken = row("hotline@kura.example", path="x" * 500).replace("9:05", "99:99")
    assert take(sheltered, tmp_path, broken).counts.rejected == 0
    assert sheltered.quarantine() == []


def test_file_with_a_protected_row_is_not_kept(sheltered, tmp_path):
    assert not take(sheltered, tmp_path, row("hotline@kura.example"), keep=True).kept
    assert not (sheltered.root / "raw").exists()
    assert sheltered.verify() == []


def test_file_without_one_is_kept(sheltered, tmp_path):
    assert take(sheltered, tmp_path, row("buyer@partner.example"), keep=True).kept


def test_nothing_of_it_is_anywhere_in_the_lake(sheltered, tmp_path):
    secret = "chihiro-is-afraid"  # noqa: S105  # what must not be found
    take(sheltered, tmp_path, row("hotline@kura.example", path=secret), row("a@union.example", who=secret), keep=True)
    assert secret.encode() not in everything(sheltered.root)


def test_protected_rows_come_in_before_anybody_is_protected(lake, tmp_path):
    assert take(lake, tmp_path, row("hotline@kura.example")).counts.accepted == 1


def test_same_file_stays_known_after_the_list_has_grown(lake, tmp_path):
    take(lake, tmp_path, row("hotline@kura.example"))
    lake.context.write(Context(unwatched=[HOTLINE]))
    assert take(lake, tmp_path, row("hotline@kura.example")).known


@pytest.mark.parametrize(
    "to", ["HOTLINE@KURA.EXAMPLE", "ｈｏｔｌｉｎｅ@kura.example", "a@b.example;hotline@kura.example"]
)
def test_address_is_met_in_any_case_width_and_company(to):
    assert hidden(HOTLINE, destination_value=to)


@pytest.mark.parametrize("to", ["hotline@kura.example.org-chart", "myhotline@kura.example", "hotline", None])
def test_address_is_not_met_in_a_longer_name(to):
    assert not hidden(HOTLINE, destination_value=to)


@pytest.mark.parametrize("to", ["a@union.example", "b.c@west.union.example", "A@UNION.EXAMPLE"])
def test_domain_protects_every_address_in_it(to):
    assert hidden(UNION, destination_value=to)


def test_domain_protects_its_web_sites_and_not_its_namesakes():
    assert hidden(UNION, destination_domain="www.union.example")
    assert not hidden(UNION, destination_domain="reunion.example")
    assert not hidden(UNION, destination_value="a@reunion.example")


@pytest.mark.parametrize("column", ["host", "client", "destination_domain"])
def test_bare_host_name_is_met_with_and_without_domain(column):
    assert hidden(COUNCIL, **{column: "betriebsrat01"})
    assert hidden(COUNCIL, **{column: "Betriebsrat01.kura.example"})
    assert not hidden(COUNCIL, **{column: "betriebsrat012"})


@pytest.mark.parametrize(
    "path",
    [
        "\\\\betriebsrat01\\protokolle\\a.docx",
        "https://betriebsrat01/a",
        "//BETRIEBSRAT01.kura.example/a",
        "smb://x@betriebsrat01/a",
    ],
)
def test_host_is_met_where_a_path_or_url_begins(path):
    assert hidden(COUNCIL, path=path)
    assert hidden(COUNCIL, destination_value=path)


@pytest.mark.parametrize(
    "path", ["/srv/betriebsrat01/a", "D:\\betriebsrat01\\a", "betriebsrat01.docx", "//betriebsrat012/a"]
)
def test_folder_that_is_called_like_the_host_is_no_host(path):
    assert not hidden(COUNCIL, path=path)


def test_ip_address_is_met_whole():
    party = Unwatched(kind=UnwatchedKind.HOST, value="192.0.2.7", reason="通報窓口の端末")
    assert hidden(party, ip="192.0.2.7")
    assert not hidden(party, ip="192.0.2.77")
    assert not hidden(party, ip="192.0.2.7.9")


def test_full_host_name_does_not_shelter_the_same_name_elsewhere():
    party = Unwatched(kind=UnwatchedKind.HOST, value="soudan.kura.example", reason="相談窓口")
    assert hidden(party, destination_domain="soudan.kura.example")
    assert not hidden(party, destination_domain="soudan.rival.example")


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "utf-16-le", "utf-16-be"])
def test_bytes_are_searched_in_every_encoding(encoding):
    shelter = Shelter([HOTLINE, COUNCIL])
    assert shelter.names("通報,Hotline@kura.example,①".encode(encoding))
    assert shelter.names("\\\\BETRIEBSRAT01\\x".encode(encoding))
    assert not shelter.names("買い手,buyer@partner.example".encode(encoding))


def test_empty_list_shelters_nobody():
    shelter = Shelter([])
    assert not shelter.hides(pa.table({"destination_value": ["hotline@kura.example"]})).any()
    assert not shelter.names(b"hotline@kura.example")


def test_column_of_nulls_hides_nothing():
    assert not Shelter([HOTLINE]).hides(pa.table({"destination_value": pa.array([None, None], pa.string())})).any()
