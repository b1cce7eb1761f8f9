"""Duties: what is due from whom, by when, and what counts as done."""
