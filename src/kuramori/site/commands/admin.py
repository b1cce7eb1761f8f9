"""`kuramori admin`: the first administrator of a new installation."""

import argparse

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.timezone import now

from kuramori.directory.api import administrator_create
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, say
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Open the account; the link to set a password is shown once, here, and nowhere else."""
    try:
        _refuse_faults(arguments.mail, arguments.name)
        link = administrator_create(mail=arguments.mail, name=arguments.name, at=now())
    except Refused as refusal:
        complain(f"{refusal.message} {refusal.next_step}")
        return Exit.REFUSED
    say(link)
    return Exit.OK


def _refuse_faults(mail: str, name: str) -> None:
    """Raise Refused for what is no address or no name: a person once entered stays in the ledger."""
    try:
        validate_email(mail.strip())
    except ValidationError as fault:
        raise Refused(_("This is not an e-mail address."), _("Write it as name@company.example.")) from fault
    if not name.strip():
        raise Refused(_("The person needs a name."), _("Write it as the company knows it."))
