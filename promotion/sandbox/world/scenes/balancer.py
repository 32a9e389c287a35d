"""What the load balancer shows while a rollout is played: who is in its target groups, and who gets the traffic."""

from typing import TYPE_CHECKING

from promotion.sandbox.members import Member
from promotion.sandbox.members import Release as Running
from promotion.sandbox.world.network import APPLICATION_PORT, HTTPS
from promotion.sandbox.world.watch import draw_dashboard

if TYPE_CHECKING:
    from promotion.sandbox.members import Members
    from promotion.sandbox.world.image import Release
    from promotion.sandbox.world.model import Environment
    from promotion.sandbox.world.timeline import Shares

INITIAL, DRAINING = "initial", "draining"
HEALTH: dict[str, tuple[str, str | None, str | None]] = {
    INITIAL: (INITIAL, "Elb.RegistrationInProgress", "Target registration is in progress"),
    DRAINING: (DRAINING, "Target.DeregistrationInProgress", "Target deregistration is in progress"),
}
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html."""

EVER = 1 << 62
"""The end of what does not end, in milliseconds since 1970."""

Health = tuple[str, str | None, str | None]


class Balancer:
    """The load balancer of an environment, its target groups, and the front-end behind it."""

    def __init__(
        self, environment: "Environment", members: "Members", release: "Release", fleets: dict[str, list[str]]
    ) -> None:
        """`fleets` are the instances by fleet, `blue` and `green`; those that are not members yet run `release`."""
        self._environment, self._members, self._fleets = environment, members, fleets
        self.ill: dict[str, Health] = {}
        """What is said, in place of healthy or initial, of an instance when it is registered."""
        known = {member.name for member in members}
        for key in {key for fleet in fleets.values() for key in fleet} - known:
            members.add(Member(key, Running(release.digest, release.commit, release.version), weight=0))

    def enter(self, keys: list[str], digest: str, version: str) -> None:
        """Have instances be there that run another release."""
        for key in keys:
            self._members.add(Member(key, Running(digest, "", version), weight=0))

    def hold(self, colour: str, key: str, state: str) -> None:
        """Have an instance of a fleet be absent, initial, healthy or draining in the fleet's target groups."""
        for arn in self._environment.groups_of(colour):
            kept = self._environment.backend("elbv2").target_groups[arn]
            if state == "absent":
                kept.targets.pop(key, None)
            else:
                kept.targets[key] = {"Id": key, "Port": APPLICATION_PORT}
        said = (self.ill.get(key) if state in {"healthy", INITIAL} else None) or HEALTH.get(state)
        if said:
            self._environment.health[key] = said
        else:
            self._environment.health.pop(key, None)

    def share(self, shares: "Shares") -> None:
        """Let the instances of these fleets answer."""
        for colour, fleet in self._fleets.items():
            for key in fleet:
                self._members[key].weight = int(shares.get(colour, 0) > 0)

    def turn(self, colour: str) -> None:
        """Have a fleet get everything; alarms and dashboard follow to its instances.

        CodeDeploy moves no listener: that of a pair of target groups is moved by somebody else.
        """
        environment = self._environment
        environment.serving = colour
        if environment.paired:
            for action in self._actions():
                for group in action["ForwardConfig"]["TargetGroups"]:
                    group["Weight"] = 100 if group["TargetGroupArn"] == environment.target_groups[colour] else 0
        for number, key in enumerate(self._fleets[colour], start=1):
            for dimension in environment.alarm(f"cpu-{number}").dimensions:
                dimension.value = key
        draw_dashboard(environment)

    def _actions(self) -> list[dict[str, dict[str, list[dict[str, object]]]]]:
        environment = self._environment
        listeners = environment.backend("elbv2").load_balancers[environment.load_balancer].listeners
        return [action.data for action in listeners[environment.listeners[HTTPS]].default_actions]


def state_of(spans: list[tuple[int, int]], at: int, well: list[int], leaves: list[int]) -> str:
    """Tell whether a fleet is absent, initial, healthy or draining at a millisecond since 1970.

    `spans` are when it is registered, `well` when it passes its health checks, `leaves` when it begins to be drained.
    """
    span = next((one for one in spans if one[0] <= at < one[1]), None)
    if span is None:
        return "absent"
    if any(span[0] <= moment <= at for moment in leaves):
        return DRAINING
    return "healthy" if any(span[0] <= moment <= at for moment in well) else INITIAL
