"""The network of an environment: VPC, security groups, load balancer with its target group, HTTP API."""

from typing import TYPE_CHECKING

from promotion.sandbox.world import certificate
from promotion.sandbox.world.names import ALIAS, FUNCTION, REGION, ZONES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promotion.sandbox.world.model import Environment

APPLICATION_PORT = 8080
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
INSTANCES = "instances"
"""The short name of the target group."""
DRAINS = 30
"""Seconds that the load balancer waits for requests under way when an instance is taken out; 300 if nobody says so:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html."""
HTTPS = 443
HTTP = 80


def lay(environment: "Environment") -> None:
    """Make everything that is there before anything is deployed."""
    _vpc(environment)
    _security_groups(environment)
    _load_balancer(environment)


def _vpc(environment: "Environment") -> None:
    ec2, kept = environment.client("ec2"), environment.backend("ec2")
    block = 20 if environment.name == "dev" else 30
    environment.vpc = ec2.create_vpc(CidrBlock=f"10.{block}.0.0/16")["Vpc"]["VpcId"]
    kept.attach_internet_gateway(kept.create_internet_gateway().id, environment.vpc)
    for kind, subnets in enumerate((environment.public_subnets, environment.private_subnets)):
        for number, zone in enumerate(ZONES):
            cidr = f"10.{block}.{100 * kind + number}.0/24"
            subnets.append(kept.create_subnet(environment.vpc, cidr, availability_zone=zone).id)
    default = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [environment.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    )["SecurityGroups"][0]
    for direction, revoke in (
        ("IpPermissions", ec2.revoke_security_group_ingress),
        ("IpPermissionsEgress", ec2.revoke_security_group_egress),
    ):
        if default[direction]:
            revoke(GroupId=default["GroupId"], IpPermissions=default[direction])


def _security_groups(environment: "Environment") -> None:
    ec2 = environment.client("ec2")
    for name, purpose in (
        ("load-balancer", "HTTPS from everywhere"),
        ("instances", "the application's port, from the load balancer"),
        ("function", "nothing comes in"),
    ):
        made = environment.backend("ec2").create_security_group(
            f"shop-{environment.name}-{name}", purpose, environment.vpc
        )
        environment.groups[name] = made.id
    ec2.authorize_security_group_ingress(
        GroupId=environment.groups["load-balancer"],
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": purpose}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": purpose}],
            }
            for port, purpose in ((HTTPS, "HTTPS"), (HTTP, "redirected to HTTPS"))
        ],
    )
    ec2.authorize_security_group_ingress(
        GroupId=environment.groups["instances"],
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": APPLICATION_PORT,
                "ToPort": APPLICATION_PORT,
                "UserIdGroupPairs": [{"GroupId": environment.groups["load-balancer"], "UserId": environment.id}],
            }
        ],
    )


def stand(environment: "Environment", subnet: str, groups: "Sequence[str]", description: str) -> str:
    """Put a network interface, as a service of AWS makes them, into a subnet, and groups by id or short name.

    Gives its id.
    """
    kept = environment.backend("ec2")
    made = kept.create_network_interface(
        subnet, None, group_ids=[environment.groups.get(name, name) for name in groups], description=description
    )
    made.status, made.requester_managed = "in-use", True
    return str(made.id)


def _load_balancer(environment: "Environment") -> None:
    elb, name = environment.client("elbv2"), f"shop-{environment.name}"
    certificate.issue(environment)
    made = elb.create_load_balancer(
        Name=name,
        Subnets=environment.public_subnets,
        SecurityGroups=[environment.groups["load-balancer"]],
        Scheme="internet-facing",
        Type="application",
    )["LoadBalancers"][0]
    environment.load_balancer = made["LoadBalancerArn"]
    part = environment.load_balancer.partition(":loadbalancer/")[2]
    for subnet in environment.public_subnets:
        stand(environment, subnet, ["load-balancer"], f"ELB {part}")
    for subnet in environment.private_subnets:
        stand(environment, subnet, ["function"], f"AWS Lambda VPC ENI-{FUNCTION}-{subnet.removeprefix('subnet-')}")
    balancers = environment.backend("elbv2")
    balancers.load_balancers[environment.load_balancer].state = "active"  # moto: "provisioning" until it is looked at
    make_target_group(environment, INSTANCES)
    listening = elb.create_listener(
        LoadBalancerArn=environment.load_balancer,
        Protocol="HTTPS",
        Port=HTTPS,
        SslPolicy=TLS_POLICY,
        Certificates=[{"CertificateArn": environment.certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": environment.target_groups[INSTANCES]}],
    )
    redirect = {"Protocol": "HTTPS", "Port": str(HTTPS), "StatusCode": "HTTP_301"}
    redirecting = elb.create_listener(
        LoadBalancerArn=environment.load_balancer,
        Protocol="HTTP",
        Port=HTTP,
        DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}],
    )
    for port, answer in ((HTTPS, listening), (HTTP, redirecting)):
        environment.listeners[port] = answer["Listeners"][0]["ListenerArn"]


def make_target_group(environment: "Environment", short: str) -> None:
    """Make a target group; `short` is how the environment knows it."""
    made = environment.client("elbv2").create_target_group(
        Name=f"shop-{environment.name}-{short}",
        Protocol="HTTP",
        Port=APPLICATION_PORT,
        VpcId=environment.vpc,
        TargetType="instance",
        HealthCheckProtocol="HTTP",
        HealthCheckPath="/health",
        HealthCheckIntervalSeconds=10,
        HealthCheckTimeoutSeconds=5,
        HealthyThresholdCount=3,
        UnhealthyThresholdCount=2,
        Matcher={"HttpCode": "200"},
    )["TargetGroups"][0]
    arn = environment.target_groups[short] = made["TargetGroupArn"]
    kept = environment.backend("elbv2").target_groups[arn]
    kept.planted_health = environment.health
    kept.attributes["deregistration_delay.timeout_seconds"] = str(DRAINS)


def open_api(environment: "Environment") -> None:
    """Make the HTTP API in front of the function's alias."""
    gateway = environment.client("apigatewayv2")
    environment.api = gateway.create_api(Name=f"shop-{environment.name}", ProtocolType="HTTP")["ApiId"]
    alias = f"arn:aws:lambda:{REGION}:{environment.id}:function:{FUNCTION}:{ALIAS}"
    integration = gateway.create_integration(
        ApiId=environment.api,
        IntegrationType="AWS_PROXY",
        IntegrationUri=alias,
        PayloadFormatVersion="2.0",
        TimeoutInMillis=10_000,
    )["IntegrationId"]
    gateway.create_route(ApiId=environment.api, RouteKey="$default", Target=f"integrations/{integration}")
    gateway.create_stage(
        ApiId=environment.api,
        StageName="$default",
        AutoDeploy=True,
        DefaultRouteSettings={"DetailedMetricsEnabled": True},
    )
    environment.client("lambda").add_permission(
        FunctionName=FUNCTION,
        Qualifier=ALIAS,
        StatementId="http-api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{environment.id}:{environment.api}/*/*",
    )
