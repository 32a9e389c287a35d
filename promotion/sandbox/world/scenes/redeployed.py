"""What is deployed to the function of a rollout after the rollout's own deployment is over, played.

Sources: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html;
.../reference-appspec-file-structure-resources.html (the AppSpec of a function); that a deployment to the version which
serves already fails: https://github.com/terraform-aws-modules/terraform-aws-lambda/issues/82; that CodeDeploy stops a
deployment whose alarms are in ALARM, also when they were before it began: .../monitoring-create-alarms.html and
`overrideAlarmConfiguration` of API_CreateDeployment. How a `CurrentVersion` is checked is not documented: it is not here.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.deployment_configs import configs
from promotion.sandbox.world.deployment import alarm_active
from promotion.sandbox.world.scenes.part import QUEUED, STOPPED, Facet, states
from promotion.sandbox.world.scenes.steps import Step, in_turn

if TYPE_CHECKING:
    from promotion.sandbox.moto_patches.deployment_targets import LambdaTarget
    from promotion.sandbox.world.scenes.function import FunctionPart
    from promotion.sandbox.world.timeline import Shares

HOOKS = {"BeforeAllowTraffic": 2, "AllowTraffic": 3, "AfterAllowTraffic": 1}
"""Seconds, where the traffic moves all at once."""
SPEC = {
    "code": "INVALID_REVISION",
    "message": "The deployment failed because the AppSpec file that specifies the AWS Lambda deployment configuration is "
    "missing or has an invalid configuration.",
}
NO_VERSION = {"code": "INVALID_LAMBDA_FUNCTION", "message": "The Lambda function version does not exist."}
POLLED = timedelta(seconds=1)
"""How soon after its start CodeDeploy looks at the alarms."""


class Redeployed:
    """One such deployment. Times are UTC without a zone."""

    def __init__(self, part: "FunctionPart", record: Any) -> None:
        self.part, self.record = part, record
        self.at: datetime = record.create_time
        self.stopped: datetime | None = None
        self.error: Mapping[str, str] = STOPPED
        self.fails = part.rollback_fails if part.redeploys_fail is None else part.redeploys_fail
        self.shown: LambdaTarget | None = None
        properties = _properties(record.revision)
        self.current, self.target = (str(properties.get(key, "")) for key in ("CurrentVersion", "TargetVersion"))
        self.trouble = self._trouble(properties)
        record.playing = self

    def stop(self, at: datetime, *, rolls_back: bool, error: Mapping[str, str] = STOPPED) -> None:
        """Stop it at a moment. Its rollback deploys what succeeded last before it."""
        if self.stopped is None and at < self.ends:
            self.stopped, self.error = at, error
            if rolls_back:
                self.part.rolled_back(self)
            self.part.changed()

    @property
    def ends(self) -> datetime:
        """When it is over, if nobody stops it."""
        if self.trouble or self.fails:
            return self.at + 2 * QUEUED
        end = self.steps()[-1].end
        assert end
        return end + QUEUED

    def steps(self) -> list[Step]:
        """Give its steps as they are planned."""
        takes = dict(HOOKS)
        routing = configs(self.part.environment.backend("codedeploy"))[str(self.record.deployment_config_name)]
        canary = routing.get("trafficRoutingConfig", {}).get("timeBasedCanary")
        if canary and self.record.creator != "codeDeployRollback":
            takes["AllowTraffic"] = 60 * canary["canaryInterval"]
        return in_turn(self.at + QUEUED, takes)

    def moments(self) -> list[datetime]:
        """Give when something changes."""
        steps = [moment for step in self.steps() for moment in (step.start, step.end) if moment]
        return [self.at, self.at + QUEUED, self.at + 2 * QUEUED, self.ends, *steps, *filter(None, [self.stopped])]

    def moves(self) -> "list[tuple[datetime, Shares]]":
        """Give which version gets which share from when on."""
        if self.trouble or self.fails:
            return []
        allow = next(step for step in self.steps() if step.name == "AllowTraffic")
        assert allow.start
        assert allow.end
        moves: list[tuple[datetime, Shares]] = [(allow.end, {self.target: 1.0})]
        if allow.end - allow.start > timedelta(minutes=1):
            moves.insert(0, (allow.start, {self.current: 0.9, self.target: 0.1}))
        return [move for move in moves if not self.stopped or move[0] <= self.stopped]

    def poll(self, now: datetime) -> None:
        """Stop it if one of the alarms that it watches is in ALARM, as CodeDeploy does."""
        if self.stopped or now < self.at + POLLED:
            return
        group = self.record.deployment_group
        watched = self.record.override_alarm_configuration or group.alarm_configuration or {}
        known = self.part.environment.backend("cloudwatch").alarms
        names = [one["name"] for one in watched.get("alarms", ())] if watched.get("enabled") else []
        for name in names:
            if name not in known or known[name].state_value != "ALARM":
                continue
            seen = max(self.at + POLLED, known[name].state_updated_timestamp)
            if seen <= now and seen < self.ends:
                configured = self.record.auto_rollback_configuration or {}
                wanted = configured.get("enabled") and "DEPLOYMENT_STOP_ON_ALARM" in configured.get("events", ())
                self.stop(seen, rolls_back=bool(wanted), error=alarm_active(name))
                return

    def facets(self, now: datetime) -> Iterator[Facet]:
        """Give everything it shows."""
        error: dict[str, str] | None = None
        ended: datetime | None = None
        if self.stopped and now >= self.stopped:
            status, ended, error = "Stopped", self.stopped, dict(self.error)
        elif now >= self.ends:
            ended, error = self.ends, self.trouble or (_INTERNAL if self.fails else None)
            status = "Failed" if error else "Succeeded"
        else:
            status = "InProgress" if now >= self.at + QUEUED else "Created"
        started = self.at + QUEUED if status != "Created" else None
        yield from states(self.record, status, started, ended, error)
        if started and not self.trouble:
            if self.shown is None:
                key = self.record.deployment_id
                self.shown = self.part.targeted(key, self.current, self.target, HOOKS)
                self.record.targets = {self.shown.function["functionName"]: self.shown}
            over = self.stopped or (self.ends if self.fails else None)
            yield from self.part.events(self.shown, self.steps(), now, stopped=over)

    def _trouble(self, properties: Mapping[str, Any]) -> dict[str, str] | None:
        if not (self.current.isdecimal() and self.target.isdecimal()) or self.current == self.target:
            return SPEC
        if properties.get("Name") != self.part.function or properties.get("Alias") != self.part.alias:
            return SPEC
        return None if int(self.target) in self.part.environment.versions else NO_VERSION


_INTERNAL = {"code": "INTERNAL_ERROR", "message": "The deployment failed because of an internal error."}


def _properties(revision: Mapping[str, Any]) -> Mapping[str, Any]:
    """Read the function of an AppSpec in JSON or YAML; empty if it is not one."""
    import yaml  # type: ignore[import-untyped,unused-ignore]

    content = (revision.get("appSpecContent") or revision.get("string") or {}).get("content", "")
    try:
        tree = json.loads(content) if content.lstrip().startswith("{") else yaml.safe_load(content)
        (resource,) = tree["Resources"]
        (inner,) = resource.values()
        found: Mapping[str, Any] = inner["Properties"]
    except (ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError):
        return {}
    return found
