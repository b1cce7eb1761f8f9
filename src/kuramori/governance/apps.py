"""Django's entry to this room."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """The room `governance`."""

    name = "kuramori.governance"
    default_auto_field = "django.db.models.BigAutoField"
