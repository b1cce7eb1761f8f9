"""Requests and decisions: somebody asks leave, somebody entitled decides, bound to exactly what he was shown."""
