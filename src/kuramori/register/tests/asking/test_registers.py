"""The registers of requests and of deputies hold what every register holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.approvals.acts import request_ask
from kuramori.approvals.deputies import deputies, deputy_add
from kuramori.approvals.kinds import Asked
from kuramori.approvals.registers import requests
from kuramori.approvals.tests.ringi.room import BY_BOSS
from kuramori.directory.api import actor_of
from kuramori.directory.tests.company import NOON, TODAY
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.tests.suite import RegisterSuite
from kuramori.register.tests.asking.conftest import House

DAY = timedelta(days=1)


def narrowed(viewer: Viewer, register: Any) -> Viewer:
    """Somebody with the register's permissions who runs nothing and whom no row names."""
    held = frozenset(register.permission(action) for action in ("view", "add", "retire", "export"))
    return replace(viewer, permissions=held, company_wide=held)


class Walked(RegisterSuite):
    """Daichi runs requests, Emi has the pages and sees nothing of it."""

    @pytest.fixture(autouse=True)
    def clock(self) -> Iterator[None]:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, company: House) -> None:
        self.company = company
        self.insider = company.viewer(company.daichi)
        self.stranger = narrowed(company.viewer(company.emi), self.register)


class TestRequests(Walked):
    register = requests
    filtered = {"state": ("waiting", 3), "kind": ("ringi.by_boss", 3), "mine": ("no", 3), "decide": ("no", 3)}

    def make(self, count: int) -> list[Any]:
        asker = self.company.viewer(self.company.akari, now())
        return [
            request_ask(kind=BY_BOSS, asked=Asked(detail={"title": f"稟議 {number}"}), why="x", by=replace(asker))
            for number in range(count)
        ]


class TestDeputies(Walked):
    register = deputies
    filtered = {"today": ("yes", 1)}
    entered = {"person": "A-1", "deputy": "A-2", "starts_on": "2026-12-01", "ends_on": "2026-12-05"}
    required = ("deputy", "starts_on", "ends_on")

    def make(self, count: int) -> list[Any]:
        akari = self.company.akari
        return [
            deputy_add(
                person=akari, deputy=self.company.botan, starts_on=TODAY + number * DAY, ends_on=TODAY + number * DAY,
                by=actor_of(akari),
            )
            for number in range(count)
        ]  # fmt: skip
