from django.apps import AppConfig


class ShelfConfig(AppConfig):
    name = "kuramori.kernel.registers.tests.shelf"
    label = "shelf"
