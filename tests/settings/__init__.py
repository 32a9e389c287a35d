"""Proofs of promotion.toml: what it takes, what it refuses, and in which words."""
