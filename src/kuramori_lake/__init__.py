"""The event lake: logs in, sealed segments, explained findings out. No Django; usable alone from a shell."""
