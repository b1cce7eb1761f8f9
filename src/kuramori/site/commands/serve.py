"""`kuramori serve`: the web server with its worker and its sequencer, one command."""

import argparse

from kuramori.site.server import is_taken, refusals, serve
from kuramori.site.terminal import Exit, complain
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Check that the installation is safe and whole, then serve until stopped; 3 when it must not start."""
    reasons = refusals()
    if is_taken(arguments.host, arguments.port):
        words = _("Port %(port)s is in use. Choose another one: --port N.")
        reasons.append(words % {"port": arguments.port})
    for reason in reasons:
        complain(reason)
    if reasons:
        return Exit.UNAVAILABLE
    serve(host=arguments.host, port=arguments.port, workers=arguments.workers)
    return Exit.OK
