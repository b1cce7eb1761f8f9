"""The command: `python -m kuramori_verify PATH`, or the one file that lies in every bundle."""

import argparse
import json
import locale
import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from kuramori_verify.bundle import Checked, check_bundle, is_bundle
from kuramori_verify.canonical import FormError
from kuramori_verify.certificates import MAX_PEM_BYTES, Certificate, read_pem
from kuramori_verify.findings import Findings
from kuramori_verify.ledger import check_ledger, is_ledger
from kuramori_verify.messages import WORDS
from kuramori_verify.note import COSIGNATURE_TYPE, ED25519_TYPE, MAX_NOTE_BYTES, LogKey, read_any_key
from kuramori_verify.report import NOT_A_BUNDLE, as_text, report_of
from kuramori_verify.signatures import WeakError
from kuramori_verify.sources import FolderSource, UnreadableError, open_source
from kuramori_verify.twins import twins_report, twins_text

TWINS = "twins"


def verify(
    path: Path,
    keys: Sequence[LogKey] = (),
    older_heads: Sequence[bytes] = (),
    roots: Sequence[Certificate] = (),
) -> dict[str, Any]:
    """Verify a bundle or a ledger export (folder or zip) and return the report; never raises on hostile input.

    `keys` of the ledger and of witnesses are trusted from outside and replace those that lie in the input.
    `older_heads` are checkpoints kept elsewhere, which its ledger must continue. `roots` are the only ones that
    time stamps may lead to.
    """
    findings = Findings()
    checked = Checked("unknown")
    own, witnesses = ([key for key in keys if key.type == each] for each in (ED25519_TYPE, COSIGNATURE_TYPE))
    try:
        source = open_source(path, findings)
        if is_bundle(source):
            checked = check_bundle(source, own, findings, roots=roots, witness_keys=witnesses, kept=older_heads)
        elif is_ledger(source):
            checked = check_ledger(source, own, older_heads, findings, witnesses)
        else:
            # What lies in a folder that was never a bundle is nobody's business here; a zip's hostile names are.
            findings = Findings() if isinstance(source, FolderSource) else findings
            findings.add("form.not_a_bundle")
    except UnreadableError as error:
        findings.add("form.cannot_open", detail=error)
    return report_of(checked, findings, key_given=bool(own), older_heads=checked.heads)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns 0 sound, 1 integrity broken, 2 incomplete, 3 not a bundle (or wrong usage)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    language = _language(given)
    are_twins = given[:1] == [TWINS]
    options = _parser(language, paths=2 if are_twins else 1).parse_args(given[1:] if are_twins else given)
    options.are_twins = are_twins
    try:
        keys = [read_any_key(text) for text in options.key]
        heads = [_limited(Path(name), MAX_NOTE_BYTES) for name in options.head]
        roots = [root for name in options.roots for root in read_pem(_limited(Path(name), MAX_PEM_BYTES))]
    except (FormError, WeakError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return NOT_A_BUNDLE
    report, written = _answer(options, keys, heads, roots)
    as_json = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
    text = as_json if options.json else written
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
    return int(report["exit"])


def _answer(
    options: argparse.Namespace, keys: Sequence[LogKey], heads: Sequence[bytes], roots: Sequence[Certificate]
) -> tuple[dict[str, Any], str]:
    """The report that was asked for, and its text."""
    if not options.are_twins:
        report = verify(Path(options.path[0]), keys, heads, roots)
        return report, as_text(report, options.lang)
    one, other = (Path(name) for name in options.path)
    compared = twins_report((verify(one, keys, roots=roots), verify(other, keys, roots=roots)), (one, other))
    return compared, twins_text(compared, options.lang)


class _Parser(argparse.ArgumentParser):
    """Wrong usage must not look like one of the verdicts 1 and 2."""

    def error(self, message: str) -> Any:
        self.print_usage(sys.stderr)
        self.exit(NOT_A_BUNDLE, f"{self.prog}: {message}\n")


def _parser(language: str, *, paths: int) -> argparse.ArgumentParser:
    words = WORDS[language]
    parser = _Parser(
        prog="kuramori-verify", description=words["help_about"], epilog=words["help_twins"], allow_abbrev=False
    )
    parser.add_argument("path", metavar="PATH", nargs=paths, help=words["help_path"])
    parser.add_argument("--json", action="store_true", help=words["help_json"])
    parser.add_argument("--lang", choices=sorted(WORDS), default=language, help=words["help_lang"])
    parser.add_argument("--key", action="append", default=[], metavar="KEY", help=words["help_key"])
    parser.add_argument("--head", action="append", default=[], metavar="FILE", help=words["help_head"])
    parser.add_argument("--roots", action="append", default=[], metavar="FILE", help=words["help_roots"])
    return parser


def _language(given: Sequence[str]) -> str:
    """The language asked for, else that of the surroundings: help has to be readable before options are parsed."""
    for one, following in pairwise([*given, ""]):
        if one == "--lang" and following in WORDS:
            return following
        if one.startswith("--lang=") and one[7:] in WORDS:
            return one[7:]
    surroundings = os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    return "ja" if surroundings.lower().startswith("ja") else "en"


def _limited(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit + 1)
