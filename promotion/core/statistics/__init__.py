"""What counts prove: exact bounds on shares, and how many samples lie over a limit by their percentiles. Pure."""

from promotion.core.statistics.proof import Proof, prove, requests_wanted

__all__ = ["Proof", "prove", "requests_wanted"]
