"""Other roles that a role can pass on or become, as far as they may more than they should."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Neighbour:
    """A role by which whoever gets it gets more."""

    arn: str
    power: str
    """What it may do, as the rest of a sentence: `may do nearly everything`."""
    services: frozenset[str]
    """The services that may become it."""
    lets_in_role: bool
    """Whether it lets in the role that is judged."""
