"""The register of secrets keeps what every register promises."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import time_machine

from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, Company
from kuramori.governance.api import Level
from kuramori.kernel.permissions import Role
from kuramori.kernel.registers.tests.suite import ACTIONS, RegisterSuite
from kuramori.register import acts
from kuramori.register.models import Secret
from kuramori.register.registers import secrets
from kuramori.register.tests.conftest import Add


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON):  # the clock ticks: two changes at the same instant are no conflict
        yield


class TestSecrets(RegisterSuite):
    register = secrets
    required = ("number", "title", "unit", "level")
    searched = ("配合比1", 1)

    @pytest.fixture(autouse=True)
    def _office(self, company: Company, levels: dict[str, Level], add: Add) -> None:
        company.give(company.daichi, Role.INFORMATION_MANAGER)
        company.give(company.daichi, Role.HR)
        self.company, self.levels, self.add_one = company, levels, add
        self.insider = company.viewer(company.daichi)
        chihiro = company.viewer(company.chihiro)
        held = {secrets.permission(action) for action in ACTIONS}
        self.stranger = replace(chihiro, permissions=chihiro.permissions | held)
        common = {"kind": "other", "tier": "b", "unit": company.materials.pk, "medium": "electronic", "origin": "own"}
        common |= {"managed_in": "JP"}
        self.entered = common | {"number": "S-1", "title": "電解液", "level": levels["secret"].pk}
        self.changed = common | {"number": "S-1", "title": "電解液 第2版", "places": "書庫3 棚2"}
        self.filtered = {
            "level": (str(levels["top"].pk), 1),
            "unit": (str(company.sales.pk), 1),
            "kind": ("price", 1),
            "tier": ("a", 1),
            "keeper": ("A-1", 1),
            "due": ("2027-06-01", 1),
            "gaps": ("no", 1),
        }

    def make(self, count: int) -> list[Secret]:
        return [self.one(n) for n in range(count)]

    def one(self, n: int) -> Secret:
        if n != 2:
            return self.add_one(f"配合比{n}", tier="b", keeper=None, places=[])
        grave = {"level": self.levels["top"], "kind": "price", "unit": self.company.sales}
        secret = self.add_one("原価表", usefulness="受注を左右する", non_public="社外に出していない", **grave)
        akari = actor_of(self.company.akari)
        acts.non_public_confirm(secret=secret, by=akari, why="特許と論文を検索した")
        return acts.secret_value(secret=secret, technical=3, economic=5, legal=2, by=akari)
