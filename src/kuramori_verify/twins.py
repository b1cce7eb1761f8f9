"""Twins: two bundles of the same exhibits, one of which shows less. Says that they are, and what each keeps back."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kuramori_verify.canonical import FormError
from kuramori_verify.findings import Findings
from kuramori_verify.manifest import Manifest, listed_again, read_manifest
from kuramori_verify.messages import WORDS
from kuramori_verify.sources import Source, UnreadableError, open_source

NOT_TWINS = 1


def _opened(path: Path) -> tuple[Manifest, Source] | None:
    """The manifest of a bundle of the second version; None for anything else."""
    try:
        source = open_source(path, Findings())
        manifest = read_manifest(source)
    except (FormError, UnreadableError):
        return None
    return (manifest, source) if manifest.is_second else None


def twins_report(reports: tuple[dict[str, Any], dict[str, Any]], paths: tuple[Path, Path]) -> dict[str, Any]:
    """Compare two bundles that were verified; `exit` is the worse of their own, or 1 when they are no twins."""
    one, other = (_opened(path) for path in paths)
    exits = [report["exit"] for report in reports]
    if one is None or other is None:
        return {"format": "kuramori-twins/1", "exit": max(*exits, 3), "twins": False, "bundles": [], "differing": []}
    are_twins = one[0].members["twin"] == other[0].members["twin"]
    worst = next((code for code in (3, 1, 2, 0) if code in exits), 3)
    return {
        "format": "kuramori-twins/1",
        "exit": worst or (0 if are_twins else NOT_TWINS),
        "twins": are_twins,
        "exhibits": len(one[0].members["exhibits"]),
        "bundles": [_bundle(*mine, theirs[0]) for mine, theirs in ((one, other), (other, one))],
        "differing": _differing(one[0].members, other[0].members),
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


def _bundle(mine: Manifest, source: Source, theirs: Manifest) -> dict[str, Any]:
    withheld = listed_again(source, "withheld")
    only = (item["reason"] for item in withheld if not theirs.withholds(item["entry"], item["member"]))
    return {
        "id": mine.members["id"],
        "variant": mine.members["variant"],
        "why": mine.members["redaction"]["why"],
        "withheld": mine.lengths["withheld"],
        "withheld_only_here": dict(sorted(Counter(only).items())),
    }


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[int]:
    """Numbers of exhibits that only one has, or that are tied to something else."""
    mine, theirs = ({(each["number"], each["root"]) for each in told["exhibits"]} for told in (one, other))
    return sorted({number for number, _root in mine ^ theirs})
