"""Proofs of the reading and judging of vulnerability scans."""
