"""What of promotion.toml, or of a command, makes a permission needed."""

from collections.abc import Callable
from dataclasses import dataclass

from promotion.settings import Settings
from promotion.settings.endpoints import CanaryJourney
from promotion.settings.model import ec2_targets, lambda_targets


@dataclass(frozen=True)
class Feature:
    """Something that a team uses or does not use."""

    about: str
    """When it is needed, as one would say it after "where"."""
    used: Callable[[Settings], bool] | None = None
    """Whether these settings use it; None where settings do not tell, so that it must be asked for by its name."""


def _always(_: Settings) -> bool:
    return True


def _secrets(settings: Settings) -> bool:
    return bool(settings.dev.secrets or settings.prod.secrets)


def _logs(settings: Settings) -> bool:
    return any(one.logs for environment in (settings.dev, settings.prod) for one in environment.targets.values())


def _advised(kind: str) -> Callable[[Settings], bool]:
    return lambda settings: any(kind in role.advice for role in (*settings.dev.roles, *settings.prod.roles))


FEATURES = {
    "deployments": Feature("CodeDeploy deploys", _always),
    "functions": Feature("a target is a function", lambda it: bool(lambda_targets(it.dev) or lambda_targets(it.prod))),
    "instances": Feature("a target is instances", lambda it: bool(ec2_targets(it.dev) or ec2_targets(it.prod))),
    "measurements": Feature("CloudWatch measures and alarms", _always),
    "logs": Feature("a target logs to CloudWatch", _logs),
    "canaries": Feature(
        "a journey is a canary", lambda it: any(isinstance(one, CanaryJourney) for one in it.dev.journeys)
    ),
    "security-groups": Feature("security groups say who may connect", _always),
    "prefix-lists": Feature("security groups let in managed prefix lists"),
    "roles": Feature("`roles` are declared", lambda it: bool(it.dev.roles or it.prod.roles)),
    "roles-by-pattern": Feature("policies of those roles name by a pattern the roles that may be passed or assumed"),
    "access-analyzer": Feature("`advice` names access-analyzer", _advised("access-analyzer")),
    "last-accessed": Feature("`advice` names last-accessed", _advised("last-accessed")),
    "secrets": Feature("`secrets` are declared", _secrets),
    "leaks": Feature("logs of dev are searched for secrets", lambda it: "dev" in it.leaks.environments),
    "leaks-prod": Feature("logs of dev are searched for prod's secrets", lambda it: "prod" in it.leaks.environments),
    "unmask": Feature("`leaks.unmask` is set", lambda it: it.leaks.unmask),
    "image": Feature("the image is in Amazon ECR", lambda it: it.image.ecr_name is not None),
    "ecr-scans": Feature("scans of Amazon ECR count", lambda it: "ecr" in it.image.vulnerabilities.sources),
    "inspector": Feature("Amazon ECR scans with Amazon Inspector (enhanced scanning)"),
    "signing-key": Feature(
        "the image is signed with a key of AWS KMS", lambda it: any(one.kms_key for one in it.signers.values())
    ),
    "calendars": Feature("`plan.change_calendars` are named", lambda it: bool(it.plan.change_calendars)),
    "baseline-s3": Feature("the baseline is kept in a bucket", lambda it: it.baseline.s3 is not None),
    "baseline-parameter": Feature("a parameter points to the baseline", lambda it: it.baseline.parameter is not None),
    "measure": Feature("`promotion baseline` keeps a new baseline"),
    "application-signals": Feature(
        "`application_signals` names an objective",
        lambda it: any(one.application_signals for one in it.postdeploy.budget.targets.values()),
    ),
    "act": Feature("`--act`, or `promotion rollback`, takes a rollout back"),
    "notify": Feature("`--notify`, or `--act`, tells an SNS topic"),
    "seal-key": Feature("the report is sealed with a key of AWS KMS"),
    "attach": Feature("`promotion seal --attach` pushes the seal beside the image"),
    "archive": Feature("`promotion archive` copies the report into a bucket"),
}
"""Each feature by its name, in the order in which people read of them."""
