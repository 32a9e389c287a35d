"""Whether HTTPS works at a load balancer: as it is set up, and as it is met by whoever connects."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from promotion.core.findings import Findings
from promotion.sections.security.https.policies import AS_OF, RECOMMENDED
from promotion.sections.security.https.seen import AcmCertificate, FrontLook, Handshake, Leaf, PlainLook, PlainRule
from promotion.sections.security.network.balancer import Balancer

REDIRECTS = (301, 302, 307, 308)
"""Statuses that send a client on to the same thing elsewhere (RFC 9110, 15.4). 303 sends it to another thing."""


@dataclass(frozen=True)
class Wanted:
    """What is declared of HTTPS at a load balancer."""

    policies: tuple[str, ...]
    """Accepted beside the recommended ones."""
    min_days: int
    now: datetime


def judge_listeners(balancer: Balancer, wanted: Wanted, findings: Findings) -> None:
    """Find out whether there is a listener with TLS, and whether each has a policy of today."""
    if not balancer.https:
        others = ", ".join(f"{one.protocol} at {one.port}" for one in balancer.listeners) or "none at all"
        findings.problems.append(
            f"{balancer.name} has no HTTPS listener ({others}): create one with a certificate of ACM, or declare "
            "`not_applicable` if there is no load balancer"
        )
    for listener in balancer.https:
        if listener.policy not in {*RECOMMENDED, *wanted.policies}:
            findings.problems.append(
                f"{balancer.name} has the TLS policy {listener.policy} at {listener.port}, which is not one that "
                f"AWS recommends as of {AS_OF:%Y-%m}: use {RECOMMENDED[0]}, or declare it in `policies`"
            )


def judge_certificates(certificates: Sequence[AcmCertificate], wanted: Wanted, findings: Findings) -> None:
    """Find out whether ACM has issued the certificates, whether they last, and whether ACM renews them."""
    for one in certificates:
        what = f"the certificate for {', '.join(one.names[:3])} at {one.listener}"
        if one.status != "ISSUED":
            findings.problems.append(f"{what} is {one.status} in ACM, expected ISSUED: check {one.arn}")
        elif one.ends is not None:
            _lasts(what, one.ends, wanted, findings)
        if one.renewing == "FAILED":
            findings.problems.append(
                f"{what} was not renewed ({one.reason or 'ACM does not say why'}): fix that before it expires"
            )
        if one.kind == "IMPORTED":
            findings.said.append(f"{what} is imported: ACM does not renew it")
        elif one.kind == "AMAZON_ISSUED" and one.status == "ISSUED" and one.renewal != "ELIGIBLE":
            findings.problems.append(f"ACM will not renew {what}: find out why it is {one.renewal}")


def judge_handshakes(address: str, handshakes: Sequence[Handshake], wanted: Wanted, findings: Findings) -> None:
    """Find out whether whoever connects to an address is shown a certificate for the name, and for long enough."""
    for shake in handshakes:
        what = f"{address}, asked for {shake.name},"
        if shake.flaw:
            shown = _shown(shake.leaf)
            findings.problems.append(
                f"{what} presents a certificate that is not accepted: {shake.flaw}{shown}: set the right one on "
                "the listener"
            )
        if shake.leaf is not None and wanted.now < shake.leaf.ends:
            _lasts(f"the certificate that {what} presents", shake.leaf.ends, wanted, findings)


def judge_old(front: FrontLook, findings: Findings) -> None:
    """Find out whether old versions of TLS are refused."""
    for one in front.old:
        if one.accepted:
            findings.problems.append(
                f"{front.address} accepts {one.how}, which is deprecated (RFC 8996): check its TLS policy, and "
                "what is in front of it"
            )


def judge_plain(rules: Sequence[PlainRule], plain: PlainLook | None, url: str, findings: Findings) -> None:
    """Find out whether plain HTTP leads to HTTPS, by what listeners do, and by what is answered.

    `url` is the target's, where a redirect must lead. Without a look at the answer the listeners alone are judged.
    """
    for rule in rules:
        told = f"the HTTP listener at {rule.listener} ({rule.which})"
        if rule.kind != "redirect":
            findings.problems.append(f"{told} does {rule.kind}, expected a redirect to HTTPS")
        elif rule.protocol != "HTTPS":
            findings.problems.append(f"{told} redirects to {rule.protocol}, expected HTTPS")
    if plain is None:
        return
    if plain.status is None:
        findings.said.append(f"{plain.url} does not answer")
        return
    told = f"{plain.url} answers {plain.status}"
    if plain.status not in REDIRECTS:
        findings.problems.append(
            f"{told}, expected a redirect to HTTPS (one of {', '.join(map(str, REDIRECTS))}): check its listener"
        )
        return
    wrong = _astray(plain, url)
    if wrong:
        findings.problems.append(f"{told} with a redirect to {wrong}: check its listener")


def _astray(plain: PlainLook, url: str) -> str:
    """Say where a redirect leads, and where it should; empty if it leads to HTTPS of the service."""
    try:
        to, here = urlsplit(urljoin(plain.url, plain.location)), urlsplit(url)
        place, wanted = (to.hostname, to.port or 443), (here.hostname, here.port or 443)
    except ValueError:
        return "an invalid URL, expected https"
    if to.scheme != "https":
        return f"{to.scheme or 'nothing'}, expected https"
    return "" if place == wanted else f"{to.netloc}, expected {here.netloc}, the address of the service"


def judge_hsts(header: str | None, findings: Findings) -> None:
    """Note whether browsers are told to come by HTTPS alone from now on (RFC 6797)."""
    findings.said.append(f"HSTS {header}" if header else "no HSTS")


def _lasts(what: str, ends: datetime, wanted: Wanted, findings: Findings) -> None:
    left = ends - wanted.now
    if left < timedelta(days=wanted.min_days):
        when = (
            f"expires on {ends:%Y-%m-%d}, in {left.days} days" if left > timedelta() else f"expired on {ends:%Y-%m-%d}"
        )
        findings.problems.append(f"{what} {when}, expected {wanted.min_days} more: renew it")


def _shown(leaf: Leaf | None) -> str:
    if leaf is None:
        return ""
    return f" (for {', '.join(leaf.names[:3]) or 'no name'}, until {leaf.ends:%Y-%m-%d})"
