"""Monitoring orders: "ask for monitoring", decided by offices, bounded, looked into by the data team (DET-14)."""
