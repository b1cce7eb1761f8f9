"""A demo company with ground truth and native raw logs: seeded, deterministic, without Django."""

from kuramori_lake.simulator.simulation import simulate
from kuramori_lake.simulator.truth import Truth

__all__ = ["Truth", "simulate"]
