"""From what was seen of a load balancer to the judgement of its HTTPS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from promotion.core.findings import Findings
from promotion.sections.security.https.judgement import (
    Wanted,
    judge_certificates,
    judge_handshakes,
    judge_hsts,
    judge_listeners,
    judge_old,
    judge_plain,
)
from promotion.sections.security.https.seen import AcmCertificate, FrontLook, Handshake, PlainLook, PlainRule
from promotion.sections.security.network.balancer import BalancerLook
from promotion.unknown import Unknown

_Seen = TypeVar("_Seen")


@dataclass(frozen=True)
class BalancerLooks:
    """What was seen, each by its subject, such as `dev ec2`; asking may raise Unknown."""

    certificates: Mapping[str, tuple[AcmCertificate, ...]]
    rules: Mapping[str, tuple[PlainRule, ...]]
    front: Mapping[str, FrontLook]
    named: Mapping[str, tuple[Handshake, ...]]
    plain: Mapping[str, PlainLook]
    hsts: Mapping[str, str | None]


def judge_balancer(
    subject: str, url: str, look: BalancerLook, looks: BalancerLooks, wanted: Wanted
) -> tuple[Findings, str]:
    """Judge HTTPS at a load balancer whose public address is `url`. Gives also what was looked at, in a few words.

    What was not seen is a doubt: what is wrong elsewhere is said nevertheless. Raises Unknown if it was not seen whether
    there is a load balancer.
    """
    findings = Findings()
    if look.balancer is None:
        findings.problems.append(
            f"load balancer {look.named} does not exist, so nothing offers HTTPS: check `load_balancer`, or "
            "declare `not_applicable` with the reason"
        )
        return findings, "no load balancer"
    judge_listeners(look.balancer, wanted, findings)
    _with(looks.certificates, subject, findings, lambda seen: judge_certificates(seen, wanted, findings))
    front = _seen(looks.front, subject, findings)
    if front is not None:
        judge_handshakes(front.address, [front.handshake], wanted, findings)
        judge_old(front, findings)
        named = _seen(looks.named, subject, findings)
        judge_handshakes(front.address, named or (), wanted, findings)
    rules, plain = _seen(looks.rules, subject, findings), _seen(looks.plain, subject, findings)
    if rules is not None and plain is not None:
        judge_plain(rules, plain, url, findings)
    elif rules is not None:
        judge_plain(rules, None, url, findings)
    _with(looks.hsts, subject, findings, lambda seen: judge_hsts(seen, findings))
    findings.say_once()
    return findings, _told(look, front)


def _told(look: BalancerLook, front: FrontLook | None) -> str:
    policies = ", ".join(f"{one.policy} at {one.port}" for one in look.balancer.https) if look.balancer else ""
    if front is None or front.handshake.leaf is None:
        return policies or "no HTTPS listener"
    shake, leaf = front.handshake, front.handshake.leaf
    return (
        f"{shake.version or 'no handshake'}, certificate until {leaf.ends:%Y-%m-%d}; {policies or 'no HTTPS listener'}"
    )


def _seen(looks: Mapping[str, _Seen], subject: str, findings: Findings) -> _Seen | None:
    try:
        return looks[subject]
    except Unknown as unknown:
        findings.doubt(unknown.reason, unknown.message)
        return None


def _with(looks: Mapping[str, _Seen], subject: str, findings: Findings, judge_it: Callable[[_Seen], None]) -> None:
    try:
        seen = looks[subject]
    except Unknown as unknown:
        findings.doubt(unknown.reason, unknown.message)
    else:
        judge_it(seen)
