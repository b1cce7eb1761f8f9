"""`kuramori work`: run jobs and seal the ledger; `kuramori serve` starts it as its child."""

import argparse

from kuramori.site.background import work
from kuramori.site.terminal import Exit


def run(arguments: argparse.Namespace) -> int:
    """Work until stopped."""
    work(parent=arguments.parent)
    return Exit.OK
