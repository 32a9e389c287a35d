"""What the items are about: the names in the settings that tests are parametrized over."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from promotion.settings.environment import Environment
from promotion.settings.model import Settings, ec2_targets, lambda_targets

REGISTRY, RECORD = "registry", "record"
"""Where the digest must be used beside the targets."""


@dataclass(frozen=True)
class _Kind:
    names: Callable[[Settings], Sequence[str]]
    declared_by: str
    within: str | None = None


_KINDS: dict[str, _Kind] = {
    "dev_target": _Kind(lambda s: list(s.dev.targets), "[dev.targets.…]"),
    "dev_lambda": _Kind(lambda s: list(lambda_targets(s.dev)), '[dev.targets.…] with kind = "lambda"', "dev_target"),
    "dev_ec2": _Kind(lambda s: list(ec2_targets(s.dev)), '[dev.targets.…] with kind = "ec2"', "dev_target"),
    "dev_smoke_test": _Kind(lambda s: [test.name for test in s.dev.smoke_tests], "[[dev.smoke_tests]]"),
    "prod_smoke_test": _Kind(lambda s: [test.name for test in s.prod.smoke_tests], "[[prod.smoke_tests]]"),
    "prod_secret": _Kind(lambda s: [secret.name for secret in s.prod.secrets], "[[prod.secrets]]"),
    "signer": _Kind(lambda s: list(s.signers), "[image.signer]"),
    "scan_source": _Kind(lambda s: list(s.image.vulnerabilities.order), "[image.vulnerabilities] with `sources`"),
    "previous_image": _Kind(lambda s: ["prod"] if lambda_targets(s.prod) else [], "[prod.targets.…]"),
    "digest_record": _Kind(lambda _: [RECORD], "checklist.md"),
    "digest_place": _Kind(lambda s: [REGISTRY, RECORD, *s.dev.targets], "[dev.targets.…]"),
    "prod_target": _Kind(lambda s: list(s.prod.targets), "[prod.targets.…]"),
    "prod_lambda": _Kind(
        lambda s: list(lambda_targets(s.prod)), '[prod.targets.…] with kind = "lambda"', "prod_target"
    ),
    "prod_ec2": _Kind(lambda s: list(ec2_targets(s.prod)), '[prod.targets.…] with kind = "ec2"', "prod_target"),
    "secret": _Kind(lambda s: _both(s, lambda e: [secret.name for secret in e.secrets]), "[[dev.secrets]]"),
    "role": _Kind(lambda s: _both(s, lambda e: [role.name for role in e.roles]), "[[dev.roles]]"),
    "environment": _Kind(lambda _: ["dev", "prod"], "[dev] and [prod]"),
    "balanced": _Kind(lambda s: _both(s, lambda e: list(ec2_targets(e))), '[dev.targets.…] with kind = "ec2"'),
    "connected_function": _Kind(
        lambda s: _both(s, lambda e: list(lambda_targets(e))), '[dev.targets.…] with kind = "lambda"'
    ),
    "guarded": _Kind(lambda s: _both(s, _guarded), "[dev.targets.…]"),
    "dev_log_group": _Kind(
        lambda s: list(dict.fromkeys([*(t.logs.group for t in s.dev.targets.values() if t.logs), *s.leaks.groups])),
        "`logs` of [dev.targets.…]",
    ),
    "dev_dashboard_name": _Kind(lambda s: [s.dev.dashboard] if s.dev.dashboard else [], "`dashboard` of [dev]"),
    "dev_journey": _Kind(lambda s: [journey.name for journey in s.dev.journeys], "[[dev.journeys]]"),
}


def _both(settings: Settings, names: Callable[[Environment], Sequence[str]]) -> list[str]:
    """Speak of what dev and prod both have by environment and name: `dev shop-lambda`."""
    return [f"{which} {name}" for which in ("dev", "prod") for name in names(settings.environment(which))]


def _guarded(environment: Environment) -> list[str]:
    """Name what security groups guard: load balancers, instances and functions by their target, and all else."""
    named = [f"{part} of {name}" for name in ec2_targets(environment) for part in ("load balancer", "instances")]
    return [*named, *(f"function of {name}" for name in lambda_targets(environment)), "other groups"]


def in_environment(subject: str) -> tuple[str, str]:
    """Take such a subject apart: `dev` or `prod`, and the name in it."""
    which, _, name = subject.partition(" ")
    return which, name


def declare_subjects(
    per: str, names: Callable[[Settings], Sequence[str]], *, declared_by: str, within: str | None = None
) -> None:
    """Let tests and evidence of one's own be parametrized `per=` a new kind of subject.

    `names` gives the subjects that the settings name; `declared_by` says where in promotion.toml a person adds one;
    `within` is the kind that these subjects are some of.
    """
    if per in _KINDS:
        raise ValueError(f"subjects named {per!r} exist already")
    _KINDS[per] = _Kind(names, declared_by, within)


def subjects(per: str, settings: Settings) -> list[str]:
    """The subjects of that kind, in the order of the settings. KeyError if there is no such kind."""
    return list(_KINDS[per].names(settings))


def declared_by(per: str) -> str:
    """Where in promotion.toml such a subject is declared."""
    return _KINDS[per].declared_by


def narrows(per: str | None, wider: str | None) -> bool:
    """Whether a subject of the first kind is also one of the second, so that evidence of it can be had by its name."""
    return per is not None and wider is not None and (per == wider or _KINDS[per].within == wider)


def kinds() -> tuple[str, ...]:
    """Every kind of subject there is."""
    return tuple(_KINDS)
