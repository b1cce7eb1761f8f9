"""The pages of witnesses and keys."""
