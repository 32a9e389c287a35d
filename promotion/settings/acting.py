"""What the gate does with `--act` when a rollout is to be taken back."""

from typing import Literal

from pydantic import Field

from promotion.settings.strict import Strict


class Acting(Strict):
    """How a rollback is carried out, and what is done beside it. Nothing of it happens without `--act`."""

    ticket_labels: tuple[str, ...] = ("incident",)
    """Labels of the issue that is opened."""
    cancel_workflow: bool = True
    """Whether the run of the workflow that promotes is cancelled, too."""
    promote_workflow: str = Field(default="promote.yml", pattern=r"^[^/\s]+\.ya?ml$")
    """File name of the workflow that promotes."""
    ec2: bool = False
    """Whether deployments to instances are taken back although AWS does not document which ones then serve."""
    alarms: Literal["override", "wait"] = "override"
    """What becomes of the group's alarms where the version before is deployed once more: not polled, or waited for."""
    wait_seconds: float = Field(default=900, gt=0)
    """How long the success of the rollback deployments is awaited, in seconds."""
