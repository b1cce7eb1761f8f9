"""The pages the register kit cannot draw."""
