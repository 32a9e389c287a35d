"""Faults of a function's rollout: what its new version does wrong, what shows it, and what keeps the watch from seeing."""

from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.faults.rollout.rollout import DECISIONS, after
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.world.logs import LogBook

FILTER = "logs:FilterLogEvents"


@fault("canary-errors", item="lambda-canary", falls_with=("api-gateway-errors", "dashboard-watch", *DECISIONS))
def _(world: "World") -> None:
    """Twelve in a hundred requests to the new version fail."""
    _canary(world, errors=0.12)


@fault("canary-slow", item="lambda-canary", falls_with=DECISIONS)
def _(world: "World") -> None:
    """The new version takes twice as long as the old one, which is within the limit still."""
    _canary(world, slowness=2)


@fault("canary-throttled", item="lambda-canary", falls_with=("api-gateway-errors", "dashboard-watch", *DECISIONS))
def _(world: "World") -> None:
    """Some calls of the new version are refused for want of concurrency."""
    _canary(world, refused=0.05)


@fault("canary-cold-starts", item="lambda-canary", kind="clean")
def _(world: "World") -> None:
    """Many environments of the new version had to be started."""
    _canary(world, cold=0.04)


@fault("canary-logs-json", item="lambda-canary", kind="clean")
def _(world: "World") -> None:
    """Both versions log JSON, with a report of each invocation."""
    _log_as(world, "INFO")


@fault("canary-logs-failures-alone", item="lambda-canary", kind="blind", falls_with=DECISIONS)
def _(world: "World") -> None:
    """Both versions log JSON with SystemLogLevel WARN: of their reports only those of the few failed invocations are there."""
    _log_as(world, "WARN")
    _canary(world, errors=0.003)


@fault("canary-log-infrequent", item="lambda-canary", kind="blind", falls_with=("canary-correlation-ids", *DECISIONS))
def _(world: "World") -> None:
    """The log group of the function is of the class INFREQUENT_ACCESS, which FilterLogEvents refuses to read."""
    from promotion.sandbox.world.names import LAMBDA_LOGS

    vars(world.prod.backend("logs").groups[LAMBDA_LOGS])["log_group_class"] = "INFREQUENT_ACCESS"


@fault("canary-reports-lost", item="lambda-canary", kind="blind", falls_with=("go-no-go-t5",))
def _(world: "World") -> None:
    """Of the new version's invocations most leave no report, for whatever reason: CloudWatch counts them."""
    book: LogBook = world.prod.logbook
    new, write = f"[{max(world.prod.versions)}]", book.write

    def lossy(group: str, stream: str, at: int, *messages: str) -> None:
        lost = new in stream and at % 10
        write(group, stream, at, *(one for one in messages if not (lost and one.startswith("REPORT"))))

    vars(book)["write"] = lossy


wire_fault(
    "canary-reports-on-second-page",
    "The log begins with an empty page and a token.",
    "empty_page",
    FILTER,
    item="lambda-canary",
    kind="clean",
)


wire_fault(
    "canary-logs-denied",
    "The role may not read prod's logs.",
    "deny",
    FILTER,
    item="lambda-canary",
    on="prod",
    falls_with=("canary-correlation-ids", *DECISIONS),
)


@fault(
    "canary-without-traffic",
    item="lambda-canary",
    kind="blind",
    falls_with=("api-gateway-errors", "target-group-errors", "canary-correlation-ids", "dashboard-watch", *DECISIONS),
)
def _(world: "World") -> None:
    """Hardly anybody calls the service during the rollout, and of the few requests one in five waits for a cold start."""
    for flow in world.prod.flows.values():
        flow.change(after(world, minutes=-30), requests=6, cold=0.2)


@fault("canary-answers-500", item="api-gateway-errors", falls_with=("dashboard-watch", *DECISIONS))
def _(world: "World") -> None:
    """The new version answers one in ten requests with a 500 of its own, which Lambda counts as no error."""
    _canary(world, handled_errors=0.1)


@fault("callers-are-wrong", item="api-gateway-errors", kind="clean")
def _(world: "World") -> None:
    """One in five requests is answered with 404."""
    for flow in world.prod.flows.values():
        flow.client_errors = 0.2


@fault("api-uncounted", item="api-gateway-errors", kind="blind", falls_with=("dashboard-watch",))
def _(world: "World") -> None:
    """The API has no metrics."""
    metrics = world.prod.metrics
    for key in [key for key in metrics if key.namespace == "AWS/ApiGateway"]:
        del metrics[key]


@fault("canary-logs-no-id", item="canary-correlation-ids")
def _(world: "World") -> None:
    """A fifth of the new version's lines carries no correlation id."""
    _canary(world, uncorrelated=0.2)


@fault("canary-logs-one-id", item="canary-correlation-ids")
def _(world: "World") -> None:
    """The new version logs every request with the same correlation id."""
    _canary(world, one_id=True)


@fault("old-version-logs-no-id", item="canary-correlation-ids", kind="clean")
def _(world: "World") -> None:
    """Half of the old version's lines carries no correlation id."""
    world.prod.flows["lambda"].versions[str(max(world.prod.versions) - 1)] = {"uncorrelated": 0.5}


wire_fault(
    "canary-logs-throttled",
    "CloudWatch Logs throttles every attempt.",
    "throttle",
    FILTER,
    item="canary-correlation-ids",
    falls_with=("lambda-canary", *DECISIONS),
)


@fault(
    "both-versions-fail",
    item="go-no-go-t2",
    kind="blind",
    falls_with=("lambda-canary", "api-gateway-errors", "dashboard-watch", "go-no-go-t5"),
)
def _(world: "World") -> None:
    """A dependency of both versions is down, so a rollback would not help."""
    world.prod.flows["lambda"].errors = 0.05


def _canary(world: "World", **knobs: Any) -> None:
    """Turn the knobs of the new version alone."""
    world.prod.flows["lambda"].versions[str(max(world.prod.versions))] = knobs


def _log_as(world: "World", level: str) -> None:
    for number in sorted(world.prod.versions)[-2:]:
        world.prod.log_as(number, LogFormat="JSON", SystemLogLevel=level)
