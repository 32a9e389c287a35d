"""What stands at one target of prod of an image that is to go back. Pure."""

from dataclasses import dataclass

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
    """The deployment that CodeDeploy made to undo it."""
    later: tuple[Deployment, ...] = ()
    """Made after it by people or pipelines, oldest first."""

    @property
    def restored(self) -> Deployment | None:
        """What took the image away again: CodeDeploy's rollback, else the newest that somebody made after it."""
        if self.rollback is not None:
            return self.rollback
        return self.later[-1] if self.later else None

    @property
    def brought_version(self) -> str | None:
        """The version of the function that the deployment brings; None if it is not a function's."""
        return next((part.target_version for part in self.parts if part.target_version), None)

    @property
    def previous_version(self) -> str | None:
        """The version of the function that served before."""
        return next((part.current_version for part in self.parts if part.current_version), None)

    @property
    def original(self) -> tuple[str, ...]:
        """The instances that served before."""
        return tuple(part.id for part in self.parts if part.is_original)

    @property
    def new(self) -> tuple[str, ...]:
        """The instances that the deployment brought."""
        return tuple(part.id for part in self.parts if part.label == "Green")
