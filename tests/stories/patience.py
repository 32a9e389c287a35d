"""Limits that are about this machine in a story, not about the service: the sandbox's clock goes faster than it does.

How long a log takes to come is measured by the sandbox's clock, which multiplies every delay.
"""

PATIENT = ("--set", "limits.log_lag_seconds=120")
"""Options of the gate."""
