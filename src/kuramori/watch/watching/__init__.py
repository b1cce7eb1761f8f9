"""The watch list: who is looked at more closely, for a reason and a time, when two offices agree (DET-08)."""
