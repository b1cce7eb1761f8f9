"""What can be allowed in this room."""

from enum import StrEnum


class Permission(StrEnum):
    """`bundle:person` makes bundles about a person; those about a secret are made where the secret is shown."""

    BUNDLE_DOWNLOAD = "evidence:bundle:download"
    BUNDLE_PERSON = "evidence:bundle:person"
    ENTRY_VIEW = "evidence:entry:view"
    LEDGER_CHECK = "evidence:ledger:check"
    LEDGER_VIEW = "evidence:ledger:view"
