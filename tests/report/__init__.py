"""Proofs of the report: what it says, that it says nothing else, and that it is the same every time."""
