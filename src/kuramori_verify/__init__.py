"""The offline verifier: Python standard library only, imports nothing of ours."""
