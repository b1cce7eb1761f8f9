"""Every write about witnesses and keys."""
