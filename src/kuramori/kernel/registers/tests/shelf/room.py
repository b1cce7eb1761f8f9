from kuramori.kernel.registers.tests.shelf.boxes import boxes, shelves
from kuramori.kernel.room import Panel, Room

ROOM = Room(
    name="shelf",
    title="Shelf",
    registers=(boxes, shelves),
    permissions={},
    verbs={
        "shelf.box.add": "%(by)s added %(subject)s",
        "shelf.box.edit": "%(by)s changed %(subject)s (shelf: %(shelf)s)",
        "shelf.box.retire": "%(by)s retired %(box)s",
        "shelf.shelf.add": "%(by)s added %(subject)s",
    },
    panels=(
        Panel(
            kind="shelf.box",
            name="weight",
            title="Weight",
            permission="shelf:box:weigh",
            render=lambda box, viewer: f"weighs {len(box.title)}",
        ),
    ),
)
