"""The record of a run: its history, receipts, journal."""
