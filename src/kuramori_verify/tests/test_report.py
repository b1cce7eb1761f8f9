"""The two verdicts and what stands around them, as JSON for machines and as text for people."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_verify.bundle import Checked
from kuramori_verify.findings import MAX_FINDINGS, Finding, Findings
from kuramori_verify.messages import MEANINGS, WORDS
from kuramori_verify.note import Head, LogKey
from kuramori_verify.report import as_text, report_of

HEAD = Head("kuramori.example/ledger", 1300, bytes(range(32)), LogKey("kuramori.example/ledger", bytes(32)))
ANY_TEXT = st.text(st.characters(exclude_categories=()))


def report(*codes, kind="bundle", head=None, **options):
    findings = Findings()
    for code in codes:
        findings.add(code, "data/x", entry=4, record="why", detail="more")
    checked = Checked(kind, head=head, counts={"files": 12, "entries": 1300})
    return report_of(checked, findings, **{"key_given": False, "older_heads": 0} | options)


@pytest.mark.parametrize(
    ("codes", "exit_code", "integrity", "completeness"),
    [
        ((), 0, "sound", "complete"),
        (("limit.system_file",), 0, "sound", "complete"),
        (("bag.file_missing",), 2, "sound", "incomplete"),
        (("bag.file_changed",), 1, "broken", "complete"),
        (("bag.file_missing", "bag.file_changed"), 1, "broken", "incomplete"),
        (("form.not_a_bundle",), 3, "unknown", "unknown"),
        (("form.cannot_open", "bag.file_changed"), 3, "unknown", "unknown"),
    ],
)
def test_verdicts_follow_the_gravest_area(codes, exit_code, integrity, completeness):
    found = report(*codes)
    assert (found["exit"], found["integrity"], found["completeness"]) == (exit_code, integrity, completeness)


@pytest.mark.parametrize(
    ("options", "left_out"),
    [
        ({}, set()),
        ({"key_given": True}, {"limit.key_from_bundle"}),
        ({"older_heads": 1}, {"limit.unwitnessed"}),
        ({"kind": "ledger"}, {"limit.all_entries"}),
    ],
)
def test_limits_are_those_that_the_options_do_not_lift(options, left_out):
    codes = {limit["code"] for limit in report(**options)["does_not_prove"]}
    everything = {"limit.truth", "limit.time", "limit.unwitnessed", "limit.all_entries", "limit.key_from_bundle"}
    assert codes == everything - left_out


def test_what_is_no_bundle_has_no_limits():
    assert report("form.not_a_bundle")["does_not_prove"] == []


def test_limit_met_on_the_way_is_no_finding():
    found = report("limit.system_file")
    assert found["findings"] == []
    assert found["does_not_prove"][-1]["code"] == "limit.system_file"


def test_report_has_its_members_and_no_others():
    assert set(report()) == {
        "format", "kind", "id", "exit", "integrity", "completeness", "checked", "ledger", "key", "findings",
        "more_findings", "does_not_prove", "stamps", "witnesses",
    }  # fmt: skip


def test_head_and_key_are_named_for_comparison():
    found = report(head=HEAD, key_given=True)
    assert found["ledger"] == {"origin": HEAD.origin, "size": 1300, "root": bytes(range(32)).hex()}
    assert found["key"] == {"name": HEAD.origin, "fingerprint": HEAD.key.fingerprint, "given": True}
    assert HEAD.key.fingerprint == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"


def test_without_a_head_nothing_is_said_of_it():
    assert (report()["ledger"], report()["key"]) == (None, None)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_text_of_a_sound_bundle(language):
    words = WORDS[language]
    lines = as_text(report(head=HEAD), language).splitlines()
    assert lines[0] == f"{words['integrity']}: {words['sound']}"
    assert lines[1] == f"{words['completeness']}: {words['complete']}"
    assert lines[2] == f"{words['checked']}: files 12, entries 1,300"
    assert lines[3] == f"{words['head']}: {HEAD.origin} / 1,300 / {HEAD.root.hex()}"
    assert lines[4] == f"{words['key']}: {HEAD.key.name} SHA-256 {HEAD.key.fingerprint}"
    assert lines[6] == f"{words['limits']}:"


@pytest.mark.parametrize(
    ("language", "place"),
    [("ja", "[data/x, 記録番号 4, 箇所 why, 詳細 more]"), ("en", "[data/x, entry 4, at why, detail more]")],
)
def test_text_of_a_finding_ends_with_its_place(language, place):
    lines = as_text(report("entry.malformed"), language).splitlines()
    assert f"- entry.malformed: {getattr(MEANINGS['entry.malformed'], language)} {place}" in lines


def test_finding_without_a_place_has_no_brackets():
    findings = Findings()
    findings.add("form.not_a_bundle")
    found = report_of(Checked("unknown"), findings, key_given=False, older_heads=0)
    assert as_text(found, "en").splitlines()[-1] == f"- form.not_a_bundle: {MEANINGS['form.not_a_bundle'].en}"


def test_entry_nought_is_a_place_too():
    findings = Findings()
    findings.add("ledger.entry_changed", "tile/0/000", entry=0)
    found = report_of(Checked("ledger"), findings, key_given=False, older_heads=0)
    assert "[tile/0/000, entry 0]" in as_text(found, "en")


@pytest.mark.parametrize(("language", "words"), [("ja", "ほかの指摘の数: 5"), ("en", "further findings: 5")])
def test_findings_beyond_the_limit_are_counted_in_the_text(language, words):
    findings = Findings()
    for number in range(MAX_FINDINGS + 5):
        findings.add("bag.file_unlisted", f"data/{number}")
    found = report_of(Checked("bundle"), findings, key_given=False, older_heads=0)
    assert len(found["findings"]) == MAX_FINDINGS
    assert words in as_text(found, language)


def test_report_is_json():
    found = report("entry.malformed", head=HEAD)
    assert json.loads(json.dumps(found)) == found


# findings


def test_same_finding_twice_counts_once_and_order_stays():
    findings = Findings()
    for name in ("b", "a", "b"):
        findings.add("bag.file_changed", name)
    assert [finding.file for finding in findings] == ["b", "a"]
    assert findings.dropped == 0


@pytest.mark.parametrize("other", [{"file": "y"}, {"entry": 1}, {"record": "r"}, {"detail": "d"}])
def test_findings_at_different_places_are_different(other):
    findings = Findings()
    findings.add("bag.file_changed", "x")
    findings.add("bag.file_changed", **({"file": "x"} | other))
    assert len(list(findings)) == 2


def test_has_asks_for_any_of_the_codes():
    findings = Findings()
    findings.add("bag.file_changed")
    assert findings.has("bag.file_missing", "bag.file_changed")
    assert not findings.has("bag.file_missing")


@given(ANY_TEXT)
def test_words_from_the_input_are_made_harmless(text):
    findings = Findings()
    findings.add("entry.malformed", record=text, detail=text)
    (finding,) = findings
    assert finding.record == finding.detail
    assert len(finding.record) <= 200
    assert finding.record.isprintable()
    finding.record.encode()


@pytest.mark.parametrize(
    ("words", "kept"),
    [("\x1b[31mred", "�[31mred"), ("a\nb", "a�b"), ("\ud800", "?"), ("x" * 300, "x" * 200), (7, "7"), ("図面", "図面")],
)
def test_hostile_words(words, kept):
    findings = Findings()
    findings.add("entry.malformed", detail=words)
    assert list(findings) == [Finding("entry.malformed", detail=kept)]
