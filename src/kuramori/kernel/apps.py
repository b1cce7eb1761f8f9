"""Django's entry to the kernel: sets the database's guards after each migration, checks them at each start."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import Error, Tags, register
from django.db import connection
from django.db.models.signals import post_migrate
from django.db.utils import DatabaseError

from kuramori.kernel import guards


class KernelConfig(AppConfig):
    """The kernel."""

    name = "kuramori.kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(set_guards, dispatch_uid="kuramori.kernel.guards")
        register(check_guards, Tags.database)


def set_guards(sender: AppConfig, **_kwargs: Any) -> None:
    """Install the triggers; Django sends this once per app, after the migrations of all of them."""
    if sender.name == "kuramori.kernel":
        guards.install()


def check_guards(**_kwargs: Any) -> list[Error]:
    """Refuse to start without the triggers (system check `kuramori.E001`)."""
    try:
        if "kernel_entry" not in connection.introspection.table_names():
            return []
        absent = guards.missing()
    except DatabaseError as error:
        return [Error(f"the database cannot be read: {error}", id="kuramori.E002")]
    if not absent:
        return []
    hint = "Run `kuramori migrate`; if somebody took them away on purpose, run `kuramori ledger check` first."
    return [
        Error(f"{len(absent)} guards are missing or altered: {', '.join(absent[:5])}", hint=hint, id="kuramori.E001")
    ]
