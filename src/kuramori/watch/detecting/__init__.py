"""How detection is set up and what it can see: set-up of log sources, the map of coverage, Sigma rules."""
