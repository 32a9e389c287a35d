"""A CodeDeploy deployment as faults hold it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promotion.sandbox.moto_patches.deployment_targets import Target


def alarm_active(alarm: str) -> dict[str, str]:
    """Give the error that CodeDeploy tells of a deployment which an alarm stopped."""
    return {
        "code": "ALARM_ACTIVE",
        "message": "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, "
        f"and the affected deployments have been stopped. Activated alarms: <{alarm}>",
    }


@dataclass
class Deployment:
    """A CodeDeploy deployment. `record` is moto's own object; its attributes are what the API tells."""

    record: Any
    digest: str
    """The image it brought, `sha256:…`."""

    @property
    def id(self) -> str:
        """Its id, `d-XXXXXXXXX`."""
        return str(self.record.deployment_id)

    @property
    def status(self) -> str:
        """Created, Queued, InProgress, Baking, Succeeded, Failed, Stopped or Ready."""
        return str(self.record.status)

    @status.setter
    def status(self, status: str) -> None:
        self.record.status = status

    @property
    def targets(self) -> "dict[str, Target]":
        """What it acted on, by target id: the function, or the instances."""
        found: dict[str, Target] = self.record.targets
        return found

    def target(self, key: str) -> "Target":
        """Give one target. KeyError if the deployment has no such one."""
        return self.targets[key]

    def fail(self, code: str, message: str) -> None:
        """Let it have failed. `code` is one of CodeDeploy's error codes, such as HEALTH_CONSTRAINTS."""
        self.status = "Failed"
        self.record.error_information = {"code": code, "message": message}

    def stop_on_alarm(self, alarm: str) -> None:
        """Let an alarm have stopped it."""
        self.status = "Stopped"
        self.record.error_information = alarm_active(alarm)

    def shift(self, by: timedelta) -> None:
        """Move it and all its steps in time."""
        record = self.record
        for name in ("create_time", "start_time", "complete_time"):
            if getattr(record, name):
                setattr(record, name, getattr(record, name) + by)
        for target in self.targets.values():
            target.updated += by
            for event in target.events:
                event.start = event.start and event.start + by
                event.end = event.end and event.end + by
