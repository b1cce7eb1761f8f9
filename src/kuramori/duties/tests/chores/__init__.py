"""A room for the tests alone: it offers two kinds of duty, as rooms above this one do, and knows who stands in."""
