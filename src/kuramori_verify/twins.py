"""Twins: two bundles of the same exhibits, one of which shows less. Says that they are, and what each keeps back."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kuramori_verify.bundle import MANIFEST, MAX_JSON_BYTES, SECOND
from kuramori_verify.canonical import FormError, read_canonical
from kuramori_verify.findings import Findings
from kuramori_verify.messages import WORDS
from kuramori_verify.sources import UnreadableError, open_source, read_whole

NOT_TWINS = 1


def read_manifest(path: Path) -> dict[str, Any] | None:
    """Read the manifest of a bundle of the second version; None for anything else."""
    try:
        raw = read_whole(open_source(path, Findings()), MANIFEST, MAX_JSON_BYTES)
        manifest: dict[str, Any] = SECOND(read_canonical(raw), MANIFEST)
    except (FormError, UnreadableError):
        return None
    return manifest


def twins_report(reports: tuple[dict[str, Any], dict[str, Any]], paths: tuple[Path, Path]) -> dict[str, Any]:
    """Compare two bundles that were verified; `exit` is the worse of their own, or 1 when they are no twins."""
    manifests = [read_manifest(path) for path in paths]
    exits = [report["exit"] for report in reports]
    one, other = manifests
    if one is None or other is None:
        return {"format": "kuramori-twins/1", "exit": max(*exits, 3), "twins": False, "bundles": [], "differing": []}
    are_twins = one["twin"] == other["twin"]
    worst = next((code for code in (3, 1, 2, 0) if code in exits), 3)
    return {
        "format": "kuramori-twins/1",
        "exit": worst or (0 if are_twins else NOT_TWINS),
        "twins": are_twins,
        "exhibits": len(one["exhibits"]),
        "bundles": [_bundle(mine, theirs) for mine, theirs in ((one, other), (other, one))],
        "differing": _differing(one, other),
    }


def twins_text(report: Mapping[str, Any], language: str) -> str:
    """Write the comparison for people."""
    words = WORDS[language]
    lines = [words["twins_yes" if report["twins"] else "twins_no"]]
    for name, bundle in zip("AB", report["bundles"], strict=False):
        lines.append(f"{name}: {bundle['id']} ({bundle['variant']})")
        if bundle["why"]:
            lines.append(f"   {words['because']}: {bundle['why']}")
        lines += [
            f"   {words['only_here']}: {reason} {count:,}" for reason, count in bundle["withheld_only_here"].items()
        ]
    if report["differing"]:
        lines.append(f"{words['differing']}: " + ", ".join(map(str, report["differing"])))
    return "\n".join(lines) + "\n"


def _bundle(mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    there = {(item["entry"], item["member"]) for item in theirs["withheld"]}
    only = [item for item in mine["withheld"] if (item["entry"], item["member"]) not in there]
    return {
        "id": mine["id"],
        "variant": mine["variant"],
        "why": mine["redaction"]["why"],
        "withheld": len(mine["withheld"]),
        "withheld_only_here": dict(sorted(Counter(item["reason"] for item in only).items())),
    }


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[int]:
    """Numbers of exhibits that only one has, or that are tied to something else."""
    mine, theirs = ({(each["number"], each["root"]) for each in told["exhibits"]} for told in (one, other))
    return sorted({number for number, _root in mine ^ theirs})
