"""Asking time-stamp authorities (RFC 3161): the query, the way there, the check of what comes back."""
