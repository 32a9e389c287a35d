"""Searching text for secrets: known values in any encoding, and the forms that vendors give their tokens."""
