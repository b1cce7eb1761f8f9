from django.apps import AppConfig


class RingiConfig(AppConfig):
    name = "kuramori.approvals.tests.ringi"
    label = "ringi"
