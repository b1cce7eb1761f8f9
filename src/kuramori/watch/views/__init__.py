"""The pages the register kit does not draw."""
