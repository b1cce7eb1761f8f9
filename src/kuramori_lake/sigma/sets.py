"""Rule sets that were taken in beside our own: kept as they were read, in the lake's folder `sigma/NAME`.

A set is replaced as a whole: the new one stands complete on the disk before the old one goes.
"""

import hashlib
import re
import shutil
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from kuramori_lake.segments import sync
from kuramori_lake.sigma.documents import RuleFile, load
from kuramori_lake.sigma.linking import read_rules, rule_set
from kuramori_lake.sigma.planning import plan
from kuramori_lake.sigma.records import RuleSet
from kuramori_lake.sigma.refusals import Refusal

FOLDER: Final = "sigma"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class SetNameError(ValueError):
    """A set's name is small letters, digits and hyphens, at most 40."""


@dataclass(frozen=True, kw_only=True)
class SetReport:
    """What became of a set that was taken in."""

    name: str
    files: int
    sha256: str
    """Of all files' digests, in the order of their names: two sets with the same one hold the same text."""
    rules: int
    correlations: int
    refused: tuple[Refusal, ...]


def import_set(root: Path, name: str, paths: Sequence[Path]) -> SetReport:
    """Take rule files, folders or zip archives in as the set `name` of the lake in `root`, in place of an older one.

    Files that hold a usable rule are kept; what is refused is in the report and not kept from running the others.

    Raises:
        SetNameError: no name for a folder.
        OSError: it cannot be written; the older set stays.
    """
    if not _NAME.fullmatch(name):
        raise SetNameError(name)
    found, unread = load(paths)
    compiled = plan(rule_set(found), "duckdb")
    _keep(root / FOLDER, name, found)
    digests = sorted((one.name, hashlib.sha256(one.text).hexdigest()) for one in found)
    return SetReport(
        name=name,
        files=len(found),
        sha256=hashlib.sha256("\n".join(digest for _, digest in digests).encode()).hexdigest(),
        rules=compiled.rules,
        correlations=len(compiled.correlations),
        refused=(*unread, *compiled.refused),
    )


def _keep(folder: Path, name: str, found: Iterable[RuleFile]) -> None:
    """Names of files are ours: those in an archive may hold anything."""
    made = folder / f"{name}.{uuid.uuid4().hex}.tmp"
    made.mkdir(parents=True)
    for number, one in enumerate(found):
        stem = Path(one.name.rpartition("!")[2]).stem
        path = made / f"{number:05d}-{re.sub(r'[^A-Za-z0-9_.-]', '_', stem)[:80]}.yml"
        path.write_bytes(one.text)
        sync(path)
    sync(made)
    old = folder / f"{name}.{uuid.uuid4().hex}.old"
    if (folder / name).exists():
        (folder / name).rename(old)
    made.rename(folder / name)
    sync(folder)
    shutil.rmtree(old, ignore_errors=True)


def imported(root: Path) -> list[Path]:
    """Folders of the sets that were taken in, by name."""
    folder = root / FOLDER
    return sorted(one for one in folder.glob("*") if one.is_dir() and _NAME.fullmatch(one.name))


def own_rules() -> RuleSet:
    """The rules that come with Kuramori."""
    return read_rules([Path(str(files("kuramori_lake.sigma") / "rules"))])


def all_rules(root: Path) -> RuleSet:
    """Our own rules and those of every set that was taken in; of two rules with one id ours is used."""
    return read_rules([Path(str(files("kuramori_lake.sigma") / "rules")), *imported(root)])
