"""The service level objective of an environment in Application Signals: of its API's requests, so many succeed."""

from typing import TYPE_CHECKING

from promotion.sandbox.moto_patches.application_signals import Objective, objectives, rolling
from promotion.sandbox.moto_patches.metrics import metric
from promotion.sandbox.world.api_metrics import api_dimensions, error_names
from promotion.sandbox.world.model import ago
from promotion.sandbox.world.names import REGION, SERVICE

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

CREATED_DAYS_AGO = 200


def set_objective(environment: "Environment", days: int) -> None:
    """Have Application Signals keep the objective of an environment over its last so many days."""
    dimensions = api_dimensions(environment)
    _, failures = error_names(environment)
    name = name_of(environment.name)
    kept = objectives(environment.backend("application-signals"))
    kept[name] = Objective(
        name,
        f"arn:aws:application-signals:{REGION}:{environment.id}:slo/{name}",
        total=metric("AWS/ApiGateway", "Count", **dimensions),
        bad=metric("AWS/ApiGateway", failures, **dimensions),
        created=ago(days=CREATED_DAYS_AGO),
        interval=rolling(days),
    )


def objective_of(environment: "Environment") -> Objective:
    """Give that objective, which may be changed. KeyError if it is not there any more."""
    return objectives(environment.backend("application-signals"))[name_of(environment.name)]


def name_of(environment: str) -> str:
    """Give what the objective of an environment is called."""
    return f"{SERVICE}-{environment}-availability"
