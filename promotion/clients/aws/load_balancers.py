"""Elastic Load Balancing: where a load balancer sends its traffic, and over whom. The readers do I/O."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.hosts import serves
from promotion.clients.aws.listener_rules import Rule, largest_weights, parse_rule
from promotion.clients.aws.pages import entries
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Host:
    """An instance registered in a target group."""

    id: str
    target_group: str
    state: str
    """As the load balancer calls it: see `enums.TARGET_HEALTH`."""
    why: str = ""
    """Reason code and description that the load balancer gives."""

    def describe(self) -> str:
        """The host in a few words."""
        return f"{self.id} in {self.target_group} is {self.state}{f' ({self.why})' if self.why else ''}"


@dataclass(frozen=True)
class BalancerTraffic:
    """How a load balancer distributes its traffic over target groups, and who is registered there."""

    weights: Mapping[str, int]
    """Largest weight with which any listener or rule forwards to a target group; 0 where none does."""
    hosts: tuple[Host, ...]
    rules: tuple[Rule, ...] = ()
    """Every rule of every listener, default actions too; empty in records of before they were read."""
    others: tuple[Host, ...] = ()
    """Who is registered in the target groups beside those of `weights` to which a rule forwards."""

    @property
    def serving_groups(self) -> tuple[str, ...]:
        """Target groups that get traffic."""
        return tuple(name for name, weight in self.weights.items() if weight > 0)

    @property
    def serving(self) -> tuple[Host, ...]:
        """Hosts registered where traffic goes."""
        return tuple(host for host in self.hosts if host.target_group in self.serving_groups)

    @property
    def serving_instances(self) -> tuple[str, ...]:
        """Ids of the instances that get traffic or would, if they were well."""
        return tuple(sorted({host.id for host in self.serving if serves(host)}))


def target_groups(account: Account, names: list[str]) -> dict[str, str]:
    """Look up the ARN of target groups by name. Elastic Load Balancing refuses if one of them is not there.

    Raises Unknown, malformed, if it neither refuses nor describes all of them.
    """
    found = {
        group["TargetGroupName"]: group["TargetGroupArn"] for group in described_target_groups(account, Names=names)
    }
    if left_out := [name for name in names if name not in found]:
        raise Unknown(
            Reason.MALFORMED,
            f"elasticloadbalancing:DescribeTargetGroups answered without {', '.join(left_out)}, and not that there is none: "
            "run again",
        )
    return found


def known_target_groups(account: Account, names: list[str]) -> dict[str, str]:
    """Look up the ARN of target groups by name; those that there are not are left out."""
    missing = account.client("elbv2").exceptions.TargetGroupNotFoundException
    try:
        return target_groups(account, names)
    except missing:
        # Which one it is that there is not, the answer does not say.
        found: dict[str, str] = {}
        for name in names:
            with suppress(missing):
                found |= target_groups(account, [name])
        return found


def load_balancer(account: Account, name: str) -> str:
    """Look up the ARN of a load balancer."""
    balancers = account.client("elbv2").describe_load_balancers(Names=[name])["LoadBalancers"]
    if len(balancers) != 1:
        raise Unknown(Reason.NO_DATA, f"load balancer {name} does not exist, or not once only: check `load_balancer`")
    return str(balancers[0]["LoadBalancerArn"])


def listener_rules(account: Account, balancer: str) -> tuple[Rule, ...]:
    """Read every rule of every listener of a load balancer, given by its ARN; default actions too."""
    return tuple(
        parse_rule(f"{listener.get('Protocol', '')}:{listener.get('Port', 0)}", described)
        for listener in listeners(account, balancer)
        for described in rules(account, listener["ListenerArn"])
    )


def listener_weights(account: Account, balancer: str) -> dict[str, int]:
    """Read the largest weight with which any listener or rule forwards to a target group, by its ARN."""
    return largest_weights(listener_rules(account, balancer))


def traffic(account: Account, balancer: str, groups: Mapping[str, str]) -> BalancerTraffic:
    """Read how a load balancer, given by its ARN, distributes its traffic over target groups by name, and over whom."""
    return traffic_by(account, listener_rules(account, balancer), groups, hosts(account, groups))


def traffic_by(
    account: Account, known: tuple[Rule, ...], groups: Mapping[str, str], registered: tuple[Host, ...]
) -> BalancerTraffic:
    """Put together how rules distribute traffic over target groups, given by name and ARN, and who is registered there.

    Who is registered in other target groups to which they forward is looked up.
    """
    weights = largest_weights(known)
    names = {share.group: share.name for rule in known for share in rule.shares}
    foreign = {name: arn for arn, name in names.items() if arn not in groups.values()}
    return BalancerTraffic(
        weights={name: weights.get(arn, 0) for name, arn in groups.items()},
        hosts=registered,
        rules=known,
        others=hosts(account, foreign),
    )


def hosts(account: Account, groups: Mapping[str, str]) -> tuple[Host, ...]:
    """Read who is registered in target groups, given by name and ARN."""
    found: list[Host] = []
    for name, arn in groups.items():
        for described in target_health(account, arn):
            health = described["TargetHealth"]
            why = ": ".join(health[key] for key in ("Reason", "Description") if health.get(key))
            found.append(Host(described["Target"]["Id"], name, health["State"], why))
    return tuple(found)


def described_load_balancers(account: Account) -> Iterator[Mapping[str, Any]]:
    """Give every load balancer of the account and region as DescribeLoadBalancers describes it."""
    return entries(account, "elbv2", "describe_load_balancers", "LoadBalancers")


def described_target_groups(account: Account, **narrowed: Any) -> Iterator[Mapping[str, Any]]:
    """Give target groups as DescribeTargetGroups describes them, all unless `narrowed`."""
    return entries(account, "elbv2", "describe_target_groups", "TargetGroups", **narrowed)


def listeners(account: Account, balancer: str) -> Iterator[Mapping[str, Any]]:
    """Give every listener of a load balancer as DescribeListeners describes it."""
    return entries(account, "elbv2", "describe_listeners", "Listeners", LoadBalancerArn=balancer)


def rules(account: Account, listener: str) -> Iterator[Mapping[str, Any]]:
    """Give every rule of a listener, the default one too, as DescribeRules describes it.

    Raises Unknown, malformed, without any: every listener has a default rule.
    """
    found = list(entries(account, "elbv2", "describe_rules", "Rules", ListenerArn=listener))
    yield from found
    if not found:
        raise Unknown(
            Reason.MALFORMED,
            f"elasticloadbalancing:DescribeRules answered with no rule of {listener}, expected a default one: run again",
        )


def listener_certificates(account: Account, listener: str) -> tuple[str, ...]:
    """Give the ARN of every certificate of a listener, once: the default one may be in the list as well.

    Raises Unknown, malformed, without any: a listener of HTTPS or TLS has a default certificate.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerCertificates.html
    """
    found = entries(account, "elbv2", "describe_listener_certificates", "Certificates", ListenerArn=listener)
    arns = tuple(dict.fromkeys(one["CertificateArn"] for one in found))
    if not arns:
        raise Unknown(
            Reason.MALFORMED,
            f"elasticloadbalancing:DescribeListenerCertificates answered with no certificate of {listener}, expected its "
            "default one: run again",
        )
    return arns


def target_health(account: Account, group: str) -> list[Mapping[str, Any]]:
    """Give who is registered in a target group, by its ARN, as DescribeTargetHealth describes it."""
    answer = account.client("elbv2").describe_target_health(TargetGroupArn=group)
    described: list[Mapping[str, Any]] = answer["TargetHealthDescriptions"]
    return described
