"""Faults of the item security-groups: rules that are open to the internet in many forms, and some that only look open."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.model import Environment

ITEM = "security-groups"
WORLD = "0.0.0.0/0"
SSH = 22


@fault("ssh-open-to-the-world", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev let everybody in at port 22."""
    let_in(world.dev, "instances", SSH, WORLD)


@fault("ssh-open-in-two-halves", item=ITEM)
def _(world: "World") -> None:
    """The instances of prod let in both halves of the internet at port 22, and no rule names the whole."""
    let_in(world.prod, "instances", SSH, "0.0.0.0/1", "128.0.0.0/1")


@fault("ssh-open-in-four-rules", item=ITEM)
def _(world: "World") -> None:
    """Four rules with overlapping ports let in a quarter of the internet each."""
    for number, block in enumerate(("0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2", "192.0.0.0/2")):
        let_in(world.dev, "instances", (20 + number // 2, 24 + number), block)


@fault("ssh-open-by-two-groups", item=ITEM)
def _(world: "World") -> None:
    """An instance is in two groups, each of which lets in one half of the internet."""
    groups = [_group(world.dev, name, SSH, block) for name, block in (("west", "0.0.0.0/1"), ("east", "128.0.0.0/1"))]
    instance = world.dev.instance(world.dev.green[0])
    instance.nics[0]._group_set.extend(world.dev.backend("ec2").get_security_group_from_id(one) for one in groups)


@fault("ssh-open-to-ipv6", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev let in every IPv6 address at port 22, and no IPv4 address."""
    let_in(world.dev, "instances", SSH, "::/0")


@fault("ssh-open-to-global-ipv6", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev let in 2000::/3, which is all of IPv6 that is in use."""
    let_in(world.dev, "instances", SSH, "2000::/3")


@fault("ssh-open-by-prefix-list", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev let in a prefix list, in which there is the whole internet."""
    let_in(world.dev, "instances", SSH, prefix_list(world.dev, "offices", "1.2.3.4/32", WORLD))


@fault("all-protocols-open", item=ITEM)
def _(world: "World") -> None:
    """A rule for all protocols, which names no port, lets everybody in to the instances of prod."""
    let_in(world.prod, "instances", None, WORLD, protocol="-1")


@fault("dns-open-to-the-world", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev let everybody in at port 53 of UDP."""
    let_in(world.dev, "instances", 53, WORLD, protocol="udp")


@fault("tunnel-open-to-the-world", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev let everybody in by a protocol without ports, which has a number and no name."""
    let_in(world.dev, "instances", (-1, -1), WORLD, protocol="47")


@fault("ping-open-to-the-world", item=ITEM)
def _(world: "World") -> None:
    """The instances of dev answer pings from everywhere."""
    let_in(world.dev, "instances", (8, -1), WORLD, protocol="icmp")


@fault("app-port-open-to-vpc", item=ITEM)
def _(world: "World") -> None:
    """The application's port is open to every address of the VPC, past the load balancer."""
    let_in(world.prod, "instances", 8080, "10.30.0.0/16")


@fault("app-port-in-a-range", item=ITEM)
def _(world: "World") -> None:
    """A rule from port 8000 to port 8100 lets a private network in, and the application's port lies between."""
    let_in(world.dev, "instances", (8000, 8100), "10.99.0.0/24")


@fault("app-port-open-to-another-group", item=ITEM)
def _(world: "World") -> None:
    """The application's port is open to a group that is not the load balancer's."""
    let_in(world.dev, "instances", 8080, _group(world.dev, "reports", 22, "10.20.0.0/24"))


@fault("app-port-open-to-itself", item=ITEM)
def _(world: "World") -> None:
    """The instances let each other in at the application's port."""
    let_in(world.dev, "instances", 8080, world.dev.groups["instances"])


@fault("stepping-stone", item=ITEM)
def _(world: "World") -> None:
    """The instances let in a group at port 22, with a host in it that the whole internet reaches."""
    bastion = _group(world.dev, "bastion", SSH, WORLD)
    _stand(world.dev, bastion, "bastion")
    let_in(world.dev, "instances", SSH, bastion)


@fault("stepping-stones-in-a-row", item=ITEM)
def _(world: "World") -> None:
    """The internet reaches one group, that reaches a second, and that the instances; groups refer to each other."""
    outer = _group(world.dev, "jump", 3389, "0.0.0.0/1", "128.0.0.0/1")
    inner = _group(world.dev, "tools", SSH, outer)
    for key, name in ((outer, "jump host"), (inner, "tool host")):
        _stand(world.dev, key, name)
    let_in(world.dev, "tools", 9000, world.dev.groups["instances"])
    let_in(world.dev, "instances", SSH, inner)


@fault("stranger-in-the-balancers-group", item=ITEM)
def _(world: "World") -> None:
    """Another host is in the load balancer's group, and so reaches the application."""
    _stand(world.prod, world.prod.groups["load-balancer"], "ELB app/blog/0123456789abcdef")


@fault("balancer-open-beside-its-listeners", item=ITEM)
def _(world: "World") -> None:
    """The load balancer's group lets everybody in at a range of ports around its listeners."""
    let_in(world.dev, "load-balancer", (80, 9000), WORLD)


@fault("balancer-listens-undeclared", item=ITEM)
def _(world: "World") -> None:
    """The load balancer listens at port 8443 and is open there, which is not declared."""
    world.dev.client("elbv2").create_listener(
        LoadBalancerArn=world.dev.load_balancer,
        Protocol="HTTPS",
        Port=8443,
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        Certificates=[{"CertificateArn": world.dev.certificate}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )
    let_in(world.dev, "load-balancer", 8443, WORLD)


@fault("function-lets-in", item=ITEM)
def _(world: "World") -> None:
    """The function's group lets the VPC in, though a function takes no connection."""
    let_in(world.prod, "function", 443, "10.30.0.0/16")


@fault("default-group-with-self-rule", item=ITEM)
def _(world: "World") -> None:
    """The default group of the VPC has the rule that EC2 creates: its members may reach each other."""
    default = _default(world.dev)
    let_in(world.dev, default, None, default, protocol="-1")


@fault("default-group-in-use", item=ITEM)
def _(world: "World") -> None:
    """An interface is in the default group of the VPC, which has no rules."""
    _stand(world.prod, _default(world.prod), "forgotten host")


@fault("unused-group-open", item=ITEM)
def _(world: "World") -> None:
    """A group without members lets everybody in at port 3389."""
    _group(world.dev, "left-over", 3389, WORLD)


@fault("database-open-to-the-world", item=ITEM)
def _(world: "World") -> None:
    """The database, of which the settings say nothing, lets everybody in."""
    _stand(world.prod, _group(world.prod, "database", 5432, WORLD), "RDSNetworkInterface")


@fault("database-open-on-second-page", item=ITEM)
def _(world: "World") -> None:
    """The database lets everybody in, and the groups are listed after an empty page."""
    _stand(world.prod, _group(world.prod, "database", 5432, WORLD), "RDSNetworkInterface")
    world.wire.empty_page("ec2:DescribeSecurityGroups")


@fault("open-to-another-account", item=ITEM)
def _(world: "World") -> None:
    """The instances let in a group of an account that nobody has declared, over a peering connection."""
    _peer(world.dev, "instances", 9100, "999988887777", "active")


@fault("large-public-range", item=ITEM)
def _(world: "World") -> None:
    """The instances let in a /20 of the internet, far from all of it, at port 22."""
    let_in(world.dev, "instances", SSH, "52.94.0.0/20")


@fault("egress-only-group", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A group lets everything out and nothing in."""
    _stand(world.dev, _group(world.dev, "batch", None), "batch host")


@fault("ssh-open-to-an-office", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The instances let in a single public address at port 22."""
    let_in(world.dev, "instances", SSH, "1.2.3.4/32")


@fault("ssh-open-to-a-shut-group", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The instances let in a group at port 22, with a host in it that only an office reaches."""
    bastion = _group(world.dev, "bastion", SSH, "1.2.3.4/32")
    _stand(world.dev, bastion, "bastion")
    let_in(world.dev, "instances", SSH, bastion)


@fault("too-big-packets-are-told", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """ICMP messages that a packet is too big are let in from everywhere, as AWS advises."""
    for group in ("load-balancer", "instances"):
        let_in(world.dev, group, (3, 4), WORLD, protocol="icmp")
        let_in(world.dev, group, (2, 0), "::/0", protocol="icmpv6")


@fault("balancer-open-by-prefix-list", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The load balancer lets in a large prefix list at its HTTPS listener beside everybody."""
    let_in(world.prod, "load-balancer", 443, prefix_list(world.prod, "edges", "13.32.0.0/15", "52.46.0.0/18"))


@fault("unused-rule-of-a-gone-peer", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A rule names a group behind a peering connection that was deleted."""
    _peer(world.dev, "instances", 9100, "999988887777", "deleted")


@fault("declared-opening", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """A host is open to everybody at port 22, and the settings declare that with a reason."""
    from promotion.sandbox.world.declared.network import declare

    _stand(world.dev, _group(world.dev, "git", (SSH, SSH), WORLD, "::/0"), "git host")
    declare(
        world,
        '[[dev.network.exceptions]]\ngroup = "shop-dev-git"\nports = [22]\nsources = ["world"]\nreason = "public git over SSH"',
    )


@fault("declared-account", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The instances let in a group of another account, and the settings declare that account with a reason."""
    from promotion.sandbox.world.declared.network import declare

    _peer(world.dev, "instances", 9100, "999988887777", "active")
    declare(world, '[[dev.network.accounts]]\nid = "999988887777"\nreason = "metrics are scraped from there"')


@fault("groups-on-second-page", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Groups and interfaces are listed after an empty page."""
    world.wire.empty_page("ec2:DescribeSecurityGroups")
    world.wire.empty_page("ec2:DescribeNetworkInterfaces")


@fault("more-than-declared", item=ITEM)
def _(world: "World") -> None:
    """A host is open at ports 22 and 23, and the settings declare the first alone."""
    from promotion.sandbox.world.declared.network import declare

    _stand(world.dev, _group(world.dev, "git", (SSH, 23), WORLD), "git host")
    declare(
        world,
        '[[dev.network.exceptions]]\ngroup = "shop-dev-git"\nports = [22]\nsources = ["world"]\nreason = "public git over SSH"',
    )


wire_fault(
    "security-groups-denied",
    "DescribeSecurityGroups is denied in prod.",
    "deny",
    "ec2:DescribeSecurityGroups",
    item=ITEM,
    on="prod",
)


wire_fault(
    "network-interfaces-denied",
    "DescribeNetworkInterfaces is denied in dev, so it is unknown which interface is in which group.",
    "deny",
    "ec2:DescribeNetworkInterfaces",
    item=ITEM,
    on="dev",
)


wire_fault(
    "security-groups-throttled",
    "DescribeSecurityGroups is throttled in every attempt.",
    "throttle",
    "ec2:DescribeSecurityGroups",
    item=ITEM,
    on="dev",
)


wire_fault(
    "security-groups-cut-off",
    "The answer of DescribeSecurityGroups is cut off half-way, with status 200.",
    "truncate",
    "ec2:DescribeSecurityGroups",
    item=ITEM,
    on="dev",
)


@fault("prefix-list-unresolved", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The instances let in a prefix list that is not shared with the account any more."""
    key = prefix_list(world.dev, "partners", "1.2.3.0/24")
    let_in(world.dev, "instances", SSH, key)
    del world.dev.backend("ec2").managed_prefix_lists[key]


@fault("prefix-list-denied", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The instances let in a prefix list, and GetManagedPrefixListEntries is denied."""
    let_in(world.dev, "instances", SSH, prefix_list(world.dev, "partners", "1.2.3.0/24"))
    world.wire.deny("ec2:GetManagedPrefixListEntries", account=world.dev.id)


@fault("group-of-an-instance-untold", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """An interface of an instance is in a group that EC2 does not list, as if another account shared it."""
    kept = world.dev.backend("ec2")
    group = kept.get_security_group_from_id(_group(world.dev, "shared", None))
    world.dev.instance(world.dev.green[1]).nics[0]._group_set.append(group)
    del kept.groups[world.dev.vpc][group.id]


wire_fault(
    "interfaces-empty",
    "EC2 lists no network interface in dev.",
    "empty",
    "ec2:DescribeNetworkInterfaces",
    item="security-groups",
    on="dev",
)


wire_fault(
    "groups-empty",
    "EC2 lists no security group in prod.",
    "empty",
    "ec2:DescribeSecurityGroups",
    item="security-groups",
    on="prod",
)


def let_in(environment: "Environment", group: str, ports: Any, *sources: str, protocol: str = "tcp") -> None:
    """Add a rule to a group, by its short name or id. `ports` is one, a first and last one, or None."""
    first, last = ports if isinstance(ports, tuple) else (ports, ports)
    rule: dict[str, Any] = {"IpProtocol": protocol}
    if ports is not None:
        rule |= {"FromPort": first, "ToPort": last}
    for source in sources:
        key, name = next(
            (key, name)
            for sign, key, name in (
                ("pl-", "PrefixListIds", "PrefixListId"),
                ("sg-", "UserIdGroupPairs", "GroupId"),
                (":", "Ipv6Ranges", "CidrIpv6"),
                (".", "IpRanges", "CidrIp"),
            )
            if sign in source
        )
        rule.setdefault(key, []).append({name: source})
    environment.client("ec2").authorize_security_group_ingress(
        GroupId=environment.groups.get(group, group), IpPermissions=[rule]
    )


def prefix_list(environment: "Environment", name: str, *cidrs: str) -> str:
    """Make a prefix list, and give its id."""
    made = environment.backend("ec2").create_managed_prefix_list(
        address_family="IPv4", entry=[{"Cidr": one} for one in cidrs], max_entries="10", prefix_list_name=name
    )
    return str(made.id)


def _group(environment: "Environment", name: str, ports: Any, *sources: str) -> str:
    """Make a group that lets somebody in, and give its id; it is known by its short name too."""
    made = environment.backend("ec2").create_security_group(
        f"shop-{environment.name}-{name}", f"for {name}", environment.vpc
    )
    environment.groups[name] = made.id
    if sources:
        let_in(environment, name, ports, *sources)
    return str(made.id)


def _stand(environment: "Environment", group: str, description: str) -> None:
    """Put somebody into a group."""
    from promotion.sandbox.world.network import stand

    stand(environment, environment.private_subnets[0], [group], description)


def _default(environment: "Environment") -> str:
    kept = environment.backend("ec2")
    return str(kept.get_security_group_from_name("default", environment.vpc).id)


def _peer(environment: "Environment", group: str, port: int, account: str, status: str) -> None:
    """Let in a group of another account, as a rule over a peering connection reads."""
    kept = environment.backend("ec2").get_security_group_from_id(environment.groups[group])
    let_in(environment, group, port, environment.groups["load-balancer"])
    kept.ingress_rules[-1].source_group = {
        "UserId": account,
        "GroupId": "sg-0a1b2c3d4e5f60718",
        "VpcPeeringConnectionId": "pcx-0a1b2c3d4e5f60718",
        "PeeringStatus": status,
    }
