"""What is at one target of prod of an image that is to go back. Pure."""

from dataclasses import dataclass
from datetime import datetime

from promotion.clients.aws.deployments import Deployment, DeploymentTarget


@dataclass(frozen=True)
class Brought:
    """The deployment that brought an image to a target, and what undoes it."""

    target: str
    """Its name in promotion.toml."""
    group: str
    """Of CodeDeploy."""
    deployment: Deployment | None = None
    """The newest one of this image; None if there is none."""
    parts: tuple[DeploymentTarget, ...] = ()
    """The function or the instances that it acts on."""
    rollback: Deployment | None = None
    """The newest deployment that undoes it: CodeDeploy's, CloudFormation's, or the gate's."""
    later: tuple[Deployment, ...] = ()
    """Made after it by people or pipelines, oldest first."""
    rollback_parts: tuple[DeploymentTarget, ...] = ()
    """What the rollback acts on; none before it has begun."""
    added: tuple[str, ...] = ()
    """Instances that other deployments brought the same revision since: as they were launched, or by a rollback to it."""
    under_way: tuple[Deployment, ...] = ()
    """Where no deployment of this image was found: those of other images that go on, newest first."""
    fleet: str = ""
    """Where a blue/green group has its new instances from: `COPY_AUTO_SCALING_GROUP` or `DISCOVER_EXISTING`."""
    alarms: tuple[str, ...] = ()
    """Names of the alarms that the group polls."""

    @property
    def restored(self) -> Deployment | None:
        """What took the image away again: a rollback, else the newest that somebody made after it."""
        if self.rollback is not None:
            return self.rollback
        return self.later[-1] if self.later else None

    @property
    def redeployed(self) -> bool:
        """Whether the rollback is one that the gate has asked for."""
        return self.rollback is not None and self.rollback.by_gate

    @property
    def restored_at(self) -> datetime | None:
        """When the traffic had gone back; None if it has not.

        A blue/green deployment to instances ends when those that it replaced are terminated: its traffic has moved before.
        """
        restored = self.restored
        if restored is None:
            return None
        if restored.succeeded:
            return restored.completed
        if restored.is_unfinished and restored.waits_to_terminate:
            return max(
                (event.ended for part in self.rollback_parts for event in part.events if event.ended), default=None
            )
        return None

    @property
    def brought_version(self) -> str | None:
        """The version of the function that the deployment brings; None if it is not a function's."""
        return next((part.target_version for part in self.parts if part.target_version), None)

    @property
    def previous_version(self) -> str | None:
        """The version of the function that served before."""
        return next((part.current_version for part in self.parts if part.current_version), None)

    @property
    def restored_version(self) -> str | None:
        """The version of the function that the rollback brings back, else the one that served before."""
        return next((part.target_version for part in self.rollback_parts if part.target_version), self.previous_version)

    @property
    def original(self) -> tuple[str, ...]:
        """The instances that served before."""
        return tuple(part.id for part in self.parts if part.is_original)

    @property
    def new(self) -> tuple[str, ...]:
        """The instances that the deployment brought, and those that got the same revision since."""
        return (*(part.id for part in self.parts if part.label == "Green"), *self.added)
