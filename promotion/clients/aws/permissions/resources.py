"""What permissions are narrowed to, as ARNs of what promotion.toml names.

Only what reads values or changes something is narrowed. The rest describes, and most of it takes no narrower resource:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from promotion.core.partitions import dns_suffix, partition_of
from promotion.settings import Settings
from promotion.settings.account import AwsAccess
from promotion.settings.channels import Sns

_THROUGH = {"keys of secrets": "secretsmanager", "keys of the baseline": "s3"}
"""Keys that are used by a service on behalf of the gate, and by which."""


@dataclass(frozen=True)
class Whereto:
    """Gives ARNs for the settings, in the place of one account."""

    settings: Settings
    account: str
    """`dev`, `prod`, `image` or `seal`."""

    def arns(self, narrowed: str) -> tuple[str, ...]:
        """Give the resources of that name; `*` for `*`, none where nothing of that name is declared."""
        return ("*",) if narrowed == "*" else tuple(dict.fromkeys(self._named(narrowed)))

    def condition(self, narrowed: str) -> Mapping[str, Mapping[str, str]]:
        """Give what else must hold: that a key is used through the service that keeps what it encrypts.

        https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
        """
        if narrowed not in _THROUGH:
            return {}
        place = self._place
        suffix = dns_suffix(partition_of(place.region))
        return {"StringEquals": {"kms:ViaService": f"{_THROUGH[narrowed]}.{place.region}.{suffix}"}}

    @property
    def _place(self) -> AwsAccess:
        if self.account == "image":
            return self.settings.image.aws or self.settings.dev
        return self.settings.environment("dev" if self.account == "dev" else "prod")

    def _arn(self, service: str, rest: str, *, region: str | None = None, account: str | None = None) -> str:
        place = self._place
        where = place.region if region is None else region
        whose = place.account if account is None else account
        return f"arn:{partition_of(place.region)}:{service}:{where}:{whose}:{rest}"

    def _named(self, narrowed: str) -> list[str]:
        settings = self.settings
        match narrowed:
            case "secrets":
                names = [one.name for one in settings.environment(self.account).secrets]
                # Secrets Manager adds six characters to the name.
                return [
                    name if name.startswith("arn:") else self._arn("secretsmanager", f"secret:{name}-??????")
                    for name in names
                ]
            case "keys of secrets" | "keys of the baseline":
                return [self._arn("kms", "key/*")]
            case "repository":
                return [self._arn("ecr", f"repository/{settings.image.ecr_name}")] if settings.image.ecr_name else []
            case "baseline" | "bucket of the baseline":
                place = (settings.baseline.s3 or "").removeprefix("s3://")
                only = place if narrowed == "baseline" else place.partition("/")[0]
                return [self._arn("s3", only, region="", account="")] if only else []
            case "parameter":
                name = settings.baseline.parameter
                return [self._arn("ssm", f"parameter/{name.lstrip('/')}")] if name else []
            case "groups":
                return [self._arn("codedeploy", f"deploymentgroup:{one}/{group}") for one, group in self._deployed()]
            case "applications":
                return [self._arn("codedeploy", f"application:{one}") for one, _ in self._deployed()]
            case "topics":
                return [one.topic for one in settings.channels.team if isinstance(one, Sns)]
        raise LookupError(narrowed)

    def _deployed(self) -> list[tuple[str, str]]:
        return [(one.codedeploy.application, one.codedeploy.group) for one in self.settings.prod.targets.values()]
