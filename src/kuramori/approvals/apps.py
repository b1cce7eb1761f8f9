"""Django's entry to this room."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """The room `approvals`."""

    name = "kuramori.approvals"
    default_auto_field = "django.db.models.BigAutoField"
