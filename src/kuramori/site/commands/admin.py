"""`kuramori admin`: the first administrator of a new installation."""

import argparse

from django.conf import settings

from kuramori.directory.api import first_administrator
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, say


def run(arguments: argparse.Namespace) -> int:
    """Open the account; the link to set a password is shown once, here, and nowhere else."""
    try:
        path = first_administrator(mail=arguments.mail, name=arguments.name)
    except Refused as refusal:
        complain(f"{refusal.message} {refusal.next_step}")
        return Exit.REFUSED
    say(settings.PUBLIC_URL.rstrip("/") + path)
    return Exit.OK
