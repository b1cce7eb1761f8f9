"""A syslog receiver that writes what it gets into files for the watched folder; it understands no message."""
