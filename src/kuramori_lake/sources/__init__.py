"""The kinds of log the lake understands, by the name that the command line and the settings use."""

from typing import Final

from kuramori_lake.sources.auditd import AUDITD
from kuramori_lake.sources.cert import CERT
from kuramori_lake.sources.cups import CUPS
from kuramori_lake.sources.elff import ELFF
from kuramori_lake.sources.exchange import EXCHANGE
from kuramori_lake.sources.file_services import BOX, DROPBOX, GDRIVE
from kuramori_lake.sources.fingerprint import FINGERPRINT
from kuramori_lake.sources.ledger import LEDGER
from kuramori_lake.sources.m365 import M365
from kuramori_lake.sources.osquery import OSQUERY
from kuramori_lake.sources.parsed import Source
from kuramori_lake.sources.pgaudit import PGAUDIT
from kuramori_lake.sources.postfix import POSTFIX
from kuramori_lake.sources.receiver import RECEIVER
from kuramori_lake.sources.samba import SAMBA
from kuramori_lake.sources.setupapi import SETUPAPI
from kuramori_lake.sources.squid import SQUID
from kuramori_lake.sources.sshd import SSHD
from kuramori_lake.sources.table import presets, table_source
from kuramori_lake.sources.udev import UDEV
from kuramori_lake.sources.vsftpd import VSFTPD
from kuramori_lake.sources.windows import EVTX
from kuramori_lake.sources.zscaler import ZSCALER

_SOURCES: Final = (
    *CERT,
    AUDITD,
    BOX,
    CUPS,
    DROPBOX,
    ELFF,
    EVTX,
    EXCHANGE,
    FINGERPRINT,
    GDRIVE,
    LEDGER,
    M365,
    OSQUERY,
    PGAUDIT,
    POSTFIX,
    RECEIVER,
    SAMBA,
    SETUPAPI,
    SQUID,
    SSHD,
    UDEV,
    VSFTPD,
    ZSCALER,
)
LOGS: Final = {source.name: source for source in _SOURCES}


class UnknownSourceError(ValueError):
    """No parser of that name; the message lists those there are."""


def names() -> tuple[str, ...]:
    """All names that `source` accepts."""
    return (*sorted(LOGS), *(f"table:{name}" for name in presets()))


def source(name: str) -> Source:
    """The parser of that name: `evtx`, `samba`, or `table:` and the name of a preset or the path of a mapping file.

    Raises:
        UnknownSourceError: there is none.
    """
    if name in LOGS:
        return LOGS[name]
    kind, _, mapping = name.partition(":")
    found = table_source(mapping) if kind == "table" else None
    if found is None:
        raise UnknownSourceError(f"unknown source {name!r}; there are {', '.join(names())}")
    return found
