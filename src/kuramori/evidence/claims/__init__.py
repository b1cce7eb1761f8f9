"""Claims: what the law asks for, what is planned, kept and shown for it, and what a person knew and did."""
