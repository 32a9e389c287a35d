"""Read how HTTPS is set up: certificates, what plain HTTP is answered, headers. This module does I/O."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from promotion.clients.aws.account import Account
from promotion.clients.aws.acm import described_certificate, is_acm
from promotion.clients.aws.load_balancers import listener_certificates, rules
from promotion.clients.http.client import HttpClient
from promotion.clients.http.reply import CertificateRejected
from promotion.core.clock import Clock
from promotion.sections.security.https.probe import Prober
from promotion.sections.security.https.seen import AcmCertificate, PlainLook, PlainRule
from promotion.sections.security.network.balancer import BalancerLook
from promotion.settings import Settings
from promotion.settings.endpoints import EndpointCall
from promotion.settings.model import ec2_targets
from promotion.settings.network import Https
from promotion.settings.subjects import in_environment
from promotion.unknown import Reason, Unknown

_NOBODY = (Reason.UNREACHABLE, Reason.TIMEOUT)
_PATIENCE_MS = 5000


def certificates(account: Account, look: BalancerLook) -> tuple[AcmCertificate, ...]:
    """Read every certificate of every HTTPS listener that ACM keeps."""
    return tuple(
        _certificate(described_certificate(account, arn), listener.port)
        for listener in (look.balancer.https if look.balancer else ())
        for arn in listener_certificates(account, listener.arn)
        if is_acm(arn)
    )


def plain_rules(account: Account, look: BalancerLook) -> tuple[PlainRule, ...]:
    """Read what each listener without TLS does with requests, rule by rule."""
    return tuple(
        _rule(rule, listener.port)
        for listener in (look.balancer.http if look.balancer else ())
        for rule in rules(account, listener.arn)
    )


def prober(subject: str, settings: Settings, clock: Clock) -> Prober:
    """Give what connects to the public address of a target. Raises Unknown, not-declared, without one."""
    which, name = in_environment(subject)
    environment = settings.environment(which)
    url = urlsplit(ec2_targets(environment)[name].url)
    if url.scheme != "https" or not url.hostname:
        raise Unknown(
            Reason.NOT_DECLARED,
            f"the `url` of {subject} is not an https:// URL, so the name to connect to is not known",
        )
    return Prober(
        host=url.hostname,
        port=url.port or 443,
        ca_bundle=environment.ca_bundle,
        connect_timeout=settings.looking.connect_timeout,
        read_timeout=settings.looking.read_timeout,
        clock=clock,
    )


def plain_http(subject: str, look: BalancerLook, settings: Settings, http: HttpClient) -> PlainLook:
    """Ask for the health endpoint without TLS. Nobody need answer where no listener is."""
    which, name = in_environment(subject)
    target = ec2_targets(settings.environment(which))[name]
    declared = settings.environment(which).network.https.get(name, Https())
    url = declared.http_url or f"http://{_host(target.url)}"
    try:
        reply = answer(http, url, target.health)
    except Unknown as unknown:
        if unknown.reason in _NOBODY and look.balancer is not None and not look.balancer.http:
            return PlainLook(url + target.health, None)
        raise
    return PlainLook(url + target.health, reply[0], reply[1].get("location", ""))


def answer(client: HttpClient, url: str, path: str) -> tuple[int | None, Mapping[str, str]]:
    """Give status and headers of an answer; no status where the certificate is not accepted."""
    from http.cookiejar import CookieJar  # a replay does without

    received = client.exchange(client.request(url, EndpointCall(path=path), {}), _PATIENCE_MS, CookieJar())
    return (None, {}) if isinstance(received, CertificateRejected) else (received.status, received.headers)


def _host(url: str) -> str:
    host = urlsplit(url).hostname or ""
    return f"[{host}]" if ":" in host else host


def _certificate(told: Mapping[str, Any], listener: int) -> AcmCertificate:
    renewal = told.get("RenewalSummary") or {}
    return AcmCertificate(
        arn=told["CertificateArn"],
        listener=listener,
        names=tuple(dict.fromkeys([told["DomainName"], *(told.get("SubjectAlternativeNames") or ())])),
        status=told["Status"],
        kind=told["Type"],
        ends=told.get("NotAfter"),
        renewal=told.get("RenewalEligibility") or "",
        renewing=renewal.get("RenewalStatus") or "",
        reason=renewal.get("RenewalStatusReason") or "",
    )


def _rule(told: Mapping[str, Any], listener: int) -> PlainRule:
    action = told["Actions"][-1]  # the last one answers; before it stands who may ask
    redirect = action.get("RedirectConfig") or {}
    return PlainRule(
        listener=listener,
        which=f"rule {told['Priority']}" if told["Priority"] != "default" else "default",
        kind=action["Type"],
        protocol=redirect.get("Protocol") or "",
        status=redirect.get("StatusCode") or "",
    )
