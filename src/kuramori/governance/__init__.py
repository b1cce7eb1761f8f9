"""What the company decided: level scheme and handling matrix."""
