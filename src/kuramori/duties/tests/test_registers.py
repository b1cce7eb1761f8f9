"""The registers of duties and of tasks hold what every register holds; nobody retires or adds a task by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.utils.timezone import now

from kuramori.directory.tests.company import NOON, Company
from kuramori.duties.days import places
from kuramori.duties.models import Duty, Task
from kuramori.duties.registers import duties, tasks
from kuramori.duties.round import open_turns
from kuramori.duties.tests.asked import duty
from kuramori.kernel.permissions import Role
from kuramori.kernel.registers.tests.suite import RegisterSuite


class Asked(RegisterSuite):
    """The office looks; a stranger holds the permissions for no part of the company."""

    @pytest.fixture(autouse=True)
    def noon(self) -> Iterator[None]:
        """Let the clock run: entries of a record must differ in their time."""
        with time_machine.travel(NOON):
            yield

    @pytest.fixture(autouse=True)
    def _people(self, noon: None, db: None) -> None:  # noqa: ARG002  (the clock stands before the company)
        self.company = Company()
        self.company.give(self.company.daichi, Role.INFORMATION_MANAGER)
        self.insider = self.company.viewer(self.company.daichi)
        here = frozenset({self.company.sales.pk})
        self.stranger = replace(
            self.insider, person_id=None, company_wide=frozenset(), units=dict.fromkeys(self.insider.permissions, here)
        )


class TestDuties(Asked):
    register = duties
    entered = {
        "title": "棚の点検", "audience": "everybody", "every": "once", "step": "1", "first_on": "2026-12-01",
        "on_holiday": "before", "lead_days": "7", "remind_before": "2", "remind_again": "7", "escalate_after": "5",
    }  # fmt: skip
    changed = entered | {"title": "倉庫の点検", "every": "months", "step": "3"}
    required = ("title", "first_on", "audience", "lead_days")
    searched = ("点検 2", 1)

    def make(self, count: int) -> list[Duty]:
        """Return as many duties, with titles that differ."""
        return [duty(title=f"点検 {number}") for number in range(count)]

    def test_a_change_of_the_rhythm_is_told_in_words(self) -> None:
        (made,) = self.make(1)
        data = self.changed | {"as_of": self.token_of(made), "why": "四半期ごとに"}
        assert self.post("edit", made, data).status_code == 302
        told = self.get("history", made).content.decode()
        assert "四半期ごとに" in told
        assert "倉庫の点検" in told


class TestTasks(Asked):
    register = tasks
    filtered = {"state": ("open", 3), "duty": ("D-00002", 1), "mine": ("no", 3)}

    def make(self, count: int) -> list[Task]:
        """Return as many tasks of one person, each of a duty of its own."""
        written = [
            duty(title=f"点検 {number}", audience="person", person=self.company.akari) for number in range(count)
        ]
        open_turns(written, places(), now())
        return list(Task.objects.order_by("id"))

    @pytest.mark.parametrize("action", ["add", "edit", "retire"])
    def test_tasks_come_and_go_by_duties_alone(self, action: str) -> None:
        assert not self.register.offers(action)

    def test_who_looks_without_being_a_person_has_none_of_his_own(self) -> None:
        self.make(2)
        machine: Any = replace(self.insider, person_id=None)
        assert self.shown(self.get("list", query="?mine=yes", by=machine)) == []
        assert len(self.shown(self.get("list", query="?mine=no", by=machine))) == 2
