"""What is decided without a clock or a database: permissions, states of alerts, silence, charters, paths."""
