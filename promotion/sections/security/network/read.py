"""Read what is in the network: groups, prefix lists, load balancers, functions. This module does I/O."""

from collections.abc import Iterable

from promotion.clients.aws import load_balancers
from promotion.clients.aws import security_groups as ec2
from promotion.clients.aws.account import Account
from promotion.clients.aws.functions import vpc_config
from promotion.sections.security.network.balancer import BalancerLook, Registered, read_balancer, read_registered
from promotion.sections.security.network.groups import Interface, PrefixList, SecurityGroup, read_group, read_interface
from promotion.sections.security.network.subjects import FunctionLook
from promotion.settings.environment import Ec2Target, LambdaTarget
from promotion.unknown import Reason, Unknown


def security_groups(account: Account) -> tuple[SecurityGroup, ...]:
    """Read every security group of the account and region, with its rules. Raises Unknown, malformed."""
    return tuple(map(read_group, ec2.security_groups(account)))


def network_interfaces(account: Account) -> tuple[Interface, ...]:
    """Read every network interface of the account and region: who is in which group."""
    return tuple(map(read_interface, ec2.network_interfaces(account)))


def prefix_lists(account: Account, groups: Iterable[SecurityGroup], open_to: Iterable[str]) -> tuple[PrefixList, ...]:
    """Read the prefix lists that rules or promotion.toml name, with what is in them. `open_to` are ids, names or blocks."""
    named = [one for one in open_to if one != "world" and "/" not in one]
    wanted = {one for group in groups for rule in group.ingress for one in rule.prefix_lists}
    ids = wanted | {one for one in named if one.startswith("pl-")}
    told = ec2.prefix_lists(account, ids, [one for one in named if not one.startswith("pl-")])
    return tuple(PrefixList(key, name, ec2.prefix_list_blocks(account, key)) for key, name in told.items())


def balancer_look(account: Account, target: Ec2Target) -> BalancerLook:
    """Read the load balancer of a target, its listeners, and whatever else is in front of its target groups."""
    # All of them, and not by name: asked for one that is not there, Elastic Load Balancing refuses the question.
    found = [
        one
        for one in load_balancers.described_load_balancers(account)
        if one["LoadBalancerName"] == target.load_balancer
    ]
    groups = [
        one for one in load_balancers.described_target_groups(account) if one["TargetGroupName"] in target.target_groups
    ]
    balancer = None
    if found:
        listeners = list(load_balancers.listeners(account, found[0]["LoadBalancerArn"]))
        balancer = read_balancer(found[0], listeners)
    return BalancerLook(
        named=target.load_balancer,
        balancer=balancer,
        target_groups=tuple(one["TargetGroupArn"] for one in groups),
        before_targets=tuple(dict.fromkeys(arn for one in groups for arn in one["LoadBalancerArns"])),
    )


def registered_targets(account: Account, look: BalancerLook, environment: str) -> tuple[Registered, ...]:
    """Read who is registered behind a load balancer. Raises Unknown, no-data, if nobody is."""
    found = tuple(
        read_registered(one) for arn in look.target_groups for one in load_balancers.target_health(account, arn)
    )
    if not found:
        raise Unknown(
            Reason.NO_DATA,
            f"no target is registered behind {look.named} of {environment}, so there are no security groups to "
            "check: check `target_groups`, or deploy",
        )
    return found


def function_look(account: Account, target: LambdaTarget) -> FunctionLook:
    """Read the VPC and the groups of the version of a function that its alias names."""
    vpc = vpc_config(account, target)
    return FunctionLook(
        vpc=vpc.get("VpcId") or "",
        groups=tuple(vpc.get("SecurityGroupIds") or ()),
        interface=f"AWS Lambda VPC ENI-{target.function}-",
    )
