"""The time stamps of a bundle: those that are there are checked, those that were due and are not are named."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kuramori_verify.bag import STAMP_FILE, TAG_MANIFEST
from kuramori_verify.canonical import FormError
from kuramori_verify.certificates import MAX_PEM_BYTES, Certificate, pem_parts, read_usable
from kuramori_verify.entries import ShownEntry
from kuramori_verify.findings import Findings
from kuramori_verify.shape import moment_of
from kuramori_verify.signatures import WeakError
from kuramori_verify.sources import Source, UnreadableError, read_whole
from kuramori_verify.tokens import MAX_TOKEN_BYTES, TokenError, check_token

STAMPED_HEAD = "data/ledger/checkpoint.txt"
HEAD_STAMP_FILE = re.compile(r"data/" + STAMP_FILE.pattern, re.ASCII)
CHAIN_FILE = re.compile(r"data/tokens/[a-z0-9][a-z0-9-]{0,39}\.pem", re.ASCII)
STAMP_FOLDERS = ("data/tokens/", "tokens/")
MAX_STAMPED_BYTES = 64 * 2**20
# Clocks of the company may be a little ahead of the authority's.
CLOCKS_APART = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CheckedStamp:
    """A time stamp in which nothing was found wrong; `given`: its root was trusted from outside, not by the bundle."""

    file: str
    over: str
    moment: datetime
    signer: str
    root: str
    fingerprint: str
    given: bool


def check_stamps(
    source: Source, due: Sequence[Mapping[str, Any]], roots: Sequence[Certificate], findings: Findings
) -> list[CheckedStamp]:
    """Check every time stamp of a bundle; `due` is the manifest's own list of those that belong in it."""
    checked = []
    owed = {item["authority"] for item in due}
    for name in source.files:
        if HEAD_STAMP_FILE.fullmatch(name):
            checked.append(_checked(source, name, STAMPED_HEAD, roots, findings))
        elif STAMP_FILE.fullmatch(name):
            checked.append(_checked(source, name, TAG_MANIFEST, roots, findings))
        elif name.startswith(STAMP_FOLDERS) and not _serves_a_stamp(source, name, owed):
            findings.add("bundle.file_unknown", name)
        elif name.startswith(STAMP_FOLDERS):
            _chain(source, name, findings)
    for item in due:
        for what, folder in zip(("checkpoint", "tag_manifest"), STAMP_FOLDERS, strict=True):
            name = f"{folder}{item['authority']}.tsr"
            if what in item["due"] and name not in source.files:
                findings.add("token.missing", name, record=item["name"])
    return [each for each in checked if each is not None]


def first_stamp(stamps: Iterable[CheckedStamp]) -> datetime | None:
    """Return the time of the first stamp over a head, None without one."""
    return min((each.moment for each in stamps), default=None)


def check_against_stamp(entry: ShownEntry, first: datetime | None, findings: Findings) -> None:
    """What a time stamp covers was there before it: no entry may be dated later than the first stamp over its head."""
    if first and moment_of(entry.body["at"]) > first + CLOCKS_APART:
        findings.add("token.before_entry", entry.file, entry=entry.index, detail=first.isoformat())


def _serves_a_stamp(source: Source, name: str, owed: Collection[str]) -> bool:
    """Certificates belong to a token, or to one that is due and may still come; nothing else may lie here unseen."""
    slug = name.rpartition("/")[2].removesuffix(".pem")
    is_there = any(f"{each}{slug}.tsr" in source.files for each in STAMP_FOLDERS)
    return bool(CHAIN_FILE.fullmatch(name)) and (is_there or slug in owed)


def _checked(
    source: Source, name: str, over: str, roots: Sequence[Certificate], findings: Findings
) -> CheckedStamp | None:
    if over not in source.files:
        return None  # that it is missing is found elsewhere
    try:
        chain = _chain(source, name, findings)
        trusted = roots or [each for each in chain if each.is_root]
        if not trusted:
            findings.add("token.root_missing", name)
            return None
        raw = read_whole(source, name, MAX_TOKEN_BYTES)
        token = check_token(raw, read_whole(source, over, MAX_STAMPED_BYTES), trusted, chain)
    except TokenError as error:
        findings.add(error.code, name, detail=error.detail)
        return None
    except UnreadableError as error:
        findings.add("token.malformed", name, detail=error)
        return None
    if not roots:
        findings.add("limit.root_from_bundle", name, record=token.root.name, detail=token.root.fingerprint)
    what = "tag_manifest" if over == TAG_MANIFEST else "checkpoint"
    return CheckedStamp(
        name, what, token.moment, token.signer.name, token.root.name, token.root.fingerprint, given=bool(roots)
    )


def _chain(source: Source, name: str, findings: Findings) -> list[Certificate]:
    """The certificates that lie beside a token; one file serves both tokens of an authority."""
    file = f"data/tokens/{name.rpartition('/')[2].rpartition('.')[0]}.pem"
    if file not in source.files:
        return []
    try:
        chain, fault = read_usable(pem_parts(read_whole(source, file, MAX_PEM_BYTES)))
    except (FormError, UnreadableError) as error:
        findings.add("token.malformed", file, detail=error)
        return []
    if isinstance(fault, WeakError) and not chain:
        findings.add("token.weak", file, detail=fault)
    return chain
