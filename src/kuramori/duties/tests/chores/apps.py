from django.apps import AppConfig


class ChoresConfig(AppConfig):
    name = "kuramori.duties.tests.chores"
    label = "chores"
