"""The register of boxes, as a room would declare it."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.registers.register import Column, ColumnKind, Filter, FilterKind, Link, Mark, Register
from kuramori.kernel.registers.tests.shelf.models import Box, Shelf


def shelves_visible_to(viewer):
    return Shelf.objects.filter(unit_id__in=viewer.unit_ids)


def boxes_visible_to(viewer):
    return Box.objects.filter(unit_id__in=viewer.unit_ids).select_related("shelf")


def box_add(*, by, why, **values):
    box = Box(**values)
    with act("shelf.box.add", by=by, why=why, subjects=[box]):
        box.save()
    return box


def box_edit(*, box, by, why, **values):
    subjects = [box] + ([values["shelf"]] if values.get("shelf") else [])
    with act("shelf.box.edit", by=by, why=why, subjects=subjects):
        if values["title"] == "forbidden":
            raise Refused("This word is not allowed.", "Take another.")
        if values["title"] == "taken":
            raise ValidationError({"title": ["Another box has it."], "price": ["Ask for the price."]})
        if values["title"] == "whole":
            raise ValidationError("The parts do not fit together.")
        for name, value in values.items():
            setattr(box, name, value)
        box.save()


def box_retire(*, box, by, why):
    with act("shelf.box.retire", by=by, why=why, subjects=[box]):
        box.retire()


class BoxForm(forms.ModelForm):
    class Meta:
        model = Box
        fields = ["title", "number", "colour", "due", "shelf", "unit_id"]

    def __init__(self, viewer, box, data):
        super().__init__(data, instance=box)
        self.fields["shelf"].queryset = shelves_visible_to(viewer)


def shelf_as_seen(box, viewer):
    return Link(text=box.shelf.name) if box.shelf and box.shelf.unit_id in viewer.unit_ids else None


boxes = Register(
    name="shelf:box",
    path="boxes",
    title="Boxes",
    title_one="box",
    why="Boxes are counted once a year.",
    example="For instance the red one.",
    model=Box,
    columns=(
        Column(name="title", label="Title", kind=ColumnKind.LINK, sort="title"),
        Column(name="number", label="Number", kind=ColumnKind.NUMBER, sort="number"),
        Column(name="colour", label="Colour", kind=ColumnKind.TAG, value=lambda box, viewer: Mark(word=box.colour)),
        Column(name="due", label="Due", kind=ColumnKind.DATE, sort="due"),
        Column(name="price", label="Price"),
        Column(name="shelf", label="Shelf", value=shelf_as_seen, is_default=False),
        Column(name="updated_at", label="Changed", kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    filters=(
        Filter(
            name="colour",
            label="Colour",
            kind=FilterKind.CHOICE,
            choices=lambda viewer: [("red", "Red"), ("blue", "Blue")],
            apply=lambda found, value, viewer: found.filter(colour=value),
        ),
        Filter(
            name="due_from",
            label="Due from",
            kind=FilterKind.DATE_FROM,
            apply=lambda found, value, viewer: found.filter(due__gte=value),
        ),
        Filter(
            name="numbered",
            label="Numbered",
            kind=FilterKind.YES_NO,
            apply=lambda found, value, viewer: found.filter(number__isnull=value == "no"),
        ),
    ),
    form=BoxForm,
    visible_to=boxes_visible_to,
    may_edit=lambda viewer, box: box.number != 666,
    add=box_add,
    edit=box_edit,
    retire=box_retire,
    search=lambda found, text: found.filter(Q(title__icontains=text)),
    withheld=lambda viewer: frozenset() if viewer.may("shelf:box:price") else frozenset({"price"}),
)
shelves = Register(
    name="shelf:shelf",
    path="shelves",
    title="Shelves",
    title_one="shelf",
    why="Boxes stand on shelves.",
    model=Shelf,
    columns=(Column(name="name", label="Name", kind=ColumnKind.LINK, sort="name"),),
    visible_to=shelves_visible_to,
)
