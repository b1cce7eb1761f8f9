"""Heads held outside: the places that hold ours, and those of others that we hold."""
