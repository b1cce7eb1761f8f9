"""The forms of this room, by concept."""
