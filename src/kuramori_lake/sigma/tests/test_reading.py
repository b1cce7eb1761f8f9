"""What is read of a rule, and how one that cannot be used is refused: file, rule, place, reason in both languages."""

import zipfile

import pytest

from kuramori_lake.sigma import documents
from kuramori_lake.sigma.linking import read_rules
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.records import Alternative, Kind, Match, Not, Text
from kuramori_lake.sigma.refusals import JAPANESE
from kuramori_lake.sigma.tests.made import read, refusal_of

RULE = """
title: {title}
id: {id}
logsource: {{category: process_creation, product: windows}}
detection:
  s: {detection}
  condition: {condition}
"""


def rule(detection="{Image: x}", *, condition="s", title="Made", number=1):
    return RULE.format(
        title=title, id=f"{number:08d}-0000-4000-8000-000000000000", detection=detection, condition=condition
    )


def test_what_a_rule_says_of_itself_is_kept():
    (found,) = read(
        rule()
        + "title_ja: 作り物\nlevel: HIGH\nstatus: test\ntags: [attack.t1052]\npractices: [DEV-07]\ndescription: d\n"
    ).rules
    about = found.about
    assert (about.id, about.level, about.status) == ("00000001-0000-4000-8000-000000000000", "high", "test")
    assert (about.tags, about.practices, about.file) == (("attack.t1052",), ("DEV-07",), "test.yml")
    assert about.titled(japanese=True) == "作り物"
    assert about.titled(japanese=False) == "Made"
    assert str(found.source) == "windows/process_creation"


def test_a_rule_without_japanese_title_level_and_id_still_runs():
    text = "title: Only this\nlogsource: {product: windows}\ndetection: {s: [x], condition: s}\n"
    (found,) = read(text).rules
    assert (found.about.id, found.about.level) == ("Only this", "medium")
    assert found.about.titled(japanese=True) == "Only this"


@pytest.mark.parametrize("more", ["date: yesterday", "author: [a, b]", "level: grave", "references: x", "status: new"])
def test_metadata_that_offends_the_specification_keeps_no_rule_from_running(more):
    assert len(read(rule() + more + "\n").rules) == 1


@pytest.mark.parametrize(
    ("text", "place", "english", "japanese"),
    [
        (rule("{Image|fuzzy: x}"), "detection.s.Image|fuzzy", "no such modifier", "この修飾子はありません"),
        (rule("{Image|re: '(a'}"), "detection.s.Image|re", "RE2 syntax", "正規表現を解釈できません"),
        (rule("{Image|re: '(?!a)b'}"), "detection.s.Image|re", "without look-around", "先読み"),
        (rule("{Ip|cidr: 10.0.0.1/8}"), "detection.s.Ip|cidr", "does not suit the value", "修飾子が値に合いません"),
        (rule("{Size|gt: many}"), "detection.s.Size|gt", "does not suit the value", "修飾子が値に合いません"),
        (rule("{Image|expand: '%admins%'}"), "detection …Image", "list of your site", "各社固有の一覧"),
        (rule("{Image|re|expand: '%admins%.*'}"), "detection …Image", "%admins%", "%admins%"),
        (rule(condition="s and other"), "detection.condition", "condition is wrong", "condition が正しくありません"),
        (rule(condition="s and ("), "detection.condition", "condition is wrong", "condition が正しくありません"),
        (rule(condition="all of x*"), "detection.condition", "condition is wrong", "condition が正しくありません"),
        (
            rule(condition="s | count() > 5"),
            "detection.condition",
            "condition is wrong",
            "condition が正しくありません",
        ),
        ("title: a\ndetection: {s: [x], condition: s}\n", "logsource", "no log source", "ログソース"),
        ("title: a\nlogsource: {product: windows}\n", "detection", "no detection", "検知条件"),
        ("title: a\nlogsource: {product: x\n", "line 3", "not YAML", "YAML"),
        ("- 1\n- 2\n", "", "holds no rule", "ルールがありません"),
    ],
)
def test_a_rule_is_refused_with_place_and_reason_in_both_languages(text, place, english, japanese, tmp_path):
    file = tmp_path / "wrong.yml"
    file.write_text(text, encoding="utf-8")
    found = read_rules([file])
    (refused,) = found.refused
    assert found.rules == ()
    assert (refused.file, refused.place) == (str(file), place)
    assert english in refused.sentence(japanese=False)
    assert japanese in refused.sentence(japanese=True)


@pytest.mark.parametrize(
    ("source", "field", "english"),
    [
        ("{product: aix}", "Image", "no events of the log source aix"),
        ("{product: kuramori, category: dance}", "activity", "no events of the log source kuramori/dance"),
        ("{product: kuramori, category: file}", "colour", "have no field colour"),
        ("{service: unheard-of, product: windows}", "Image", "windows/unheard-of"),
    ],
)
def test_a_rule_about_what_is_not_collected_is_refused(source, field, english):
    refused = refusal_of(f"title: a\nlogsource: {source}\ndetection:\n  s: {{{field}: x}}\n  condition: s\n")
    assert english in refused.sentence(japanese=False)
    assert refused.sentence(japanese=True) != refused.sentence(japanese=False)


def test_a_rule_of_too_many_comparisons_is_refused():
    many = "[" + ", ".join(f"a{number}" for number in range(5001)) + "]"
    assert "5000 comparisons" in refusal_of(rule(f"{{Image: {many}}}")).sentence(japanese=False)


def test_every_reason_has_both_languages_with_the_same_values():
    for english, japanese in JAPANESE.items():
        assert sorted(_values(english)) == sorted(_values(japanese)), english


def _values(sentence):
    return [part.partition(")")[0] for part in sentence.split("%(")[1:]]


def test_a_document_that_is_shared_is_merged_into_those_after_it():
    text = "action: global\ntitle: Both\nlevel: low\n---\n"
    for number, name in ((1, "{EventID: 1}"), (2, "{EventID: 2}")):
        text += f"id: {number}\nlogsource: {{product: windows}}\ndetection: {{s: {name}, condition: s}}\n---\n"
    text += "action: repeat\nid: 3\n---\naction: reset\n---\nid: 4\ntitle: Own\nlogsource: {product: windows}\n"
    found = read(text + "detection: {s: {EventID: 4}, condition: s}\n").rules
    assert [(one.about.id, one.about.title) for one in found] == [
        ("1", "Both"), ("2", "Both"), ("3", "Both"), ("4", "Own"),
    ]  # fmt: skip
    assert found[1].condition == found[2].condition


def test_a_filter_narrows_the_rules_that_it_names():
    sieve = """
title: Not the backup
logsource: {category: process_creation, product: windows}
filter:
  rules: [00000001-0000-4000-8000-000000000000]
  selection: {User: backup}
  condition: not selection
"""
    first, second = read(f"{rule(number=1)}---\n{rule(number=2)}---\n{sieve}").rules
    assert Not(Match("User", Text(("backup",)))) in first.condition.parts
    assert second.condition == Match("Image", Text(("x",)))


def test_a_wrong_filter_is_refused_and_the_rules_run():
    found = read(rule() + "---\ntitle: f\nlogsource: {product: windows}\nfilter: {rules: any, selection: {a: b}}\n")
    assert len(found.rules) == 1
    assert found.refused[0].rule == "f"


def test_of_two_rules_with_one_id_the_first_is_used():
    found = read(rule(title="First") + "---\n" + rule(title="Second"))
    assert [one.about.title for one in found.rules] == ["First"]
    assert "the first is used" in found.refused[0].sentence(japanese=False)


CORRELATION = """
title: Many
name: many
correlation:
  type: {type}
  rules: [{rules}]
  group-by: [User]
  timespan: 5m
  {more}
"""


def correlated(kind, *, rules="00000001-0000-4000-8000-000000000000", more="condition: {gte: 3}"):
    return f"{rule()}---\n" + CORRELATION.format(type=kind, rules=rules, more=more)


def test_a_correlation_knows_rules_by_id_and_by_name_and_stands_after_them():
    text = CORRELATION.format(type="event_count", rules="base", more="condition: {gte: 3}")
    outer = CORRELATION.format(type="event_count", rules="many", more="condition: {gte: 2}").replace("many", "outer", 1)
    outer = outer.replace("name: many", "name: outer").replace("title: Many", "title: Outer")
    found = read(f"{outer}---\n{text}---\n{rule()}name: base\n")
    assert [one.about.name for one in found.correlations] == ["many", "outer"]
    assert found.correlations[0].rules == ("00000001-0000-4000-8000-000000000000",)
    assert not found.refused


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (correlated("event_count", rules="nobody"), "refers to nobody"),
        (correlated("event_count", rules="many"), "in a circle"),
        (correlated("dance"), "correlation is wrong"),
        (correlated("value_count"), "correlation is wrong"),
        (correlated("event_count", more="condition: {gte: 3, lt: 2}"), "correlation is wrong"),
        (correlated("event_count", more="condition: s and t"), "correlation is wrong"),
        (correlated("value_percentile", more="condition: {gte: 3, field: Size}"), "correlation is wrong"),
        (correlated("temporal", rules="a", more="condition: not a"), "correlation is wrong"),
        (correlated("event_count").replace("5m", "5 minutes"), "correlation is wrong"),
        ("title: a\ncorrelation: 5\n", "correlation is wrong"),
    ],
)
def test_a_wrong_correlation_is_refused(text, english):
    found = read(text)
    assert english in found.refused[0].sentence(japanese=False)
    assert found.refused[0].place.startswith("correlation")


def test_a_correlation_of_a_refused_rule_is_refused_with_it():
    text = correlated("event_count").replace("product: windows", "product: aix")
    reasons = [one.sentence(japanese=False) for one in plan(read(text), "duckdb").refused]
    assert any("log source aix" in one for one in reasons)
    assert any("refers to 00000001" in one for one in reasons)


def test_an_outer_correlation_groups_by_what_the_inner_one_groups_by():
    outer = CORRELATION.format(type="event_count", rules="many", more="condition: {gte: 2}")
    outer = outer.replace("[User]", "[Host]").replace("Many", "Outer").replace("name: many", "name: outer")
    found = read(f"{correlated('event_count')}---\n{outer}\n")
    assert "does not group by" in found.refused[0].sentence(japanese=False)


def test_extended_conditions_become_alternatives_in_the_order_of_words():
    text = rule(number=1) + "name: a\n---\n" + rule(number=2) + "name: b\n---\n" + rule(number=3) + "name: c\n---\n"
    more = CORRELATION.format(
        type="temporal_ordered_extended", rules="a, b, c", more="condition: a and not (b or not c)"
    )
    found = read(text + more)
    assert not found.refused
    (one,) = found.correlations
    a, b, c = one.rules
    assert one.kind is Kind.TEMPORAL_ORDERED_EXTENDED
    assert one.alternatives == (Alternative((a, c), frozenset({b})),)


def test_a_condition_of_too_many_alternatives_is_refused():
    names = "abcdefghijklmn"
    text = "---\n".join(rule(number=number) + f"name: {name}\n" for number, name in enumerate(names))
    words = " and ".join(f"({one} or {other})" for one, other in zip(names[::2], names[1::2], strict=True))
    more = CORRELATION.format(type="temporal", rules=", ".join(names), more=f"condition: {words}")
    assert "64 alternatives" in read(f"{text}---\n{more}").refused[0].sentence(japanese=False)


def test_files_come_from_folders_and_archives_in_the_order_of_their_names(tmp_path):
    folder = tmp_path / "rules" / "deep"
    folder.mkdir(parents=True)
    (folder / "b.yml").write_text(rule(number=2))
    (folder.parent / "a.yaml").write_text(rule(number=1))
    (folder / "note.txt").write_text("not a rule")
    with zipfile.ZipFile(tmp_path / "more.zip", "w") as archive:
        archive.writestr("../../c.yml", rule(number=3))
        archive.writestr("readme.md", "nothing")
    found = read_rules([tmp_path / "rules", tmp_path / "more.zip"])
    assert [int(one.about.id[:8]) for one in found.rules] == [1, 2, 3]
    assert found.rules[2].about.file.endswith("more.zip!../../c.yml")


def test_what_cannot_be_read_is_refused_and_the_rest_is_used(tmp_path, monkeypatch):
    (tmp_path / "good.yml").write_text(rule())
    (tmp_path / "binary.yml").write_bytes(b"\xff\xfe\x00\x80")
    (tmp_path / "deep.yml").write_text("[" * 3000)
    monkeypatch.setattr(documents, "MOST_BYTES", 600)
    (tmp_path / "large.yml").write_text("#" * 700)
    broken = tmp_path / "broken.zip"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("a.yml", rule(number=2) * 2)
    broken.write_bytes(broken.read_bytes().replace(b"Made", b"Mode", 1))
    found = read_rules([tmp_path, broken, tmp_path / "none.yml"])
    assert len(found.rules) == 1
    assert len(found.refused) == 5
    assert {one.rule for one in found.refused} == {""}


def test_an_archive_that_grows_without_end_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "MOST_ARCHIVE_BYTES", 10)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w") as archive:
        archive.writestr("a.yml", rule())
    (refused,) = read_rules([tmp_path / "bomb.zip"]).refused
    assert "more than 10 bytes" in refused.sentence(japanese=False)
