"""`kuramori certificate`: make the certificate that signs the PDFs of bundles."""

import argparse

from django.conf import settings

from kuramori.evidence.api import SIGNING_FILES, make_certificate
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, say
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Make a self-signed pair in the data folder; one that an authority issued replaces it there."""
    try:
        fingerprint = make_certificate(arguments.name)
    except Refused as refusal:
        complain(f"{refusal.message} {refusal.next_step}")
        return Exit.REFUSED
    say(
        _("The PDFs of bundles are signed from now on. SHA-256 of the certificate: %(digest)s")
        % {"digest": fingerprint}
    )
    files = ", ".join(str(settings.DATA / each) for each in SIGNING_FILES)
    say(_("A certificate that an authority issued goes to the same place, as PEM: %(files)s") % {"files": files})
    return Exit.OK
