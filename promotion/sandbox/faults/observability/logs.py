"""Faults of section 3 that concern logs: silent streams, lost correlation ids, and what hinders reading."""

import json
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.answer import Answer
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.http_faults import Proceed, Request

LAMBDA, EC2 = "/aws/lambda/shop-api", "/shop/ec2"
FILTER = "logs:FilterLogEvents"
FLOWING, IDS = "logs-flowing", "correlation-ids"
Change = Callable[[str, int, str], tuple[str, str] | None]
"""Takes stream, milliseconds since 1970 and message; gives stream and message as they are written, or None."""


@fault("log-instance-silent", item=FLOWING, falls_with=("correlation-ids[ec2]",))
def _(world: "World") -> None:
    """One of the two instances has logged nothing for twenty minutes."""
    _hush(world, world.dev.green[1], 20)


@fault("log-instance-never-wrote", item=FLOWING, falls_with=("correlation-ids[ec2]",))
def _(world: "World") -> None:
    """One of the two instances has no log stream at all."""
    _hush(world, world.dev.green[0], 120)


@fault("log-version-silent", item=FLOWING, falls_with=("correlation-ids[lambda]",))
def _(world: "World") -> None:
    """The function has logged nothing for a quarter of an hour."""
    _hush(world, "8", 15)


@fault("log-old-version-only", item=FLOWING, falls_with=("correlation-ids[lambda]",))
def _(world: "World") -> None:
    """Every event of the function is in streams of the previous version."""
    _rewrite(world, LAMBDA, lambda stream, _, message: (stream.replace("[8]", "[7]"), message), live=True)


@fault("log-stream-fresh-events-old", item=FLOWING, falls_with=("correlation-ids[ec2]",))
def _(world: "World") -> None:
    """A stream says that it took events just now, but the newest of them happened twenty minutes ago."""
    from moto.logs.models import LogEvent

    from promotion.sandbox.moto_patches.log_events import fed
    from promotion.sandbox.world.logs import milliseconds
    from promotion.sandbox.world.model import ago, now

    instance = world.dev.green[0]
    _hush(world, instance, 20)
    backend = world.dev.backend("logs")
    fed(backend, EC2, None, None)
    stream = backend.groups[EC2].streams[instance]
    late = LogEvent(milliseconds(now()), {"timestamp": milliseconds(ago(minutes=20)), "message": '{"level":"INFO"}'})
    stream.events.append(late)
    stream.last_ingestion_time = now() + timedelta(minutes=5)


@fault("log-clock-ahead", item=FLOWING, falls_with=("correlation-ids[ec2]",))
def _(world: "World") -> None:
    """An instance whose clock runs an hour ahead stopped logging half an hour ago: its events seem to be in the future."""
    from moto.logs.models import LogEvent

    from promotion.sandbox.moto_patches.log_events import fed
    from promotion.sandbox.world.logs import milliseconds
    from promotion.sandbox.world.model import ago

    instance = world.dev.green[0]
    _hush(world, instance, 30)
    backend = world.dev.backend("logs")
    fed(backend, EC2, None, None)
    at = {"timestamp": milliseconds(ago(minutes=-30)), "message": '{"level":"INFO"}'}
    backend.groups[EC2].streams[instance].events.append(LogEvent(milliseconds(ago(minutes=30)), at))


@fault("log-instance-quiet", item=FLOWING, kind="clean")
def _(world: "World") -> None:
    """Nobody called for twenty minutes, so that the newest events are of the requests that the run makes."""
    from promotion.sandbox.world.logs import milliseconds
    from promotion.sandbox.world.model import ago

    quiet = milliseconds(ago(minutes=20))
    _rewrite(world, EC2, lambda stream, at, message: (stream, message) if at < quiet else None)


@fault("log-names-with-file", item=FLOWING, kind="clean")
def _(world: "World") -> None:
    """The agent adds the name of the file to the streams of the instances."""
    _rewrite(world, EC2, lambda stream, _, message: (f"{stream}/messages", message), live=True)


@fault(
    "log-group-missing",
    item=FLOWING,
    kind="blind",
    falls_with=("correlation-ids[ec2]", "no-secrets-in-logs[/shop/ec2]"),
)
def _(world: "World") -> None:
    """The log group of the instances is not there."""
    world.dev.backend("logs").groups.pop(EC2)


wire_fault(
    "logs-denied",
    "FilterLogEvents is denied.",
    "deny",
    FILTER,
    item=FLOWING,
    on="dev",
    falls_with=(IDS, "no-secrets-in-logs"),
)


@fault("log-group-essentials", item=FLOWING, kind="blind", falls_with=("correlation-ids[lambda]", "no-secrets-in-logs"))
def _(world: "World") -> None:
    """The log group of the function is of the class ESSENTIALS, which FilterLogEvents refuses to read."""
    vars(world.dev.backend("logs").groups[LAMBDA])["log_group_class"] = "ESSENTIALS"


wire_fault(
    "logs-throttled",
    "FilterLogEvents is throttled in every attempt.",
    "throttle",
    FILTER,
    item=FLOWING,
    falls_with=(IDS,),
)


wire_fault(
    "logs-cut-off",
    "Answers of FilterLogEvents are cut off half-way.",
    "truncate",
    FILTER,
    item=FLOWING,
    falls_with=(IDS,),
)


@fault("logs-never-end", item=FLOWING, kind="blind", falls_with=(IDS,))
def _(world: "World") -> None:
    """Every page of FilterLogEvents is empty and has a token for another one."""
    from promotion.sandbox.answer import Answer

    number = count()

    def empty(_: "Request", __: "Proceed") -> Answer:
        page = {"events": [], "nextToken": f"more-{next(number)}"}
        return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(page).encode())

    world.wire.add(FILTER, empty)


wire_fault(
    "logs-begin-empty",
    "FilterLogEvents begins each answer with an empty page and a token.",
    "empty_page",
    FILTER,
    item=FLOWING,
    kind="clean",
)


@fault("logs-oldest-first", item=FLOWING, kind="clean")
def _(world: "World") -> None:
    """FilterLogEvents gives the oldest events first, whatever it is asked."""
    world.wire.add(FILTER, _asking(world, startFromHead=True))


@fault("logs-unfiltered", item=IDS, kind="clean")
def _(world: "World") -> None:
    """FilterLogEvents lets every event through, whatever the pattern."""
    world.wire.add(FILTER, _asking(world, filterPattern=""))


@fault("log-ids-dropped", item=IDS)
def _(world: "World") -> None:
    """The function does not log the correlation id, though it logs the trace id."""
    for member in world.fronts["dev-lambda"].members:
        member.correlation = "dropped"


@fault("log-ids-dropped-by-one-instance", item=IDS)
def _(world: "World") -> None:
    """One of the two instances does not log the correlation id."""
    world.fronts["dev-ec2"].members[world.dev.green[1]].correlation = "dropped"


@fault("log-id-constant", item=IDS)
def _(world: "World") -> None:
    """The function logs the same correlation id for every request but those of the run."""
    world.dev.flows["lambda"].one_id = True


@fault("log-id-constant-now", item=IDS)
def _(world: "World") -> None:
    """The instances log and return the same correlation id for every request they get now."""
    for member in world.fronts["dev-ec2"].members:
        member.correlation = "constant"


@fault("log-id-kept-by-environment", item=IDS)
def _(world: "World") -> None:
    """An execution environment of the function logs the correlation id of its first request for all later ones."""
    first: list[str] = []
    leaking = world.dev.logbook._stream("lambda", "8", 1)

    def leak(line: dict[str, Any]) -> dict[str, Any]:
        first.append(line["correlation_id"])
        return line | {"correlation_id": first[0]}

    _rewrite(
        world,
        LAMBDA,
        lambda stream, _, message: (stream, _with(message, leak) if stream == leaking else message),
    )


@fault("log-ids-empty", item=IDS)
def _(world: "World") -> None:
    """A tenth of the lines of the instances carry an empty correlation id."""
    number = count()
    _rewrite(
        world,
        EC2,
        lambda stream, _, message: (stream, message if next(number) % 10 else _with(message, _named(""))),
    )


@fault("log-ids-null", item=IDS)
def _(world: "World") -> None:
    """The lines of the instances carry `null`, as text, for a correlation id, but for those of the run's requests."""
    _rewrite(world, EC2, lambda stream, _, message: (stream, _with(message, _named("null"))))


@fault("log-ids-lacking", item=IDS)
def _(world: "World") -> None:
    """One request in twenty of the function is logged without an id."""
    world.dev.flows["lambda"].uncorrelated = 0.05


@fault("log-ids-nearly-all", item=IDS, kind="clean")
def _(world: "World") -> None:
    """One request in two hundred is logged without an id, which is less than one in a hundred."""
    world.dev.flows["ec2"].uncorrelated = 0.005


@fault("log-ids-at-other-target", item=IDS)
def _(world: "World") -> None:
    """What the function logs of a request is in the log of the instances."""
    logbook, instance = world.dev.logbook, world.dev.green[0]
    vars(world.fronts["dev-lambda"])["_log"] = lambda _target, _member, line: logbook.log("ec2", instance, line)


@fault("log-lines-plain", item=IDS)
def _(world: "World") -> None:
    """The function logs plain text, without ids, but for the requests of the run."""
    _rewrite(world, LAMBDA, lambda stream, _, message: (stream, _as_text(message)))


@fault("log-platform-lines-only", item=IDS)
def _(world: "World") -> None:
    """The function logs nothing of its own: only START, END and REPORT are there."""
    _rewrite(
        world, LAMBDA, lambda stream, _, message: None if message.startswith("{") else (stream, message), live=True
    )


@fault("log-platform-json", item=IDS, kind="clean")
def _(world: "World") -> None:
    """The platform's lines are JSON, as with LogFormat JSON."""
    _rewrite(world, LAMBDA, lambda stream, _, message: (stream, _platform_json(message)), live=True)


@fault("log-gateway-id", item=IDS, kind="clean")
def _(world: "World") -> None:
    """The function logs the request id of the gateway for a correlation id, as stock settings do."""
    _rewrite(world, LAMBDA, lambda stream, _, message: (stream, _with(message, _gateway_id)), live=True)


@fault("log-lines-late", item=IDS, kind="clean")
def _(world: "World") -> None:
    """Events can be read a second after they happened."""
    world.wire.add(FILTER, _a_second_late)


@fault("log-events-few", item=IDS, kind="blind")
def _(world: "World") -> None:
    """The log of the function holds some fifty events, fresh ones among them."""
    number = count()
    _rewrite(world, LAMBDA, lambda stream, _, message: None if next(number) % 199 else (stream, message))


@fault("log-endpoint-fails", item=IDS, kind="blind")
def _(world: "World") -> None:
    """The gateway answers 503, so that no request comes to the function."""
    world.edges["dev-lambda"].fail("GET /health", 503)


@fault("log-endpoint-unreachable", item=IDS, kind="blind")
def _(world: "World") -> None:
    """The connection to the load balancer is closed without an answer."""
    world.edges["dev-ec2"].drop("GET /health")


@fault("log-instance-out-of-traffic", item=IDS, kind="blind")
def _(world: "World") -> None:
    """The load balancer sends no request to one of the two instances, which still logs."""
    instance = world.dev.green[0]
    world.dev.health[instance] = ("unhealthy", "Target.Timeout", "Request timed out")
    world.fronts["dev-ec2"].members[instance].weight = 0


wire_fault(
    "log-alias-denied",
    "GetAlias is denied, so it is unknown which version's streams to look at.",
    "deny",
    "lambda:GetAlias",
    item=FLOWING,
    on="dev",
    falls_with=("correlation-ids[lambda]",),
)


def _hush(world: "World", member: str, minutes: float) -> None:
    from promotion.sandbox.world.model import ago

    world.dev.logbook.silent[member] = ago(minutes=minutes)


def _rewrite(world: "World", group: str, change: Change, *, live: bool = False) -> None:
    """Have what was logged before written otherwise; with `live` also what is logged of requests made now."""
    logbook = world.dev.logbook
    write, request = logbook.write, logbook._request
    before = ContextVar("before", default=False)

    def told_back(*args: Any, **more: Any) -> None:
        token = before.set(True)
        try:
            request(*args, **more)
        finally:
            before.reset(token)

    def written(into: str, stream: str, at: int, *messages: str) -> None:
        if into != group or not (live or before.get()):
            write(into, stream, at, *messages)
            return
        for message in messages:
            if changed := change(stream, at, message):
                write(into, changed[0], at, changed[1])

    vars(logbook).update(_request=told_back, write=written)


def _with(message: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """Change a line of the application; one of the platform stays."""
    return json.dumps(change(json.loads(message)), separators=(",", ":")) if message.startswith("{") else message


def _named(correlation_id: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda line: line | {"correlation_id": correlation_id}


def _gateway_id(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"correlation_id": line["request_id"]}


def _as_text(message: str) -> str:
    if not message.startswith("{"):
        return message
    line = json.loads(message)
    return f"{line['timestamp']} {line['level']} {line['method']} {line['path']} {line['message']}"


def _platform_json(message: str) -> str:
    """Write START, END and REPORT as the Telemetry API has them."""
    word, _, rest = message.partition(" RequestId: ")
    kinds = {"START": "platform.start", "END": "platform.runtimeDone", "REPORT": "platform.report"}
    if word not in kinds:
        return message
    record = {"requestId": rest.split()[0], "status": "success", "metrics": {"durationMs": 86.4}}
    return json.dumps({"time": "2026-11-23T12:00:00.000Z", "type": kinds[word], "record": record})


def _asking(world: "World", **parameters: Any) -> "Callable[[Request, Proceed], Answer]":
    """Let the server take a request for one with other parameters."""

    def act(request: "Request", _: "Proceed") -> "Answer":
        asked = json.loads(request.body) | parameters
        return world.wire.proceed(replace(request, body=json.dumps(asked).encode()))

    return act


def _a_second_late(_: "Request", proceed: "Proceed") -> "Answer":
    answer = proceed()
    page = json.loads(answer.body)
    until = (time.time() - 1) * 1000
    page["events"] = [event for event in page.get("events", ()) if event["timestamp"] <= until]
    return answer.with_body(json.dumps(page).encode())
