"""Rules that somebody adds to a load balancer: where they lead, and who is there."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.world.network import HTTPS, make_target_group

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment


def add_rule(
    environment: "Environment", priority: int, actions: list[dict[str, Any]], *, port: int = HTTPS, **conditions: str
) -> None:
    """Add a rule to a listener; each condition is a field, with `_` for `-`, and one value."""
    environment.client("elbv2").create_rule(
        ListenerArn=environment.listeners[port],
        Priority=priority,
        Conditions=[{"Field": name.replace("_", "-"), "Values": [value]} for name, value in conditions.items()],
        Actions=actions,
    )


def add_default(environment: "Environment", actions: list[dict[str, Any]], *, port: int = HTTPS) -> None:
    """Give a listener another default action."""
    environment.client("elbv2").modify_listener(ListenerArn=environment.listeners[port], DefaultActions=actions)


def forward(*groups: tuple[str, int], sticky: bool = False) -> list[dict[str, Any]]:
    """Forward to target groups, given by ARN and weight."""
    shares = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]
    config: dict[str, Any] = {"TargetGroups": shares}
    if sticky:
        config["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": 3600}
    return [{"Type": "forward", "ForwardConfig": config}]


def answer(status: int) -> list[dict[str, Any]]:
    """Answer every request with a status."""
    config = {"StatusCode": str(status), "ContentType": "text/plain", "MessageBody": ""}
    return [{"Type": "fixed-response", "FixedResponseConfig": config}]


def foreign_group(environment: "Environment", short: str = "foreign", *instances: str) -> str:
    """Make a target group that nobody has declared, with these instances in it. Gives its ARN."""
    make_target_group(environment, short)
    arn = environment.target_groups.pop(short)
    if instances:
        environment.client("elbv2").register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in instances])
    return arn
