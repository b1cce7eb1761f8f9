"""`kuramori demo`: a demo company with a planted story, built once, then served."""

import argparse
import webbrowser
from dataclasses import asdict
from threading import Timer

from kuramori.site.demo import build, story
from kuramori.site.server import is_taken, serve
from kuramori.site.terminal import Exit, complain, progress, say, say_json
from kuramori.site.words import gettext as _

OPEN_AFTER = 2.0  # seconds until the browser is sent to the page


def run(arguments: argparse.Namespace) -> int:
    """Tell the story, or build the company and serve it; 1 when no story was built yet."""
    if arguments.story:
        return _tell(as_json=arguments.json)
    if not arguments.build_only and is_taken("127.0.0.1", arguments.port):
        words = _("Port %(port)s is in use. Choose another one: --port N.")
        complain(words % {"port": arguments.port})
        return Exit.UNAVAILABLE
    build(progress)
    if arguments.build_only:
        return Exit.OK
    address = f"http://localhost:{arguments.port}/demo/"
    say(_("Open %(address)s and choose whose desk you sit at. Stop with Ctrl-C.") % {"address": address})
    if not arguments.no_browser:
        Timer(OPEN_AFTER, webbrowser.open, [address]).start()
    serve(host="127.0.0.1", port=arguments.port)
    return Exit.OK


def _tell(*, as_json: bool) -> int:
    known = story()
    if known is None:
        complain(_("There is no demo yet: run “kuramori demo --build-only”."))
        return Exit.REFUSED
    if as_json:
        say_json(asdict(known))
    else:
        words = _("Secret %(secret)s, person %(person_number)s, alert %(alert)s; today is %(today)s.")
        say(words % asdict(known))
    return Exit.OK
