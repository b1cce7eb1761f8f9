"""Evidence bundles: what a stranger needs to check, without us, what the ledger says about a secret or a person."""
