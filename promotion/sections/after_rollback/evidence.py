"""What is seen after a rollback."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import computed_field

from promotion.clients.aws.functions import Alias
from promotion.clients.aws.load_balancers import BalancerTraffic
from promotion.clients.github.issues import Ticket
from promotion.clients.github.models import WorkflowRun
from promotion.people.attestations import ProofCheck
from promotion.people.promotion_record import PromotionRecord, RecordLook
from promotion.record.receipt import Receipt
from promotion.sections.after_rollback.found_deployments import Brought
from promotion.sections.after_rollback.rollback_plan import RollbackPlan, RollbackStep
from promotion.sections.observability.baseline.record import TargetMeasurement
from promotion.unknown import Reason, Unknown


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
    """Looked for only where something is to be done and the run may act."""
    step: RollbackStep | None = None
    """What is to be done; None where the run may not act."""
    why: str = ""

    @property
    def plan(self) -> RollbackPlan | None:
        """What is to be done; None where the run may not act."""
        if self.step is None:
            return None
        deployment = self.brought.deployment
        return RollbackPlan(self.brought, self.step, self.why, None if deployment is None else deployment.id)

    @computed_field  # type: ignore[prop-decorator] # the page begins its timeline there
    @property
    def t0(self) -> datetime | None:
        """When CodeDeploy was asked for the deployment (createTime)."""
        return self.brought.deployment.created if self.brought.deployment is not None else None


@dataclass(frozen=True)
class RollbackLook:
    """What became of the image at a target."""

    brought: Brought
    receipt: Receipt | None = None
    """Of taking it back, where this run did."""

    @property
    def goes_on(self) -> bool:
        """Whether a deployment is under way that takes the image away again, or one is to come."""
        restored = self.brought.restored
        if restored is None:
            return self.receipt is not None and self.receipt.done and self.brought.deployment is not None
        return restored.is_unfinished and self.brought.restored_at is None


@dataclass(frozen=True)
class Serving:
    """Who gets the traffic of a target: a version of the function, or instances."""

    alias: Alias | None = None
    traffic: BalancerTraffic | None = None


@dataclass(frozen=True)
class Leftover:
    """How many requests what was taken back still got, in whole minutes after the rollback."""

    start: datetime
    end: datetime
    counted: str
    """What was counted, in words."""
    requests: int | None
    """None where they are not counted apart: old and new instances stood in one target group."""
    of_all: int
    """Requests of the target altogether: without any, none of the bad version's means nothing."""


@dataclass(frozen=True)
class SinceRollback:
    """What a target does since the rollback."""

    window: str
    measured: TargetMeasurement


@dataclass(frozen=True)
class TicketLook:
    """The incident's ticket, or the issue about the remediation."""

    link: str = ""
    """As the promotion record has it."""
    followed: ProofCheck | None = None
    """What came of following it; None without a link."""
    ticket: Ticket | None = None
    """The issue with the key, looked for where the record names nothing."""
    receipt: Receipt | None = None
    unseen: ProofCheck | None = None
    """Why the issue could not be looked for."""

    @property
    def address(self) -> str:
        """Where it is; empty where that is not known."""
        made = "" if self.receipt is None else self.receipt.link or ""
        return self.link or (made if self.ticket is None else self.ticket.link)

    def require_seen(self) -> None:
        """Raise Unknown if the issue could not be looked for."""
        if self.unseen is not None:
            raise Unknown(self.unseen.reason or Reason.ERROR, self.unseen.said)


def of_image(look: RecordLook, digest: str) -> PromotionRecord | None:
    """Give the promotion record if it is there and of this image."""
    return look.record if look.record is not None and look.record.digest == digest else None
