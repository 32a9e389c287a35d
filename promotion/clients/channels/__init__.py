"""Telling people of a promotion, and looking whether they were told."""
