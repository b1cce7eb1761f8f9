"""Sigma rules from file to alert: taken in, tried on events and on the past, switched on; in both languages, sound."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrive
from tests.browser.test_review import is_sound
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
RULE = """title: {en}
title_ja: {ja}
id: walk-{language}
description: Somebody asks the system who he is.
level: medium
logsource: {{product: windows, category: process_creation}}
detection:
  tool: {{Image|endswith: '\\whoami.exe'}}
  condition: tool
---
title: Placed
id: placed-{language}
logsource: {{product: windows, category: process_creation}}
detection: {{s: {{User|expand: '%admins%'}}, condition: s}}
"""
EVENT = {
    "EventTime": "2026-11-19T03:00:00Z", "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational",
    "Hostname": "pc07", "RecordNumber": 1, "Image": "C:\\Windows\\System32\\whoami.exe",
}  # fmt: skip
TITLES = {"ja": "自分を調べる", "en": "Asks who he is"}


def waits(visitor: Visitor) -> None:
    """Until the job on whose page he stands is done; without a script the page would ask by itself."""
    expect(visitor.page.locator("#job")).to_be_visible()
    expect(visitor.page.locator("#job[hx-get]")).to_have_count(0)


def takes_in(visitor: Visitor, path: Path) -> None:
    visitor.goes("/watch/sigma-rules/")
    is_sound(visitor)
    visitor.goes("/watch/sigma-rules/add/")
    is_sound(visitor)
    visitor.presses("取り込む", "Take in")
    expect(visitor.page.locator("main [aria-invalid=true]")).not_to_have_count(0)
    visitor.complaints.clear()  # that a form was refused (422), as it had to be
    visitor.page.locator("#id_file").set_input_files(path)
    visitor.page.locator("#id_name").fill(f"walk-{visitor.language}")
    visitor.page.locator("#id_why").fill(visitor.words("新しい手口のため", "A new way out"))
    visitor.presses("取り込む", "Take in")
    waits(visitor)
    is_sound(visitor)


def tries_events(visitor: Visitor, rule: str) -> None:
    """Paste a line that matches and one that is none."""
    pk = rule.rstrip("/").rpartition("/")[2]
    visitor.goes(f"/watch/sigma-rules/try-events/?rule={pk}")
    is_sound(visitor)
    visitor.page.locator("#id_events").fill(json.dumps(EVENT) + "\n{broken")
    visitor.presses("試す", "Try them")
    visitor.sees("1件のイベントを読み取りました", "1 event was read")
    visitor.sees("Image: *\\whoami.exe", "Image: *\\whoami.exe")
    expect(visitor.card("読み取れなかった部分", "Not understood")).to_contain_text("{broken")
    is_sound(visitor)


def test_rule_is_taken_in_tried_and_switched_on_by_its_analyst_alone(
    arrive: Arrive, language: str, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yml"
    path.write_text(RULE.format(language=language, **TITLES), encoding="utf-8")
    analyst = arrive(language)
    analyst.sits("analyst")
    takes_in(analyst, path)
    analyst.goes("/watch/sigma-rule-sets/")
    is_sound(analyst)
    analyst.follows(f"walk-{language}", f"walk-{language}")
    analyst.sees("プレースホルダー", "placeholder")
    is_sound(analyst)

    analyst.goes(f"/watch/sigma-rules/?set=walk-{language}")
    analyst.follows(TITLES["ja"], TITLES["en"])
    is_sound(analyst)
    rule = analyst.page.url.removeprefix(analyst.address)
    tries_events(analyst, rule)
    analyst.goes(f"{rule}switch/")
    analyst.sees("試していません", "never tried")
    is_sound(analyst)
    analyst.goes(f"{rule}test/")
    is_sound(analyst)
    analyst.page.locator("#id_days").fill("30")
    analyst.presses("試行する", "Try it")
    waits(analyst)
    analyst.goes(f"{rule}test/")
    expect(analyst.card("最後の試行", "Last trial").locator("tbody tr")).not_to_have_count(0)
    is_sound(analyst)
    analyst.goes(f"{rule}switch/")
    analyst.page.locator("#id_why").fill(analyst.words("試行済み", "Tried"))
    analyst.presses("有効にする", "Switch on")
    analyst.sees("ルールを有効にしました", "The rule is on")
    analyst.goes(f"{rule}history/")
    analyst.sees("有効化", "switched the rule")
    is_sound(analyst)

    for desk in ("employee", "hr"):
        other = arrive(language)
        other.sits(desk)
        doors = (rule, "/watch/sigma-rules/", "/watch/sigma-rules/try-events/", f"{rule}history/", f"{rule}test/")
        assert [other.status_of(door) for door in doors] == [403] * 5
