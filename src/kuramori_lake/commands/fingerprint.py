"""`kuramori-lake fingerprint`: documents of secrets in, and files, mails and uploads compared with them."""

import argparse
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kuramori_lake import content
from kuramori_lake.commands.shell import DONE, FAILED, FLAWED, WRONG_USE, command, complain, parser_of, print_json, tell
from kuramori_lake.event import Activity
from kuramori_lake.fingerprint.checking import Checked, Sending, check, link
from kuramori_lake.fingerprint.index import PrintIndex, Registered
from kuramori_lake.fingerprint.print_files import PrintFileError
from kuramori_lake.fingerprint.reading.limits import LIMITS, Problem, Reason
from kuramori_lake.fingerprint.reading.reader import Reader
from kuramori_lake.store import Lake
from kuramori_lake.words import say

STATUS: Final = (
    "Exit status: 0 done; 1 done, but files could not be read, not whole, or have too little text to be found; "
    "2 wrong use; 3 failed."
)
_WHY: Final = {
    Reason.CRASHED: "its reading crashed",
    Reason.DAMAGED: "damaged",
    Reason.ENCRYPTED: "encrypted",
    Reason.NO_TEXT: "has no text",
    Reason.TOO_DEEP: "nested too deeply",
    Reason.TOO_LARGE: "too large",
    Reason.TOO_MANY: "holds too many files",
    Reason.TOO_SLOW: "took too long",
    Reason.UNSUPPORTED: "a format that cannot be read",
}
_KINDS: Final = {"mail": Activity.MAIL_SEND, "upload": Activity.UPLOAD}


def add(commands: Any) -> None:
    """Describe the commands."""
    what = "recognise excerpts of secret documents in mails and files"
    top = parser_of(commands.add_parser, "fingerprint", help=say(what), description=say(what), epilog=say(STATUS))
    inner = top.add_subparsers(title=say("commands"), required=True, metavar="COMMAND")
    adding = command(
        inner, "add", "index documents of a secret; the same file again changes nothing", _add, status=STATUS
    )
    adding.add_argument("--secret", required=True, metavar="ID", help=say("the secret that the documents belong to"))
    adding.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=say("files and folders"))
    checking = command(inner, "check", "look for excerpts of indexed documents", _check, status=STATUS)
    checking.add_argument("paths", nargs="+", type=Path, metavar="FILE", help=say("files and folders"))
    checking.add_argument("--as", dest="kind", choices=_KINDS, help=say("what is checked; by default told by the file"))
    checking.add_argument("--actor", help=say("account of whoever sends it; by default the sender of a mail"))
    checking.add_argument(
        "--to", action="append", default=[], metavar="WHERE", help=say("receiver, or host of an upload")
    )
    checking.add_argument(
        "--link", action="store_true", help=say("link events of the same files and mails to the secret")
    )
    removing = command(inner, "remove", "forget documents of a secret, their prints included", _remove, status=STATUS)
    removing.add_argument("--secret", required=True, metavar="ID", help=say("the secret that the documents belong to"))
    removing.add_argument(
        "--links", action="store_true", help=say("also forget which events were linked to the secret")
    )
    removing.add_argument("paths", nargs="*", type=Path, metavar="PATH", help=say("only these files; without any: all"))


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The files named, and all below the folders named, in order; links are not followed."""
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and not one.is_symlink())
        else:
            yield path


def _read(path: Path) -> bytes | Problem:
    """A file's bytes; of one that is too large nothing is read."""
    try:
        if path.stat().st_size > LIMITS.file_bytes:
            return Problem(name=str(path), reason=Reason.TOO_LARGE)
        return path.read_bytes()
    except OSError as error:
        complain("%(file)s: %(error)s", file=path, error=error)
        return Problem(name=str(path), reason=Reason.DAMAGED)


class _Intake:
    """Files on their way into the index, counted."""

    def __init__(self, index: PrintIndex, secret_id: str) -> None:
        self._index = index
        self._secret = secret_id
        self.files = self.known = self.unread = 0
        self.problems: list[Problem] = []

    def documents(self, paths: Sequence[Path], reader: Reader) -> Iterator[Registered]:
        """Each file that is not known yet and gives some text."""
        for path in _files(paths):
            self.files += 1
            data = _read(path)
            if isinstance(data, Problem):
                self.problems.append(data)
                self.unread += 1
                continue
            sha256 = hashlib.sha256(data).hexdigest()
            if self._index.knows(self._secret, sha256):
                self.known += 1
                continue
            found = reader.extract(path.name, data)
            self.problems += found.problems
            if found.problems and not found.parts:
                self.unread += 1
                continue
            texts = [part.text for part in found.parts]
            yield Registered(secret_id=self._secret, sha256=sha256, name=path.name, texts=texts)


def _add(args: argparse.Namespace, lake: Lake) -> int:
    index = PrintIndex(lake)
    intake = _Intake(index, args.secret)
    with Reader() as reader:
        added = index.add(intake.documents(args.paths, reader))
    counts = asdict(added) | {
        "files": intake.files, "known": added.known + intake.known, "unread": intake.unread,
    }  # fmt: skip
    if args.json:
        print_json(counts | {"problems": [asdict(one) for one in intake.problems]})
    else:
        tell(
            "%(files)s files: %(added)s added, %(known)s known, %(empty)s without text, %(unread)s unread; "
            "%(weak)s too short to be found",
            **counts,
        )
        _complain_of(intake.problems)
    return FLAWED if intake.problems or added.empty or added.weak else DONE


def _check(args: argparse.Namespace, lake: Lake) -> int:
    status = DONE
    with Reader() as reader:
        for path in _files(args.paths):
            data = _read(path)
            if isinstance(data, Problem):
                status = FLAWED
                continue
            try:
                found = check(lake, reader, str(path), data, _sending(args, path))
            except PrintFileError as error:
                complain("%(file)s: %(error)s", file=args.lake, error=error)
                return FAILED
            if args.link:
                link(lake, [found])
            _tell(found, as_json=args.json)
            status = FLAWED if found.problems else status
    return status


def _sending(args: argparse.Namespace, path: Path) -> Sending:
    kind = args.kind or ("mail" if path.suffix.lower() == ".eml" else "upload")
    return Sending(activity=_KINDS[kind], at=datetime.now(UTC), actor=args.actor, destinations=tuple(args.to))


def _tell(found: Checked, *, as_json: bool) -> None:
    if as_json:
        print_json(found.line())
        return
    for one in found.hits:
        tell(
            "%(file)s: secret %(secret_id)s, %(hits)s prints, %(share)s %% of %(document)s, characters %(start)s to "
            "%(end)s of %(part)s",
            file=found.name,
            part=one.part,
            share=round(one.match.score * 100, 1),
            document=one.match.name,
            **{name: getattr(one.match, name) for name in ("secret_id", "hits", "start", "end")},
        )
    if found.sheltered:
        tell("%(file)s: not looked at, a protected party takes part", file=found.name)
    elif not found.hits:
        tell("%(file)s: nothing found", file=found.name)
    _complain_of(found.problems)


def _complain_of(problems: Sequence[Problem]) -> None:
    for one in problems:
        complain("%(file)s: not read: %(reason)s", file=one.name, reason=say(_WHY[one.reason]))


def _remove(args: argparse.Namespace, lake: Lake) -> int:
    sha256s = None
    if args.paths:
        missing = [path for path in _files(args.paths) if not path.is_file()]
        for path in missing:
            complain("%(file)s: no such file or folder", file=path)
        if missing:
            return WRONG_USE
        sha256s = [hashlib.sha256(path.read_bytes()).hexdigest() for path in _files(args.paths)]
    try:
        gone = PrintIndex(lake).remove(args.secret, sha256s)
        unlinked = content.forget(lake.manifest, args.secret) if args.links else 0
    except (PrintFileError, sqlite3.Error) as error:
        complain("%(file)s: %(error)s", file=args.lake, error=error)
        return FAILED
    if args.json:
        print_json({"removed": gone, "unlinked": unlinked})
    else:
        tell("%(removed)s documents removed, %(unlinked)s links forgotten", removed=gone, unlinked=unlinked)
    return DONE
