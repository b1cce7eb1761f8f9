"""The two verdicts, integrity and completeness, with every finding, as JSON and as text."""

from collections.abc import Mapping, Sequence
from typing import Any

from kuramori_verify.bundle import Checked
from kuramori_verify.findings import Finding, Findings
from kuramori_verify.messages import COMPLETENESS, FORM, INTEGRITY, LIMIT, MEANINGS, WORDS

SOUND, BROKEN, INCOMPLETE, NOT_A_BUNDLE = 0, 1, 2, 3
ALWAYS_LIMITS = ("limit.truth", "limit.time", "limit.unwitnessed")


def report_of(checked: Checked, findings: Findings, *, key_given: bool, older_heads: int) -> dict[str, Any]:
    """Put the result together; the members are described in the format's documentation."""
    areas = {MEANINGS[finding.code].area for finding in findings}
    head = checked.head
    return {
        "format": "kuramori-verify/1",
        "kind": checked.kind,
        "id": checked.id,
        "exit": _exit_code(areas),
        "integrity": _verdict(areas, INTEGRITY, "broken", "sound"),
        "completeness": _verdict(areas, COMPLETENESS, "incomplete", "complete"),
        "checked": checked.counts,
        "ledger": head and {"origin": head.origin, "size": head.size, "root": head.root.hex()},
        "stamps": [
            {
                "file": each.file,
                "over": each.over,
                "time": each.moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "signer": each.signer,
                "root": each.root,
                "root_fingerprint": each.fingerprint,
                "given": each.given,
            }
            for each in checked.stamps
        ],
        "witnesses": [
            {
                "file": each.file,
                "size": each.size,
                "time": each.moment and each.moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "signer": each.signer,
                "fingerprint": each.fingerprint,
                "given": each.given,
            }
            for each in checked.witnesses
        ],
        "key": head and {"name": head.key.name, "fingerprint": head.key.fingerprint, "given": key_given},
        "findings": [_described(finding) for finding in findings if MEANINGS[finding.code].area != LIMIT],
        "more_findings": findings.dropped,
        "does_not_prove": [] if FORM in areas else _limits(checked, findings, key_given, older_heads),
    }


def as_text(report: Mapping[str, Any], language: str) -> str:
    """Write the report for people."""
    words = WORDS[language]
    lines = [
        f"{words['integrity']}: {words[report['integrity']]}",
        f"{words['completeness']}: {words[report['completeness']]}",
    ]
    if report["checked"]:
        lines.append(f"{words['checked']}: " + ", ".join(f"{name} {n:,}" for name, n in report["checked"].items()))
    if report["ledger"]:
        ledger, key = report["ledger"], report["key"]
        lines.append(f"{words['head']}: {ledger['origin']} / {ledger['size']:,} / {ledger['root']}")
        lines.append(f"{words['key']}: {key['name']} SHA-256 {key['fingerprint']}")
    lines += [
        f"{words['stamp']}: {each['time'][:19]}Z {each['signer']} [{each['file']}] "
        f"{words['root']} {each['root']} SHA-256 {each['root_fingerprint']}"
        for each in report["stamps"]
    ]
    lines += [
        f"{words['witness']}: {each['size']:,} {each['time'] or ''} {each['signer'] or ''} [{each['file']}]"
        for each in report["witnesses"]
    ]
    if report["findings"]:
        lines += ["", f"{words['findings']}:", *(_line(finding, language) for finding in report["findings"])]
    if report["more_findings"]:
        lines.append(f"{words['more']}: {report['more_findings']}")
    if report["does_not_prove"]:
        lines += ["", f"{words['limits']}:", *(_line(limit, language) for limit in report["does_not_prove"])]
    return "\n".join(lines) + "\n"


def _exit_code(areas: set[str]) -> int:
    for area, code in ((FORM, NOT_A_BUNDLE), (INTEGRITY, BROKEN), (COMPLETENESS, INCOMPLETE)):
        if area in areas:
            return code
    return SOUND


def _verdict(areas: set[str], area: str, bad: str, good: str) -> str:
    if FORM in areas:
        return "unknown"
    return bad if area in areas else good


def _limits(checked: Checked, findings: Findings, key_given: bool, older_heads: int) -> list[dict[str, Any]]:
    is_witnessed = older_heads > 0 or any(each.signer for each in checked.witnesses)
    listed = [Finding(code) for code in ALWAYS_LIMITS if code != "limit.unwitnessed" or not is_witnessed]
    if checked.stamps:
        listed = [Finding("limit.stamped_time") if each.code == "limit.time" else each for each in listed]
        listed.append(Finding("limit.revocation"))
    if checked.kind == "bundle":
        listed.append(Finding("limit.all_entries"))
    if not key_given:
        listed.append(Finding("limit.key_from_bundle"))
    listed += [finding for finding in findings if MEANINGS[finding.code].area == LIMIT]
    return [_described(finding) for finding in listed]


def _described(finding: Finding) -> dict[str, Any]:
    meaning = MEANINGS[finding.code]
    return {
        "code": finding.code,
        "area": meaning.area,
        "file": finding.file,
        "entry": finding.entry,
        "record": finding.record,
        "detail": finding.detail,
        "ja": meaning.ja,
        "en": meaning.en,
    }


def _line(finding: Mapping[str, Any], language: str) -> str:
    words = WORDS[language]
    places: Sequence[str] = [
        *([finding["file"]] if finding["file"] else []),
        *(f"{words[name]} {finding[name]}" for name in ("entry", "record", "detail") if finding[name] is not None),
    ]
    place = f" [{', '.join(places)}]" if places else ""
    return f"- {finding['code']}: {finding[language]}{place}"
