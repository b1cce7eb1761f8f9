"""Django's entry to this room."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The room `register`."""

    name = "kuramori.register"
    default_auto_field = "django.db.models.BigAutoField"
