"""Zones, who was alone in them, and permits to enter."""
