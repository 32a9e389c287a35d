"""The proofs of section 1."""
