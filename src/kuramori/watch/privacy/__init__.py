"""What people are told about being watched, who watched, and what the works council is shown."""
