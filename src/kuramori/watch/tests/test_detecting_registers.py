"""The registers of detection's set-up hold what every register holds."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from kuramori.directory.acts.units import site_add
from kuramori.directory.tests.company import NOON, Company
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import act
from kuramori.watch.detecting.gap_acts import gap_add
from kuramori.watch.detecting.gaps import gaps
from kuramori.watch.detecting.sigma_acts import rules_take_in
from kuramori.watch.detecting.sigma_registers import sigma_rules, sigma_sets
from kuramori.watch.lake import folder
from kuramori.watch.models import SigmaRule, SigmaSet
from kuramori.watch.rules.detecting import WAYS
from kuramori.watch.tests.test_registers import OpenToItsReaders


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """Let the clock run: two changes of a record must differ in their time."""
    with time_machine.travel(NOON):
        yield


class TestGaps(OpenToItsReaders):
    register = gaps
    required = ("next_step", "owner", "due_on")
    filtered = {"way": ("files", 1)}

    @pytest.fixture(autouse=True)
    def _words(self, company: Company) -> None:
        self.entered = {"site": company.tokyo.pk, "way": "door", "standing_as": "open", "owner": "A-4",
                        "next_step": "入退室の記録を登録", "due_on": "2026-12-01"}  # fmt: skip
        self.changed = self.entered | {"next_step": "別の装置を調べる", "standing_as": "accepted"}

    def make(self, count: int) -> list[Any]:
        """Return blind spots, one for each way, then at further sites."""
        ways, place = list(WAYS), self.company.tokyo
        made = []
        for number in range(count):
            if number and number % len(ways) == 0:
                place = site_add(code=f"P{number}", name_ja=f"工場{number}", name_en=f"Plant {number}", by=SYSTEM)
            words = {"owner": self.company.daichi, "next_step": f"手順{number}", "due_on": date(2026, 12, 1)}
            made.append(gap_add(site=place, way=ways[number % len(ways)], by=SYSTEM, **words))
        return made


RULE = "title: {title}\nlogsource: {{product: kuramori, category: event}}\nlevel: {level}\n"
RULE += "detection:\n  s: {{activity: read}}\n  condition: s\n"


class TestSigmaRules(OpenToItsReaders):
    register = sigma_rules
    filtered = {"level": ("high", 1), "state": ("untried", 3), "source": ("KURAMORI", 3), "set": ("ours", 3)}
    searched = ("規則2", 1)

    test_adding_leads_to_the_new_record = None  # a file is handed in: test_detecting_sigma

    def make(self, count: int) -> list[Any]:
        """Return rules of one set; the second is grave."""
        path = folder().parent / "made.yml"
        levels = {1: "high"}
        texts = [RULE.format(title=f"規則{n}", level=levels.get(n, "low")) for n in range(count)]
        path.write_text("---\n".join(texts), encoding="utf-8")
        rules_take_in(path=path, name="ours", file="made.yml")
        return list(SigmaRule.objects.standing())


class TestSigmaSets(OpenToItsReaders):
    register = sigma_sets

    def make(self, count: int) -> list[Any]:
        """Return reports of sets, as their record holds them."""
        made = []
        for number in range(count):
            taken = SigmaSet(name=f"set{number}", file="a.zip", sha256="0" * 64, documents=1, accepted=1, refused=0)
            with act("watch.sigma.add", by=SYSTEM, subjects=[taken]) as this:
                this.note("accepted", 1, in_clear=True)
                this.note("refused", 0, in_clear=True)
                taken.save()
            made.append(taken)
        return made
