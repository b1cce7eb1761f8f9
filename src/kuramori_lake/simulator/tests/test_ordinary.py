"""An ordinary day: who comes, when, how much they open by role, weekday and season, and what they leave in the logs."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import mean

import pytest

from kuramori_lake.simulator import ordinary, samba
from kuramori_lake.simulator.calendars import DAY, HAMAMATSU, LUDWIGSBURG, SITES
from kuramori_lake.simulator.company import ACCOUNTING, PERSONNEL
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.ordinary import _LAST_GATE, HOUR, OrdinaryDays, _office_second, _season
from kuramori_lake.simulator.stage import Budget, planted_files
from kuramori_lake.simulator.tests.conftest import TODAY

TUESDAY, SATURDAY, CULTURE_DAY = date(2026, 10, 20), date(2026, 10, 24), date(2026, 11, 3)


def somebody(company, code):
    return company.staff(code)[-1]


def opens(entries):
    """Account of every file opened for reading."""
    return Counter(text.split("|")[0] for _, text in entries if f"|{samba.READ}|file|open|" in text and "|ok|" in text)


@pytest.fixture
def tuesday(scene):
    OrdinaryDays(scene).live(TUESDAY)
    return scene


# seasons and hours


@pytest.mark.parametrize(
    ("weekday", "factor"), [(0, 1.12), (1, 1.05), (2, 1.0), (3, 0.98), (4, 0.88), (5, 0.5), (6, 0.5)]
)
def test_weekdays_fall_off_towards_the_weekend(company, weekday, factor):
    monday = date(2026, 10, 5)
    assert _season(somebody(company, "3210"), monday + weekday * DAY) == factor


@pytest.mark.parametrize(
    ("unit", "day", "factor"),
    [
        (ACCOUNTING, "2026-09-30", 2.4), (ACCOUNTING, "2026-09-26", 2.4), (ACCOUNTING, "2026-09-25", 1.0),
        (ACCOUNTING, "2026-10-30", 1.0), ("2100", "2026-12-30", 2.4), ("5200", "2026-03-31", 2.4),
        ("3210", "2026-09-30", 1.0), (PERSONNEL, "2026-09-30", 1.0), (ACCOUNTING, "2028-02-29", 1.0),
    ],
)  # fmt: skip
def test_last_five_days_of_a_quarter_are_busy_for_books_and_sales_only(company, unit, day, factor):
    day = date.fromisoformat(day)
    assert _season(somebody(company, unit), day) == pytest.approx(ordinary._WEEKDAY[day.weekday()] * factor)


def test_office_hours_have_a_lunch_break_and_a_short_evening():
    rng = dice(1, "hours")
    hours = Counter(_office_second(rng) // HOUR for _ in range(20_000))
    assert min(hours) >= 8
    assert max(hours) <= 20
    assert hours[12] == 0
    assert hours[9] > hours[11] > 0
    assert sum(hours[hour] for hour in (18, 19, 20)) < 0.08 * 20_000


# who comes


def test_nearly_everybody_is_there_on_a_working_day(tuesday):
    came = {text.split(",")[1] for log in tuesday.badges.values() for _, text in log.entries}
    employed = [person.number for person in tuesday.company.people if person.employed_on(TUESDAY)]
    assert 0.88 < len(came) / len(employed) < 0.99
    assert came <= set(employed)


def test_nobody_comes_before_joining_or_after_leaving(scene):
    days = OrdinaryDays(scene)
    newcomer = scene.company.person(scene.company.newcomers[0])
    for day in (newcomer.career.joined - DAY, newcomer.career.joined - 2 * DAY):
        days.live(day)
    assert not [text for log in scene.badges.values() for _, text in log.entries if newcomer.number in text]


def test_seconded_people_leave_no_trace(tuesday):
    away = {person.number for person in tuesday.company.people if person.kind == "出向中"}
    assert away
    assert not away & {text.split(",")[1] for log in tuesday.badges.values() for _, text in log.entries}


def test_saturday_is_for_a_handful_of_regular_engineers(scene):
    OrdinaryDays(scene).live(SATURDAY)
    came = {text.split(",")[1] for log in scene.badges.values() for _, text in log.entries}
    people = [scene.company.person(number) for number in came]
    assert len(people) < 0.05 * len(scene.company.people)
    assert {person.unit.trade for person in people} <= {"design", "software", "lab", "shop"}
    assert {person.kind for person in people} <= {"正社員"}


def test_japanese_holiday_empties_the_japanese_sites_only(scene):
    OrdinaryDays(scene).live(CULTURE_DAY)
    counts = {code: len({text.split(",")[1] for _, text in log.entries}) for code, log in scene.badges.items()}
    assert counts["LUD"] > 30
    assert counts["HMM"] + counts["KTK"] < 12


# what they do


def test_designers_open_more_than_sales_and_sales_more_than_the_shop(scene):
    days = OrdinaryDays(scene)
    totals = defaultdict(list)
    trade = {person.account_on(TUESDAY): person.unit.trade for person in scene.company.people}
    for number in range(4):
        days.live(TUESDAY + number * DAY)
    for account, count in sum((opens(log.entries) for log in scene.samba.values()), Counter()).items():
        totals[trade[account]].append(count)
    assert mean(totals["design"]) > mean(totals["sales"]) > mean(totals["shop"])


def test_german_accounts_are_on_the_german_server_and_japanese_ones_are_not(tuesday):
    german = {p.name.account for p in tuesday.company.people if p.unit.site is LUDWIGSBURG}
    on_samba = {text.split("|")[0] for log in tuesday.samba.values() for _, text in log.entries}
    on_windows = {data.split('"TargetUserName":"')[1].split('"')[0] for _, (code, data) in tuesday.windows.entries
                  if code == "4624"}  # fmt: skip
    assert on_samba.isdisjoint(german)
    assert on_windows <= german


def test_entries_of_a_share_are_framed_by_connecting_and_leaving(tuesday):
    for log in tuesday.samba.values():
        connected = Counter(text for _, text in log.entries if "|connect|ok|" in text)
        left = Counter(text.replace("|disconnect|", "|connect|") for _, text in log.entries if "|disconnect|" in text)
        assert connected == left
        used = {tuple(text.split("|")[:4]) for _, text in log.entries}
        assert used == {tuple(text.split("|")[:4]) for text in connected}


def test_shares_are_logged_on_their_own_server(tuesday):
    shares = {server: {text.split("|")[3] for _, text in log.entries} for server, log in tuesday.samba.items()}
    assert shares["fs02"] == {"seizo"}
    assert shares["fs01"] <= {"kanri", "eigyo", "gijutsu"}


def test_only_the_development_share_is_audited_file_by_file(tuesday):
    for _, (code, data) in tuesday.windows.entries:
        if code == "4663":
            assert "\\\\Entwicklung\\\\" in data
    codes = Counter(code for _, (code, _) in tuesday.windows.entries)
    assert codes["5145"] > codes["4663"] > 0
    assert codes["4624"] == codes["4634"]


def test_everybody_goes_out_after_coming_in_before_the_clock_of_the_doors_ends(tuesday):
    for log in tuesday.badges.values():
        passages = defaultdict(list)
        for second, text in log.entries:
            passages[text.split(",")[1]].append((second, text.split(",")[7]))
        for found in passages.values():
            ordered = [direction for _, direction in sorted(found)]
            assert ordered[0] == "入室"
            assert ordered[-1] == "退室"
            assert ordered.count("入室") == ordered.count("退室")
            assert max(second for second, _ in found) <= _LAST_GATE


def test_gate_is_passed_before_the_first_file_and_after_the_last(tuesday):
    gate = {}
    for log in tuesday.badges.values():
        for second, text in log.entries:
            gate.setdefault(text.split(",")[1], []).append(second)
    by_account = {person.account_on(TUESDAY): person.number for person in tuesday.company.people}
    for log in tuesday.samba.values():
        for second, text in log.entries:
            if f"|{samba.READ}|" in text:
                seconds = gate[by_account[text.split("|")[0]]]
                assert min(seconds) <= second <= max(seconds)


def test_working_set_is_kept_for_the_month_and_new_in_the_next(scene):
    days, person = OrdinaryDays(scene), somebody(scene.company, "3210")
    days.live(TUESDAY)
    first = days._working_set(person, TUESDAY)
    assert days._working_set(person, TUESDAY + DAY) is first
    days.live(date(2026, 11, 2))
    assert days._working_set(person, date(2026, 11, 2)) != first


def test_working_set_is_mostly_the_own_area(scene):
    person = somebody(scene.company, "3300")
    own, projects = scene.areas_of(person, TUESDAY)
    found = OrdinaryDays(scene)._working_set(person, TUESDAY)
    assert sum(path.startswith(own.root) for _, path in found) == 70
    assert len(found) == 74 + (24 // len(projects)) * len(projects) if projects else 74


def test_sticks_of_the_company_are_handed_to_one_in_fourteen(scene):
    days = OrdinaryDays(scene)
    for number in range(12):
        days.live(TUESDAY + number * DAY)
    rows = [text.split(",") for _, _, text in scene.endpoints.entries if "貸与USBメモリ" in text]
    assert rows
    for row in rows:
        assert row[0].startswith("FALSE\n")
        assert int(row[6].removeprefix("SR").removesuffix("A")) % 14 == 0


def test_month_end_makes_accounting_print(scene):
    days = OrdinaryDays(scene)
    pcs = {person.pc.upper() for person in scene.company.staff(ACCOUNTING)}

    def printed(day):
        scene.endpoints.entries.clear()
        days.live(day)
        return sum("印刷操作" in text and text.split("\n")[1].split(",")[0] in pcs
                   for _, _, text in scene.endpoints.entries)  # fmt: skip

    usual = sum(printed(date(2026, 9, day)) for day in (7, 8, 9, 10))
    assert sum(printed(date(2026, month, 30)) for month in (6, 7, 9, 10)) > 2 * usual


def test_day_is_the_same_again(scene):
    days = OrdinaryDays(scene)
    days.live(TUESDAY)
    first = list(scene.samba["fs01"].entries)
    scene.samba["fs01"].entries.clear()
    OrdinaryDays(scene).live(TUESDAY)
    assert scene.samba["fs01"].entries == first


def test_planned_stay_brings_somebody_in_whatever_the_chance(scene):
    for person in scene.company.people:
        scene.stays_until[person.number, TUESDAY] = 20 * HOUR
    OrdinaryDays(scene).live(TUESDAY)
    came = {text.split(",")[1] for log in scene.badges.values() for _, text in log.entries}
    assert came == {person.number for person in scene.company.people if person.employed_on(TUESDAY)}
    last = {second for log in scene.badges.values() for second, text in log.entries if ",正面玄関,R2," in text}
    assert last == {20 * HOUR}


# how much in all


@pytest.mark.parametrize("events", [20_000, 100_000, 1_000_000])
def test_budget_is_divided_without_leaving_its_bounds(company, moments, events):
    budget = Budget.plan(events=events, company=company, moments=moments)
    assert budget.samba >= 0.02
    assert budget.windows >= 0.02
    assert 0 <= budget.inner_doors <= 1
    assert 0 < budget.badge_days <= 1
    assert budget.service_reads >= 1
    assert budget.planted == planted_files(events)


def test_more_events_mean_more_of_everything(company, moments):
    small, large = (Budget.plan(events=n, company=company, moments=moments) for n in (200_000, 1_000_000))
    for name in ("samba", "windows", "badge_days", "prints", "service_reads", "planted"):
        assert getattr(small, name) <= getattr(large, name), name


def test_areas_of_a_person_are_of_that_day(scene, moments):
    person = scene.company.person(scene.company.role_changer)
    before, _ = scene.areas_of(person, moments.role_change - DAY)
    after, _ = scene.areas_of(person, moments.role_change)
    assert (before.key, after.key) == (person.moved[0].code, person.unit.code)


def test_projects_are_worked_on_from_their_first_day(scene):
    for project in scene.company.projects:
        leader = scene.company.person(project.leader)
        keys = [{area.key for area in scene.areas_of(leader, day)[1]} for day in (project.start - DAY, project.start)]
        assert project.code not in keys[0]
        assert project.code in keys[1]


def test_document_is_on_the_server_of_its_share(scene):
    assert scene.server_of(("seizo", "x")).server == "fs02"
    assert scene.server_of(("kanri", "x")).server == "fs01"


def test_only_die_designers_are_counted_for_the_truth(scene):
    designer, other = somebody(scene.company, "3210"), somebody(scene.company, "3220")
    for path in ("a", "b", "a"):
        scene.remember(designer, TUESDAY, path)
    scene.remember(other, TUESDAY, "a")
    assert scene.designers_read == {designer.number: {TUESDAY: {"a", "b"}}}


def test_every_site_has_its_door_log_and_every_source_a_folder(scene, tmp_path):
    assert set(scene.badges) == {site.code for site in SITES}
    assert {path.name for path in (tmp_path / "logs").iterdir()} == set(scene.files)


def test_closing_a_day_empties_all_but_the_samba_servers(tuesday):
    tuesday.close_day(TUESDAY)
    assert not tuesday.windows.entries
    assert not tuesday.endpoints.entries
    assert not any(log.entries for log in tuesday.badges.values())
    assert all(log.entries for log in tuesday.samba.values())


def test_year_has_no_day_without_anybody_but_closing_days(scene):
    days = OrdinaryDays(scene)
    for number in range(7):
        day = TODAY - timedelta(days=30 - number)
        days.live(day)
        seen = any(log.entries for log in scene.badges.values())
        assert seen or not HAMAMATSU.works_on(day)
        for log in scene.badges.values():
            log.entries.clear()
