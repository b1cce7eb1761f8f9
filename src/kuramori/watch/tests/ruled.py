"""Sigma rules of tests: sets handed in, and a rule that was tried and switched on."""

import io
import zipfile
from pathlib import Path

from kuramori.watch.detecting.sigma_acts import rule_switch, rule_try, rules_take_in
from kuramori.watch.models import SigmaRule, SigmaSet

RULE = """
title: Medium connected
title_ja: 媒体の接続
id: 11111111-1111-4111-8111-111111111111
description: Any stick.
falsepositives: [A lent stick]
logsource: {product: kuramori, category: event}
detection:
  s: {activity: %s}
  condition: s
level: high
"""
BAD = "title: Broken\nid: 22222222-2222-4222-8222-222222222222\nlogsource: {product: kuramori, category: event}\n"
BAD += "detection:\n  s: {nothing_like_it: x}\n  condition: s\n"
NOTICE = RULE.replace("1111", "3333").replace("Medium connected", "After notice").replace("媒体の接続", "申出後")
NOTICE = (NOTICE % "device_connect").replace("  condition: s", "  n: {after_notice: false}\n  condition: s and n")


def taken(tmp_path: Path, *texts: str, name: str = "ours") -> SigmaSet:
    path = tmp_path / "rules.zip"
    path.write_bytes(packed({f"r/{n}.yml": text for n, text in enumerate(texts)}))
    return rules_take_in(path=path, name=name, file="rules.zip", why="追加")


def packed(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def on(tmp_path: Path, text: str = RULE % "device_connect") -> SigmaRule:
    taken(tmp_path, text)
    rule = SigmaRule.objects.standing().get()
    return rule_switch(rule=rule_try(rule=rule, days=7), on=True, why="試行済み")
