"""Django's entry to this room."""

from django.apps import AppConfig


class DutiesConfig(AppConfig):
    """The room `duties`."""

    name = "kuramori.duties"
    default_auto_field = "django.db.models.BigAutoField"
