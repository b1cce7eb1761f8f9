"""What is planted, scene by scene: the story's plan, the innocent bulk, and the defects of the logs."""

import json
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from kuramori_lake.simulator import samba, story
from kuramori_lake.simulator.calendars import DAY, HAMAMATSU, days
from kuramori_lake.simulator.company import TESTING
from kuramori_lake.simulator.confusers import Confusers
from kuramori_lake.simulator.dice import dice
from kuramori_lake.simulator.filing import SECRET_FOLDER
from kuramori_lake.simulator.ordinary import HOUR
from kuramori_lake.simulator.story import BASELINE_DAYS, STICK
from kuramori_lake.simulator.tests.conftest import PLANTED
from kuramori_lake.simulator.traps import SKEW_SECONDS, Traps

OPENED = f"|create_file|ok|{samba.READ}|file|open|"


def read(log, account):
    return [text.split(OPENED)[1] for _, text in log.entries if text.startswith(f"{account}|") and OPENED in text]


def dice_of(scene, day):
    return dice(scene.seed, "test", day)


def lines_of(scene, tmp_path, name, day):
    scene.files[name].close()
    return (tmp_path / "logs" / name / scene.files[name].name(day)).read_bytes().splitlines()


# the story


@pytest.fixture
def plot(scene):
    return story.plan(scene)


def test_every_planted_drawing_is_read_on_one_evening_only(plot, books):
    drawings = set(books.secret.below(SECRET_FOLDER))
    per_evening = [{document for document in one.documents if document in drawings} for one in plot.evenings]
    assert sum(map(len, per_evening)) == len(set().union(*per_evening)) == PLANTED


def test_evenings_share_the_drawings_as_the_story_says(plot, books):
    counts = [sum(path.startswith(books.secret.root) for _, path in one.documents) for one in plot.evenings]
    assert counts == [int(PLANTED * 0.37), int(PLANTED * 0.45), PLANTED - int(PLANTED * 0.37) - int(PLANTED * 0.45)]


def test_a_few_of_his_own_documents_are_among_them(plot, scene, moments):
    own, _ = scene.areas_of(plot.culprit, moments.today)
    for evening in plot.evenings:
        mine = [path for _, path in evening.documents if path.startswith(own.root)]
        assert len(mine) == int((len(evening.documents) - len(mine)) * 0.04)


@pytest.mark.parametrize(("place", "first", "last"), [(0, 20.6, 23.8), (1, 14.2, 19.4), (2, 20.2, 23.4)])
def test_hours_of_the_evenings(plot, place, first, last):
    assert (plot.evenings[place].first, plot.evenings[place].last) == (int(first * HOUR), int(last * HOUR))


def test_he_stays_until_he_has_finished(plot, scene):
    for evening in plot.evenings:
        assert scene.stays_until[plot.culprit.number, evening.day] == evening.last + 1500


def test_drawings_are_opened_and_fetched_folder_by_folder(plot, scene):
    evening = plot.evenings[0]
    plot.happen(evening.day)
    entries = scene.samba["fs01"].entries
    account = plot.culprit.account_on(evening.day)
    assert read(scene.samba["fs01"], account) == [path for _, path in evening.documents]
    kinds = Counter(text.split("|")[4] for _, text in entries)
    assert kinds["pread_send"] == evening.opens == len(evening.documents)
    assert kinds["connect"] == kinds["disconnect"] == 1
    folders = [path.rpartition("/")[0] for _, path in evening.documents]
    changes = 1 + sum(one != other for one, other in pairwise(folders))
    assert sum("|dir|open|" in text for _, text in entries) == changes


def test_everything_of_an_evening_happens_within_it(plot, scene):
    for evening in plot.evenings:
        plot.happen(evening.day)
        seconds = [second for second, _ in scene.samba["fs01"].entries]
        assert evening.first - 20 <= min(seconds) <= max(seconds) <= evening.last + 30
        scene.samba["fs01"].entries.clear()


@pytest.mark.parametrize(
    ("place", "copies", "pages"), [(0, 0, 0), (1, 3, 0), (2, None, 3)], ids=["Friday", "Saturday", "Monday"]
)
def test_copies_of_an_evening(plot, scene, place, copies, pages):
    evening = plot.evenings[place]
    plot.happen(evening.day)
    rows = [text for _, _, text in scene.endpoints.entries]
    copied = [row for row in rows if "ファイルコピー" in row]
    expected = min(212, len(evening.documents) // 2) if copies is None else copies
    assert len(copied) == evening.copied == expected
    assert all(STICK[1] in row and row.startswith("警戒\n") for row in copied)
    assert evening.printed_pages == pages


def test_archives_of_saturday_are_large_and_mondays_files_bear_their_own_names(plot, scene):
    _, saturday, monday = plot.evenings
    plot.happen(saturday.day)
    archives = [text.split("\n")[1].split(",") for _, _, text in scene.endpoints.entries if "ファイルコピー" in text]
    assert all(row[4].endswith(".zip") and int(row[7]) > 2 * 10**9 for row in archives)
    scene.endpoints.entries.clear()
    plot.happen(monday.day)
    names = {path.rpartition("/")[2] for _, path in monday.documents}
    singles = [text.split("\n")[1].split(",") for _, _, text in scene.endpoints.entries if "ファイルコピー" in text]
    assert all(int(row[7]) < 10**7 for row in singles)
    assert {row[4].replace("ü", "ue") for row in singles} <= names


def test_stick_is_plugged_before_and_pulled_after_copying(plot, scene):
    plot.happen(plot.evenings[1].day)
    ordered = [text.split("\n")[1].split(",")[3] for _, _, text in sorted(scene.endpoints.entries)]
    assert ordered == ["接続", "ファイルコピー", "ファイルコピー", "ファイルコピー", "切断"]


def test_gate_is_passed_by_the_story_only_on_the_day_off(plot, scene):
    for evening in plot.evenings:
        plot.happen(evening.day)
        passages = [text.split(",")[7] for _, text in scene.badges["HMM"].entries]
        assert passages == ([] if HAMAMATSU.works_on(evening.day) else ["入室", "入室", "退室"])
        scene.badges["HMM"].entries.clear()


def test_other_days_have_nothing_of_the_story(plot, scene, moments):
    for day in days(moments.start, moments.today):
        if day not in moments.evenings:
            plot.happen(day)
    assert not scene.samba["fs01"].entries
    assert not scene.endpoints.entries


def test_expectation_adds_up(plot):
    for evening in plot.evenings:
        plot.happen(evening.day)
    told = plot.expected()
    assert told["opens"] == sum(one["opens"] for one in told["evenings"])
    assert told["distinct_secret_documents"] == PLANTED
    assert told["outside_own_area"] == round(PLANTED / told["distinct_documents"], 4)
    assert told["usb"]["files_copied"] == sum(one["copied_to_usb"] for one in told["evenings"])
    assert told["printed_pages"] == 3
    assert [one["from"] for one in told["evenings"]] == ["20:36", "14:12", "20:12"]
    assert [one["until"] for one in told["evenings"]] == ["23:48", "19:24", "23:24"]


def test_usual_is_the_median_of_distinct_documents_before_the_first_evening(plot, scene):
    first, culprit = plot.evenings[0].day, plot.culprit
    colleague = scene.company.staff(culprit.unit.code)[0]
    for before, paths in ((1, "abc"), (BASELINE_DAYS, "abcde"), (2, "aaab"), (BASELINE_DAYS + 1, "a" * 9), (0, "ab")):
        for path in paths:
            scene.remember(culprit, first - before * DAY, path)
    for path in "abcd":
        scene.remember(colleague, first - DAY, path)
    usual = plot.expected()["usual"]
    assert (usual["own_median_a_day"], usual["own_most_a_day"]) == (3, 5)
    assert (usual["team_median_a_day"], usual["team_most_a_day"]) == (4, 4)
    assert usual["team_size"] == len(scene.company.staff(culprit.unit.code)) - 1


def test_usual_of_somebody_who_read_nothing_is_nothing(plot):
    assert plot.expected()["usual"]["own_median_a_day"] == 0
    assert plot.expected()["usual"]["team_most_a_day"] == 0


# the innocent


@pytest.fixture
def confusers(scene):
    return Confusers(scene)


def test_handover_is_on_working_days_and_leaves_nothing_out(confusers, moments):
    assert all(HAMAMATSU.works_on(day) for day in confusers.handover_days)
    assert moments.handover[0] <= confusers.handover_days[0] <= confusers.handover_days[-1] <= moments.handover[1]
    for day in confusers.handover_days:
        confusers.happen(day)
    assert confusers.done["handover_files"] == PLANTED == len(confusers.handover)


def test_handed_over_files_are_read_fetched_and_put_into_one_folder(confusers, scene):
    day = confusers.handover_days[0]
    confusers._hand_over(dice_of(scene, day), day)
    entries = [text for log in scene.samba.values() for _, text in log.entries]
    made = [text for text in entries if "|file|create|" in text]
    assert len(entries) == 4 * len(made)
    root = scene.library.areas[TESTING].root
    assert all(f"|{root}/引継ぎ_{day.year}/" in text for text in made)


def test_handing_over_is_done_in_office_hours(confusers, scene):
    day = confusers.handover_days[0]
    confusers._hand_over(dice_of(scene, day), day)
    seconds = [second for log in scene.samba.values() for second, _ in log.entries]
    assert 10 * HOUR <= min(seconds) <= max(seconds) <= 17 * HOUR
    assert scene.stays_until[scene.company.retiree, day] == int(17.6 * HOUR)


def test_successor_looks_for_three_weeks_and_not_longer(confusers, scene):
    successor = scene.company.person(scene.company.successor)
    end = confusers.handover_days[-1]
    looked = []
    for after in range(30):
        day = end + after * DAY
        confusers._look_through(dice_of(scene, day), day)
        found = [path for log in scene.samba.values() for path in read(log, successor.account_on(day))]
        if found:
            looked.append(after)
            assert set(found) <= {path for _, path in confusers.handover}
        for log in scene.samba.values():
            log.entries.clear()
    assert looked
    assert min(looked) >= 1
    assert max(looked) <= 21
    assert all(HAMAMATSU.works_on(end + after * DAY) for after in looked)


@pytest.mark.parametrize(("day", "times"), [("2026-10-18", 5), ("2026-10-19", 1)], ids=["Sunday", "Monday"])
def test_backup_reads_five_times_as_much_on_sundays(confusers, scene, day, times):
    confusers.happen(date.fromisoformat(day))
    reads = scene.budget.service_reads * times
    assert confusers.done["backup_reads"] == 2 * reads
    assert confusers.done["index_reads"] == 2 * (reads // 2)


def test_services_read_only_what_is_on_that_server(confusers, scene):
    confusers.happen(date(2026, 10, 18))
    for host, log in scene.samba.items():
        documents = {path for _, path in scene.library.documents_on(host)}
        assert {text.split(OPENED)[1] for _, text in log.entries if text.startswith("svc-")} <= documents


def test_services_run_before_anybody_comes(confusers, scene):
    confusers.happen(date(2026, 10, 18))
    hours = {"svc-backup": (1, 3), "svc-index": (4, 6)}
    for log in scene.samba.values():
        for second, text in log.entries:
            first, last = hours[text.split("|")[0]]
            assert first * HOUR <= second < last * HOUR


def test_drawings_are_written_out_twice_a_quarter_by_the_draughtsman(confusers, scene, moments):
    for day in days(moments.start, moments.today):
        if day.month in {2, 5, 8, 11} and 5 <= day.day < 12 and HAMAMATSU.works_on(day):
            confusers._batch_export(dice_of(scene, day), day)
    per_month = Counter((day.year, day.month) for day in confusers.export_days)
    assert set(per_month.values()) == {2}
    assert {month for _, month in per_month} == {2, 5, 8, 11}
    assert confusers.done["batch_export_files"] == len(confusers.export_days) * (PLANTED // 9)


# the defects


@pytest.fixture
def traps(scene):
    return Traps(scene)


@pytest.mark.parametrize(("day", "cards"), [(14, 0), (15, 1), (16, 0)])
def test_strange_card_comes_once_a_month(traps, scene, day, cards):
    traps.close_day(date(2026, 6, day))
    assert traps.refused_cards == cards


def test_strange_card_is_shown_at_night_at_a_japanese_server_room(traps, scene):
    traps._strange_card(dice_of(scene, date(2026, 6, 15)))
    (second, row), *others = scene.badges["HMM"].entries + scene.badges["KTK"].entries
    assert not others
    assert 2 * HOUR <= second < 5 * HOUR
    assert row.startswith("0099999999,,,,")
    assert "サーバ室" in row


def test_first_forty_lines_of_the_doubled_day_come_twice(traps, scene, moments, tmp_path):
    scene.samba["fs01"].entries += [(second, f"line {second}") for second in range(100)]
    traps.close_day(moments.doubled_day)
    counts = Counter(lines_of(scene, tmp_path, "fs01", moments.doubled_day))
    assert Counter(counts.values()) == {2: 40, 1: 60}
    assert traps.doubled == 40


@pytest.mark.parametrize("shift", [-1, 0, 4, 5])
def test_clock_of_one_server_is_ahead_on_five_days(traps, scene, moments, tmp_path, shift):
    day = moments.skewed[0] + shift * DAY
    for log in scene.samba.values():
        log.entries.append((HOUR, "x"))
    traps.close_day(day)
    clocks = {name: lines_of(scene, tmp_path, name, day)[0].decode()[-10:-2] for name in ("fs01", "fs02")}
    assert clocks == {"fs01": "01:00:00", "fs02": "01:07:17" if 0 <= shift <= 4 else "01:00:00"}


def test_silent_day_writes_nothing_on_one_server(traps, scene, moments, tmp_path):
    for log in scene.samba.values():
        log.entries.append((HOUR, "x"))
    traps.close_day(moments.silent_day)
    assert scene.files["fs02"].lines == {}
    assert len(lines_of(scene, tmp_path, "fs01", moments.silent_day)) == 1


@pytest.fixture
def broken(traps, moments):
    traps.close_day(moments.doubled_day + DAY)
    return traps


def test_names_with_the_separator_are_two(broken):
    assert [path.rpartition("/")[2] for path in broken.pipe_names] == ["A|B比較.xlsx", "上型|下型_合わせ面.dwg"]


def test_cut_lines_end_inside_a_letter(broken, scene, tmp_path, moments):
    assert len(broken.cut) == 3
    raw = lines_of(scene, tmp_path, "fs01", moments.doubled_day + DAY)
    for one in broken.cut:
        line = raw[one["line"] - 1]
        assert len(line) == 1023
        with pytest.raises(UnicodeDecodeError):
            line.decode()


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("fs01", "ends before the operation"),
        ("fs02", "no mask and path"),
        ("fsde01", "JSON cut"),
        ("badge-ktk", "not CP932, too few columns"),
    ],
)
def test_each_format_has_a_line_that_cannot_be_read(broken, scene, tmp_path, source, why):
    (one,) = [told for told in broken.rejects if told["source"] == source]
    assert one["why"] == why
    line = lines_of(scene, tmp_path, source, scene.moments.doubled_day + DAY)[one["line"] - 1]
    if source == "fsde01":
        with pytest.raises(json.JSONDecodeError):
            json.loads(line)
    elif source == "badge-ktk":
        with pytest.raises(UnicodeDecodeError):
            line.decode("cp932")
    else:
        assert line.decode().count("|") < 8


def test_traps_are_told_with_their_days(broken, moments):
    told = broken.told()
    assert told["silent_day"] == {"source": "fs02", "day": moments.silent_day.isoformat()}
    assert told["clock_skew"]["seconds"] == SKEW_SECONDS
    assert told["renamed_account"]["since"] == moments.renaming.isoformat()
    assert told["renamed_account"]["before"] != told["renamed_account"]["after"]
    assert json.loads(json.dumps(told)) == told
