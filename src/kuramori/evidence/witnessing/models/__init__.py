"""The tables of witnesses and keys."""
