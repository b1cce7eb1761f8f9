"""Japanese catalogues: compile them, and bring new English strings into them.

    python tools/catalogues.py            compile every .po that is newer than its .mo
    python tools/catalogues.py --update   re-extract every string, merge, then compile (needs GNU gettext)

Every room has one catalogue, beside its code; so do the lake and the verifier once they have strings.
English is the source, so a msgid is the English text itself.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
CATALOGUE = Path("locale/ja/LC_MESSAGES/django.po")
# No dates and no line numbers: two branches that add strings must merge without a conflict.
HEADER = {
    "Project-Id-Version": "kuramori",
    "Language": "ja",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}


def packages(source: Path = SOURCE) -> list[Path]:
    """Every package that may own a catalogue: the rooms of kuramori, and the two packages beside it."""
    rooms = [path.parent for path in source.glob("kuramori/*/__init__.py")]
    others = [path.parent for path in source.glob("*/__init__.py") if path.parent.name != "kuramori"]
    return sorted(rooms + others)


def key(entry: polib.POEntry) -> tuple[str, str]:
    """What makes two entries the same message: context and English text."""
    return (entry.msgctxt or "", entry.msgid)


def extract(source: Path = SOURCE) -> dict[str, polib.POFile]:
    """Run xgettext over a copy of the source, so that the working tree stays as it is.

    Returns one catalogue per package, by its path relative to ``source`` ("." holds strings of no package),
    with empty translations. Raises CalledProcessError when GNU gettext is missing or a file cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="kuramori-strings-") as folder:
        copy = Path(folder)
        shutil.copytree(source, copy, dirs_exist_ok=True, ignore=shutil.ignore_patterns("locale", "tests", "*.pyc"))
        names = [".", *(str(path.relative_to(source)) for path in packages(source))]
        for name in names:
            (copy / name / "locale").mkdir()
        django = [sys.executable, "-m", "django", "makemessages", "--locale=ja", "--no-location", "--no-wrap"]
        # Without settings: what is looked for are words, and the copy need not be able to start.
        bare = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
        words = [*django, "--extension=html,txt,py"]
        subprocess.run(words, cwd=copy, env=bare, check=True, capture_output=True, text=True)
        found = {name: copy / name / CATALOGUE for name in names}
        return {name: polib.pofile(str(path)) for name, path in found.items() if path.exists()}


def merge(fresh: polib.POFile, known: polib.POFile) -> polib.POFile:
    """Fresh messages with the translations already known, sorted; messages no longer used fall away."""
    translated = {key(entry): entry for entry in known if not entry.obsolete}
    merged = polib.POFile(wrapwidth=0)
    merged.metadata = dict(HEADER)
    for entry in sorted(fresh, key=key):
        old = translated.get(key(entry))
        plural = {0: ""} if entry.msgid_plural else {}
        same_shape = old is not None and bool(old.msgid_plural) == bool(entry.msgid_plural)
        new = polib.POEntry(
            msgctxt=entry.msgctxt,
            msgid=entry.msgid,
            msgid_plural=entry.msgid_plural,
            msgstr=old.msgstr if old and same_shape else "",
            msgstr_plural=old.msgstr_plural if old and same_shape else plural,
            comment=entry.comment,
            tcomment=old.tcomment if old else "",
            flags=[*entry.flags, *(flag for flag in (old.flags if old else []) if flag == "fuzzy")],
        )
        merged.append(new)
    return merged


def read(path: Path) -> polib.POFile:
    """The catalogue at ``path``; an empty one when there is none yet."""
    return polib.pofile(str(path)) if path.exists() else polib.POFile()


def update(source: Path = SOURCE) -> Iterator[tuple[str, int]]:
    """Merge newly found strings into every catalogue; yields each package with its number of untranslated ones."""
    found = extract(source)
    kept = {str(path.parents[3].relative_to(source)) for path in source.glob("**/" + CATALOGUE.as_posix())}
    for name in sorted(found.keys() | kept):
        path = source / name / CATALOGUE
        merged = merge(found.get(name, polib.POFile()), read(path))
        path.parent.mkdir(parents=True, exist_ok=True)
        merged.save(str(path))
        yield name, len(merged.untranslated_entries())


def compile_all(source: Path = SOURCE) -> list[Path]:
    """Write the .mo beside every .po that is newer; returns the files written."""
    written = []
    for path in sorted(source.glob("**/locale/*/LC_MESSAGES/*.po")):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns > path.stat().st_mtime_ns:
            continue
        # Written aside and renamed: whoever reads it meanwhile reads the old one whole.
        aside = target.with_name(f"{target.name}.{os.getpid()}")
        polib.pofile(str(path)).save_as_mofile(str(aside))
        aside.replace(target)
        written.append(target)
    return written


def main() -> int:
    """Command line; see the module's text."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="re-extract and merge before compiling")
    if parser.parse_args().update:
        if shutil.which("xgettext") is None:
            sys.exit("GNU gettext is missing: install the package 'gettext'")
        for name, missing in update():
            print(f"{name}: {missing} to translate")
    print(f"{len(compile_all())} catalogues compiled")
    return 0


if __name__ == "__main__":
    sys.exit(main())
