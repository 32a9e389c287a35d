"""How long a thousand security groups take to be judged: `python -m benchmarks.security_groups`.

Two accounts are made up, always the same: one whose groups are shut, and one in which every group splits the internet
over its rules, so that every interval must be summed.
"""

import random
import sys
import time

from promotion.sections.security.network.account_groups import Ground
from promotion.sections.security.network.groups import TCP, Interface, Peer, SecurityGroup, SecurityGroupRule
from promotion.sections.security.network.judgement import judge_others
from promotion.settings.network import Network

GROUPS = 1000
BLOCKS = 60
"""Rules that a group may have, if nobody asks AWS for more."""
LIMIT = 1.0
"""Seconds for a thousand groups."""
VPC, ACCOUNT = "vpc-1", "111122223333"


def main() -> None:
    """Print seconds for each account, and whether they are within the limit."""
    out = sys.stdout.write
    for name, wide in (("shut", False), ("wide open", True)):
        groups = _groups(wide=wide)
        interfaces = tuple(
            Interface(f"eni-{number}", VPC, (f"sg-{number}", f"sg-{(number + 1) % GROUPS}")) for number in range(GROUPS)
        )
        began = time.process_time()
        ground = Ground(ACCOUNT, {group.id: group for group in groups}, interfaces, {}, Network())
        findings = judge_others(ground, [VPC], [], [])
        took = time.process_time() - began
        out(
            f"{GROUPS} groups of {BLOCKS} blocks, {GROUPS} interfaces, {name}: {took:.2f} s, "
            f"{len(findings.problems)} found; {'within' if took < LIMIT else 'over'} {LIMIT:g} s\n"
        )


def _groups(*, wide: bool) -> list[SecurityGroup]:
    dice = random.Random(20)  # noqa: S311 - always the same groups
    return [
        SecurityGroup(
            id=f"sg-{number}",
            name=f"group-{number}",
            vpc=VPC,
            ingress=tuple(_rule(dice, number, place, wide=wide) for place in range(BLOCKS)),
            egress=(),
        )
        for number in range(GROUPS)
    ]


def _rule(dice: random.Random, number: int, place: int, *, wide: bool) -> SecurityGroupRule:
    port = dice.choice((22, 443, 5432, 8080))
    if wide:
        return SecurityGroupRule(TCP, port, port, (f"{dice.randrange(224)}.{dice.randrange(256)}.0.0/8",))
    peer = Peer(f"sg-{dice.randrange(GROUPS)}", ACCOUNT)
    return SecurityGroupRule(
        TCP, port, port, (f"10.{number % 256}.{place}.0/24",), (), (peer,) if place % 10 == 0 else ()
    )


if __name__ == "__main__":
    main()
