"""What can be allowed in this room."""

from enum import StrEnum


class Permission(StrEnum):
    """`bundle:person` makes bundles about a person; those about a secret are made where the secret is shown."""

    AUTHORITY_MANAGE = "evidence:authority:manage"
    BUNDLE_DOWNLOAD = "evidence:bundle:download"
    BUNDLE_PERSON = "evidence:bundle:person"
    ENTRY_VIEW = "evidence:entry:view"
    HOLD_ADD = "evidence:hold:add"
    HOLD_EDIT = "evidence:hold:edit"
    HOLD_EXPORT = "evidence:hold:export"
    HOLD_RETIRE = "evidence:hold:retire"
    HOLD_VIEW = "evidence:hold:view"
    LEDGER_CHECK = "evidence:ledger:check"
    LEDGER_VIEW = "evidence:ledger:view"
    SEPARATION_EDIT = "evidence:separation:edit"
    SEPARATION_EXPORT = "evidence:separation:export"
    SEPARATION_VIEW = "evidence:separation:view"
    STAMP_VIEW = "evidence:stamp:view"
