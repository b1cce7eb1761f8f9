"""Patrols: public posts that name the company and something improper (DET-09), and random checks (DET-11)."""
