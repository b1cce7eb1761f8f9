"""The personnel department's files: encodings, columns, and that each speaks of what the others hold."""

import csv
from collections import Counter, defaultdict
from datetime import datetime
from io import StringIO

import pytest

from kuramori_lake.simulator import hr_files
from kuramori_lake.simulator.calendars import SITES
from kuramori_lake.simulator.company import STAFFED, UNITS
from kuramori_lake.simulator.hr_files import PEOPLE_HEADER

FILES = ("people.csv", "projects.csv", "roles.csv", "service_accounts.csv", "sites.csv", "units.csv")


@pytest.fixture(scope="module")
def folder(tmp_path_factory, company):
    out = tmp_path_factory.mktemp("hr")
    hr_files.write(out, company=company)
    return out


def rows(folder, name):
    encoding = "cp932" if name == "people.csv" else "utf-8-sig"
    return list(csv.DictReader(StringIO((folder / name).read_bytes().decode(encoding))))


def day(value):
    return f"{value:%Y/%m/%d}" if value else ""


@pytest.fixture(scope="module")
def people(folder):
    return rows(folder, "people.csv")


def test_six_files_and_no_more(folder):
    assert tuple(sorted(path.name for path in folder.iterdir())) == FILES


@pytest.mark.parametrize("name", FILES)
def test_lines_end_as_windows_ends_them_and_have_one_width(folder, name):
    raw = (folder / name).read_bytes()
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\n") == raw.count(b"\r\n")
    text = raw.decode("cp932" if name == "people.csv" else "utf-8-sig")
    assert len({len(row) for row in csv.reader(StringIO(text))}) == 1


@pytest.mark.parametrize("name", FILES)
def test_byte_order_mark_is_on_utf_8_only(folder, name):
    assert (folder / name).read_bytes().startswith(b"\xef\xbb\xbf") is (name != "people.csv")


def test_people_file_needs_cp932(folder):
    raw = (folder / "people.csv").read_bytes()
    assert "髙" in raw.decode("cp932") or "﨑" in raw.decode("cp932")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("shift_jis")


WORDS = {
    "社員番号": lambda p: p.number, "氏名": lambda p: p.name.in_cp932, "カナ": lambda p: p.name.kana,
    "氏名ローマ字": lambda p: p.name.romaji, "メール": lambda p: p.mail, "アカウント(AD)": lambda p: p.name.account,
    "所属コード": lambda p: p.unit.code, "所属": lambda p: p.unit.name, "役職": lambda p: p.position,
    "雇用区分": lambda p: p.kind, "上司社員番号": lambda p: p.boss, "拠点": lambda p: p.unit.site.code,
    "職種": lambda p: p.job,
    "入社日": lambda p: day(p.career.joined), "退職届受理日": lambda p: day(p.career.notice),
    "最終出社日": lambda p: day(p.career.last_day), "退職予定日": lambda p: day(p.career.leaves),
    "兼務1": lambda p: (*p.concurrent, "")[0], "兼務2": lambda p: (*p.concurrent, "", "")[1],
}  # fmt: skip


@pytest.mark.parametrize("column", PEOPLE_HEADER)
def test_column_of_the_people(people, company, column):
    assert [row[column] for row in people] == [WORDS[column](person) for person in company.people]


def test_days_are_written_with_slashes_and_two_digits(people):
    for row in people:
        for column in ("入社日", "退職届受理日", "最終出社日", "退職予定日"):
            if row[column]:
                assert datetime.strptime(row[column], "%Y/%m/%d").strftime("%Y/%m/%d") == row[column]  # noqa: DTZ007


def test_second_duties_name_units_that_exist(people):
    named = [row[column] for row in people for column in ("兼務1", "兼務2") if row[column]]
    assert named
    assert set(named) <= set(UNITS)


def test_units_file_is_the_tree_with_its_heads(folder, company):
    for row in rows(folder, "units.csv"):
        unit = UNITS[row["所属コード"]]
        assert (row["所属名"], row["英語名"], row["上位コード"]) == (unit.name, unit.name_en, unit.parent)
        assert (row["拠点"], row["部門長社員番号"]) == (unit.site.code, company.head(unit.code).number)


def test_parents_come_before_their_units(folder):
    seen = {""}
    for row in rows(folder, "units.csv"):
        assert row["上位コード"] in seen
        seen.add(row["所属コード"])


def test_sites_file(folder):
    assert [tuple(row.values()) for row in rows(folder, "sites.csv")] == [
        (site.code, site.name, site.name_en, site.country, site.region, site.zone) for site in SITES
    ]


def test_projects_file_names_leader_and_members(folder, company):
    written = {row["案件コード"]: row for row in rows(folder, "projects.csv")}
    assert set(written) == {project.code for project in company.projects}
    for project in company.projects:
        row = written[project.code]
        assert (row["開始日"], row["終了日"]) == (day(project.start), day(project.end))
        assert row["メンバー社員番号"].split(";") == list(project.members)
        assert (row["責任者社員番号"], row["所管コード"]) == (project.leader, project.unit.code)


def test_service_accounts_file_has_no_person_but_a_keeper(folder, people):
    numbers = {row["社員番号"] for row in people}
    accounts = rows(folder, "service_accounts.csv")
    assert {row["アカウント"] for row in accounts}.isdisjoint({row["アカウント(AD)"] for row in people})
    assert {row["管理者社員番号"] for row in accounts} <= numbers
    assert [row["用途"] for row in accounts] == ["夜間バックアップ", "全文検索の索引作成"]


# roles


COMPANY_WIDE = (
    "auditor", "committee_member", "executive", "hotline_officer", "hr", "information_manager", "investigator", "ip",
    "it", "leaver_team", "legal", "privacy_officer", "reception", "security_analyst", "system_administrator",
)  # fmt: skip


@pytest.fixture(scope="module")
def roles(folder):
    found = defaultdict(list)
    for row in rows(folder, "roles.csv"):
        found[row["役割"]].append((row["社員番号"], row["範囲"]))
    return found


@pytest.mark.parametrize("role", COMPANY_WIDE)
def test_role_for_the_whole_company_is_held_by_somebody_who_stays(roles, company, role):
    assert roles[role]
    for number, scope in roles[role]:
        assert scope == "全社"
        assert company.person(number).career.notice is None


def test_every_role_is_known(roles):
    assert set(roles) == {*COMPANY_WIDE, "employee", "promoter", "unit_head"}


def test_everybody_is_an_employee_of_his_unit(roles, company):
    assert roles["employee"] == [(person.number, person.unit.code) for person in company.people]


@pytest.mark.parametrize("role", ["unit_head", "promoter"])
def test_every_unit_with_people_has_one(roles, role):
    assert Counter(scope for _, scope in roles[role]) == Counter(unit.code for unit in STAFFED)


def test_promoter_is_not_the_head_where_the_unit_has_a_choice(roles, company):
    heads = {scope: number for number, scope in roles["unit_head"]}
    for number, scope in roles["promoter"]:
        steady = [p for p in company.staff(scope) if p.career.notice is None and p.kind != "出向中"]
        assert len(steady) == 1 or number != heads[scope]


def test_whoever_audits_runs_nothing(roles):
    ((auditor, _),) = roles["auditor"]
    for role in ("system_administrator", "information_manager", "hr", "security_analyst", "investigator"):
        assert auditor not in {number for number, _ in roles[role]}


def test_culprit_has_no_role_but_his_own(roles, company):
    held = {role for role, given in roles.items() for number, _ in given if number == company.culprit}
    assert held == {"employee"}
