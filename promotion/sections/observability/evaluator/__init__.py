"""Alarms, metric math and statistics as CloudWatch evaluates them. Pure: no look-ups."""
