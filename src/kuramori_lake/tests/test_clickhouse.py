"""ClickHouse says what DuckDB says, row for row; and what it holds is what the manifest names, whatever happened.

Its own engine runs in this process (`chdb`), through the client that reaches a server.
"""

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta

import pyarrow as pa
import pytest

from kuramori_lake import clickhouse
from kuramori_lake.cli import main
from kuramori_lake.clickhouse_sql import TABLE
from kuramori_lake.content import Recognised, remember
from kuramori_lake.context import ExcludedAccount, Flow
from kuramori_lake.detect import detect, lookback_report
from kuramori_lake.detect.rollup import EMPTY, days_between, roll_up
from kuramori_lake.detect.settings import Settings
from kuramori_lake.detect.tests.company import fill
from kuramori_lake.detect.tests.office import LONG_AGO, PROJECT, TODAY, Diary, context, papers, person
from kuramori_lake.engine import EngineError, NotInstalledError, RunsOn
from kuramori_lake.event import DestinationClass, Namespace
from kuramori_lake.rank import rank
from kuramori_lake.rank.tests.works import DAYS, Works
from kuramori_lake.sigma.running import run
from kuramori_lake.sigma.sets import own_rules
from kuramori_lake.simulator import simulate
from kuramori_lake.store import Lake

MONDAY, FRIDAY = TODAY - timedelta(days=4), TODAY
EVERYTHING = Settings(floor=0)
STICK = Flow(destination_class=DestinationClass.REMOVABLE, destination_value="7B1E", reason="R-1", since=LONG_AGO)
BOTH = (RunsOn.DUCKDB, RunsOn.CLICKHOUSE)


def on(root, runs_on, ask):
    """What is said when nothing is kept yet."""
    for derived in ("rollup", "ranked"):
        shutil.rmtree(root / derived, ignore_errors=True)
    with Lake.open(root, runs_on=runs_on) as lake:
        return ask(lake)


def alike(root, ask):
    """What both engines say of it."""
    duck, click = (on(root, one, ask) for one in BOTH)
    assert click == duck
    return duck


def sums(lake):
    state = roll_up(lake)
    tables = {kind: days_between(lake, state, kind, LONG_AGO, date(2100, 1, 1)) for kind in EMPTY}
    return {kind: rows.sort_by([(name, "ascending") for name in rows.schema.names]).to_pylist()
            for kind, rows in tables.items()}  # fmt: skip


def held(root):
    """Rows that ClickHouse holds."""
    with closing(clickhouse._client(root)) as client:
        return client.query(f"SELECT count() FROM {TABLE}").result_rows[0][0]


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Sixty people over three months, in every channel that the simulator writes."""
    out = tmp_path_factory.mktemp("company")
    truth = simulate(out, seed=5, people=60, months=3, events=9_000)
    with Lake.open(out / "lake") as lake:
        fill(lake, out, truth)
        lake.compact()
    return out / "lake", truth


@pytest.fixture(scope="module")
def both(company):
    """Everything that is said of the company, by either engine."""
    root, truth = company
    today = date.fromisoformat(truth.today)

    def ask(lake):
        told = {"sums": sums(lake), "findings": detect(lake, as_of=today, settings=EVERYTHING)}
        told["matches"] = list(run(lake, own_rules()))
        told["reviews"] = list(rank(lake, since=today - timedelta(days=3), until=today))
        people = {truth.story["person"], *(one.person_id for one in told["findings"])}
        told["reports"] = [lookback_report(lake, who, today - timedelta(days=60), today) for who in sorted(people)]
        told["look-backs"] = [looked(lake, who, LONG_AGO, today) for who in sorted(people)]
        return told

    return {one: on(root, one, ask) for one in BOTH}


def looked(lake, who, since, until, limit=200):
    found = lake.lookback(who, since, until, limit=limit)
    assert found.events.schema.field("time_utc").type == pa.timestamp("us")
    return {**vars(found), "events": found.events.to_pylist()}


@pytest.mark.parametrize("what", ["sums", "findings", "matches", "reviews", "reports", "look-backs"])
def test_both_engines_say_the_same_of_a_company_with_all_channels(both, what):
    duck, click = (both[one][what] for one in BOTH)
    assert duck
    assert click == duck


def test_it_was_worth_comparing(both):
    """Every channel has numbers, every kind of thing was used, and reasons of several kinds were found."""
    told = both[RunsOn.CLICKHOUSE]
    assert {row["kind"] for row in told["sums"]["things"]} >= {"pc", "site", "address", "device", "printer", "door"}
    days = told["sums"]["days"]
    for name in ("documents", "weight", "copies", "mails_out", "upload_bytes", "prints", "doors", "db_reads", "pcs"):
        assert sum(row[name] for row in days) > 0, name
    assert len({reason.code for one in told["findings"] for reason in one.reasons}) > 4
    assert all(one["total"] for one in told["look-backs"])


# what is joined


@pytest.fixture
def week(tmp_path):
    """Copies to two sticks, archives in both cases, reading on Friday, an account of nobody and one of a machine."""
    with Lake.open(tmp_path / "lake") as lake:
        diary = Diary().copies("akari", MONDAY, ["a.zip", "図面.ZIP"]).copies("botan", MONDAY, ["c.lzh"], serial="FFFF")
        diary.reads("akari", FRIDAY, [*papers(PROJECT, 3), r"\\fs01\kanri\経理部\月次\O'Brien's 100%.xlsx"])
        diary.reads("ghost", FRIDAY, papers(PROJECT, 4), hour=23).reads("backup", FRIDAY, papers(PROJECT, 9))
        diary.into(lake, tmp_path)
        backup = ExcludedAccount(namespace=Namespace.AD, raw="backup", reason="backup", since=LONG_AGO)
        notice = person("akari", notice_on=MONDAY, last_day=FRIDAY)
        lake.context.write(context(people=[notice], excluded=[backup], flows=[STICK]))
        return lake.root


@pytest.mark.parametrize(
    ("flow", "copies"),
    [
        ({}, 1), ({"person_id": "akari"}, 1), ({"person_id": "botan"}, 3), ({"destination_value": "FFFF"}, 2),
        ({"since": FRIDAY}, 3), ({"until": MONDAY}, 1), ({"destination_class": "web"}, 3),
    ],
)  # fmt: skip
def test_approved_flows_are_the_same_on_both(week, flow, copies):
    """DEV-08. ClickHouse answers a subquery that looks outside with null where it should find: so none is sent."""
    with Lake.open(week) as lake:
        lake.context.write(context(flows=[Flow(**vars(STICK) | flow)]))
    assert sum(row["copies"] for row in alike(week, sums)["days"]) == copies


def test_rules_that_ask_what_was_approved_and_who_gave_notice_match_the_same(week):
    with_flow = alike(week, lambda lake: list(run(lake, own_rules())))
    with Lake.open(week) as lake:
        lake.context.write(context(people=[person("akari", notice_on=MONDAY, last_day=FRIDAY)]))
    without = alike(week, lambda lake: list(run(lake, own_rules())))
    assert len(without) > len(with_flow), "copies to a registered stick are nobody's alarm"
    for row in without:
        assert row.first <= row.last


def test_recognised_content_is_joined_on_both(tmp_path):
    with Lake.open(tmp_path / "lake") as lake:
        Works().mails("p01", DAYS[0], 2).into(lake, tmp_path)
        mail = f"p01-{DAYS[0]}-0@works"
        remember(lake.manifest, [Recognised(keys=(mail,), secret_id="s", document="d" * 64, hits=9, score=1.0)])  # noqa: S106
    told = alike(tmp_path / "lake", lambda lake: looked(lake, "actor:p01", DAYS[0], DAYS[0]))
    assert sorted((row["secret_id"] or "", row["uid"]) for row in told["events"])[1] == ("s", mail)


EVERYBODY = {"akari": 6, "botan": 1, "actor:ghost": 4, "actor:backup": 9, "actor:nobody": 0, "": 0}


def test_look_back_finds_the_same_of_everybody(week):
    def ask(lake):
        seen = {who: looked(lake, who, LONG_AGO, TODAY) for who in EVERYBODY}
        few = {who: looked(lake, who, LONG_AGO, TODAY, limit=2) for who in EVERYBODY}
        return seen, few, {who: lookback_report(lake, who, LONG_AGO, TODAY) for who in EVERYBODY}

    seen, few, reports = alike(week, ask)
    assert {who: found["total"] for who, found in seen.items()} == EVERYBODY
    assert {who: found["total"] for who, found in few.items()} == EVERYBODY
    assert {who: report.events for who, report in reports.items()} == EVERYBODY


def test_findings_sentences_and_samples_are_the_same(week):
    (found, *_) = alike(week, lambda lake: detect(lake, as_of=TODAY, settings=EVERYTHING))
    assert found.person_id == "akari"
    assert any(reason.event_ids and reason.batches for reason in found.reasons)


def test_empty_lake_and_a_lake_without_context(tmp_path):
    with Lake.open(tmp_path / "lake"):
        pass
    assert alike(tmp_path / "lake", sums) == {kind: [] for kind in EMPTY}
    assert alike(tmp_path / "lake", lambda lake: looked(lake, "akari", LONG_AGO, TODAY))["total"] == 0


# what it holds


def test_segments_are_loaded_once_and_follow_the_manifest(week, tmp_path):
    """New files come, compacted ones replace theirs, erased rows go: never twice, never left behind (SYS-17)."""
    assert sum(row["events"] for row in alike(week, sums)["days"]) == held(week) - 9  # the machine's are nobody's
    with Lake.open(week) as lake:
        Diary().reads("eri", FRIDAY, papers(PROJECT, 5)).into(lake, tmp_path, "more")
        rows = lake.stats().events
    alike(week, sums)
    assert held(week) == rows
    with Lake.open(week) as lake:
        lake.compact()
    alike(week, sums)
    assert held(week) == rows
    with Lake.open(week) as lake, lake.manifest.transaction() as db:
        db.execute("UPDATE segment SET retired_utc = created_utc WHERE id = (SELECT max(id) FROM segment)")
    alike(week, sums)
    with Lake.open(week) as lake:
        assert held(week) == lake.stats().events < rows


def test_half_loaded_segment_is_loaded_again_and_a_doubled_one_too(week):
    whole = alike(week, sums)
    rows = held(week)
    for spoil in (f"DELETE FROM {TABLE} WHERE event_id % 2 = 0", f"INSERT INTO {TABLE} SELECT * FROM {TABLE}"):
        with closing(clickhouse._client(week)) as client:
            client.command(spoil)
            client.command(f"OPTIMIZE TABLE {TABLE} FINAL")
        assert held(week) != rows
        assert on(week, RunsOn.CLICKHOUSE, sums) == whole
        assert held(week) == rows


def test_damaged_segment_is_left_out_as_everywhere(week, tmp_path):
    with Lake.open(week) as lake:
        Diary().reads("eri", FRIDAY, papers(PROJECT, 5)).into(lake, tmp_path, "more")
        path = week / lake.manifest.db.execute("SELECT path FROM segment ORDER BY id DESC").fetchone()["path"]
    whole = alike(week, sums)
    sound = path.read_bytes()
    path.write_bytes(sound[:-20])
    assert sum(row["events"] for row in alike(week, sums)["days"]) < sum(row["events"] for row in whole["days"])
    path.write_bytes(sound)
    assert alike(week, sums) == whole


def test_what_one_engine_kept_serves_the_other(week, tmp_path):
    """Moving there and back costs no night from nothing."""
    with Lake.open(week) as lake:
        made = roll_up(lake).made
    with Lake.open(week, runs_on=RunsOn.CLICKHOUSE) as lake:
        Diary().reads("eri", FRIDAY, papers(PROJECT, 5)).into(lake, tmp_path, "more")
        state = roll_up(lake)
        assert (state.made, state.rolled) == (made, 1)
        kept = sums(lake)
    assert alike(week, sums) == kept


# the command


def told(capsys, *given):
    assert main([*given, "--json"]) == 0
    return capsys.readouterr().out


def test_commands_print_the_same_lines_on_both(company, capsys):
    root, truth = company
    today = date.fromisoformat(truth.today)
    ranked = ["rank", "--lake", str(root), "--from", str(today - timedelta(days=2)), "--to", str(today)]
    found = ["detect", "--lake", str(root), "--as-of", str(today)]
    for given in (ranked, found, ["sigma", "--lake", str(root)], ["sigma", "--lake", str(root), "--check"]):
        said = []
        for engine in RunsOn:
            for derived in ("rollup", "ranked"):
                shutil.rmtree(root / derived, ignore_errors=True)
            said.append(told(capsys, *given, "--engine", engine))
        assert json.loads(said[0].splitlines()[0])
        assert said[0] == said[1]


@pytest.mark.parametrize("package", ["clickhouse_connect", "chdb"])
def test_missing_package_is_named_in_both_languages(week, capsys, monkeypatch, package):
    for name in [one for one in sys.modules if package in one or "chdb" in one or one == "kuramori_lake.clickhouse"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    for language, words in (("en_US.UTF-8", "is not installed"), ("ja_JP.UTF-8", "入っていません")):
        monkeypatch.setenv("LC_ALL", language)
        assert main(["detect", "--lake", str(week), "--as-of", str(TODAY), "--engine", "clickhouse"]) == 3
        said = capsys.readouterr().err
        assert words in said
        assert package.replace("_", "-") in said


def test_everything_else_loads_without_the_driver():
    """It is no dependency: whoever has not outgrown one machine never installs it."""
    modules = "kuramori_lake.cli, kuramori_lake.commands.sigma_run, kuramori_lake.detect, kuramori_lake.rank"
    code = f"import sys; sys.modules['clickhouse_connect'] = sys.modules['chdb'] = None; import {modules}"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": os.pathsep.join(sys.path)})


def test_engine_that_nobody_knows_is_wrong_use(week, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["detect", "--lake", str(week), "--as-of", str(TODAY), "--engine", "oracle"])
    assert stopped.value.code == 2
    assert "oracle" in capsys.readouterr().err


def test_refusal_of_the_engine_is_told_as_an_error_of_ours(week):
    with Lake.open(week, runs_on=RunsOn.CLICKHOUSE) as lake:  # noqa: SIM117  # what is raised passes `asking`
        with pytest.raises(EngineError, match="nothing_here"), lake.asking() as events:
            events.rows("SELECT nothing_here FROM events")
    assert issubclass(NotInstalledError, EngineError)


def test_lines_after_an_error_find_the_engine_free(week):
    """A session that ended badly holds neither the lock nor the files."""
    with Lake.open(week, runs_on=RunsOn.CLICKHOUSE) as lake:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError), lake.asking():
                raise ZeroDivisionError
        assert roll_up(lake).rolled
