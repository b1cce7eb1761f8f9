"""Django's entry to this room, the last to start."""

from django.apps import AppConfig

from kuramori.kernel.room import rooms


class SiteConfig(AppConfig):
    """The room `site`."""

    name = "kuramori.site"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Read what all rooms declare, once and before threads could meet in the middle of it."""
        rooms()
