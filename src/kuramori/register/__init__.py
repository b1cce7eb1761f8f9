"""The register of secrets: what is protected, at which level, by whom, where, for whom."""
