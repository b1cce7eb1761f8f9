"""The map of coverage: every way at every site, its owner and next step, for those who may know where nobody looks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from kuramori.directory.acts.units import site_add
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.acts.settings import source_add
from kuramori.watch.api import ingest
from kuramori.watch.detecting.gap_acts import gap_add, gap_edit, gap_retire
from kuramori.watch.detecting.gaps import gap_duties, gap_tiles
from kuramori.watch.detecting.map_queries import (
    coverage_map,
    gaps_owned_by,
    gaps_visible_to,
    last_days,
    ways_without_source,
    worst,
)
from kuramori.watch.models import CoverageGap, LogSource
from kuramori.watch.rules.detecting import WAYS, Sight
from kuramori.watch.rules.permissions import Permission

TODAY = NOON.date()
THURSDAY = date(2026, 11, 19)


@pytest.fixture
def botan(company: Company) -> Viewer:
    company.give(company.botan, Role.IT)
    return replace(company.viewer(company.botan), language="en")


def named(company: Company, **words: Any) -> CoverageGap:
    plain = {
        "site": company.tokyo,
        "way": "print",
        "owner": company.botan,
        "next_step": "複合機のログを登録する",
        "due_on": date(2026, 12, 1),
    }
    return gap_add(**(plain | words), by=SYSTEM)


def tokyo(viewer: Viewer, company: Company, weeks: int = 1) -> Any:
    rows = coverage_map(viewer, *last_days(TODAY, weeks))
    return next(row for row in rows if row.site == company.tokyo)


def cell(row: Any, way: str) -> Any:
    return next(each for each in row.cells if each.way == way)


def test_without_any_source_every_way_of_every_site_is_blind_and_needs_somebody(company: Company, botan: Viewer):
    rows = coverage_map(botan, *last_days(TODAY, 4))
    assert worst(rows) == {Sight.BLIND: len(WAYS) * len(rows), Sight.SILENT: 0, Sight.PARTLY: 0, Sight.SEEN: 0}
    assert all(each.needs_owner for row in rows for each in row.cells)
    assert not any(row.is_evaluated for row in rows), "no charter yet"


def test_the_days_that_a_log_told_of_are_seen_and_the_others_named(
    company: Company, botan: Viewer, source: LogSource, log: Callable[..., Path], charter: Any
):
    silent = cell(tokyo(botan, company), "files").sighting
    assert (silent.sight, silent.heard) == (Sight.SILENT, 0)
    ingest(source="samba", instance="fs01", paths=[log(("akari", "a.xlsx"))])
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        row = tokyo(botan, company)
    found = cell(row, "files")
    assert (found.sighting.sight, found.sighting.heard) == (Sight.PARTLY, 1) or THURSDAY not in row.expected
    assert THURSDAY not in found.sighting.missing
    assert found.sources == (source,)
    assert row.is_evaluated
    assert cell(row, "mail").sighting.sight is Sight.BLIND


def test_today_is_left_out_for_its_log_is_still_being_written():
    assert last_days(TODAY, 4) == (TODAY - timedelta(days=28), TODAY - timedelta(days=1))
    first, last = last_days(TODAY, 1)
    assert (last - first).days == 6


def test_days_off_of_the_site_are_not_expected(company: Company, botan: Viewer):
    row = next(row for row in coverage_map(botan, date(2026, 11, 20), date(2026, 11, 24)) if row.site == company.tokyo)
    assert row.expected == (date(2026, 11, 20), date(2026, 11, 24)), "a weekend and a holiday lie between"


def test_a_source_without_a_site_counts_for_every_site_and_one_of_another_site_for_none(
    company: Company, botan: Viewer
):
    source_add(name="proxy", kind="squid", instance="p", by=SYSTEM)
    source_add(name="扉", kind="table:badge", instance="d", site=company.tokyo, by=SYSTEM)
    for row in coverage_map(botan, *last_days(TODAY, 1)):
        assert cell(row, "web").sighting.sight is Sight.SILENT
        assert cell(row, "door").sighting.sight is (Sight.SILENT if row.site == company.tokyo else Sight.BLIND)


def test_what_was_decided_stands_in_the_cell_and_needs_nobody_else(company: Company, botan: Viewer):
    gap = named(company, standing_as="blocked", tested_on=date(2026, 10, 1))
    found = cell(tokyo(botan, company), "print")
    assert found.gap == gap
    assert found.sighting.sight is Sight.BLIND, "blocked by other means is still not seen"
    assert not found.needs_owner
    gap_retire(gap=gap, by=SYSTEM, why="ログを登録した")
    assert cell(tokyo(botan, company), "print").gap is None


def test_one_way_at_one_site_is_decided_once(company: Company):
    gap = named(company)
    with pytest.raises(Refused, match=r"already|登録済み"):
        named(company, next_step="別の手")
    gap_retire(gap=gap, by=SYSTEM, why="見えるようになった")
    assert named(company).pk != gap.pk


def test_each_change_is_an_act_with_its_reason(company: Company):
    gap = named(company)
    gap_edit(gap=gap, by=SYSTEM, why="担当替え", owner=company.daichi)
    gap_retire(gap=gap, by=SYSTEM, why="登録した")
    told = [entry.verb for entry in entries_about(gap.pk).order_by("id")]
    assert sorted(told) == ["watch.gap.add", "watch.gap.edit", "watch.gap.retire"]


def test_who_may_not_know_where_nobody_looks_learns_it_by_no_door(visit: Any, company: Company):
    """A list of blind spots is a plan for whoever wants to take something out (DET-05)."""
    gap = named(company, owner=company.chihiro)
    chihiro = company.viewer(company.chihiro)
    assert coverage_map(chihiro, *last_days(TODAY, 1)) == []
    assert ways_without_source(chihiro) == []
    assert gap_duties(chihiro, TODAY) == gap_tiles(chihiro, TODAY) == []
    assert not gaps_visible_to(chihiro).exists()
    assert not gaps_owned_by(chihiro).exists()
    for name, arguments in (("coverage", ()), ("gap-list", ()), ("gap-detail", (gap.pk,))):
        assert visit(chihiro, name, *arguments).status_code == 403


def test_an_owner_has_to_be_somebody_who_may_see_the_map(visit: Any, company: Company, botan: Viewer):
    entered = {"site": company.tokyo.pk, "way": "web", "standing_as": "open", "owner": "A-3", "next_step": "x",
               "due_on": "2026-12-01"}  # fmt: skip
    refused = visit(botan, "gap-add", data=entered)
    assert refused.status_code == 422
    assert "owner" in refused.context["form"].errors
    assert visit(botan, "gap-add", data=entered | {"owner": "A-2"}).status_code == 302
    assert CoverageGap.objects.get().owner == company.botan
    assert visit(botan, "gap-add", data=entered | {"owner": ""}).status_code == 422


def test_the_page_says_what_comes_next_and_leads_there(visit: Any, company: Company, botan: Viewer, source: LogSource):
    gap = named(company)
    page = visit(botan, "coverage")
    text = page.content.decode()
    assert page.status_code == 200
    assert gap.next_step in text
    assert "Registered, yet nothing was heard" in text
    assert "Give it to somebody" in text
    company.give(company.akari, Role.AUDITOR)
    assert "Give it to somebody" not in visit(company.viewer(company.akari), "coverage").content.decode()


def test_missing_days_are_written_as_runs(
    visit: Any, company: Company, botan: Viewer, source: LogSource, log: Callable[..., Path]
):
    ingest(source="samba", instance="fs01", paths=[log(("akari", "a.xlsx"))])
    with time_machine.travel(NOON + timedelta(days=4), tick=False):
        page = visit(botan, "coverage")
    told = next(each for each in page.context["sites"] if each["name"] == company.tokyo.name)
    files = next(each for each in told["cells"] if each["sources"])
    assert files["missing"].startswith("2026-10-")
    assert "2026-11-19" not in files["missing"].split(" – ")
    assert "1 of" in files["days"]


@pytest.mark.parametrize(("weeks", "status"), [("13", 200), ("52", 200), ("", 422), ("5", 422), ("x'--", 422)])
def test_a_period_that_there_is_not_is_told_and_the_shortest_shown(
    visit: Any, company: Company, botan: Viewer, weeks: str, status: int
):
    page = visit(botan, "coverage", weeks=weeks)
    assert page.status_code == status
    assert page.context["sites"]


def test_the_page_without_any_site_teaches_what_to_enter(visit: Any, db: None):
    nowhere = Viewer(actor=SYSTEM, person_id=None, permissions=frozenset({Permission.GAP_VIEW}))
    page = visit(nowhere, "coverage")
    assert page.context["sites"] == []
    assert "kpi" in page.content.decode()


def test_an_owner_finds_his_gap_in_the_inbox_and_the_undecided_ones_are_counted(company: Company, botan: Viewer):
    named(company, due_on=TODAY - timedelta(days=1))
    mine, undecided = gap_duties(botan, TODAY)
    assert mine.urgent
    assert "複合機のログを登録する" in mine.title
    assert str(len(ways_without_source(botan))) in undecided.title
    company.give(company.akari, Role.AUDITOR)
    assert gap_duties(company.viewer(company.akari), TODAY) == [], "an auditor reads; he is not asked"
    assert gap_duties(replace(botan, person_id=None), TODAY) == []


def test_the_figure_on_the_dashboard_counts_a_log_or_a_decision(company: Company, botan: Viewer, source: LogSource):
    (before,) = gap_tiles(botan, TODAY)
    named(company)
    (after,) = gap_tiles(botan, TODAY)
    assert int(after["value"].split(" / ")[0]) == int(before["value"].split(" / ")[0]) + 1
    assert after["tone"] == "warn"


def test_when_everything_is_decided_the_figure_is_quiet(company: Company, botan: Viewer):
    for site, way in ways_without_source(botan):
        named(company, site=site, way=way)
    (tile,) = gap_tiles(botan, TODAY)
    assert tile["tone"] == "ok"
    assert ways_without_source(botan) == []
    assert len(gap_duties(botan, TODAY)) == len(CoverageGap.objects.all())


def test_the_map_costs_as_many_queries_for_many_sources_as_for_one(
    visit: Any, company: Company, botan: Viewer, django_assert_max_num_queries: Any
):
    for number in range(15):
        site = site_add(code=f"P{number}", name_ja=f"工場{number}", name_en=f"Plant {number}", by=SYSTEM)
        source_add(name=f"s{number}", kind="samba", instance=f"i{number}", site=site, by=SYSTEM)
        named(company, site=site)
    visit(botan, "coverage")
    with django_assert_max_num_queries(8):
        assert len(visit(botan, "coverage").context["sites"]) == 16
