"""Each confuser and each trap is in the raw logs as the truth tells it; the story's numbers can be counted again."""

import json
import re
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from statistics import median

import pytest

OPENED = "|create_file|ok|0x120089|file|open|"
STAMP = re.compile(
    r"^<173>(\w{3}) ([ \d]\d) (\d\d:\d\d:\d\d) smbd_audit: (\d{4}/\d\d/\d\d) (\d\d:\d\d:\d\d)\|([^|]*)\|"
)


def deeds(demo, name):
    """Day, clock, account and rest of each line of a Samba server."""
    for line in demo.lines(name):
        found = STAMP.match(line)
        if found:
            yield found[4].replace("/", "-"), found[5], found[6], line[found.end() :]


def read_by(demo, account):
    """Day, clock and path of each file that an account opened for reading on fs01."""
    return [
        (day, clock, rest.split(OPENED)[1])
        for day, clock, who, rest in deeds(demo, "fs01")
        if who == account and OPENED in rest
    ]


def made_by(demo, account, folder):
    """Day and clock of each file that an account made in such a folder on fs01."""
    return [
        (day, clock)
        for day, clock, who, rest in deeds(demo, "fs01")
        if who == account and folder in rest and "|create|" in rest
    ]


# the story


@pytest.fixture(scope="module")
def story_opens(demo):
    return read_by(demo, demo.truth.story["account"])


def test_opens_and_documents_of_each_evening_are_those_of_the_log(demo, story_opens):
    for evening in demo.truth.story["evenings"]:
        begin, end = evening["from"] + ":00", evening["until"] + ":59"
        found = [path for day, clock, path in story_opens if day == evening["day"] and begin <= clock <= end]
        assert len(found) == evening["opens"]
        assert len(set(found)) == evening["distinct_documents"]


def test_sums_of_the_story_add_up(demo):
    story = demo.truth.story
    assert story["opens"] == sum(one["opens"] for one in story["evenings"])
    assert story["usb"]["files_copied"] == sum(one["copied_to_usb"] for one in story["evenings"])
    assert story["distinct_secret_documents"] <= story["distinct_documents"] <= story["opens"]


def test_own_usual_number_is_the_median_of_the_sixty_days_before(demo, story_opens):
    story = demo.truth.story
    first = date.fromisoformat(story["usual"]["until"])
    per_day = defaultdict(set)
    for day, _, path in story_opens:
        if first - timedelta(days=story["usual"]["days"]) <= date.fromisoformat(day) < first:
            per_day[day].add(path)
    counts = [len(paths) for paths in per_day.values()] or [0]
    assert abs(median(counts) - story["usual"]["own_median_a_day"]) <= 2  # other shares and writes count there, too


def test_evenings_are_far_above_his_own_and_his_teams_usual(demo):
    usual = demo.truth.story["usual"]
    for evening in demo.truth.story["evenings"][:2]:
        assert evening["distinct_documents"] > 3 * max(usual["own_most_a_day"], usual["team_median_a_day"])


def test_evenings_are_a_friday_its_saturday_and_the_monday(demo):
    days = [date.fromisoformat(one["day"]) for one in demo.truth.story["evenings"]]
    assert [day.weekday() for day in days] == [4, 5, 0]
    assert demo.truth.story["notice"] < days[0].isoformat()


def test_stick_of_the_story_is_in_the_endpoint_log_on_two_evenings_and_nowhere_else(demo):
    usb = demo.truth.story["usb"]
    rows = [line for line in demo.lines("endpoint") if usb["serial"] in line]
    copies = [row for row in rows if "コピー" in row]
    assert len(copies) == usb["files_copied"]
    days = {datetime.strptime(row.split(",")[1][:10], "%Y/%m/%d").date().isoformat() for row in rows}  # noqa: DTZ007
    assert days == {one["day"] for one in demo.truth.story["evenings"][1:]}


def test_almost_nothing_is_printed(demo):
    rows = [line for line in demo.lines("endpoint") if "引継書.docx" in line and "印刷" in line]
    assert sum(int(row.split(",")[-1]) for row in rows) == demo.truth.story["printed_pages"]


def test_on_saturday_he_came_through_the_gate(demo):
    saturday = demo.truth.story["evenings"][1]["day"].replace("-", "/")
    passages = [
        line for line in demo.lines("badge-hmm") if line.startswith(saturday) and demo.truth.story["person"] in line
    ]
    assert ["入室" in line for line in passages] == [True, True, False]


def test_secret_of_the_story_lies_where_he_read(demo):
    place = demo.truth.story["secret"]["places"][0]
    assert place.startswith("\\\\fs01\\")
    assert demo.truth.story["secret_path"].endswith(place.rpartition("\\")[2])


# the confusers


def test_backup_and_index_accounts_read_at_night_from_one_machine(demo):
    told = demo.truth.confusers
    accounts = {one["account"]: one for one in demo.truth.service_accounts}
    counts = Counter()
    for server in ("fs01", "fs02"):
        for _, clock, who, rest in deeds(demo, server):
            if who in accounts:
                counts[who] += 1
                assert rest.startswith(f"{accounts[who]['ip']}|")
                assert "01:00:00" <= clock < "06:10:00"
    silent = sum(counts.values())
    assert 0 < silent <= told["backup_reads"] + told["index_reads"]
    assert min(counts.values()) > 0


def test_service_accounts_have_a_purpose_and_somebody_who_answers_for_them(demo):
    numbers = {row["社員番号"] for row in demo.people}
    for account in demo.truth.service_accounts:
        assert account["purpose"]
        assert account["keeper"] in numbers
        assert account["account"].startswith("svc-")
    assert not {row["アカウント(AD)"] for row in demo.people} & {one["account"] for one in demo.truth.service_accounts}


def account_of(demo, number):
    return next(row["アカウント(AD)"] for row in demo.people if row["社員番号"] == number)


def test_retiree_hands_over_as_many_files_as_told_on_working_days_in_working_hours(demo):
    handover = demo.truth.confusers["handover"]
    account = account_of(demo, handover["person"])
    rows = made_by(demo, account, "/引継ぎ_")
    assert len(rows) == demo.truth.confusers["handover_files"] > 0
    for day, clock in rows:
        assert handover["from"] <= day <= handover["until"]
        assert date.fromisoformat(day).weekday() < 5
        assert "10:00:00" <= clock <= "17:00:01"


def test_handover_was_agreed_by_the_boss_and_has_a_successor(demo):
    handover = demo.truth.confusers["handover"]
    rows = {row["社員番号"]: row for row in demo.people}
    assert rows[handover["person"]]["上司社員番号"] == handover["agreed_by"]
    assert handover["successor"] in rows
    assert handover["person"] != demo.truth.story["person"]


def test_successor_opens_what_was_handed_over(demo):
    handover = demo.truth.confusers["handover"]
    since, until = handover["from"], handover["until"]
    given = {path for day, _, path in read_by(demo, account_of(demo, handover["person"])) if since <= day <= until}
    later = {path for day, _, path in read_by(demo, account_of(demo, handover["successor"])) if day > until}
    assert given & later


def test_quarters_drawings_are_exported_by_their_draughtsman_on_the_days_told(demo):
    export = demo.truth.confusers["batch_export"]
    account = account_of(demo, export["person"])
    days = [day for day, _ in made_by(demo, account, "/出図_")]
    assert sorted(set(days)) == sorted(export["days"])
    assert len(days) == demo.truth.confusers["batch_export_files"]


def test_there_are_leavers_newcomers_and_a_change_of_role_beside_the_story(demo):
    cast, rows = demo.truth.cast, {row["社員番号"]: row for row in demo.people}
    assert len(cast["leavers"]) >= 2
    assert len(cast["newcomers"]) >= 1
    for number in cast["leavers"]:
        assert rows[number]["退職予定日"]
    for number in cast["newcomers"]:
        assert rows[number]["入社日"].replace("/", "-") >= demo.truth.start
    assert cast["role_change"]["person"] in rows


# the traps


def test_skewed_clock_runs_ahead_of_the_log_hosts_on_the_days_told_only(demo):
    skew = demo.truth.traps["clock_skew"]
    inside, outside = set(), set()
    for line in demo.lines(skew["source"]):
        found = STAMP.match(line)
        ahead = datetime.strptime(found[5], "%H:%M:%S") - datetime.strptime(found[3], "%H:%M:%S")  # noqa: DTZ007
        day = found[4].replace("/", "-")
        if found[5] != "23:59:59":
            (inside if skew["from"] <= day <= skew["until"] else outside).add(int(ahead.total_seconds()))
    assert (inside, outside) == ({skew["seconds"]}, {0})


def test_silent_day_is_silent_on_one_server_and_not_on_the_other(demo):
    silent = demo.truth.traps["silent_day"]
    days = {server: {day for day, *_ in deeds(demo, server)} for server in ("fs01", "fs02")}
    assert silent["day"] not in days[silent["source"]]
    assert silent["day"] in days["fs01"]


def test_lines_that_no_parser_can_read_are_where_the_truth_says(demo):
    kinds = Counter(one["source"] for one in demo.truth.traps["rejects"])
    assert set(kinds) == {"fs01", "fs02", "fsde01", "badge-ktk"}
    for one in demo.truth.traps["rejects"] + demo.truth.traps["cut_lines"]:
        path = demo.out / "logs" / one["source"] / one["file"]
        assert path.read_bytes().count(b"\n") >= one["line"]
        assert one["why"]


def test_cut_lines_lost_their_end_at_the_relays_limit(demo):
    assert len(demo.truth.traps["cut_lines"]) == 3
    for one in demo.truth.traps["cut_lines"]:
        raw = (demo.out / "logs" / one["source"] / one["file"]).read_bytes().split(b"\n")[one["line"] - 1]
        assert len(raw) == 1023
        assert raw.decode(errors="ignore").count("とても長い名前のフォルダ") < 40  # forty were in the name


def test_names_with_the_separator_in_them_are_in_the_log(demo):
    text = "\n".join(demo.lines("fs01"))
    assert len(demo.truth.traps["names_with_pipe"]) == 2
    for name in demo.truth.traps["names_with_pipe"]:
        assert "|" in name.rpartition("/")[2]
        assert f"|{name}" in text


def test_unknown_card_was_refused_as_often_as_told(demo):
    told = demo.truth.traps["unknown_card"]
    rows = [line for site in ("badge-hmm", "badge-ktk") for line in demo.lines(site) if told["card"] in line]
    assert len(rows) == told["times"] > 0
    assert all("拒否" in row and "未登録カード" in row for row in rows)


def test_truth_on_disk_is_the_truth(demo):
    assert json.loads((demo.out / "truth.json").read_text(encoding="utf-8")) == demo.truth.as_json()
    assert demo.truth.path == demo.out / "truth.json"
