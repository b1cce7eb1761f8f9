"""`kuramori detect`: run the detections as of a day and list the alerts with their reasons."""

import argparse

from django.utils.timezone import localdate

from kuramori.site.terminal import Exit, progress, say
from kuramori.site.words import gettext as _
from kuramori.watch.api import detect


def run(arguments: argparse.Namespace) -> int:
    """Detect, keep the alerts, print them, the weightiest first."""
    with progress(_("looking at events")):
        report = detect(as_of=arguments.as_of or localdate())
    say(report.to_json() if arguments.json else str(report))
    return Exit.OK
