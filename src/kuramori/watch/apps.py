"""Django's entry to this room."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    """The room `watch`."""

    name = "kuramori.watch"
    default_auto_field = "django.db.models.BigAutoField"
