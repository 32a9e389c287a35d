"""A dashboard as it was found."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DashboardLook:
    """The dashboard of a name."""

    name: str
    body: str | None
    """The DashboardBody; None if there is no such dashboard."""
