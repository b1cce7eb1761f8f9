"""The registers of this room hold what every register holds."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.register.api import Secret
from kuramori.watch.acts.alerts import alerts_keep
from kuramori.watch.acts.settings import account_add, charter_add, flow_add, source_add
from kuramori.watch.alert_register import alerts
from kuramori.watch.registers import accounts, charters, flows, sources
from kuramori.watch.tests.conftest import charter_words

DAY = date(2026, 11, 19)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Let the clock run: two changes of a record must differ in their time."""
    with time_machine.travel(NOON):
        yield


class Suite(RegisterSuite):
    """Daichi holds every role of the office; Chihiro holds nothing."""

    @pytest.fixture(autouse=True)
    def _people(self, company: Company) -> None:
        for role in (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER, Role.IT, Role.SYSTEM_ADMINISTRATOR):
            company.give(company.daichi, role)
        self.company = company
        self.insider = company.viewer(company.daichi)
        self.stranger = self.blind(self.insider)

    def blind(self, viewer: Viewer) -> Viewer:
        raise NotImplementedError


class OpenToItsReaders(Suite):
    """Settings: whoever may open the list sees all of it."""

    def blind(self, viewer: Viewer) -> Viewer:
        return viewer

    test_out_of_scope_it_is_not_found_by_any_door = None
    test_out_of_scope_neither_list_count_search_nor_export_betrays_it = None


class TestAlerts(Suite):
    register = alerts
    filtered = {"state": ("new", 3), "severity": ("high", 3), "group": ("everybody", 3), "day": ("2026-11-19", 1),
                "mine": ("no", 3)}  # fmt: skip

    @pytest.fixture(autouse=True)
    def _findings(self, found: Any, secret: Secret) -> None:
        self.finding, self.secret = found, secret

    def blind(self, viewer: Viewer) -> Viewer:  # noqa: ARG002
        """Return somebody with the same roles, about whom all alerts are."""
        chihiro = self.company.chihiro
        for role in (Role.SECURITY_ANALYST, Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER):
            self.company.give(chihiro, role)
        return self.company.viewer(chihiro)

    def make(self, count: int) -> list[Any]:
        """Return alerts about one person on days apart: windows that meet would be one alert."""
        days = [DAY - timedelta(days=2 * n) for n in range(count)]
        findings = [
            self.finding(key=f"k{n}", since=day, until=day, secrets={self.secret.pk: n + 1})
            for n, day in enumerate(days)
        ]
        made = alerts_keep(findings=findings, as_of=DAY)
        self.searched = (made[0].number, 1)
        return made


class TestSources(OpenToItsReaders):
    register = sources
    entered = {"name": "fs02", "kind": "samba", "instance": "fs02", "zone_name": "Asia/Tokyo", "encoding": "utf-8",
               "namespace": "ad", "silence_hours": "24", "shares": r"\\fs02\a => /srv/a"}  # fmt: skip
    changed = entered | {"name": "fs02b", "silence_hours": "48"}
    required = ("name", "kind", "instance")
    filtered = {"kind": ("samba", 3)}

    def make(self, count: int) -> list[Any]:
        return [source_add(name=f"s{n}", kind="samba", instance=f"i{n}", by=SYSTEM) for n in range(count)]


class TestAccounts(OpenToItsReaders):
    register = accounts
    entered = {"namespace": "ad", "raw": "svc-x", "reason": "夜間バックアップ", "valid_from": "2026-04-01"}
    changed = entered | {"reason": "索引作成"}
    required = ("raw", "reason", "valid_from")
    filtered = {"namespace": ("ad", 3)}

    def make(self, count: int) -> list[Any]:
        return [account_add(raw=f"svc-{n}", reason="r", valid_from=DAY, by=SYSTEM) for n in range(count)]


class TestFlows(OpenToItsReaders):
    register = flows
    entered = {"destination": "external_mail", "value": "partner.example", "reason": "契約", "valid_from": "2026-04-01",
               "person": "A-1"}  # fmt: skip
    changed = entered | {"reason": "更新", "person": ""}
    required = ("value", "reason")
    filtered = {"destination": ("web", 3)}

    def make(self, count: int) -> list[Any]:
        return [
            flow_add(destination="web", value=f"{n}.example", reason="r", valid_from=DAY, by=SYSTEM)
            for n in range(count)
        ]


class TestCharters(OpenToItsReaders):
    register = charters
    changed = {"purpose": "変更"}
    required = ("purpose", "rules")

    @pytest.fixture(autouse=True)
    def _words(self, company: Company) -> None:
        words = {"site": company.tokyo.pk, "purpose": "目的", "responsible": "A-1", "rules": "規則",
                 "noticed_on": "2026-03-01", "valid_from": "2026-04-01", "retention_months": "13"}  # fmt: skip
        self.entered = words
        self.changed = words | {"purpose": "変更後の目的"}

    def make(self, count: int) -> list[Any]:
        return [charter_add(**charter_words(self.company, purpose=f"{n} {uuid4()}"), by=SYSTEM) for n in range(count)]
