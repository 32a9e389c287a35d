"""How long a role takes to be judged by least privilege. The aim: 2 ms for one role, once the data is loaded.

Run it as `python benchmarks/privileges.py [ROLES]`.
"""

import random
import resource
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from promotion.clients.aws.iam import PolicyDocument, RolePolicies
from promotion.sections.security.privileges.actions import Catalogue, catalogue
from promotion.sections.security.privileges.judgement import judge_role
from promotion.settings.privileges import Role

ACCOUNT = "111122223333"
AIM_MS = 2
NOW = datetime(2026, 11, 30, tzinfo=UTC)
SEED = 20_260_123
TRUST = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


def mebibytes() -> float:
    """The most memory this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


USUAL = (
    "autoscaling", "cloudwatch", "codedeploy", "dynamodb", "ec2", "elasticloadbalancing", "events", "kms", "lambda",
    "logs", "s3", "secretsmanager", "sns", "sqs", "ssm", "states",
)  # fmt: skip
"""Services that the roles of services call."""


def documents(
    known: Catalogue, dice: random.Random, services: Sequence[str], statements_each: int
) -> list[PolicyDocument]:
    """Make two policies: in each statement some actions of a service, by name and by verb, on some resources or all."""
    made = []
    for number in range(2):
        statements: list[dict[str, Any]] = []
        for _ in range(statements_each):
            service = dice.choice(services)
            places = list(known.each(known.services[service]))
            names = [known.names[place] for place in dice.sample(places, 4)]
            wild = f"{service}:{dice.choice(('Describe', 'List', 'Get'))}*"
            target = dice.choice((f"arn:aws:{service}:eu-west-1:{ACCOUNT}:thing/shop-*", "*"))
            statements.append({"Effect": "Allow", "Action": [*names, wild], "Resource": target})
        document = {"Version": "2012-10-17", "Statement": statements}
        made.append(PolicyDocument(f"policy-{number}", "inline", document))
    return made


def measure(known: Catalogue, what: str, services: Sequence[str], statements: int, roles: int) -> None:
    """Judge roles that are all different, and print how long each took."""
    dice = random.Random(SEED)  # noqa: S311 - the same roles each time
    declared = Role(name="any", kind="function")
    looks = [
        RolePolicies(
            f"role-{number}",
            f"arn:aws:iam::{ACCOUNT}:role/role-{number}",
            {"Version": "2012-10-17", "Statement": TRUST},
            tuple(documents(known, dice, services, statements)),
        )
        for number in range(roles)
    ]
    taken, found = [], 0
    for look in looks:
        began = time.process_time()
        found += len(judge_role(look, declared, "eu-west-1", now=NOW).findings)
        taken.append((time.process_time() - began) * 1000)
    taken.sort()
    say(
        f"{roles:,} roles of {what}, {found:,} findings: median {taken[len(taken) // 2]:.2f} ms, "
        f"95th percentile {taken[int(len(taken) * 0.95)]:.2f} ms a role (aim: {AIM_MS} ms)"
    )


def main(roles: int = 300) -> None:
    """Print what loading and judging take, in seconds of this processor."""
    began, memory = time.process_time(), mebibytes()
    known = catalogue()
    say(
        f"data of {len(known.names):,} actions: {time.process_time() - began:.2f} s, "
        f"{mebibytes() - memory:.0f} MB at the most, once a process"
    )
    every = [name for name, actions in known.services.items() if actions.bit_count() > 20]
    measure(known, "6 statements on usual services", USUAL, 3, roles)
    measure(known, "12 statements on services of all sorts", every, 6, roles)
    declared = Role(name="any", kind="function")
    for name, statement in (
        ("everything", {"Effect": "Allow", "Action": "*", "Resource": "*"}),
        ("all but IAM", {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}),
        ("a service", {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}),
        (
            "half a word, on most of AWS",
            {"Effect": "Allow", "Action": "*:*t*e*", "Resource": f"arn:aws:*:*:{ACCOUNT}:*"},
        ),
    ):
        wide = PolicyDocument("wide", "inline", {"Version": "2012-10-17", "Statement": statement})
        look = RolePolicies("role", f"arn:aws:iam::{ACCOUNT}:role/role", {"Statement": TRUST}, (wide,))
        began = time.process_time()
        judge_role(look, declared, "eu-west-1", now=NOW)
        say(f"{name}: {(time.process_time() - began) * 1000:.1f} ms")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
