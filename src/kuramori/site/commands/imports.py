"""`kuramori import`: people, units, secrets … from any spreadsheet, as the pages take them."""

import argparse
import json
from pathlib import Path

from django.utils.translation import gettext_noop as noop

from kuramori.kernel.imports.api import import_file, kinds
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.wording import phrase
from kuramori.site.terminal import Exit, complain, progress, say, say_json
from kuramori.site.words import gettext as _

STEP = phrase(noop("Write one JSON object: field name to column header or letter."))


def run(arguments: argparse.Namespace) -> int:
    """Check the file and take it in as one act, or say cell by cell what is wrong."""
    if arguments.kind not in kinds():
        complain(_("unknown kind; one of: %(kinds)s") % {"kinds": ", ".join(sorted(kinds()))})
        return Exit.USAGE
    try:
        mapping = _mapping(arguments.mapping)
        with progress(_("reading %(file)s") % {"file": arguments.file.name}) as step:
            report = import_file(
                arguments.kind,
                arguments.file,
                sheet=arguments.sheet,
                mapping=mapping,
                dry_run=arguments.dry_run,
                why=arguments.why,
                error_sheet=arguments.errors,
                step=step,
            )
    except FileNotFoundError as error:
        complain(_("%(file)s cannot be read: %(error)s") % {"file": error.filename, "error": error.strerror})
        return Exit.REFUSED
    except FileRefused as refusal:
        complain(f"{refusal} {refusal.next_step}".strip())
        return Exit.REFUSED
    _show(report, as_json=arguments.json)
    return Exit.REFUSED if report.rejected or report.stop else Exit.OK


def _mapping(path: Path | None) -> dict[str, str] | None:
    """Read which column holds which field; raise FileRefused when the file does not say that, OSError without it."""
    if path is None:
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except ValueError as error:
        raise FileRefused(
            phrase(noop("%(file)s cannot be read: %(error)s"), file=path.name, error=error), STEP
        ) from error
    if not isinstance(found, dict) or not all(isinstance(word, str) for word in found.values()):
        raise FileRefused(phrase(noop("%(file)s is not a mapping of field names to columns."), file=path.name), STEP)
    return found


def _show(report: ImportReport, *, as_json: bool) -> None:
    """Write the report: counts that add up, then what is wrong, where, and the next step."""
    if as_json:
        say_json(report.to_json())
        return
    say(str(report))
