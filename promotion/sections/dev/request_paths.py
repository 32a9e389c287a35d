"""Where requests to a fleet end, by the rules of its load balancer: at its own instances, or somewhere else. Pure.

Covered: every rule that a request can meet on the ports that callers use, with weighted forwards, fixed responses, redirects and
authentication before them. A rule that an earlier one covers entirely is left out. Not covered: what a redirect leads to, and
what happens where every weight is 0, which no page of AWS says: unknown.
A target group without a registered target is answered with 503
(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
"""

from collections.abc import Callable, Collection, Iterator
from urllib.parse import urlsplit

from promotion.clients.aws.hosts import serves
from promotion.clients.aws.listener_rules import Rule, Share, reached
from promotion.clients.aws.load_balancers import BalancerTraffic
from promotion.core.findings import Findings
from promotion.core.sentences import join
from promotion.settings.environment import Ec2Target
from promotion.unknown import Reason

_WELL_KNOWN = {80, 443}
_SERVER_ERROR = "5"


def judge_paths(target: Ec2Target, traffic: BalancerTraffic, is_own: Callable[[str], bool]) -> Findings:
    """Say which requests do not end at instances that belong there; `is_own` tells it of an instance by its id.

    Reason of what is unknown: not-supported where every weight is 0 and for another kind of action, no-data where
    stickiness may keep callers elsewhere.
    """
    findings = Findings()
    for rule in _asked(target, traffic):
        if rule.action == "fixed-response":
            if rule.status.startswith(_SERVER_ERROR) and rule.may_be_asked_for(_host(target)):
                findings.problems.append(
                    f"{rule.describe()} of {target.load_balancer} answers {rule.status} itself: remove it, or have it "
                    f"forward to {' or '.join(target.target_groups)}"
                )
        elif rule.action not in {"forward", "redirect"}:
            findings.doubt(
                Reason.NOT_SUPPORTED,
                f"{rule.describe()} of {target.load_balancer} ends in {rule.action or 'no action'!r}, which is not evaluated: "
                f"check where its requests go, or have it forward to {' or '.join(target.target_groups)}",
            )
        elif rule.is_weighed_nowhere:
            findings.doubt(
                Reason.NOT_SUPPORTED,
                f"{rule.describe()} of {target.load_balancer} forwards with weight 0 only, and AWS does not document "
                "what happens to such requests: give a target group a weight",
            )
        else:
            for share in rule.shares:
                _judge_share(target, traffic, rule, share, is_own, findings)
    return findings


def _judge_share(
    target: Ec2Target,
    traffic: BalancerTraffic,
    rule: Rule,
    share: Share,
    is_own: Callable[[str], bool],
    findings: Findings,
) -> None:
    if share.name in target.other_target_groups:
        return
    ids = sorted(
        {one.id for one in (*traffic.hosts, *traffic.others) if one.target_group == share.name and serves(one)}
    )
    strange = [one for one in ids if not is_own(one)]
    where = f"{rule.describe()} of {target.load_balancer}"
    if not share.weight:
        if rule.sticky and strange:
            findings.doubt(
                Reason.NO_DATA,
                f"{where} gives {share.name} weight 0, but callers stay with their target group, so {join(strange)} "
                "may still get requests: wait until the stickiness has expired, or deregister them",
            )
        return
    part = rule.share_of(share)
    what = "all" if part == 1 else f"{part:.0%}"
    if not ids:
        findings.problems.append(
            f"{where} forwards {what} of its requests to {share.name}, where no instance is registered, so they are "
            "answered with 503: have it forward where the instances are, or remove it"
        )
    elif strange and share.name not in target.target_groups:
        findings.problems.append(
            f"{where} forwards {what} of its requests to {share.name}, where {join(strange)} are registered, which no "
            "deployment of this service brought: remove the rule, or name the target group of another service in "
            "`other_target_groups`"
        )


def _asked(target: Ec2Target, traffic: BalancerTraffic) -> Iterator[Rule]:
    """Give the rules that a caller can meet: those of a test listener on another port only if there is no other."""
    ports = _ports(target)
    on_ports = [rule for rule in traffic.rules if rule.port in ports]
    yield from reached(on_ports or traffic.rules)


def _ports(target: Ec2Target) -> Collection[int]:
    port = urlsplit(target.url).port
    return _WELL_KNOWN if port is None else {port, *_WELL_KNOWN}


def _host(target: Ec2Target) -> str:
    return urlsplit(target.url).hostname or ""
