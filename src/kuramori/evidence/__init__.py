"""The proof: tree, checkpoints, nightly check, exhibits and bundles."""
