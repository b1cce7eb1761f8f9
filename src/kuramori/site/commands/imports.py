"""`kuramori import`: people, units, secrets … from any spreadsheet, as the pages take them."""

import argparse
import json

from kuramori.kernel.acts import Refused
from kuramori.kernel.imports.api import import_file, kinds
from kuramori.kernel.imports.errors import FileRefused
from kuramori.kernel.imports.report import ImportReport
from kuramori.site.terminal import Exit, complain, progress, say, say_json
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Check the file and take it in as one act, or say cell by cell what is wrong."""
    if arguments.kind not in kinds():
        complain(_("unknown kind; one of: %(kinds)s") % {"kinds": ", ".join(sorted(kinds()))})
        return Exit.USAGE
    mapping = json.loads(arguments.mapping.read_text("utf-8")) if arguments.mapping else None
    try:
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
    except (FileRefused, Refused, OSError) as refusal:
        complain(f"{refusal} {getattr(refusal, 'next_step', '')}".strip())
        return Exit.REFUSED
    _show(report, as_json=arguments.json)
    return Exit.REFUSED if report.rejected or report.stop else Exit.OK


def _show(report: ImportReport, *, as_json: bool) -> None:
    """Write the report: counts that add up, then what is wrong, where, and the next step."""
    if as_json:
        say_json(report.to_json())
        return
    say(str(report))
