"""Judging a new version by what it did to its share of the traffic. Pure."""
