"""Kuramori's own acts as a log among the others: what is read in here is weighed as what is read on a server."""
