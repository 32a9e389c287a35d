"""How many AWS calls observability takes, beside the least there can be: `python -m benchmarks.api_calls`.

The least is by the API itself: what one call takes, and what only a call before can tell.
"""

import sys
from collections import Counter
from collections.abc import Callable
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from promotion.clients.aws.cloudwatch.alarms import TYPES
from promotion.clients.aws.cloudwatch.query import MOST
from promotion.sandbox.client import Running, WorldPool
from promotion.settings import Settings, load
from promotion.settings.model import ec2_targets, lambda_targets
from tests.runner import judge

QUERIES = 200
"""More than the targets and the dashboard of the embedded world ask together."""


def _targets(settings: Settings) -> int:
    return len(settings.dev.targets)


def _balanced(settings: Settings) -> int:
    return len(ec2_targets(settings.dev))


def _functions(settings: Settings) -> int:
    return len(lambda_targets(settings.dev))


LEAST: dict[str, Callable[[Settings], int]] = {
    "sts:AssumeRole": lambda _: 1,
    "codedeploy:GetDeploymentGroup": _targets,
    "codedeploy:ListDeployments": _targets,
    "codedeploy:BatchGetDeployments": _targets,
    "elasticloadbalancing:DescribeTargetGroups": lambda _: 1,
    "elasticloadbalancing:DescribeLoadBalancers": lambda _: 1,
    "elasticloadbalancing:DescribeListeners": _balanced,
    "elasticloadbalancing:DescribeRules": lambda settings: 2 * _balanced(settings),  # a listener each
    "elasticloadbalancing:DescribeTargetHealth": _balanced,  # one target group each
    "lambda:GetAlias": _functions,
    "cloudwatch:GetMetricData": lambda _: ceil(QUERIES / MOST),  # targets and dashboard together
    "cloudwatch:GetDashboard": lambda _: 1,
    "cloudwatch:DescribeAlarms": lambda _: 1,
    "cloudwatch:DescribeAlarmHistory": lambda _: len(TYPES),  # a question is about one type of alarms
    "logs:FilterLogEvents": lambda settings: 2 * _targets(settings),  # a sample of each log, and the ids sent
}


def counted(world: Running, folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Judge observability in a world, and give calls made and least calls by operation."""
    settings = load(world.config, environ=world.environment).settings
    judge(world, folder, "-m", "observability")
    made = Counter(call.action for call in world.calls() if call.action)
    return made, Counter({action: LEAST[action](settings) if action in LEAST else 0 for action in made})


def main() -> None:
    """Print calls made and least calls, operation by operation."""
    with TemporaryDirectory() as folder, WorldPool() as world_pool, world_pool.world() as world:
        made, least = counted(world, Path(folder))
    out = sys.stdout.write
    for action, count in sorted(made.items()):
        out(f"{action:<45} {count:>3} made, {least[action]:>3} least\n")
    out(
        f"{'in all':<45} {made.total():>3} made, {least.total():>3} least: "
        f"{made.total() / least.total():.2f} × the least\n"
    )


if __name__ == "__main__":
    main()
