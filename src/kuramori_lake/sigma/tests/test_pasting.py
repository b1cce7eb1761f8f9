"""Rules tried on pasted text: which lines match by which comparisons, what is no event; and nothing of it stays."""

import json
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kuramori_lake.sigma.documents import RuleFile, documents
from kuramori_lake.sigma.linking import rule_set
from kuramori_lake.sigma.pasting import MOST_TOLD, Tried, try_on, written
from kuramori_lake.sigma.records import AllOf, AnyOf, Match, Not, RuleSet
from kuramori_lake.sources import UnknownSourceError

TOKYO = ZoneInfo("Asia/Tokyo")
RULE = """
title: Who am I
title_ja: 自分は誰か
id: whoami
logsource: {product: windows, category: process_creation}
detection:
  tool: {Image|endswith: ['\\whoami.exe', '\\net.exe']}
  asked: {CommandLine|contains: '/all'}
  fine: {User|contains: 'SYSTEM'}
  condition: tool and asked and not fine
"""
STARTED = """
title: Started
name: started
logsource: {product: windows, category: process_creation}
detection: {s: {Image: '*'}, condition: s}
"""
OFTEN = """
title: Often
correlation: {type: event_count, rules: [started], group-by: [Computer], timespan: 5m, condition: {gte: 2}}
"""
EVENT = """<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>
<Provider Name='Microsoft-Windows-Sysmon'/><EventID>1</EventID><TimeCreated SystemTime='2026-11-19T03:0{n}:00.0Z'/>
<EventRecordID>{n}</EventRecordID><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>pc07</Computer>
</System><EventData><Data Name='Image'>C:\\Windows\\System32\\{image}</Data><Data Name='CommandLine'>{line}</Data>
<Data Name='User'>{user}</Data></EventData></Event>"""


def event(n: int = 1, image: str = "whoami.exe", line: str = "whoami /all", user: str = "KURA\\akari") -> str:
    return EVENT.format(n=n, image=image, line=line, user=user)


def as_line(**members: object) -> str:
    """As NXLog writes it."""
    plain = {
        "EventTime": "2026-11-19T03:00:00Z", "EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Hostname": "pc07", "RecordNumber": 7, "Image": "C:\\x\\whoami.exe", "CommandLine": "whoami /ALL",
    }  # fmt: skip
    return json.dumps(plain | members)


def rules(*texts: str) -> RuleSet:
    return rule_set(RuleFile(f"{n}.yml", documents(text.encode())) for n, text in enumerate(texts))


@pytest.fixture
def tried(tmp_path: Path):
    def run(text: str, *told: str, source: str = "evtx") -> Tried:
        found = try_on(text.encode(), rules(*told), source=source, zone=TOKYO, below=tmp_path)
        assert not list(tmp_path.iterdir()), "what was pasted is gone with the answer"
        return found

    return run


def test_event_as_xml_matches_and_its_reasons_are_those_comparisons_that_hold(tried):
    found = tried(event(1) + event(2, line="whoami") + event(3, user="NT AUTHORITY\\SYSTEM"), RULE)
    assert (found.events, found.ignored, found.wrong, found.more) == (3, 0, (), 0)
    (spoke,) = found.spoke
    assert (spoke.match.about.title_ja, spoke.rows) == ("自分は誰か", (1,))
    assert spoke.why == ((1, ("Image: *\\whoami.exe", "CommandLine: */all*")),)


def test_json_lines_are_told_by_their_line_and_so_are_those_that_are_none(tried):
    text = "\n".join([as_line(), "{not json", as_line(RecordNumber=8, Image="C:\\x\\cmd.exe"), as_line(RecordNumber=9)])
    found = tried(text, RULE)
    assert [spoke.rows for spoke in found.spoke] == [(1,), (4,)]
    assert [(one.row, "JSON" in one.reason, one.excerpt) for one in found.wrong] == [(2, True, b"{not json")]
    assert found.events == 3


def test_event_that_is_cut_and_text_that_is_no_log_are_told_and_match_nothing(tried):
    cut = tried(event(1)[:-40], RULE)
    assert (cut.events, cut.spoke) == (0, ())
    assert "not closed" in cut.wrong[0].reason
    none = tried("hello", RULE)
    assert (none.events, len(none.wrong), none.spoke) == (0, 1, ())
    assert tried("", RULE).wrong == ()


def test_entities_of_a_pasted_document_are_not_followed(tried):
    bomb = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" + event(1, image="&x;")
    found = tried(bomb, RULE)
    assert found.spoke == ()
    assert "root:" not in str(found)


def test_correlation_is_told_with_all_its_lines_and_the_rule_below_it_stays_silent(tried):
    (spoke,) = tried(event(1) + event(2, image="cmd.exe") + event(3), STARTED, OFTEN).spoke
    assert (spoke.match.about.title, spoke.match.kind, spoke.rows) == ("Often", "event_count", (1, 2, 3))
    assert spoke.match.value == 3
    assert [held for _row, held in spoke.why] == [(), (), ()]


def test_rules_over_other_logs_are_tried_on_their_lines(tried):
    rule = """
title: Hidden sign-in
logsource: {product: linux, service: sshd}
detection: {k: ['Accepted password'], s: {actor_raw: akari}, condition: s or k}
"""
    ours = """
title: Sign-in
logsource: {product: kuramori, category: event}
detection: {s: {activity: logon, actor_raw|startswith: 'aka'}, condition: s}
"""
    line = "Nov 19 12:00:01 gw sshd[311]: Accepted password for akari from 192.0.2.7 port 50022 ssh2\n"
    found = tried(line, rule, ours, source="sshd")
    assert found.events == 1
    assert ("Sign-in", ((1, ("activity: logon", "actor_raw: aka*")),)) in [
        (one.match.about.title, one.why) for one in found.spoke
    ]


def test_more_matches_than_can_be_read_are_counted(tried):
    text = "\n".join(as_line(RecordNumber=n) for n in range(1, MOST_TOLD + 6))
    found = tried(text, STARTED)
    assert (len(found.spoke), found.more) == (MOST_TOLD, 5)


def test_unknown_kind_of_log_leaves_nothing_behind(tmp_path: Path):
    with pytest.raises(UnknownSourceError):
        try_on(b"x", rules(RULE), source="nothing", zone=TOKYO, below=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("CommandLine: 'a?c*'", "CommandLine: a?c*"),
        ("CommandLine|cased: 'Abc'", "CommandLine|cased: Abc"),
        ("CommandLine|re|i: 'a.c'", "CommandLine|re|i: a.c"),
        ("EventID: 4624", "EventID: 4624"),
        ("Size|gte: 100", "Size|gte: 100"),
        ("IpAddress|cidr: '192.0.2.0/24'", "IpAddress|cidr: 192.0.2.0/24"),
        ("User: null", "User: null"),
        ("User|exists: true", "User|exists: true"),
        ("User|fieldref: Other", "User|fieldref: Other"),
        ("User|fieldref|startswith: Other", "User|fieldref|startswith: Other"),
        ("UtcTime|hour: 3", "UtcTime|hour: 3"),
    ],
)
def test_comparison_is_written_as_its_author_would(asked: str, told: str):
    text = "title: A\nlogsource: {product: windows, category: process_creation}\n"
    (rule,) = rules(f"{text}detection:\n  s:\n    {asked}\n  condition: s\n").rules
    condition = rule.condition
    while isinstance(condition, AllOf | AnyOf | Not):
        condition = condition.part if isinstance(condition, Not) else condition.parts[0]
    assert isinstance(condition, Match)
    assert written(condition) == told


def test_keyword_is_written_with_a_star_for_every_field():
    text = (
        "title: A\nlogsource: {product: windows, category: process_creation}\ndetection: {k: ['mimi'], condition: k}\n"
    )
    (rule,) = rules(text).rules
    condition = rule.condition
    while isinstance(condition, AllOf | AnyOf):
        condition = condition.parts[0]
    assert isinstance(condition, Match)
    assert written(condition).startswith("*: ")
