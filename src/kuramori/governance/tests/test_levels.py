"""The register of levels keeps what every register promises; everybody may read it, the office changes it."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from kuramori.directory.tests.company import Company
from kuramori.governance.acts import level_add
from kuramori.governance.models import Level
from kuramori.governance.registers import levels
from kuramori.kernel.registers.tests.suite import RegisterSuite

WORDS: Mapping[str, Any] = {"name_en": "Unit only", "colour": "amber", "stocktaking_months": 12}


class TestLevels(RegisterSuite):
    register = levels
    entered = {"code": "own", "rank": 25, "name_ja": "部外秘", **WORDS}
    changed = {"code": "own", "rank": 25, "name_ja": "部門外秘", **WORDS}
    required = ("code", "rank", "name_ja", "name_en", "stocktaking_months")

    @pytest.fixture(autouse=True)
    def _office(self, company: Company) -> None:
        self.insider = company.viewer(company.daichi)

    def make(self, count: int) -> list[Level]:
        return [
            level_add(
                by=self.insider.actor,
                code=f"l{n}",
                rank=n + 1,
                name_ja=f"区分{n}",
                name_en=f"L{n}",
                meaning_ja=f"意味{n}",
            )
            for n in range(count)
        ]

    def test_out_of_scope_it_is_not_found_by_any_door(self) -> None:
        """A level is nobody's secret: whoever may read one reads all, and changes none without the permission."""
        level = self.make(1)[0]
        reader = replace(self.insider, permissions=frozenset({levels.permission("view")}))
        assert self.get("detail", level, by=reader).status_code == 200
        assert [self.get(page, level, by=reader).status_code for page in ("edit", "retire")] == [403, 403]

    def test_out_of_scope_neither_list_count_search_nor_export_betrays_it(self) -> None:
        level = self.make(1)[0]
        reader = replace(self.insider, permissions=frozenset({levels.permission("view")}))
        assert self.shown(self.get("list", by=reader)) == [level.pk]
        assert self.post("export", data={"format": "json"}, by=reader).status_code == 403
