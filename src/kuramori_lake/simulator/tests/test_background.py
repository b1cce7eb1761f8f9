"""The background looks like a company: calendars, engagements, heavy tails, popular documents, and native logs."""

import csv
import ipaddress
import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import mean, median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake.simulator import names, simulate
from kuramori_lake.simulator.calendars import HAMAMATSU, KITAKAMI, LUDWIGSBURG, SITES, days, months_before, utc
from kuramori_lake.simulator.company import UNITS
from kuramori_lake.simulator.dice import dice, heavy, some, zipf
from kuramori_lake.simulator.moments import reckon
from kuramori_lake.simulator.names import Name
from kuramori_lake.simulator.outputs import HMS, SECONDS_A_DAY, MonthlyFile, overflow
from kuramori_lake.simulator.stage import planted_files
from kuramori_lake.simulator.tests.conftest import Demo

DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))


# calendars


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "元日"),
        ("2026-02-11", "建国記念の日"),
        ("2026-05-05", "こどもの日"),
        ("2026-05-06", "振替休日"),
        ("2026-09-22", "国民の休日"),
        ("2026-11-03", "文化の日"),
        ("2026-11-23", "勤労感謝の日"),
        ("2026-12-30", "年末"),
        ("2026-08-14", "お盆"),
        ("2026-05-01", "ゴールデンウィーク"),
    ],
)
def test_japanese_sites_rest(day, name):
    assert name
    assert not HAMAMATSU.works_on(date.fromisoformat(day))
    assert not KITAKAMI.works_on(date.fromisoformat(day))


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-06", "Heilige Drei Könige"),
        ("2026-04-03", "Karfreitag"),
        ("2026-05-01", "Tag der Arbeit"),
        ("2026-06-04", "Fronleichnam"),
        ("2027-11-01", "Allerheiligen"),
        ("2026-12-24", "Heiligabend"),
        ("2026-12-25", "Weihnachten"),
    ],
)
def test_german_site_rests_on_the_holidays_of_its_own_land(day, name):
    assert name
    assert not LUDWIGSBURG.works_on(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2026-11-03", "2026-11-23", "2026-07-20", "2026-08-14"])
def test_german_site_works_on_japanese_holidays(day):
    assert LUDWIGSBURG.works_on(date.fromisoformat(day))


@given(DAYS)
def test_nobody_works_by_calendar_at_the_weekend(day):
    if day.weekday() > 4:
        assert not any(site.works_on(day) for site in SITES)


@given(DAYS, st.integers(0, 29 * 3600))
def test_local_second_of_a_day_is_the_instant_that_the_zone_says(day, second):
    instant = utc(day, second, HAMAMATSU)
    local = instant.astimezone(ZoneInfo("Asia/Tokyo")).replace(tzinfo=None)
    assert local == datetime.combine(day, datetime.min.time()) + timedelta(seconds=second)


def test_german_summer_time_is_known():
    assert LUDWIGSBURG.utc_offset(date(2026, 7, 1)) == 7200
    assert LUDWIGSBURG.utc_offset(date(2026, 1, 1)) == 3600


@given(DAYS, st.integers(0, 30))
def test_months_before_is_a_day_of_that_month(day, months):
    found = months_before(day, months)
    assert (day.year * 12 + day.month) - (found.year * 12 + found.month) == months
    assert found.day <= 28


def test_days_are_all_days_without_the_last():
    assert list(days(date(2026, 2, 27), date(2026, 3, 2))) == [date(2026, 2, 27), date(2026, 2, 28), date(2026, 3, 1)]


@given(DAYS, st.integers(2, 24))
def test_moments_of_the_story_are_in_order_whatever_the_day(today, months):
    moments = reckon(today, months)
    assert moments.start < moments.handover[0] < moments.handover[1]
    assert moments.notice < moments.evenings[0] < moments.evenings[1] < moments.evenings[2] < today < moments.leaves
    assert moments.start <= moments.skewed[0] < moments.skewed[1] < moments.silent_day
    assert moments.silent_day <= moments.doubled_day  # after Golden Week one day may be both, on two servers
    assert [day.weekday() for day in moments.evenings] == [4, 5, 0]
    assert (moments.leaves + timedelta(days=1)).day == 1


# chance


def test_streams_of_chance_do_not_disturb_each_other():
    first, again = dice(7, "a"), dice(7, "a")
    assert [first.random() for _ in range(5)] == [again.random() for _ in range(5)]
    assert dice(7, "a").random() != dice(7, "b").random() != dice(8, "b").random()


def test_counts_are_heavy_tailed_around_their_median():
    rng = Random(1)  # noqa: S311  # repeatable
    counts = [heavy(rng, 20) for _ in range(4000)]
    assert 18 < median(counts) < 22
    assert mean(counts) > median(counts)
    assert max(counts) > 5 * median(counts)
    assert min(counts) >= 0


def test_popularity_is_zipf():
    weights = zipf(1000)
    shares = [weights[0], *(b - a for a, b in pairwise(weights))]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] / shares[98] == pytest.approx(50)


@given(st.lists(st.integers(), unique=True, max_size=10), st.integers(0, 20))
def test_some_are_different_members(pool, count):
    found = some(dice(7, "some"), pool, count)
    assert len(found) == len(set(found)) == min(count, len(pool))
    assert set(found) <= set(pool)


# files of logs


def test_log_begins_a_file_every_month_and_counts_its_lines(tmp_path):
    log = MonthlyFile(tmp_path / "x", stem="a", ending="csv", encoding="cp932", header="日時\r\n")
    assert log.write(date(2026, 1, 31), ["①\r\n", "髙\r\n"]) == 2
    log.write(date(2026, 2, 1), ["～\r\n"])
    assert log.write_bytes(date(2026, 2, 1), b"\x81\r\n") == 3
    log.close()
    assert log.lines == {"a-2026-01.csv": 2, "a-2026-02.csv": 2}
    assert (tmp_path / "x/a-2026-01.csv").read_bytes().decode("cp932") == "日時\r\n①\r\n髙\r\n"


def test_what_happens_past_midnight_belongs_to_the_next_days_file():
    today, late = overflow([(10, "a"), (SECONDS_A_DAY + 5, "b"), (SECONDS_A_DAY - 1, "c")])
    assert (today, late) == ([(10, "a"), (SECONDS_A_DAY - 1, "c")], [(5, "b")])


def test_clock_texts_are_those_of_the_seconds():
    assert (HMS[0], HMS[3661], HMS[-1], len(HMS)) == ("00:00:00", "01:01:01", "23:59:59", SECONDS_A_DAY)


@pytest.mark.parametrize(("events", "files"), [(100, 60), (60_000, 1_000), (1_000_000, 5_000), (10**8, 5_000)])
def test_planted_files_are_five_thousand_and_fewer_in_a_small_log(events, files):
    assert planted_files(events) == files


# people


def test_names_are_common_ones_and_never_two_on_one_account(demo):
    accounts = [row["アカウント(AD)"] for row in demo.people]
    assert len(set(accounts)) == len(accounts)
    assert all(re.fullmatch(r"[a-z]+\.[a-z]\d*", account) for account in accounts)


def test_german_names_are_spelt_out_where_cp932_has_no_letter():
    name = names.german(dice(3, "x"), set())
    assert name.kana == ""
    name.in_cp932.encode("cp932")
    assert names.plain("Jürgen Größe Äöü") == "Juergen Groesse Aeoeue"


def test_second_person_of_a_name_gets_a_number():
    taken: set[str] = set()
    accounts = [names.japanese(Random(5), taken).account for _ in range(3)]  # noqa: S311
    assert accounts[1] == f"{accounts[0]}2"
    assert accounts[2] == f"{accounts[0]}3"


def test_marriage_changes_surname_and_account_and_keeps_the_given_name():
    before = Name(written="佐倉 灯里", kana="サクラ アカリ", romaji="Sakura Akari", account="sakura.a")
    after = names.renamed(before, "牧野", "マキノ", "makino")
    assert (after.written, after.kana, after.romaji, after.account) == (
        "牧野 灯里",
        "マキノ アカリ",
        "Makino Akari",
        "makino.a",
    )


def test_addresses_are_of_domains_that_cannot_exist(demo):
    assert all(row["メール"].endswith("@sorei.example") for row in demo.people)
    assert all(row["メール"].split("@")[0] == row["アカウント(AD)"] for row in demo.people)


def test_most_are_regular_and_the_board_is_the_board(demo):
    kinds = Counter(row["雇用区分"] for row in demo.people)
    assert kinds.most_common(1)[0][0] == "正社員"
    assert kinds["正社員"] > 0.55 * len(demo.people)
    assert kinds["役員"] >= 1


def test_staff_number_tells_the_kind_of_engagement(demo):
    letters = {"派遣社員": "H", "業務委託": "G", "顧問": "A", "出向受入": "S"}
    for row in demo.people:
        assert row["社員番号"][0] == letters.get(row["雇用区分"], "E")


def test_bosses_lead_to_the_president_without_a_circle(demo):
    boss = {row["社員番号"]: row["上司社員番号"] for row in demo.people}
    for number in boss:
        seen, at = set(), number
        while boss[at]:
            assert at not in seen
            seen.add(at)
            at = boss[at]


def test_units_form_a_tree_with_heads_that_exist(demo):
    rows = {row["所属コード"]: row for row in demo.table("units.csv")}
    assert set(rows) == set(UNITS)
    people = {row["社員番号"] for row in demo.people}
    for row in rows.values():
        assert not row["上位コード"] or row["上位コード"] in rows
        assert row["部門長社員番号"] in people


def test_sites_have_their_country_and_zone(demo):
    rows = {row["拠点コード"]: (row["国"], row["時間帯"]) for row in demo.table("sites.csv")}
    assert rows == {"HMM": ("JP", "Asia/Tokyo"), "KTK": ("JP", "Asia/Tokyo"), "LUD": ("DE", "Europe/Berlin")}


def test_roles_are_given_to_people_who_exist(demo):
    people = {row["社員番号"] for row in demo.people}
    rows = demo.table("roles.csv")
    assert rows
    assert {row["社員番号"] for row in rows} <= people


# native grammar


def test_winlogbeat_records_are_whole_and_their_fields_fit_their_event(demo):
    needed = {
        "4624": {"TargetUserName", "TargetLogonId", "LogonType", "IpAddress"},
        "4634": {"TargetUserName", "TargetLogonId", "LogonType"},
        "4663": {"SubjectLogonId", "ObjectName", "AccessMask", "HandleId", "ProcessId"},
        "5145": {"SubjectLogonId", "ShareName", "RelativeTargetName", "AccessMask", "IpAddress"},
    }
    seen = Counter()
    for line in demo.lines("fsde01"):
        log = json.loads(line)["winlog"]
        seen[log["event_id"]] += 1
        assert needed[log["event_id"]] <= set(log["event_data"])
        assert log["computer_name"] == "FSDE01.sorei.example"
    assert set(seen) == set(needed)


def test_file_access_has_a_logon_before_it_with_its_address(demo):
    logons = set()
    for line in demo.lines("fsde01"):
        log = json.loads(line)["winlog"]
        data = log["event_data"]
        if log["event_id"] == "4624":
            logons.add(data["TargetLogonId"])
            ipaddress.ip_address(data["IpAddress"])
        elif log["event_id"] == "4663":
            assert data["SubjectLogonId"] in logons


def test_german_server_is_quiet_on_german_holidays(demo):
    per_day = Counter(json.loads(line)["@timestamp"][:10] for line in demo.lines("fsde01"))
    assert per_day["2026-10-03"] <= max(per_day.values()) / 5  # Tag der Deutschen Einheit, a Saturday in 2026
    assert sum(per_day[f"2026-11-{day:02}"] for day in (3,)) > 0  # 文化の日 is an ordinary day there


def test_samba_lines_of_a_day_are_in_order_of_the_log_hosts_clock(demo):
    before = ("", "")
    for line in demo.lines("fs01"):
        day = line[line.index("smbd_audit: ") + 12 :][:10]
        clock = line[12:20]
        if day == before[0]:
            assert clock >= before[1]
        before = (day, clock)


def test_rename_and_deletion_are_announced_by_an_open_for_deletion(demo):
    announced, checked = set(), 0
    for line in demo.lines("fs01"):
        account, rest = line.split("|", 2)[1:]
        if "|create_file|ok|0x10000|file|open|" in rest:
            announced.add((account, rest.split("|open|")[1]))
        elif "|unlinkat|ok|" in rest:
            checked += 1
            assert (account, rest.split("|unlinkat|ok|")[1]) in announced
    assert checked > 0


def test_doors_have_eleven_columns_and_cards_keep_their_zeros(demo):
    for site in ("badge-hmm", "badge-ktk", "badge-lud"):
        rows = list(csv.reader(demo.lines(site)))
        assert {len(row) for row in rows} == {11}
        assert all(re.fullmatch(r"\d{10}", row[1]) for row in rows)
        assert {row[8] for row in rows} <= {"入室", "退室"}


def test_endpoint_log_tells_both_clocks_and_the_offset_between_them(demo):
    for row in csv.reader(demo.lines("endpoint")):
        own, world = (datetime.strptime(row[at], "%Y/%m/%d %H:%M:%S") for at in (1, 2))  # noqa: DTZ007
        hours = int(row[3].removeprefix("GMT").split(":")[0])
        assert own - world == timedelta(hours=hours)


def test_few_documents_are_opened_by_most_and_most_by_few(demo):
    counts = Counter(
        line.split("|open|")[1] for line in demo.lines("fs01") if "|0x120089|file|open|" in line and "|svc-" not in line
    )
    ordered = sorted(counts.values(), reverse=True)
    tenth = len(ordered) // 10
    assert sum(ordered[:tenth]) > 0.2 * sum(ordered)
    assert ordered[0] > 3 * median(ordered)


def test_another_seed_has_other_people_and_as_many(demo, tmp_path):
    other = simulate(tmp_path, people=60, months=2, events=3_000, seed=8)
    ours, theirs = ({row["氏名"] for row in rows} for rows in (demo.people, Demo(out=tmp_path, truth=other).people))
    assert other.people == demo.truth.people
    assert len(ours & theirs) < len(ours) / 4
    assert other.story["account"] != demo.truth.story["account"]


@pytest.mark.parametrize("months", [0, 1])
def test_history_too_short_for_the_story_is_refused(tmp_path, months):
    with pytest.raises(ValueError, match="two months"):
        simulate(tmp_path, people=60, months=months)
