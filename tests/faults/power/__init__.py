"""Power cuts: what a disk may hold after one, from what a process really asked of the kernel (fault L5)."""
