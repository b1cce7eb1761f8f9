"""Japanese and English, complete by check.

* Every English string of the source is in its room's Japanese catalogue, translated, and no old one is left.
* Placeholders are named, and the translation has the same ones.
* Inside a gettext call stands the plain text: formatting comes after it, or the text cannot be found.
* The trade's words are translated as docs/glossary.csv says.
* One English string has one Japanese translation in all rooms: Django merges their catalogues, and the last one wins.
"""

import ast
import csv
import re
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import polib

from tools.catalogues import CATALOGUE, extract, key, read
from tools.lint.finding import ROOT, Finding, is_test, python_files, report

# How many of a call's first arguments are texts of the catalogue.
TEXTS = {
    "_": 1,
    "gettext": 1,
    "gettext_lazy": 1,
    "gettext_noop": 1,
    "ngettext": 2,
    "ngettext_lazy": 2,
    "pgettext": 2,
    "pgettext_lazy": 2,
    "npgettext": 3,
    "npgettext_lazy": 3,
}
NAMED = re.compile(r"%\(\w+\)[sd]|(?<!\{)\{\w+\}")
ANONYMOUS = re.compile(r"(?<!%)%[sdrif]|\{\}")


@dataclass(frozen=True)
class Term:
    """A word of the trade: English, the Japanese renderings that are right, and whether that is checked."""

    en: str
    ja: tuple[str, ...]
    always: bool


def text_faults(node: ast.expr, *, function: str) -> Iterator[str]:
    """What is wrong with an argument that should be a plain text.

    gettext by its full name may look up a text that gettext_noop marked elsewhere; the others name it on the spot.
    """
    match node:
        case ast.JoinedStr():
            yield "f-string inside a gettext call: use %(name)s and format the result"
        case ast.BinOp(op=ast.Mod()):
            yield "% inside a gettext call: format the result, outside the call"
        case ast.Call(func=ast.Attribute(attr="format")):
            yield ".format inside a gettext call: format the result, outside the call"
        case ast.Constant(value=str(text)):
            if ANONYMOUS.search(text):
                yield "anonymous placeholder: name it, a translator must be able to move it"
        case _ if function not in {"gettext", "ngettext", "pgettext"}:
            yield "gettext of something that is no literal: xgettext cannot find it"


def calls(path: Path, source: str) -> Iterator[Finding]:
    """Gettext calls that hide their text or leave a placeholder without a name."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for argument in node.args[: TEXTS.get(name, 0)]:
            for fault in text_faults(argument, function=name):
                yield Finding(str(path), argument.lineno, fault)


def translations(entry: polib.POEntry) -> list[str]:
    """All Japanese forms of an entry."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def entry_faults(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with one entry of a catalogue."""
    if "fuzzy" in entry.flags:
        yield "fuzzy"
    if not all(translations(entry)):
        yield "not translated"
        return
    for text in translations(entry):
        if sorted(NAMED.findall(text)) != sorted(NAMED.findall(entry.msgid_plural or entry.msgid)):
            yield f"placeholders differ in {text!r}"


def catalogue(path: Path, committed: polib.POFile, fresh: polib.POFile) -> Iterator[Finding]:
    """One room's catalogue against the strings of its source."""
    wanted, had = {key(entry) for entry in fresh}, {key(entry) for entry in committed if not entry.obsolete}
    for missing in sorted(wanted - had):
        yield Finding(str(path), 1, f"not in the catalogue: {missing[1]!r}; run make catalogues")
    for entry in committed:
        faults = list(entry_faults(entry))
        if key(entry) not in wanted:
            faults = ["no longer in the source; run make catalogues"]
        for fault in faults:
            yield Finding(str(path), entry.linenum or 1, f"{fault}: {entry.msgid!r}")


def terms(path: Path) -> list[Term]:
    """The glossary, longest English first, so that 'trade secret' is looked at before 'secret'."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [Term(row["en"], tuple(row["ja"].split("|")), row["use"] == "always") for row in csv.DictReader(file)]
    return sorted(rows, key=lambda term: -len(term.en))


def wrong_words(entry: polib.POEntry, glossary: list[Term]) -> Iterator[str]:
    """Terms of the trade in the English text whose Japanese is missing in the translation."""
    english = entry.msgid
    for term in glossary:
        english, found = re.subn(rf"\b{re.escape(term.en)}(e?s)?\b", " ", english, flags=re.IGNORECASE)
        if found and term.always and not any(word in text for word in term.ja for text in translations(entry)):
            yield f"'{term.en}' is {' or '.join(term.ja)} in docs/glossary.csv: {entry.msgid!r}"


def contradictions(catalogues: Mapping[str, polib.POFile]) -> Iterator[Finding]:
    """Strings that two rooms translate differently: which of the two is shown depends on the order of the rooms."""
    first: dict[object, tuple[str, list[str]]] = {}
    for room, entries in catalogues.items():
        for entry in entries:
            if entry.obsolete or not all(translations(entry)):
                continue
            where, known = first.setdefault(key(entry), (room, translations(entry)))
            if known != translations(entry):
                here, there = " / ".join(translations(entry)), " / ".join(known)
                says = (
                    f"{entry.msgid!r} is {here!r} here and {there!r} in {where}: use one, or pgettext for two meanings"
                )
                yield Finding(f"src/{room}/{CATALOGUE}", entry.linenum or 1, says)


def check(root: Path = ROOT) -> Iterator[Finding]:
    """All findings on languages below ``root``."""
    for path in python_files(root):
        if path.is_relative_to(root / "src") and not is_test(path):
            yield from calls(path, path.read_text(encoding="utf-8"))
    source = root / "src"
    fresh = extract(source)
    committed = {str(path.parents[3].relative_to(source)) for path in source.glob("**/" + CATALOGUE.as_posix())}
    glossary = terms(root / "docs" / "glossary.csv")
    for name in sorted(committed | fresh.keys()):
        path = source / name / CATALOGUE
        yield from catalogue(path, read(path), fresh.get(name, polib.POFile()))
        for entry in read(path):
            for fault in wrong_words(entry, glossary):
                yield Finding(str(path), entry.linenum or 1, fault)
    rooms = sorted(name for name in committed if name.startswith("kuramori/"))
    yield from contradictions({name: read(source / name / CATALOGUE) for name in rooms})


if __name__ == "__main__":
    if shutil.which("xgettext") is None:
        sys.exit("GNU gettext is missing: install the package 'gettext'")
    sys.exit(report("i18n", check()))
