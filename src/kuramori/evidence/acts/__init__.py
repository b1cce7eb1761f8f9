"""Every write of this room but the tree itself, which the sequencer grows outside acts."""
