"""The study's cases: what the truth says is in the raw logs, neither more nor less (CASE-01 to CASE-11)."""

import json
from collections import Counter
from datetime import date
from hashlib import sha256

import pytest

from kuramori_lake.simulator import simulate
from kuramori_lake.simulator.cases import CASES, Strength, chosen
from kuramori_lake.simulator.cases.book import VAULTS

SMALL = {"people": 90, "months": 6, "events": 4_000}
FAST = {case.id: Strength.TENTH for case in CASES if case.id != "CASE-03"} | {"CASE-03": Strength.SLOW}


@pytest.fixture(scope="module")
def tried(tmp_path_factory):
    """A tiny company in which all cases are played at a tenth."""
    out = tmp_path_factory.mktemp("cases")
    return out, simulate(out, seed=3, cases=FAST, **SMALL)


def told(truth, name):
    return next(case for case in truth.cases if case["case"] == name)


def lines(out, truth, source):
    found = next(one for one in truth.sources if one["name"] == source)
    for file in found["files"]:
        yield from (out / file["path"]).read_text(encoding=found["encoding"], errors="replace").splitlines()


def test_every_case_is_cast_with_somebody_else_who_leaves(tried):
    _, truth = tried
    assert [case["case"] for case in truth.cases] == [f"CASE-{n:02d}" for n in range(1, 12)]
    people = [case["person"] for case in truth.cases]
    assert len(set(people)) == len(people)
    assert truth.story["person"] not in people
    assert not {one["person"] for one in truth.innocent_leavers} & {*people, truth.story["person"]}
    for case in truth.cases:
        assert truth.start < case["departure"] < truth.today
        assert case["detectable"] is (case["case"] != "CASE-02")
    assert told(truth, "CASE-02")["days"] == []


def test_documents_of_each_case_are_read_on_its_days_as_often_as_the_truth_says(tried):
    out, truth = tried
    opened = Counter()
    # A set, since the trap of doubled lines may hit a deed too; nobody reads a document twice in one case.
    for line in {*lines(out, truth, "fs01"), *lines(out, truth, "fs02")}:
        if "|pread_send|ok|" in line:
            stamp, account, *_, path = line.partition(" smbd_audit: ")[2].split("|")
            opened[account, stamp[:10].replace("/", "-"), path.partition("/2")[0]] += 1
    for case in truth.cases:
        if case["unit"] == "documents" and case["days"]:
            for day in case["days"]:
                found = sum(opened[case["account"], day["day"], vault] for vault in case["vaults"])
                # People who work with the vault anyway read a little more of it on the same day.
                assert found >= day["amount"] if case["own_ground"] else found == day["amount"], case["case"]


def test_copies_prints_queries_and_phones_are_in_their_own_logs(tried):
    out, truth = tried
    rows = list(lines(out, truth, "endpoint"))
    for case in truth.cases:
        if case["channel"] == "removable":
            copied = [row for row in rows if case["device"][1] in row and "ファイルコピー" in row]
            assert len(copied) == sum(day["copied"] for day in case["days"]) == case["amount"]
            assert sum(case["device"][1] in line for line in lines(out, truth, "pcs")) >= 1
    printed = told(truth, "CASE-09")
    jobs = [row for row in rows if "H-MFP9" in row and f"\\{printed['account']}," in row]
    assert len(jobs) == sum(day["copied"] for day in printed["days"]) > 0
    database = told(truth, "CASE-04")
    asked = [line for line in lines(out, truth, "db01") if f'"{database["account"]}"' in line and "100000" not in line]
    big = sum(int(line.split("<none>,")[1].partition('"')[0]) for line in asked if "select * from 顧客" in line)
    assert big >= database["amount"] == 500_000
    assert sum("WPD" in line for line in lines(out, truth, "pcs")) == len(database["days"])


def test_the_accomplice_gets_mail(tried):
    out, truth = tried
    seen = [line for line in lines(out, truth, "mx01") if "qingshan-press.example" in line]
    assert len(seen) == len(told(truth, "CASE-07")["days"])


def test_nobody_is_there_while_on_leave_before_case_09(tried):
    out, truth = tried
    case = told(truth, "CASE-09")
    days = [line[:10] for line in lines(out, truth, "badge-hmm") if f",{case['person']}," in line]
    first = date.fromisoformat(case["first"])
    away = [day for day in days if 0 < (first - date.fromisoformat(day.replace("/", "-"))).days <= 60]
    assert away == []


def test_days_add_up_and_shares_out_grow(tried):
    _, truth = tried
    for case in truth.cases:
        assert sum(day["amount"] for day in case["days"]) == case["amount"]
        out_by = list(case["out_by"].values())
        assert out_by == sorted(out_by)
        if case["days"]:
            assert out_by[-1] == case["last"]
            assert case["first"] <= out_by[0]
            assert case["last"] <= case["departure"]


def test_hr_knows_what_the_case_says_and_when(tried):
    out, truth = tried
    rows = (out / "hr_events.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    found = {row.split(",")[1]: row.split(",")[2] for row in rows}
    assert found == {case["person"]: case["hr_event"] for case in truth.cases if case["hr_event"]}
    assert told(truth, "CASE-06")["notice"] is None
    assert told(truth, "CASE-08")["hr_event"] == "severance_offer"
    assert told(truth, "CASE-08")["notice"] <= told(truth, "CASE-08")["first"]


def digest(folder):
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.*")}


def test_same_seed_and_cases_give_the_same_bytes_and_another_seed_others(tmp_path):
    wanted = {"CASE-07": Strength.REPORTED, "CASE-04": Strength.TENTH}
    made = [simulate(tmp_path / name, seed=seed, cases=wanted, people=60, months=6, events=1_000)
            for name, seed in (("a", 3), ("b", 3), ("c", 4))]  # fmt: skip
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")
    assert json.loads(made[0].path.read_text(encoding="utf-8"))["cases"] == made[1].cases


@pytest.mark.parametrize("strength", Strength)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_strengths_keep_to_the_study(case, strength):
    reported = strength is Strength.REPORTED
    if case.detectable:
        assert case.amount_in(strength) == (case.amount if reported else case.amount // 10)
    if strength is Strength.SLOW:
        assert case.window_in(strength) >= (60, True)
    else:
        assert case.window_in(strength) == (case.window, case.spread)
    stock = sum(VAULTS[code][3] for code in case.vaults)
    assert case.way in {"db", "none"} or case.amount <= stock


def test_strengths_go_round_with_the_seed_and_cases_are_named():
    assert [chosen("all", seed)["CASE-07"] for seed in (0, 1, 2, 3)] == ["reported", "tenth", "slow", "reported"]
    assert set(chosen("all", 1)) == {case.id for case in CASES}
    assert chosen("none", 1) == {}
    assert chosen("CASE-03, CASE-07:slow", 0) == {"CASE-03": "slow", "CASE-07": "slow"}
    for wrong in ("CASE-12", "CASE-03:heavy"):
        with pytest.raises(ValueError, match=r"CASE-12|heavy"):
            chosen(wrong, 1)


def test_a_history_too_short_for_a_case_is_refused(tmp_path):
    with pytest.raises(ValueError, match="too short for CASE-06"):
        simulate(tmp_path, cases={"CASE-06": Strength.TENTH}, people=60, months=3, events=1_000)
