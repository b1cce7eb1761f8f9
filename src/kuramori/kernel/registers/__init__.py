"""The register kit: one frozen dataclass and plain functions draw every register (design: Twelve registers)."""
