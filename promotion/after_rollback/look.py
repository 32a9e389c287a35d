"""What is seen after a rollback."""

from dataclasses import dataclass
from datetime import datetime

from promotion.acting.found import Brought
from promotion.acting.receipt import Receipt
from promotion.acting.ticket import Ticket
from promotion.baseline.record import Measured
from promotion.deployments import Alias, Traffic
from promotion.github.models import WorkflowRun
from promotion.promotions.attesting import Finding


@dataclass(frozen=True)
class WorkflowLook:
    """The runs of the workflow that promoted the image."""

    workflow: str
    runs: tuple[WorkflowRun, ...]
    """Newest first."""
    receipts: tuple[Receipt, ...] = ()
    """Of cancelling them, where this run did."""


@dataclass(frozen=True)
class WayBack:
    """What brought the image to a target, and whether what was there before is fit to go back to."""

    brought: Brought
    troubles: tuple[str, ...] = ()
    """Looked for only while the deployment goes on and the run may act."""


@dataclass(frozen=True)
class RollbackLook:
    """What became of the image at a target."""

    brought: Brought
    receipt: Receipt | None = None
    """Of stopping it, where this run did."""


@dataclass(frozen=True)
class Serving:
    """Who gets the traffic of a target: a version of the function, or instances."""

    alias: Alias | None = None
    traffic: Traffic | None = None


@dataclass(frozen=True)
class Leftover:
    """How many requests what was taken back still got, in whole minutes after the rollback."""

    start: datetime
    end: datetime
    counted: str
    """What was counted, in words."""
    requests: int
    of_all: int
    """Requests of the target altogether: without any, none of the bad version's means nothing."""


@dataclass(frozen=True)
class SinceRollback:
    """What a target does since the rollback."""

    window: str
    measured: Measured


@dataclass(frozen=True)
class TicketLook:
    """The incident's ticket."""

    link: str = ""
    """As the promotion record has it."""
    followed: Finding | None = None
    """What came of following it; None without a link."""
    ticket: Ticket | None = None
    """The issue with the incident's key, looked for where the record has no link."""
    receipt: Receipt | None = None
