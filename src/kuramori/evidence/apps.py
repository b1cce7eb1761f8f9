"""Django's entry to this room."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The room `evidence`."""

    name = "kuramori.evidence"
    default_auto_field = "django.db.models.BigAutoField"
