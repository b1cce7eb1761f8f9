"""`kuramori ingest`: log files into the lake, exactly once, each segment sealed by an act."""

import argparse

from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, progress, say
from kuramori.site.words import gettext as _
from kuramori.watch.api import ingest


def run(arguments: argparse.Namespace) -> int:
    """Ingest the files and say what became of every line."""
    try:
        with progress(_("reading logs")) as step:
            report = ingest(
                source=arguments.source,
                paths=arguments.paths,
                instance=arguments.instance,
                zone=arguments.tz,
                progress=step,
            )
    except (Refused, OSError, ValueError) as refusal:
        complain(f"{refusal} {getattr(refusal, 'next_step', '')}".strip())
        return Exit.REFUSED
    if arguments.json:
        say(report.to_json())
    else:
        say(str(report))
    return Exit.REFUSED if report.total("rejected") or report.failed else Exit.OK
