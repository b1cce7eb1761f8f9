"""`kuramori admin`: the first administrator of a new installation."""

import argparse

from django.utils.timezone import now

from kuramori.directory.api import administrator_create
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, say


def run(arguments: argparse.Namespace) -> int:
    """Open the account; the link to set a password is shown once, here, and nowhere else."""
    try:
        link = administrator_create(mail=arguments.mail, name=arguments.name, at=now())
    except Refused as refusal:
        complain(f"{refusal.message} {refusal.next_step}")
        return Exit.REFUSED
    say(link)
    return Exit.OK
