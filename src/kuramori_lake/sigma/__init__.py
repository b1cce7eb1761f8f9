"""Sigma rules over the lake: read, compiled, run over stored events, correlated, tried on the past."""
