"""A backup that is kept too long is found by the health report and on the dashboard (fault L13, GDPR art. 5(1)(e))."""

import json
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from kuramori.directory.api import viewer_of_system
from kuramori.directory.tests.company import NOON, Company
from kuramori.evidence.api import backup_destroy, backup_note, seal_now
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role
from kuramori.site.cli import main
from kuramori.site.findings import State
from kuramori.site.home import HEALTH, health_tiles
from kuramori.site.proof_state import backup_finding
from kuramori.site.tests.conftest import SignIn

FRIDAY, LATER = "a" * 64, "b" * 64


@pytest.fixture
def clock(company: Company, settings, tmp_path):
    """Noon, with a backup that is kept a day, and one that is kept a year."""
    settings.DATA = tmp_path
    for digest, file, days in ((FRIDAY, "friday.tar.gz", 1), (LATER, "later.tar.gz", 365)):
        backup_note(file=file, sha256=digest, began_at=NOON, days=days, by=SYSTEM)
    cache.delete(HEALTH)
    with time_machine.travel(NOON, tick=False) as moved, translation.override("en"):
        yield moved
    cache.delete(HEALTH)


def test_the_finding_names_what_is_overdue_until_somebody_says_that_it_is_gone(clock) -> None:
    assert (backup_finding(viewer_of_system()).state, backup_finding(viewer_of_system()).words) == (
        State.OK,
        "none is overdue",
    )
    clock.shift(timedelta(days=2))
    found = backup_finding(viewer_of_system())
    assert (found.state, found.words) == (State.WARN, "overdue: friday.tar.gz (2026-11-21)")
    assert "kuramori backups --destroyed" in found.next_step
    backup_destroy(sha256=FRIDAY, by=SYSTEM, why="shredded")
    assert backup_finding(viewer_of_system()).state is State.OK


def test_the_command_tells_it_to_whoever_watches_from_outside(clock, capsys) -> None:
    clock.shift(timedelta(days=2))
    main(["check", "--json"])
    parts = {each["part"]: each for each in json.loads(capsys.readouterr().out)["parts"]}
    assert (parts["Backups"]["state"], "friday.tar.gz" in parts["Backups"]["words"]) == ("warn", True)


def test_the_dashboard_says_it_to_those_who_run_the_system_and_to_nobody_else(
    clock, company: Company, sign_in: SignIn
) -> None:
    company.give(company.botan, Role.SYSTEM_ADMINISTRATOR)
    good, total, tone = tile(sign_in(company.daichi))
    assert (good, tone) == (total, "ok")
    clock.shift(timedelta(days=2))
    browser = sign_in(company.botan)
    seal_now()  # two days of waiting would be a finding too
    assert tile(browser) == (good - 1, total, "warn")
    assert health_tiles(company.viewer(company.chihiro)) == []


def tile(browser: Client) -> tuple[int, int, str]:
    """How many parts are in order, of how many, and how the worst is."""
    page = browser.get("/").content.decode()
    (shown,) = re.findall(r'href="/health/"><span class="lbl">.*?</a>', page, re.DOTALL)
    ((good, total),), (tone,) = re.findall(r"(\d+) / (\d+)", shown), re.findall(r"tag (\w+)", shown)
    return int(good), int(total), tone
