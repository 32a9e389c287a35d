"""The network of an environment: VPC, security groups, load balancer with a blue and a green target group, HTTP API."""

from functools import cache
from typing import TYPE_CHECKING

from promotion.sandbox.world.names import ALIAS, FUNCTION, REGION, ZONES

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

APPLICATION_PORT = 8080
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
HTTPS = 443
HTTP = 80
CERTIFICATE_DAYS = 397
"""How long a certificate of ACM is valid: 13 months less a few days."""


def lay(environment: "Environment") -> None:
    """Make everything that is there before anything is deployed."""
    _vpc(environment)
    _security_groups(environment)
    _load_balancer(environment)


def _vpc(environment: "Environment") -> None:
    ec2 = environment.client("ec2")
    block = 20 if environment.name == "dev" else 30
    environment.vpc = ec2.create_vpc(CidrBlock=f"10.{block}.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=environment.vpc)
    for kind, subnets in enumerate((environment.public_subnets, environment.private_subnets)):
        for number, zone in enumerate(ZONES):
            cidr = f"10.{block}.{100 * kind + number}.0/24"
            made = ec2.create_subnet(VpcId=environment.vpc, CidrBlock=cidr, AvailabilityZone=zone)
            subnets.append(made["Subnet"]["SubnetId"])
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
        environment.groups[name] = ec2.create_security_group(
            GroupName=f"shop-{environment.name}-{name}", Description=purpose, VpcId=environment.vpc
        )["GroupId"]
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


def _load_balancer(environment: "Environment") -> None:
    elb, name = environment.client("elbv2"), f"shop-{environment.name}"
    environment.certificate = _certificate(environment)
    made = elb.create_load_balancer(
        Name=name,
        Subnets=environment.public_subnets,
        SecurityGroups=[environment.groups["load-balancer"]],
        Scheme="internet-facing",
        Type="application",
    )["LoadBalancers"][0]
    environment.load_balancer = made["LoadBalancerArn"]
    balancers = environment.backend("elbv2")
    balancers.load_balancers[environment.load_balancer].state = "active"  # moto: "provisioning" until it is looked at
    for colour in ("blue", "green"):
        group = elb.create_target_group(
            Name=f"{name}-{colour}",
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
        environment.target_groups[colour] = group["TargetGroupArn"]
        balancers.target_groups[group["TargetGroupArn"]].planted_health = environment.health
    weights = [
        {"TargetGroupArn": arn, "Weight": 100 if colour == "green" else 0}
        for colour, arn in environment.target_groups.items()
    ]
    listening = elb.create_listener(
        LoadBalancerArn=environment.load_balancer,
        Protocol="HTTPS",
        Port=HTTPS,
        SslPolicy=TLS_POLICY,
        Certificates=[{"CertificateArn": environment.certificate}],
        DefaultActions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}],
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


def _certificate(environment: "Environment") -> str:
    key, certificate = _leaf(f"shop.{environment.name}.example")
    arn: str = environment.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    environment.backend("acm")._certificates[arn].type = "AMAZON_ISSUED"
    return arn


@cache
def _leaf(name: str) -> tuple[bytes, bytes]:
    """Give key and certificate as PEM; issued ten days before this process started, as ACM would have."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    start = datetime.now(UTC) - timedelta(days=10)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    issuer = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Amazon RSA 2048 M02")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


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
