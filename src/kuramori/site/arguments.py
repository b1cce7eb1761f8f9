"""The command line's grammar: every command, its arguments, its help; light, so that help answers at once.

A command names the module of `commands` whose `run` does it; that module is imported only when it is asked for.
"""

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kuramori.site.words import gettext as _

PORT = 8000
LONGEST_KEPT = 36_500
Command = argparse.ArgumentParser


class Words(argparse.ArgumentParser):
    """A parser whose fixed words follow the terminal's language too."""

    def format_help(self) -> str:
        """Return the help, with argparse's own headings in the reader's language."""
        text = super().format_help()
        for english, word in (
            ("usage:", _("usage:")),
            ("options:", _("options:")),
            ("positional arguments:", _("positional arguments:")),
            ("show this help message and exit", _("show this help message and exit")),
        ):
            text = text.replace(english, word)
        return text


def _serve(command: Command) -> None:
    command.add_argument("--port", type=int, default=PORT, metavar="N", help=_("port (%(default)s)"))
    command.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help=_("address (%(default)s)"))
    command.add_argument("--workers", type=int, default=1, metavar="N", help=_("web processes (%(default)s)"))


def _demo(command: Command) -> None:
    command.add_argument("--port", type=int, default=PORT, metavar="N", help=_("port (%(default)s)"))
    command.add_argument("--no-browser", action="store_true", help=_("do not open a browser"))
    command.add_argument("--build-only", action="store_true", help=_("build the demo company, do not serve"))
    command.add_argument(
        "--story", action="store_true", help=_("say which secret, person and alert the story is about")
    )
    _json(command)


def _import(command: Command) -> None:
    command.add_argument("kind", metavar="KIND", help=_("people, secrets, units, sites, projects, roles"))
    command.add_argument("file", metavar="FILE", type=Path, help=_("xlsx, csv or tsv"))
    command.add_argument("--sheet", default="", metavar="S", help=_("sheet of a workbook"))
    command.add_argument("--mapping", type=Path, metavar="M", help=_("JSON file: field name → column header or letter"))
    command.add_argument("--dry-run", action="store_true", help=_("check only, write nothing"))
    command.add_argument("--errors", type=Path, metavar="FILE", help=_("write your sheet with its errors marked"))
    command.add_argument("--why", default="", metavar="REASON", help=_("the reason, for the ledger"))
    _json(command)


def _ingest(command: Command) -> None:
    command.add_argument("paths", metavar="PATH", nargs="+", type=Path, help=_("log files or folders"))
    command.add_argument("--source", required=True, metavar="NAME", help=_("samba, evtx, or table:NAME of a preset"))
    command.add_argument("--instance", default="default", metavar="I", help=_("which server or device wrote it"))
    command.add_argument("--tz", type=_zone, metavar="ZONE", help=_("the clock of logs that name none"))
    _json(command)


def _zone(name: str) -> ZoneInfo:
    """Read a time zone of the IANA database; a name it does not hold is wrong usage."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(_("no time zone has this name: %(name)s") % {"name": name}) from error


def _detect(command: Command) -> None:
    day = date.fromisoformat
    command.add_argument("--as-of", type=day, metavar="DATE", help=_("use events up to this day (today)"))
    _json(command)


def _ledger(command: Command) -> None:
    steps = command.add_subparsers(dest="step", required=True, metavar=_("STEP"))
    check = steps.add_parser("check", help=_("re-hash the whole ledger; 0 sound, 1 tampered"))
    hashes = _("only hash every entry and compare the heads, in a quarter of the time")
    check.add_argument("--hashes", action="store_true", help=hashes)
    every = _("read every file in custody back, not only this night's share")
    check.add_argument("--all-custody", action="store_true", help=every)
    _json(check)
    export = steps.add_parser("export", help=_("write tiles and checkpoint for others' tools"))
    export.add_argument("folder", metavar="DIR", type=Path, help=_("a new folder"))
    rotate = steps.add_parser("rotate", help=_("let a new key sign, as planned"))
    revoke = steps.add_parser("revoke", help=_("let a new key sign, because the old one may be in other hands"))
    revoke.add_argument("valid_to", metavar="SIZE", type=int, help=_("entries under the last head that is trusted"))
    fork = steps.add_parser("fork", help=_("declare a new branch, when entries are lost for good"))
    fork.add_argument("--happened", required=True, metavar="TEXT", help=_("what happened, and when"))
    fork.add_argument("--tried", required=True, metavar="TEXT", help=_("what was tried to bring them back"))
    for step in (rotate, revoke, fork):
        step.add_argument("--why", required=True, metavar="REASON", help=_("the reason, and who decided it"))


def _bundle(command: Command) -> None:
    command.add_argument("kind", choices=("secret", "person"), help=_("what the bundle is about"))
    command.add_argument("ident", metavar="NUMBER", help=_("number of the secret or of the person"))
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help=_("a new folder"))
    day = date.fromisoformat
    command.add_argument("--since", type=day, metavar="DATE", help=_("first day (a year ago)"))
    command.add_argument("--until", type=day, metavar="DATE", help=_("last day (today)"))
    command.add_argument("--why", default="", metavar="REASON", help=_("the reason, for the ledger"))
    command.add_argument(
        "--variant", default="court", metavar="V", help=_("for whom: court, police, auditor, customer, works_council")
    )
    command.add_argument(
        "--withhold", default="", metavar="KINDS",
        help=_("keep back, with commas: names, reasons, titles, notes, values, events"),
    )  # fmt: skip
    command.add_argument("--withhold-why", default="", metavar="REASON", help=_("why, for who reads the bundle"))
    command.add_argument(
        "--age", action="append", default=[], metavar="KEY", help=_("encrypt for this public key (age or ssh-ed25519)")
    )
    _json(command)


def _certificate(command: Command) -> None:
    command.add_argument("name", metavar="NAME", help=_("the name it is made out to, such as the company's"))


def _verify(command: Command) -> None:
    command.add_argument("path", metavar="PATH", help=_("bundle (folder or zip) or exported ledger"))
    _json(command)


def _file(command: Command) -> None:
    command.add_argument("file", metavar="FILE", type=Path, help=_("the backup file"))


def _backup(command: Command) -> None:
    _file(command)
    command.add_argument(
        "--keep-days", type=_days, default=365, metavar="DAYS", help=_("how long it is kept, at most (365)")
    )


def _days(text: str) -> int:
    if not 0 < (days := int(text)) <= LONGEST_KEPT:
        raise ValueError(text)
    return days


def _backups(command: Command) -> None:
    command.add_argument("--destroyed", metavar="SHA256", help=_("enter that every copy of this one is gone"))
    command.add_argument("--why", default="", help=_("how it was destroyed"))
    _json(command)


def _work(command: Command) -> None:
    command.add_argument("--parent", type=int, metavar="PID", help=_("end when this process is gone"))


def _admin(command: Command) -> None:
    command.add_argument("mail", metavar="MAIL", help=_("address to sign in with"))
    command.add_argument("name", metavar="NAME", help=_("name of the person"))


def _json(command: Command) -> None:
    command.add_argument("--json", action="store_true", help=_("one JSON document instead of text"))


def _migrate(command: Command) -> None:
    schemes = ("four", "three", "ab")
    command.add_argument("--levels", choices=schemes, default="four", help=_("levels of a new installation (four)"))


def _commands() -> tuple[tuple[str, str, Callable[[Command], None], str], ...]:
    """Return (command, module of `commands`, its arguments, what it does)."""
    return (
        ("serve", "serve", _serve, _("serve the pages, run jobs, seal the ledger")),
        ("work", "work", _work, _("run jobs and seal the ledger, without pages")),
        ("demo", "demo", _demo, _("build a demo company with a story, and serve it")),
        ("import", "imports", _import, _("import people, units, secrets … from a spreadsheet")),
        ("ingest", "ingest", _ingest, _("take log files into the lake")),
        ("detect", "detect", _detect, _("run the detections, list the alerts")),
        ("ledger", "ledger", _ledger, _("check or export the ledger")),
        ("bundle", "bundle", _bundle, _("write an evidence bundle")),
        ("certificate", "certificate", _certificate, _("make the certificate that signs the PDFs of bundles")),
        ("verify", "verify", _verify, _("verify a bundle or an exported ledger, offline")),
        ("backup", "backup", _backup, _("write everything into one file")),
        ("backups", "backups", _backups, _("list the backups and until when they are kept")),
        ("restore", "restore", _file, _("bring an empty data folder back from a backup")),
        ("check", "check", _json, _("say whether everything is running as it must")),
        ("migrate", "migrate", _migrate, _("bring the database to this version, set its guards")),
        ("admin", "admin", _admin, _("open the first administrator's account")),
    )


def parser() -> Words:
    """Return the parser of the whole command line, in the terminal's language."""
    purpose = _("Keeps confidential information provably secret, from the register to the courtroom.")
    top = Words(prog="kuramori", description=purpose)
    top.add_argument("--data", metavar="DIR", help=_("data folder; else KURAMORI_DATA, else ./kuramori-data"))
    commands = top.add_subparsers(dest="command", required=True, metavar=_("COMMAND"))
    for name, module, arguments, purpose in _commands():
        command = commands.add_parser(name, help=purpose, description=purpose)
        command.add_argument("--data", metavar="DIR", default=argparse.SUPPRESS, help=_("data folder"))
        command.set_defaults(module=module)
        arguments(command)
    return top
