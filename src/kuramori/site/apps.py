"""Django's entry to this room."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """The room `site`."""

    name = "kuramori.site"
    default_auto_field = "django.db.models.BigAutoField"
