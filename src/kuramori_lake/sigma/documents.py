"""Rule files as YAML documents: from a file, a folder or a zip archive, with limits; what is no YAML is told.

Rules come from others: YAML is read without constructors; files above 1 MiB, archives above 200 MiB and documents
whose aliases grow beyond 4 MiB (or hold themselves) are refused.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from kuramori_lake.sigma.refusals import Refusal, RefusedError

SUFFIXES: Final = frozenset({".yml", ".yaml"})
MOST_BYTES: Final = 1 << 20
MOST_ARCHIVE_BYTES: Final = 200 << 20
MOST_WRITTEN: Final = 4 << 20
"""Characters of a document with every alias written out."""
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class RuleFile:
    """One file's documents, in their order."""

    name: str
    documents: tuple[dict[str, Any], ...]
    text: bytes = b""
    """As it was read."""


def load(paths: Iterable[Path]) -> tuple[list[RuleFile], list[Refusal]]:
    """Every rule file of these files, folders (with all below) and zip archives, by name."""
    files: list[RuleFile] = []
    refused: list[Refusal] = []
    for path in paths:
        for name, text in _texts(path, refused):
            try:
                files.append(RuleFile(name, documents(text), text))
            except RefusedError as error:
                refused.append(error.refusal(name, ""))
    return files, refused


def _texts(path: Path, refused: list[Refusal]) -> Iterator[tuple[str, bytes]]:
    try:
        if path.is_dir():
            below = sorted(one for one in path.rglob("*") if one.suffix in SUFFIXES and one.is_file())
            for one in below:
                yield str(one), _bounded(one)
        elif zipfile.is_zipfile(path):
            yield from _zipped(path)
        else:
            yield str(path), _bounded(path)
    except OSError as error:
        refused.append(Refusal(str(path), "", "", "the file cannot be read: %(detail)s", (("detail", str(error)),)))
    except RefusedError as error:
        refused.append(error.refusal(str(path), ""))


def _bounded(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def _zipped(path: Path) -> Iterator[tuple[str, bytes]]:
    """Nothing is unpacked to the disk: names in an archive are only told, never followed."""
    left = MOST_ARCHIVE_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            for member in sorted(archive.infolist(), key=lambda one: one.filename):
                if Path(member.filename).suffix not in SUFFIXES:
                    continue
                with archive.open(member) as file:
                    text = file.read(MOST_BYTES + 1)
                left -= len(text)
                if left < 0:
                    raise RefusedError("the archive holds more than %(most)s bytes of rules", most=MOST_ARCHIVE_BYTES)
                yield f"{path}!{member.filename}", text
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise RefusedError("the archive is not readable: %(detail)s", detail=str(error)) from error


def documents(text: bytes) -> tuple[dict[str, Any], ...]:
    """The YAML documents of a text, which are mappings.

    Raises:
        RefusedError: not YAML, or no rule in it.
    """
    if len(text) > MOST_BYTES:
        raise RefusedError("the file cannot be read: %(detail)s", detail=f"> {MOST_BYTES} bytes")
    try:
        found = [one for one in yaml.load_all(text, Loader=_LOADER) if one is not None]  # a safe loader
        grown = max(map(_written, found), default=0)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark else ""
        detail = getattr(error, "problem", None) or str(error)
        raise RefusedError("this is not YAML: %(detail)s", place, detail=detail) from error
    except RecursionError as error:
        raise RefusedError("this is not YAML: %(detail)s", detail="nested too deeply") from error
    if grown > MOST_WRITTEN:
        raise RefusedError("its aliases, written out, are more than %(most)s characters", most=MOST_WRITTEN)
    if not found or not all(isinstance(one, dict) for one in found):
        raise RefusedError("this file holds no rule")
    return tuple(found)


def _written(value: Any, known: dict[int, int] | None = None) -> int:
    """Characters of a value with every alias written out; one that holds itself has no end."""
    known = {} if known is None else known
    if not isinstance(value, dict | list):
        return len(value) if isinstance(value, str | bytes) else 1
    if id(value) not in known:
        known[id(value)] = MOST_WRITTEN + 1
        parts = [*value, *value.values()] if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(_written(one, known) for one in parts)
    return known[id(value)]
