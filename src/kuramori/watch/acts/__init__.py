"""Every change in this room."""
