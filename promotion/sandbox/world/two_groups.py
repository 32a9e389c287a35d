"""Two target groups in place of one.

A blue and a green one, where each fleet has its own and a listener's weights say which serves: CodeDeploy moves no listener,
so something else does, such as a script of a lifecycle event. Or one more beside the one: CodeDeploy registers new
instances in every target group that the deployment group names, and takes old ones out of each
(https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_LoadBalancerInfo.html).
"""

from typing import TYPE_CHECKING

from promotion.sandbox.world import rollout
from promotion.sandbox.world.metrics import measure_balancer
from promotion.sandbox.world.network import HTTPS, INSTANCES, make_target_group
from promotion.sandbox.world.watch import add_alarms, draw_dashboard

if TYPE_CHECKING:
    from promotion.sandbox.world.building import World
    from promotion.sandbox.world.model import Environment
    from promotion.sandbox.world.scenes.play import Play

COLOURS = ("blue", "green")
INTERNAL = "internal"


def part(world: "World") -> None:
    """Give each fleet a target group of its own, in dev and in prod. A rollout that is played goes on like that.

    To be done before anything else is changed.
    """
    for environment in (world.dev, world.prod):
        _part(environment)
    play: Play | None = vars(world).get("play")
    if play is not None:
        play.fleet.show_anew(play.now)


def add_internal(world: "World") -> None:
    """Have the instances stand in a second target group too, to which a rule forwards that hardly anybody meets."""
    for environment in (world.dev, world.prod):
        make_target_group(environment, INTERNAL)
        balancers = environment.backend("elbv2")
        kept = {short: balancers.target_groups[arn] for short, arn in environment.target_groups.items()}
        kept[INTERNAL].targets = dict(kept[INSTANCES].targets)
        environment.client("elbv2").create_rule(
            ListenerArn=environment.listeners[HTTPS],
            Priority=10,
            Conditions=[{"Field": "host-header", "Values": ["internal.example"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": environment.target_groups[INTERNAL]}],
        )
        _follow(environment)
    play: Play | None = vars(world).get("play")
    if play is not None:
        play.fleet.show_anew(play.now)


def _part(environment: "Environment") -> None:
    balancers = environment.backend("elbv2")
    was = environment.target_groups.pop(INSTANCES)
    for colour in COLOURS:
        make_target_group(environment, colour)
    green = environment.target_groups[environment.serving]
    balancers.target_groups[green].targets = balancers.target_groups[was].targets
    environment.client("elbv2").modify_listener(
        ListenerArn=environment.listeners[HTTPS],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": _weights(environment)}}],
    )
    del balancers.target_groups[was]
    for group in environment.backend("autoscaling").autoscaling_groups.values():
        group.target_group_arns = [green if arn == was else arn for arn in group.target_group_arns]
    for metric in [one for one in environment.metrics if ("TargetGroup", was.rpartition(":")[2]) in one.dimensions]:
        del environment.metrics[metric]
    for alarm in environment.backend("cloudwatch").alarms.values():
        for dimension in alarm.dimensions or ():
            if dimension.name == "TargetGroup":
                dimension.value = green.rpartition(":")[2]
    _follow(environment)


def _follow(environment: "Environment") -> None:
    """Have metrics, alarms, the deployment group and the dashboard follow the target groups."""
    environment.metrics.update(measure_balancer(environment))
    add_alarms(environment)
    group = environment.ec2_group
    group.load_balancer_info = rollout.load_balancer_info(environment)
    group.alarm_configuration = rollout.alarm_configuration(environment, "ec2")
    draw_dashboard(environment)


def _weights(environment: "Environment") -> list[dict[str, object]]:
    return [
        {"TargetGroupArn": arn, "Weight": 100 if colour == environment.serving else 0}
        for colour, arn in environment.target_groups.items()
    ]
