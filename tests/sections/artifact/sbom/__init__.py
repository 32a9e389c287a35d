"""Proofs of the reading and judging of SBOMs."""
