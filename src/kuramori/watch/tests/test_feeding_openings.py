"""Whoever opens a secret's page or takes the register out as a file has read of those secrets (SYS-12)."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import Company
from kuramori.governance.api import Level
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.ids import uuid7
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Role
from kuramori.kernel.tests.moments import files_up_to, killed_at
from kuramori.register.acts import secret_retire
from kuramori.register.api import Audience, Secret, scope_open, secret_add
from kuramori.watch.acts.settings import charter_retire
from kuramori.watch.feeding.acts import feed_off
from kuramori.watch.feeding.openings import WRITTEN, deeds_of, put_aside, spool
from kuramori.watch.feeding.run import Telling
from kuramori.watch.models import LedgerFeed
from kuramori.watch.privacy.exclusion_acts import Excluded
from kuramori.watch.tests.fed import WHY, deeds, runs, switched_on, told
from kuramori.watch.tests.test_privacy_exclusions import Offices, since_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def feed(company: Company, charter: Any) -> LedgerFeed:
    found = switched_on()
    runs()
    return found


def another(company: Company, levels: dict[str, Level], number: str) -> Secret:
    """A secret that no log names a place of."""
    return secret_add(
        number=number, title="塗工の条件", keeper=company.akari, unit=company.materials, level=levels["top"], tier="b",
        by=actor_of(company.akari),
    )  # fmt: skip


def noted() -> list[dict[str, Any]]:
    path = spool() / WRITTEN
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def test_each_page_of_a_secret_counts_as_reading_of_it(company: Company, secret: Secret, feed: Any, opens: Any):
    akari = company.viewer(company.akari)
    for page in ("secret-detail", "secret-history", "secret-edit"):
        assert opens(akari, page, secret.pk).status_code == 200
    runs()
    assert deeds() == [("A-1", "read", str(secret.pk))] * 3
    assert {row["person_id"] for row in told()} == {str(company.akari.pk)}
    assert [row["flags"] for row in told()] == [
        "register:secret-detail", "register:secret-history", "register:secret-edit",
    ]  # fmt: skip
    assert not noted(), "what the lake knows is no longer kept here"


def test_a_secret_without_a_place_in_any_log_is_joined_too(
    company: Company, levels: dict[str, Level], feed: Any, opens: Any
):
    bare = another(company, levels, "S-0009")
    opens(company.viewer(company.akari), "secret-detail", bare.pk)
    runs()
    assert deeds() == [("A-1", "read", str(bare.pk))]
    secret_retire(secret=bare, by=SYSTEM, why="廃止")
    assert deeds() == [("A-1", "read", str(bare.pk))], "what was read of it stays its reading"


def test_the_register_as_a_file_counts_as_taking_out_each_secret_in_it_and_no_other(
    company: Company, secret: Secret, levels: dict[str, Level], feed: Any, opens: Any
):
    other = another(company, levels, "S-0002")
    company.give(company.akari, Role.UNIT_HEAD, unit=company.materials)
    akari = company.viewer(company.akari)
    assert opens(akari, "secret-export", post={"format": "csv", "why": "棚卸し"}).status_code == 200
    runs()
    assert sorted(deeds()) == sorted(("A-1", "download", str(each.pk)) for each in (secret, other))
    narrowed = opens(akari, "secret-export", post={"format": "json"}, query="?q=塗工")
    assert narrowed.status_code == 200
    runs()
    assert len(deeds()) == 2 + 1
    assert Entry.objects.filter(verb="kernel.register.export").count() == 2, (
        "the ledger's own entries stay as they were"
    )


def test_what_was_not_shown_was_not_read(company: Company, secret: Secret, feed: Any, opens: Any):
    chihiro = company.viewer(company.chihiro)
    assert opens(chihiro, "secret-detail", secret.pk).status_code == 404
    assert opens(chihiro, "secret-detail", uuid7()).status_code == 404
    assert opens(company.viewer(company.akari), "secret-detail", secret.pk, post={}).status_code == 405
    assert opens(company.viewer(company.akari), "secret-edit", secret.pk, post={}).status_code == 422
    assert opens(company.viewer(company.akari), "secret-list").status_code == 200
    assert noted() == []


def test_an_account_behind_which_nobody_stands_is_nobodys_reading(
    company: Company, secret: Secret, feed: Any, opens: Any
):
    nobody = replace(
        company.viewer(company.akari), person_id=None, company_wide=frozenset({"register:secret:view_all"})
    )
    assert opens(nobody, "secret-detail", secret.pk).status_code == 200
    assert noted() == []


def test_off_nothing_is_noted_and_what_waited_is_thrown_away(company: Company, secret: Secret, feed: Any, opens: Any):
    akari = company.viewer(company.akari)
    opens(akari, "secret-detail", secret.pk)
    assert len(noted()) == 1
    assert noted()[0]["secrets"] == [str(secret.pk)]
    feed_off(feed=feed, by=SYSTEM, why=WHY)
    runs()
    assert not spool().exists()
    opens(akari, "secret-detail", secret.pk)
    assert not spool().exists()
    assert deeds() == []


def test_of_people_without_a_valid_charter_nothing_reaches_the_lake(
    company: Company, secret: Secret, charter: Any, feed: Any, opens: Any
):
    charter_retire(charter=charter, by=SYSTEM, why="協議中")
    opens(company.viewer(company.akari), "secret-detail", secret.pk)
    runs()
    assert deeds() == []
    assert list(spool().glob("*.jsonl")) == []


def test_whoever_is_excluded_is_dropped_at_the_door(company: Company, secret: Secret, feed: Any, opens: Any):
    Offices(company)
    since_before(company, kind="not_taken_in", who=Excluded(person=company.botan))
    scope_open(
        secret=secret,
        audience=Audience.PERSON,
        audience_id=company.botan.pk,
        by=actor_of(company.akari),
        why="共同開発",
    )
    assert opens(company.viewer(company.botan), "secret-detail", secret.pk).status_code == 200
    runs()
    assert [row for row in deeds() if row[1] == "read"] == []


@pytest.mark.parametrize("moment", [Telling.taken, put_aside])
def test_killed_in_the_middle_each_opening_is_told_once(
    company: Company, secret: Secret, feed: Any, opens: Any, moment: Any
):
    akari = company.viewer(company.akari)
    opens(akari, "secret-detail", secret.pk)
    with killed_at(moment):
        runs()
    opens(akari, "secret-history", secret.pk)
    runs()
    assert deeds() == [("A-1", "read", str(secret.pk))] * 2


def test_a_file_that_was_told_and_not_yet_taken_away_is_told_in_vain(
    company: Company, secret: Secret, feed: Any, opens: Any
):
    opens(company.viewer(company.akari), "secret-detail", secret.pk)
    (path,) = put_aside()
    kept = path.read_bytes()
    runs()
    path.write_bytes(kept)
    assert runs().accepted == 0
    assert len(deeds()) == 1
    assert not path.exists()


def test_a_line_cut_off_by_a_power_cut_costs_that_line_alone(company: Company, secret: Secret, feed: Any, opens: Any):
    akari = company.viewer(company.akari)
    for _twice in range(2):
        opens(akari, "secret-detail", secret.pk)
    whole = (spool() / WRITTEN).read_bytes()
    (spool() / WRITTEN).write_bytes(whole[:-20])
    (path,) = put_aside()
    assert len(list(deeds_of(path))) == 1
    runs()
    assert len(deeds()) == 1


def test_a_full_disk_takes_nobodys_page_away(company: Company, secret: Secret, feed: Any, opens: Any, caplog: Any):
    (spool() / WRITTEN).write_bytes(b"\n" * 4096)
    with files_up_to(4096):
        assert opens(company.viewer(company.akari), "secret-detail", secret.pk).status_code == 200
    assert "could not be noted" in caplog.text


def test_the_folder_is_closed_to_others_and_holds_no_names(company: Company, secret: Secret, feed: Any, opens: Any):
    opens(company.viewer(company.akari), "secret-detail", secret.pk)
    assert spool().stat().st_mode & 0o077 == 0
    text = (spool() / WRITTEN).read_text()
    for word in (secret.title, secret.number, company.akari.name, "akari"):
        assert word not in text
