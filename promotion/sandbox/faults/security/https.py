"""Faults of the item https-alb: what a load balancer is set up to do, and what it does when somebody connects."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.model import Environment

ITEM = "https-alb"
CERTIFIED = "shop.prod.example"
"""The name that the certificate of prod's listener is for; the public name in the sandbox is another one."""
WITHOUT_BALANCER = ("previous-version[ec2]", "deployment-groups[ec2]", "rollback-alarms[ec2]")
"""What else of prod goes by its load balancer."""
BALANCER_DOORS = "security-groups[prod load balancer of ec2]"


@fault(
    "https-listener-missing",
    item=ITEM,
    falls_with=(BALANCER_DOORS, "previous-version[ec2]", "deployment-groups[ec2]"),
)
def _(world: "World") -> None:
    """The load balancer of prod has only listeners without TLS."""
    elb = world.prod.client("elbv2")
    elb.delete_listener(ListenerArn=world.prod.listeners[443])


@fault("tls-policy-old", item=ITEM)
def _(world: "World") -> None:
    """The HTTPS listener has the policy that is the default of the API: it allows TLS 1.0."""
    _listener(world.prod, 443).ssl_policy = "ELBSecurityPolicy-2016-08"


@fault("tls-policy-not-recommended-any-more", item=ITEM)
def _(world: "World") -> None:
    """The HTTPS listener has a policy of 2021 with ciphers in CBC mode, which was recommended once."""
    _listener(world.dev, 443).ssl_policy = "ELBSecurityPolicy-TLS13-1-2-2021-06"


@fault("tls-policy-old-at-second-listener", item=ITEM, falls_with=(BALANCER_DOORS,))
def _(world: "World") -> None:
    """A second HTTPS listener has an old policy, and its port is open."""
    from promotion.sandbox.faults.security.network import let_in

    world.prod.client("elbv2").create_listener(
        LoadBalancerArn=world.prod.load_balancer,
        Protocol="HTTPS",
        Port=8443,
        SslPolicy="ELBSecurityPolicy-TLS-1-2-2017-01",
        Certificates=[{"CertificateArn": world.prod.certificate}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    )
    let_in(world.prod, "load-balancer", 8443, "0.0.0.0/0")


@fault("certificate-shown-expired", item=ITEM)
def _(world: "World") -> None:
    """For the certificate's own name, prod presents one that ended yesterday."""
    world.tls.show("prod-ec2", "expired", CERTIFIED)


@fault("certificate-shown-ends-in-20-days", item=ITEM)
def _(world: "World") -> None:
    """Prod presents a certificate that ends in twenty days and is valid."""
    world.tls.show("prod-ec2", "renewal-due")


@fault("certificate-shown-ends-in-5-days", item=ITEM)
def _(world: "World") -> None:
    """For the certificate's own name, prod presents one that ends in five days."""
    world.tls.show("prod-ec2", "expiring", CERTIFIED)


@fault("certificate-shown-for-another-name", item=ITEM)
def _(world: "World") -> None:
    """For the certificate's own name, prod presents one for another host."""
    world.tls.show("prod-ec2", "wrong-name", CERTIFIED)


@fault("certificate-shown-self-signed", item=ITEM)
def _(world: "World") -> None:
    """For the certificate's own name, prod presents a self-signed one."""
    world.tls.show("prod-ec2", "self-signed", CERTIFIED)


@fault("tls-1-0-accepted", item=ITEM)
def _(world: "World") -> None:
    """Prod accepts TLS 1.0, whatever the policy of its listener says."""
    world.tls.show("prod-ec2", "old-protocols")


@fault("acm-certificate-ends-in-20-days", item=ITEM)
def _(world: "World") -> None:
    """ACM says that the certificate of the listener ends in twenty days."""
    from promotion.sandbox.world.certificate import redate

    redate(world.dev, datetime.now(UTC) + timedelta(days=20))


@fault("acm-certificate-expired", item=ITEM)
def _(world: "World") -> None:
    """ACM says that the certificate of the listener has expired."""
    from promotion.sandbox.world.certificate import redate

    redate(world.dev, datetime.now(UTC) - timedelta(days=2))


@fault("acm-certificate-revoked", item=ITEM)
def _(world: "World") -> None:
    """ACM says that the certificate of the listener is revoked."""
    _certificate(world.dev).status = "REVOKED"


@fault("acm-certificate-of-a-second-name-expired", item=ITEM)
def _(world: "World") -> None:
    """The listener has a second certificate for another name (SNI), which ACM says has expired."""
    from promotion.sandbox.world.certificate import add, redate

    redate(world.prod, datetime.now(UTC) - timedelta(days=1), arn=add(world.prod, "shop.dev.example"))


@fault("certificate-of-a-second-name-not-shown", item=ITEM)
def _(world: "World") -> None:
    """The listener has a second certificate for another name (SNI), but presents the first one for it."""
    from promotion.sandbox.world.certificate import add

    add(world.prod, "old.shop.example")


@fault("acm-renewal-failed", item=ITEM)
def _(world: "World") -> None:
    """ACM tried to renew the certificate and failed; it is still valid for months."""
    _certificate(world.prod).planted = {
        "RenewalSummary": {
            "RenewalStatus": "FAILED",
            "RenewalStatusReason": "CAA_ERROR",
            "DomainValidationOptions": [],
            "UpdatedAt": 0,
        }
    }


@fault("acm-certificate-not-renewed", item=ITEM)
def _(world: "World") -> None:
    """ACM says of its own certificate that it will not renew it."""
    _certificate(world.prod).planted = {"RenewalEligibility": "INELIGIBLE"}


@fault("plain-http-served", item=ITEM)
def _(world: "World") -> None:
    """The HTTP listener of prod forwards to the service instead of redirecting."""
    _plain(world.prod, {"Type": "forward", "TargetGroupArn": world.prod.target_group})


@fault("plain-http-served-on-a-path", item=ITEM)
def _(world: "World") -> None:
    """The HTTP listener redirects, but for one path, by a rule of its own."""
    world.prod.client("elbv2").create_rule(
        ListenerArn=world.prod.listeners[80],
        Priority=5,
        Conditions=[{"Field": "path-pattern", "Values": ["/legacy/*"]}],
        Actions=[{"Type": "forward", "TargetGroupArn": world.prod.target_group}],
    )


@fault("plain-http-refused", item=ITEM)
def _(world: "World") -> None:
    """The HTTP listener answers 403 to every request, without a redirect."""
    _plain(world.dev, {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403"}})


@fault("plain-http-redirected-elsewhere", item=ITEM)
def _(world: "World") -> None:
    """The HTTP listener redirects to HTTPS of another host."""
    _redirect(world.prod, Host="www.another.example")


@fault("plain-http-redirected-to-http", item=ITEM)
def _(world: "World") -> None:
    """The HTTP listener redirects to HTTP, at another port."""
    _redirect(world.prod, Protocol="HTTP", Port="8080")


@fault("plain-http-redirected-with-see-other", item=ITEM)
def _(world: "World") -> None:
    """Something in front of the load balancer makes a 303 of its redirect, which turns a POST into a GET."""
    world.plain["dev-ec2"].status = 303


@fault("https-declared-not-to-apply", item=ITEM)
def _(world: "World") -> None:
    """The settings declare that prod has no load balancer, and it has one."""
    _not_applicable(world, "prod")


@fault("balancer-missing", item=ITEM, falls_with=("security-groups", *WITHOUT_BALANCER))
def _(world: "World") -> None:
    """There is no load balancer of the declared name in prod."""
    world.prod.backend("elbv2").load_balancers[world.prod.load_balancer].name = "shop-prod-old"


@fault("plain-http-not-listened-to", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The load balancer of dev has only a TLS listener, so plain HTTP is not answered."""
    world.dev.client("elbv2").delete_listener(ListenerArn=world.dev.listeners[80])
    ec2 = world.dev.client("ec2")
    ec2.revoke_security_group_ingress(
        GroupId=world.dev.groups["load-balancer"],
        IpPermissions=[
            {
                "IpProtocol": "tcp",
                "FromPort": 80,
                "ToPort": 80,
                "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            }
        ],
    )


@fault("plain-http-redirected-for-good", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Something in front of the load balancer makes a 308 of its redirect."""
    world.plain["dev-ec2"].status = 308


@fault("plain-http-redirected-for-now", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The HTTP listener redirects with 302."""
    _redirect(world.prod, StatusCode="HTTP_302")


@fault("certificate-of-a-second-name", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The listener has a second certificate for another name (SNI), and presents it for that name."""
    from promotion.sandbox.world.certificate import add

    add(world.prod, "shop.dev.example")


@fault("certificate-imported", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The certificate is imported, so ACM will not renew it, and is still valid for months."""
    _certificate(world.dev).type = "IMPORTED"


@fault("certificate-ends-in-45-days", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """ACM says that the certificate ends in forty-five days."""
    from promotion.sandbox.world.certificate import redate

    redate(world.dev, datetime.now(UTC) + timedelta(days=45))


@fault("no-hsts", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """The service does not tell browsers to use HTTPS only."""
    for member in world.fronts["prod-ec2"].members:
        member.without_headers.add("Strict-Transport-Security")


@fault("listeners-on-second-page", item=ITEM, kind="clean")
def _(world: "World") -> None:
    """Load balancers, listeners, certificates and rules are listed after an empty page."""
    for operation in ("DescribeLoadBalancers", "DescribeListeners", "DescribeListenerCertificates", "DescribeRules"):
        world.wire.empty_page(f"elbv2:{operation}", account=world.prod.id)


wire_fault(
    "certificate-denied",
    "DescribeCertificate is denied in prod.",
    "deny",
    "acm:DescribeCertificate",
    item=ITEM,
    on="prod",
)


wire_fault(
    "listener-certificates-denied",
    "DescribeListenerCertificates is denied in dev, so the other certificates are unknown.",
    "deny",
    "elbv2:DescribeListenerCertificates",
    item=ITEM,
    on="dev",
)


wire_fault(
    "listener-certificates-throttled",
    "DescribeListenerCertificates is throttled in every attempt.",
    "throttle",
    "elbv2:DescribeListenerCertificates",
    item=ITEM,
    on="prod",
)


wire_fault(
    "certificate-cut-off",
    "The answer of DescribeCertificate is cut off half-way, with status 200.",
    "truncate",
    "acm:DescribeCertificate",
    item=ITEM,
    on="prod",
)


@fault("plain-http-unreachable", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """There is an HTTP listener, but connections to it get no answer."""
    world.edges["prod-ec2-http"].drop("*")


@fault("front-not-tls", item=ITEM, kind="blind", falls_with=("previous-version[ec2]", "secrets-manager"))
def _(world: "World") -> None:
    """At the HTTPS port of prod, connections are closed before a handshake."""
    world.tls.close("prod-ec2")


wire_fault(
    "certificates-empty",
    "Dev's load balancer names no certificate of its HTTPS listener.",
    "empty",
    "elbv2:DescribeListenerCertificates",
    item="https-alb",
    on="dev",
)


def _listener(environment: "Environment", port: int) -> Any:
    balancer = environment.backend("elbv2").load_balancers[environment.load_balancer]
    return balancer.listeners[environment.listeners[port]]


def _certificate(environment: "Environment") -> Any:
    return environment.backend("acm")._certificates[environment.certificate]


def _plain(environment: "Environment", action: dict[str, Any]) -> None:
    environment.client("elbv2").modify_listener(ListenerArn=environment.listeners[80], DefaultActions=[action])


def _redirect(environment: "Environment", **other: str) -> None:
    usual = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}
    _plain(environment, {"Type": "redirect", "RedirectConfig": usual | other})


def _not_applicable(world: "World", environment: str) -> None:
    from promotion.sandbox.world.declared.network import https_of

    https_of(world, f"{environment}-ec2")["not_applicable"] = "TLS ends at the edge network, which has no load balancer"
