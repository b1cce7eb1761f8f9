"""A name shown when two agree: one asks with a reason, another one of the office decides with a reason."""
