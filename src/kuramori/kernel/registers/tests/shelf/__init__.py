"""A room for tests only: boxes on shelves. Small, but with everything a register may meet."""
