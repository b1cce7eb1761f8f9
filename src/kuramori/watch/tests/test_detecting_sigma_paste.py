"""The page that tries rules on pasted events: which match, why, which line is none; and nothing of it is kept."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kuramori.directory.tests.company import Company
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.detecting.sigma_paste import NOT_PASTED, PasteForm
from kuramori.watch.models import Alert, SigmaRule
from kuramori.watch.rules.detecting_sigma import MOST_PASTED
from kuramori.watch.tests.ruled import taken
from kuramori.watch.wording import SOURCE_WORDS

pytestmark = pytest.mark.django_db
WHO = """
title: Asks who he is
title_ja: 自分を調べる
id: 55555555-5555-4555-8555-555555555555
logsource: {product: windows, category: process_creation}
detection:
  tool: {Image|endswith: '\\whoami.exe'}
  fine: {User|contains: 'SYSTEM'}
  condition: tool and not fine
level: low
"""
LOGON = """
title: Sign-in of akari
id: 66666666-6666-4666-8666-666666666666
logsource: {product: kuramori, category: logon}
detection: {s: {actor_raw: akari}, condition: s}
"""
NOTICED = """
title: After notice
id: 77777777-7777-4777-8777-777777777777
logsource: {product: kuramori, category: event}
detection: {s: {after_notice: 'true'}, condition: s}
"""
XML = (
    "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
    "<EventID>1</EventID><TimeCreated SystemTime='2026-11-19T03:00:00.0Z'/><EventRecordID>4</EventRecordID>"
    "<Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>pc07</Computer></System><EventData>"
    "<Data Name='Image'>C:\\Windows\\System32\\whoami.exe</Data><Data Name='User'>KURA\\akari</Data>"
    "</EventData></Event>"
)


def line(number: int = 1, **members: object) -> str:
    plain = {
        "EventTime": "2026-11-19T03:00:00Z", "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "pc07", "RecordNumber": number, "Image": "C:\\x\\whoami.exe", "User": "KURA\\akari",
    }  # fmt: skip
    return json.dumps(plain | members)


@pytest.fixture
def daichi(company: Company) -> Viewer:
    return replace(company.viewer(company.daichi), language="en")


@pytest.fixture
def rule(tmp_path: Path, company: Company) -> SigmaRule:
    taken(tmp_path, WHO, LOGON, NOTICED)
    return SigmaRule.objects.get(title="Asks who he is")


@pytest.fixture
def paste(visit: Any, daichi: Viewer, rule: SigmaRule) -> Any:
    def go(events: str, viewer: Viewer = daichi, **words: str) -> tuple[int, str]:
        plain = {"events": events, "rules": "all", "kind": "evtx"}
        answer = visit(viewer, "sigma-paste", data=plain | words)
        text = unescape(re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]))
        return answer.status_code, " ".join(text.split())

    return go


def test_page_tells_rule_line_and_comparison_of_xml_and_of_json_lines(paste: Any, rule: SigmaRule, visit: Any):
    status, told = paste(XML)
    assert status == 200
    assert "1 event was read." in told
    assert "Asks who he is line or record 1 Image: *\\whoami.exe" in told
    status, told = paste("\r\n".join([line(1), line(2, Image="C:\\x\\cmd.exe"), line(3), line(4, User="SYSTEM")]))
    assert (status, "4 events were read." in told) == (200, True)
    assert told.count("Asks who he is line") == 2
    assert "line or record 3 Image" in told


def test_line_that_is_no_event_is_answered_with_its_number_reason_and_text(paste: Any):
    status, told = paste("\n".join([line(1), "{broken", line(2, Image="x")]))
    assert (status, "2 events were read." in told) == (200, True)
    assert "Not understood" in told
    assert re.search(r"line or record 2 [^{]*JSON[^{]*\{broken", told)
    status, told = paste(XML[:-30])
    assert status == 422
    assert "0 events were read. No rule matches." in told
    assert "at the end file is cut" in told
    assert paste("hello")[0] == 422


def test_nothing_chosen_nothing_pasted_and_too_much_stand_at_their_fields(paste: Any, visit: Any, daichi: Viewer):
    for words, fault in (
        ({"events": ""}, "This field is required."),
        ({"rules": "set:none"}, "Select a valid choice."),
        ({"rules": "01900000-0000-7000-8000-000000000000"}, "Select a valid choice."),
        ({"kind": "nothing"}, "Select a valid choice."),
        ({"kind": "ledger"}, "Select a valid choice."),
        ({"events": "x" * (MOST_PASTED + 1)}, "at most 200000 characters"),
    ):
        status, told = paste(**({"events": line()} | words))
        assert (status, fault in told) == (422, True), words
        assert "What the rules say" not in told


def test_rules_are_those_of_a_page_those_on_those_of_a_set_or_all(
    paste: Any, rule: SigmaRule, tmp_path: Path, daichi: Viewer
):
    taken(tmp_path, WHO.replace("5555", "8888").replace("Asks who", "Wonders who"), name="other")
    assert "Wonders who he is" in paste(line())[1]
    assert "Wonders who he is" in paste(line(), rules="set:other")[1]
    assert "Asks who he is line" not in paste(line(), rules="set:other")[1]
    assert "Wonders who he is line" not in paste(line(), rules=str(rule.pk))[1]
    assert "No rule matches." in paste(line(), rules="on")[1]
    taken(tmp_path, NOTICED.replace("7777", "2222"), name="third")
    other = SigmaRule.objects.get(rule__startswith="8888")
    form = PasteForm(daichi, {"rules": "set:other", "kind": "evtx", "events": "x"})
    assert form.is_valid(), form.errors
    assert [each.pk for each in form.rules_chosen()] == [other.pk]


def test_rule_led_here_is_chosen_and_a_nonsense_one_is_none(visit: Any, daichi: Viewer, rule: SigmaRule):
    page = unescape(visit(daichi, "sigma-paste", rule=str(rule.pk)).content.decode())
    assert f'<option value="{rule.pk}" selected>Asks who he is</option>' in page
    assert "set ours" in page
    for nonsense in ("x", "../x", "01900000-0000-7000-8000-000000000000"):
        assert "Asks who he is" not in visit(daichi, "sigma-paste", rule=nonsense).content.decode()
    assert f"?rule={rule.pk}" in visit(daichi, "sigma-detail", rule.pk).content.decode()


def test_nothing_pasted_is_kept_or_told_on_and_nobody_is_looked_up(
    paste: Any, tmp_path: Path, charter: Any, company: Company
):
    """The name of a real person in a pasted line is text: no alert, no person, no act, no file, no job."""
    before = Entry.objects.count(), sorted(each.name for each in tmp_path.iterdir())
    pasted = "Nov 19 12:00:01 gw sshd[311]: Accepted password for akari from 192.0.2.7 port 50022 ssh2"
    status, told = paste(pasted, kind="sshd")
    assert (status, "Sign-in of akari line or record 1 actor_raw: akari" in told) == (200, True)
    assert company.akari.name not in told
    assert "After notice line" not in told
    assert (Entry.objects.count(), sorted(each.name for each in tmp_path.iterdir())) == before
    assert not Alert.objects.exists()
    assert not Job.objects.exists()


def test_what_was_pasted_is_written_as_text_never_as_markup(visit: Any, daichi: Viewer, rule: SigmaRule):
    events = line(User="<script>alert(1)</script>") + "\n<b>no event</b>"
    answer = visit(daichi, "sigma-paste", data={"events": events, "rules": "all", "kind": "evtx"})
    assert b"<script>alert" not in answer.content
    assert b"<b>no event" not in answer.content


def test_page_speaks_japanese(visit: Any, daichi: Viewer, rule: SigmaRule):
    viewer = replace(daichi, language="ja")
    data = {"events": line() + "\n{broken", "rules": "all", "kind": "evtx"}
    page = unescape(visit(viewer, "sigma-paste", data=data).content.decode())
    for words in (
        "自分を調べる",
        "1件のイベントを読み取りました。",
        "1行目（件目）",
        "読み取れなかった部分",
        "すべてのルール",
    ):
        assert words in page, words


def test_only_who_sets_rules_may_try_them(visit: Any, company: Company, rule: SigmaRule):
    company.give(company.chihiro, Role.PRIVACY_OFFICER)
    for person in (company.chihiro, company.botan):
        viewer = company.viewer(person)
        assert visit(viewer, "sigma-paste").status_code == 403
        assert visit(viewer, "sigma-paste", data={"events": line(), "rules": "all", "kind": "evtx"}).status_code == 403


def test_every_kind_of_log_that_people_paste_is_offered(daichi: Viewer, rule: SigmaRule):
    offered = {name for name, _word in PasteForm(daichi).fields["kind"].choices}  # type: ignore[attr-defined]
    assert {"evtx", "samba", "postfix", "squid", "sshd", "m365", "table:badge"} <= offered
    assert offered == {name for name in SOURCE_WORDS if not name.startswith(NOT_PASTED)}


@pytest.mark.parametrize("count", [1, 40])
def test_answer_costs_the_same_however_many_events_match(visit: Any, daichi: Viewer, rule: SigmaRule, count: int):
    data = {"events": "\n".join(line(n) for n in range(1, count + 1)), "rules": str(rule.pk), "kind": "evtx"}
    visit(daichi, "sigma-paste", data=data)
    with CaptureQueriesContext(connection) as captured:
        page = visit(daichi, "sigma-paste", data=data).content.decode()
    assert page.count("whoami.exe</code>") == count
    assert len(captured) <= 20, [each["sql"] for each in captured]


def test_rule_altered_in_the_lake_behind_our_back_is_not_tried(paste: Any, rule: SigmaRule, data: Path):
    (file,) = (each for each in (data / "lake" / "sigma" / "ours").iterdir() if "whoami" in each.read_text())
    file.write_text(WHO.replace("whoami", "other"), encoding="utf-8")
    status, told = paste(line())
    assert (status, "No rule matches." in told) == (200, True)
