"""Lambda: where the alias of a function sends its traffic, and what its versions run. The readers do I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.enums import LAST_UPDATE, VERSION_STATE, Fitness
from promotion.settings.environment import LambdaTarget
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Alias:
    """Where a Lambda alias sends its traffic."""

    name: str
    version: str
    weights: Mapping[str, float]
    """Share of traffic (0 to 1) that goes to other versions."""

    @property
    def versions(self) -> tuple[str, ...]:
        """Every version that gets traffic, the one it points to first."""
        return (self.version, *self.shifted)

    @property
    def shifted(self) -> dict[str, float]:
        """Share of traffic (0 to 1) that goes to other versions, of those that get any: a weight of 0 is no traffic."""
        return {name: weight for name, weight in self.weights.items() if weight > 0}


@dataclass(frozen=True)
class LambdaVersion:
    """A published version of a function."""

    function: str
    version: str
    state: str
    last_update: str
    image: str
    """The image it runs, by digest, as Lambda resolved it."""
    log_format: str = ""
    """`Text` or `JSON` (API_LoggingConfig); empty where Lambda does not say, which is `Text`."""
    system_log_level: str = ""
    """`DEBUG`, `INFO` or `WARN`: how much Lambda itself logs, where the format is JSON; empty is `INFO`."""

    @property
    def digest(self) -> str:
        """The digest of the image, `sha256:…`; empty if Lambda gave none."""
        _, at, digest = self.image.partition("@")
        return digest if at else ""

    @property
    def unfit(self) -> str:
        """Say why it cannot serve; empty if it can. Raises Unknown, not-due, while it is being prepared."""
        whose = f"version {self.version} of {self.function}"
        fitness = {
            VERSION_STATE.of(self.state, f"the state of {whose}"),
            LAST_UPDATE.of(self.last_update, f"the last update of {whose}"),
        }
        how = f"{whose} is {self.state}, its last update {self.last_update}"
        if Fitness.UNFIT in fitness:
            return f"{how}; expected Active and Successful"
        if Fitness.PENDING in fitness:
            raise Unknown(Reason.NOT_DUE, f"{how}: run again when it is Active")
        return ""

    @property
    def unreported(self) -> str:
        """Say why not every invocation leaves a report in the log; empty if each does.

        Reports are of level INFO, those of failed invocations of level WARN, and levels are heeded where the format is JSON:
        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html.
        """
        if self.log_format != "JSON" or self.system_log_level in ("", "INFO", "DEBUG"):
            return ""
        return (
            f"version {self.version} of {self.function} logs JSON with SystemLogLevel {self.system_log_level}, which leaves out "
            "the reports of successful invocations, so its error rate is unknown: set SystemLogLevel to INFO"
        )


def shares(weights: Mapping[str, float]) -> str:
    """The weights of an alias in words."""
    return ", ".join(f"{weight:.0%} to version {version}" for version, weight in sorted(weights.items()))


def alias(account: Account, target: LambdaTarget) -> Alias:
    """Read the alias of a function."""
    answer = account.client("lambda").get_alias(FunctionName=target.function, Name=target.alias)
    weights = answer.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    return Alias(name=answer["Name"], version=answer["FunctionVersion"], weights=weights)


def version(account: Account, function: str, number: str) -> LambdaVersion:
    """Read a version of a function."""
    answer = account.client("lambda").get_function(FunctionName=function, Qualifier=number)
    configuration, code = answer["Configuration"], answer["Code"]
    return LambdaVersion(
        function=configuration["FunctionName"],
        version=configuration["Version"],
        state=configuration["State"],
        last_update=configuration["LastUpdateStatus"],
        image=code.get("ResolvedImageUri") or code.get("ImageUri", ""),
        log_format=configuration.get("LoggingConfig", {}).get("LogFormat", ""),
        system_log_level=configuration.get("LoggingConfig", {}).get("SystemLogLevel", ""),
    )


def execution_role(account: Account, target: LambdaTarget) -> str:
    """Read the ARN of the role that the version behind a function's alias runs as."""
    return str(_at_alias(account, target)["Configuration"]["Role"])


def image_at_alias(account: Account, target: LambdaTarget) -> str:
    """Read the image that the version behind a function's alias runs, as Lambda resolved it; empty if it runs none."""
    code = _at_alias(account, target)["Code"]
    return str(code.get("ResolvedImageUri") or code.get("ImageUri", ""))


def vpc_config(account: Account, target: LambdaTarget) -> Mapping[str, Any]:
    """Read where the version behind a function's alias is in the network: VpcConfig; empty without a VPC."""
    return _at_alias(account, target)["Configuration"].get("VpcConfig") or {}


def _at_alias(account: Account, target: LambdaTarget) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = account.client("lambda").get_function(
        FunctionName=target.function, Qualifier=target.alias
    )
    return answer
