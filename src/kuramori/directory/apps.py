"""Django's entry to this room."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """The room `directory`."""

    name = "kuramori.directory"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from kuramori.directory.signin import record_second_factors  # noqa: PLC0415  (models are ready only now)

        record_second_factors()
