from django.db import models

from kuramori.kernel.records import Record


class Shelf(Record):
    name = models.CharField("name", max_length=50)
    unit_id = models.UUIDField()

    def __str__(self) -> str:
        return self.name


class Box(Record):
    title = models.CharField("title", max_length=100)
    number = models.IntegerField("number", null=True, blank=True)
    colour = models.CharField("colour", max_length=10, choices=[("red", "Red"), ("blue", "Blue")], default="red")
    due = models.DateField("due", null=True, blank=True)
    price = models.CharField("price", max_length=20, blank=True)
    shelf = models.ForeignKey(Shelf, models.PROTECT, null=True, blank=True, verbose_name="shelf")
    unit_id = models.UUIDField()

    def __str__(self) -> str:
        return self.title
