"""Django's entry to this room."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """The room `directory`."""

    name = "kuramori.directory"
    default_auto_field = "django.db.models.BigAutoField"
