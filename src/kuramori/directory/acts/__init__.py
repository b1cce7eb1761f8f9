"""Every write of the directory: one verb, one function, `by` required."""
