"""The demo company is the same every time, adds up, and speaks the languages of real logs."""

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from io import StringIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from kuramori_lake.simulator import Truth, simulate
from kuramori_lake.simulator.hiring import headcounts
from kuramori_lake.simulator.hr_files import PEOPLE_HEADER
from kuramori_lake.simulator.ledger_xlsx import HEADER_ROW, HEADERS, SHEET

SAMBA = re.compile(
    r"<173>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ 123]\d \d\d:\d\d:\d\d smbd_audit: "
    r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\|[^|]+\|[\d.]+\|[^|]+\|[^|]+\|"
    r"(?:connect|disconnect|create_file|pread_send|pwrite_send|renameat|unlinkat)\|(?:ok|fail \([^)]+\))\|.+"
)
DAY = re.compile(r"smbd_audit: (\d{4}/\d\d/\d\d)")


def run(out: Path, **changes: object) -> Truth:
    return simulate(out, **{"people": 40, "months": 2, "events": 6_000} | changes)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    out = tmp_path_factory.mktemp("world")
    return out, run(out)


def digests(out: Path) -> dict[str, str]:
    files = sorted(path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def lines_of(world: tuple[Path, Truth], kind: str) -> list[tuple[str, int, bytes]]:
    """(source, 1-based line number, line) of all files of one kind, planted defects left out."""
    out, truth = world
    planted = {(p["file"], p["line"]) for p in truth.traps["rejects"] + truth.traps["cut_lines"]}
    found = []
    for source in truth.sources:
        if source["kind"] == kind:
            for file in source["files"]:
                name = Path(file["path"]).name
                rows = (out / file["path"]).read_bytes().split(b"\n")[:-1]
                found += [(source["name"], n, r) for n, r in enumerate(rows, 1) if (name, n) not in planted]
    return found


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(world, tmp_path):
    out, _ = world
    run(tmp_path / "again")
    assert digests(tmp_path / "again") == digests(out)
    run(tmp_path / "other", seed=8)
    assert digests(tmp_path / "other")["people.csv"] != digests(out)["people.csv"]


@pytest.mark.parametrize("people", [40, 77, 300])
def test_every_unit_gets_its_share_and_the_shares_add_up(people):
    counts = headcounts(people)
    assert sum(counts.values()) == people
    assert min(counts.values()) >= 1
    assert counts["3210"] >= 4


def test_a_company_too_small_for_its_units_is_refused():
    with pytest.raises(ValueError, match="at least"):
        headcounts(12)


def test_the_truth_counts_every_line_that_was_written(world):
    out, truth = world
    for source in truth.sources:
        header = 1 if source["encoding"] == "cp932" else 0
        for file in source["files"]:
            assert (out / file["path"]).read_bytes().count(b"\n") == file["lines"] + header, file
    assert truth.lines == sum(source["lines"] for source in truth.sources)
    assert json.loads((out / "truth.json").read_text(encoding="utf-8")) == truth.as_json()


def test_the_number_of_lines_is_near_the_wish(tmp_path):
    truth = run(tmp_path, people=60, events=60_000)
    assert 0.9 < truth.lines / 60_000 < 1.12


def test_samba_lines_follow_the_grammar_of_full_audit(world):
    rows = lines_of(world, "samba")
    assert rows
    for source, number, row in rows:
        assert SAMBA.fullmatch(row.decode()), (source, number, row)


def test_windows_lines_are_winlogbeat_objects_in_order_with_record_numbers_unbroken_on_each_machine(world):
    numbers, days, codes = defaultdict(list), defaultdict(list), defaultdict(set)
    for source, _, row in lines_of(world, "winlogbeat"):
        record = json.loads(row)
        assert record["@timestamp"].endswith("Z")
        log = record["winlog"]
        numbers[log["computer_name"], log["channel"]].append(log["record_id"])
        days[source].append(record["@timestamp"][:10])
        codes[source].add(record["event"]["code"])
    for found in numbers.values():
        assert found == list(range(found[0], found[0] + len(found)))
    assert codes["fsde01"] == {"4624", "4634", "4663", "5145"}
    assert codes["pcs"] <= {"4624", "1006"}
    assert all(found == sorted(found) for found in days.values())


def test_tables_are_cp932_with_one_width(world):
    for kind, width in (("table:badge", 11), ("table:endpoint", 13)):
        text = "\n".join(row.decode("cp932").rstrip("\r") for _, _, row in lines_of(world, kind))
        assert {len(row) for row in csv.reader(StringIO(text))} == {width}


def test_nights_at_the_plant_run_past_midnight_on_the_same_day(tmp_path):
    run(tmp_path, people=60, events=60_000)
    text = b"".join(path.read_bytes() for path in (tmp_path / "logs/badge-ktk").iterdir()).decode("cp932", "replace")
    hours = {int(hour) for hour in re.findall(r"^\d{4}/\d\d/\d\d (\d\d):", text, re.MULTILINE)}
    assert 24 < max(hours) < 30  # the 30-hour clock ends at 29:59


def test_holidays_and_week_ends_are_quiet(tmp_path):
    truth = run(tmp_path, people=60, events=60_000)
    story_days = {evening["day"].replace("-", "/") for evening in truth.story["evenings"]}
    per_day: Counter[str] = Counter()
    for path in (tmp_path / "logs/fs01").iterdir():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if "|svc-" not in line:
                per_day[DAY.search(line)[1]] += 1
    quiet = [n for day, n in per_day.items() if date(*map(int, day.split("/"))).weekday() > 4 and day not in story_days]
    busy = [n for day, n in per_day.items() if date(*map(int, day.split("/"))).weekday() < 5]
    assert per_day["2026/11/03"] + per_day["2026/10/12"] < max(busy) / 3  # 文化の日, スポーツの日
    assert sum(quiet, 0) / max(1, len(quiet)) < sum(busy) / len(busy) / 5


def test_the_story_is_in_the_log_as_the_truth_tells_it(world):
    _, truth = world
    story = truth.story
    opens: Counter[str] = Counter()
    seen = set()
    for _, _, row in lines_of(world, "samba"):
        line = row.decode()
        stamp = DAY.search(line)[1].replace("/", "-")
        if f"|{story['account']}|" in line and story["secret_path"] in line and "|0x120089|file|open|" in line:
            opens[stamp] += 1
            seen.add(line.rpartition("|")[2])
    assert len(seen) == story["distinct_secret_documents"]
    assert set(opens) == {evening["day"] for evening in story["evenings"]}
    assert story["outside_own_area"] > 0.9
    assert any(date.fromisoformat(day).weekday() > 4 for day in opens)
    assert story["notice"] < min(opens) < truth.today < story["last_working_day"] < story["leaves"]


def test_the_leaver_is_no_member_of_the_secret_project(world):
    out, truth = world
    rows = csv.DictReader(StringIO((out / "projects.csv").read_text(encoding="utf-8-sig")))
    project = next(row for row in rows if row["案件コード"] == truth.story["secret_project"])
    assert truth.story["person"] not in project["メンバー社員番号"].split(";")


def test_people_come_as_an_hr_system_exports_them(world):
    out, truth = world
    rows = list(csv.DictReader(StringIO((out / "people.csv").read_bytes().decode("cp932"))))
    assert tuple(rows[0]) == PEOPLE_HEADER
    assert len(rows) == truth.people
    numbers = {row["社員番号"] for row in rows}
    assert len(numbers) == len(rows) == len({row["アカウント(AD)"] for row in rows})
    assert all(row["上司社員番号"] in numbers for row in rows if row["上司社員番号"])
    assert [row["役職"] for row in rows if not row["上司社員番号"]] == ["代表取締役社長"]
    for row in rows:
        dates = [row[c] for c in ("入社日", "退職届受理日", "最終出社日", "退職予定日") if row[c]]
        assert dates == sorted(dates), row


def test_every_kind_of_engagement_is_there_at_full_size(tmp_path):
    run(tmp_path, people=300, events=6_000)
    rows = csv.DictReader(StringIO((tmp_path / "people.csv").read_bytes().decode("cp932")))
    kinds = {row["雇用区分"] for row in rows}
    assert kinds >= {"役員", "正社員", "契約社員", "派遣社員", "出向受入", "顧問", "業務委託"}


def test_the_ledger_opens_with_a_second_reader_and_is_complete(world):
    out, truth = world
    rows = (
        CalamineWorkbook.from_path(str(out / "register.xlsx")).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    )
    assert tuple(rows[HEADER_ROW - 1]) == HEADERS
    body = [dict(zip(HEADERS, row, strict=True)) for row in rows[HEADER_ROW:]]
    assert len(body) == truth.secrets == len({row["管理番号"] for row in body})
    for row in body:
        for needed in (
            "名称",
            "種別",
            "区分",
            "管理責任者番号",
            "所管部署コード",
            "保管場所①",
            "取得・作成日",
            "有用性",
            "非公知性",
        ):
            assert row[needed] not in {"", None}, (row["管理番号"], needed)
        assert row["区分"] in {"極秘", "秘", "社外秘"}
    styles = {type(row["取得・作成日"]) for row in body}
    assert str in styles
    assert styles & {date, datetime}
    texts = " ".join(str(row["取得・作成日"]) for row in body)
    assert "令和" in texts
    assert re.search("[０-９]", texts)


def test_the_ledger_speaks_of_people_units_and_shares_that_exist(world):
    out, truth = world
    rows = (
        CalamineWorkbook.from_path(str(out / "register.xlsx")).get_sheet_by_name(SHEET).to_python(skip_empty_area=False)
    )
    people = {row["社員番号"] for row in csv.DictReader(StringIO((out / "people.csv").read_bytes().decode("cp932")))}
    text = (out / "units.csv").read_text(encoding="utf-8-sig")
    units = {row["所属コード"]: row["所属名"] for row in csv.DictReader(StringIO(text))}
    shares = tuple(unc + "\\" for source in truth.sources for unc in source.get("shares", {}))
    for row in (dict(zip(HEADERS, cells, strict=True)) for cells in rows[HEADER_ROW:]):
        assert row["管理責任者番号"] in people
        assert units[row["所管部署コード"]] == row["所管部署"]
        assert set(row["開示範囲（部署）"].split("、")) <= set(units.values())
        assert not row["保管場所①"].startswith("\\\\") or row["保管場所①"].startswith(shares), row["保管場所①"]


def test_the_missing_day_is_missing_and_the_doubled_lines_are_doubled(world):
    out, truth = world
    silent, doubled = truth.traps["silent_day"], truth.traps["doubled_lines"]
    text = "".join(path.read_text(encoding="utf-8", errors="replace") for path in (out / "logs/fs02").iterdir())
    assert silent["day"].replace("-", "/") not in text
    rows = [row for name, _, row in lines_of(world, "samba") if name == doubled["source"]]
    day = [row for row in rows if f"smbd_audit: {doubled['day'].replace('-', '/')}".encode() in row]
    assert sum(n - 1 for n in Counter(day).values()) >= doubled["lines"] > 0


def test_whoever_married_has_two_accounts_in_the_logs(tmp_path):
    truth = run(tmp_path, people=60, events=60_000)
    change = truth.traps["renamed_account"]
    text = "".join(path.read_text(encoding="cp932") for path in (tmp_path / "logs/endpoint").iterdir())
    told = re.findall(r"^[^,]+,(\d{4}/\d\d/\d\d) [^,]+,[^,]+,[^,]+,[^,]+,SOREI\\([^,]+),", text, re.MULTILINE)
    days = {account: {day for day, who in told if who == account} for account in (change["before"], change["after"])}
    since = change["since"].replace("-", "/")
    assert all(day < since for day in days[change["before"]])
    assert all(day >= since for day in days[change["after"]])
    assert days[change["before"]] | days[change["after"]]


def test_progress_is_told_day_by_day(tmp_path):
    told: list[tuple[int, int, str]] = []
    run(tmp_path, progress=lambda done, total, what: told.append((done, total, what)))
    assert told[-1][0] == told[-1][1] == len(told)
