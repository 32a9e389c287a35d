"""From what was seen of an environment to the judgement of what its security groups guard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from promotion.core.answers import NotApplicable
from promotion.core.findings import Findings
from promotion.sections.security.network.account_groups import Ground
from promotion.sections.security.network.balancer import Balancer, BalancerLook, Registered
from promotion.sections.security.network.groups import Interface, PrefixList, SecurityGroup
from promotion.sections.security.network.judgement import (
    judge_function,
    judge_instances,
    judge_load_balancer,
    judge_others,
)
from promotion.settings.environment import Environment
from promotion.settings.model import ec2_targets, lambda_targets
from promotion.settings.network import Https
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class FunctionLook:
    """Where a function is in the network. Without a VPC it has no groups, and takes no connections anyway."""

    vpc: str
    """Id; empty without one."""
    groups: tuple[str, ...]
    """Ids."""
    interface: str
    """How the descriptions of its network interfaces begin."""


@dataclass(frozen=True)
class ServiceParts:
    """What was seen of the parts of the service, each by its subject, such as `dev ec2`; asking may raise Unknown."""

    declared: Mapping[str, Https]
    """What is declared of HTTPS, by the same subjects."""
    balancers: Mapping[str, BalancerLook]
    registered: Mapping[str, tuple[Registered, ...]]
    functions: Mapping[str, FunctionLook]

    def none_by_intent(self, subject: str) -> str | None:
        """Give the reason that is declared for having no load balancer; None if there is one nevertheless."""
        declared = self.declared.get(subject, Https())
        return declared.not_applicable if self.balancers[subject].any_there is None else None

    def balancer(self, subject: str) -> Balancer | None:
        """Give a load balancer; None if it is declared that there is none. Raises Unknown, no-data, if one is missing."""
        look = self.balancers[subject]
        if look.balancer is None and self.none_by_intent(subject) is None:
            raise Unknown(
                Reason.NO_DATA, f"load balancer {look.named} does not exist: check `load_balancer` of {subject}"
            )
        return look.balancer

    def instances(self, subject: str, interfaces: Sequence[Interface]) -> list[Interface]:
        """Give the interfaces of the instances behind a load balancer. Raises Unknown where one has none to be seen."""
        targets = self.registered[subject]
        found = [one for one in interfaces if one.instance in {target.id for target in targets}]
        if unseen := sorted({target.id for target in targets} - {one.instance for one in found}):
            raise Unknown(
                Reason.NO_DATA,
                f"{', '.join(unseen)} receive traffic for {subject}, but EC2 lists no network interface for them: "
                "targets that are not instances of this account cannot be judged",
            )
        return found


def collect_groups(
    environment: Environment,
    groups: Sequence[SecurityGroup],
    interfaces: tuple[Interface, ...],
    prefix_lists: Callable[[], Sequence[PrefixList]],
) -> Ground:
    """Give the ground to judge. Prefix lists are asked for only where something refers to one."""
    lists: Sequence[PrefixList] = ()
    blind = None
    referring = any(rule.prefix_lists for group in groups for rule in group.ingress)
    if referring or any(one != "world" and "/" not in one for one in environment.network.open_to):
        try:
            lists = prefix_lists()
        except Unknown as unknown:  # it matters only to who is guarded by a group that refers to one
            blind = unknown
    return Ground(
        account=environment.account,
        groups={group.id: group for group in groups},
        interfaces=interfaces,
        prefix_lists={one.id: one for one in lists},
        declared=environment.network,
        blind=blind,
    )


def judge_network(subject: str, environment: Environment, ground: Ground, parts: ServiceParts) -> tuple[Findings, str]:
    """Judge one of `guarded`, such as `dev instances of ec2`. Gives also what was looked at, in a few words.

    Raises Unknown where a part was not seen, NotApplicable for a load balancer that is declared not to be there.
    """
    which, _, part = subject.partition(" ")
    kind, _, name = part.partition(" of ")
    target = f"{which} {name}"
    match kind:
        case "load balancer":
            balancer = parts.balancer(target)
            if balancer is None:
                raise NotApplicable(parts.none_by_intent(target) or "there is no load balancer")
            if not any(one.description == balancer.interface for one in ground.interfaces):
                raise Unknown(
                    Reason.MALFORMED,
                    f"EC2 lists no network interface of the load balancer of {name}, expected one in each of its subnets: run "
                    "again",
                )
            findings = judge_load_balancer(ground, balancer.groups, [one.port for one in balancer.listeners])
            return findings, ", ".join(ground.label_of(one) for one in balancer.groups)
        case "instances":
            balancer, standing = parts.balancer(target), parts.instances(target, ground.interfaces)
            ports = {port for one in parts.registered[target] for port in one.ports}
            groups, interface = (balancer.groups, balancer.interface) if balancer else ((), "")
            findings = judge_instances(ground, standing, ports, groups, interface)
            return findings, f"{len(standing)} interfaces, application at {', '.join(map(str, sorted(ports)))}"
        case "function":
            look = parts.functions[target]
            if not look.groups:
                return Findings(), "not in a VPC: it has no security group and accepts no connections"
            sets = [one.groups for one in ground.interfaces if one.description.startswith(look.interface)]
            return judge_function(ground, [look.groups, *sets]), ", ".join(ground.label_of(one) for one in look.groups)
    return _others(which, environment, ground, parts)


def _others(which: str, environment: Environment, ground: Ground, parts: ServiceParts) -> tuple[Findings, str]:
    """Judge what is of no part of the service, in the VPCs where one of them is."""
    vpcs: set[str] = set()
    judged: set[str] = set()
    standing: set[str] = set()
    for name in ec2_targets(environment):
        balancer, instances = parts.balancer(f"{which} {name}"), parts.instances(f"{which} {name}", ground.interfaces)
        vpcs |= {one.vpc for one in instances}
        judged |= {group for one in instances for group in one.groups}
        standing |= {one.id for one in instances}
        if balancer is not None:
            vpcs.add(balancer.vpc)
            judged |= set(balancer.groups)
            standing |= {one.id for one in ground.interfaces if one.description == balancer.interface}
    for name in lambda_targets(environment):
        look = parts.functions[f"{which} {name}"]
        vpcs |= {look.vpc} - {""}
        judged |= set(look.groups)
        standing |= {one.id for one in ground.interfaces if one.description.startswith(look.interface)}
    if unlisted := sorted(judged - ground.groups.keys()):
        raise Unknown(
            Reason.MALFORMED,
            f"EC2 lists security groups without {', '.join(unlisted[:4])}, which are in use, so that others may be left out, "
            "too: check that the role may see all groups, and run again",
        )
    findings = judge_others(ground, vpcs, judged, standing)
    count = sum(group.vpc in vpcs and group.id not in judged for group in ground.groups.values())
    return findings, f"{count} other groups in {', '.join(sorted(vpcs)) or 'no VPC'}"
