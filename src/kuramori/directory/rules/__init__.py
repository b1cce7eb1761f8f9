"""What the directory decides, as pure functions: no framework, no clock."""
