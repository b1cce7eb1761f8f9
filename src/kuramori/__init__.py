"""Kuramori (蔵守): keeps confidential information provably secret, from the register to the courtroom."""
