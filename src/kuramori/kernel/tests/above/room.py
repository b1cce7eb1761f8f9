"""What the room above declares: nothing, until a test says what (`room_above`)."""

from kuramori.kernel.room import Room

ROOM = Room(name="above", title="Above", permissions={}, verbs={})
