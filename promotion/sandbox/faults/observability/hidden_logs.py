"""Faults of the item no-secrets-in-logs: what hides the logs, or the secrets that they are searched for."""

import json
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.leak_lines import DATABASE, set_secret
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from promotion.sandbox.answer import Answer
    from promotion.sandbox.faulted_world import Seeded as World
    from promotion.sandbox.http_faults import Proceed, Request

ITEM = "no-secrets-in-logs"
LAMBDA, EC2 = "/aws/lambda/shop-api", "/shop/ec2"
FILTER = "logs:FilterLogEvents"


@fault("leak-log-empty", item=ITEM, kind="blind", falls_with=("logs-flowing[lambda]", "correlation-ids[lambda]"))
def _(world: "World") -> None:
    """The function has logged nothing at all since the deployment."""
    write = world.dev.logbook.write

    def nothing(group: str, stream: str, at: int, *messages: str) -> None:
        if group != LAMBDA:
            write(group, stream, at, *messages)

    vars(world.dev.logbook)["write"] = nothing


@fault("leak-page-lost", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The token of each page of a log leads to the same page again."""
    lose_pages(world)


@fault("leak-page-cut-off", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """Behind a page of a log there is one that is cut off half-way."""
    second_page(world, lambda answer: answer.with_body(answer.body[: len(answer.body) // 2]))


@fault("leak-throttled-later", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The first page of a log is given, and every further one is throttled."""
    from promotion.sandbox.answer import Answer

    body = json.dumps({"__type": "ThrottlingException", "message": "Rate exceeded"}).encode()
    second_page(world, lambda _: Answer(400, (("Content-Type", "application/x-amz-json-1.1"),), body))


wire_fault(
    "leak-group-not-described",
    "DescribeLogGroups is denied, so it is unknown whether the events are masked.",
    "deny",
    "logs:DescribeLogGroups",
    item=ITEM,
    on="dev",
)


@fault("leak-group-masked", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """A data protection policy masks parts of the log of the instances."""
    vars(world.dev.backend("logs").groups[EC2])["data_protection_status"] = "ACTIVATED"


@fault("leak-group-infrequent", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The log group of the function is of the class for infrequent access."""
    vars(world.dev.backend("logs").groups[LAMBDA])["log_group_class"] = "INFREQUENT_ACCESS"


@fault("leak-secret-short", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The password of the database has six characters, which are in every log by chance."""
    set_secret(world, DATABASE, "password", "shop-1")


wire_fault(
    "leak-secret-denied",
    "GetSecretValue is denied, so it is unknown what to look for.",
    "deny",
    "secretsmanager:GetSecretValue",
    item=ITEM,
    on="dev",
)


@fault("leak-key-denied", item=ITEM, kind="blind")
def _(world: "World") -> None:
    """The key of the secrets may not be used for them, which Secrets Manager reports in its own error."""
    from promotion.sandbox.answer import Answer

    body = json.dumps({"__type": "AccessDeniedException", "Message": "Access to KMS is not allowed"}).encode()

    def denied(_: "Request", __: "Proceed") -> Answer:
        return Answer(400, (("Content-Type", "application/x-amz-json-1.1"),), body)

    world.wire.add("secretsmanager:GetSecretValue", denied, world.dev.id)


def lose_pages(world: "World") -> None:
    """Have the token of every first page lead to that page again."""
    second_page(world, lambda first: first)


def second_page(world: "World", change: "Callable[[Answer], Answer]") -> None:
    """Have every log need a second page, and make it of the first."""
    kept: dict[str, Answer] = {}

    def answered(request: "Request", proceed: "Proceed") -> "Answer":
        asked = json.loads(request.body)
        if "nextToken" in asked:
            return change(kept[asked["logGroupName"]])
        answer = proceed()
        page = json.loads(answer.body)
        answer = answer.with_body(json.dumps({**page, "nextToken": "more-events"}).encode())
        return kept.setdefault(asked["logGroupName"], answer)

    _whole_log(world, answered)


def _whole_log(world: "World", act: "Callable[[Request, Proceed], Answer]") -> None:
    """Have requests for everything, oldest first, answered so; those of other look-ups are answered rightly."""

    def choose(request: "Request", proceed: "Proceed") -> "Answer":
        asked = json.loads(request.body)
        whole = asked.get("startFromHead") is not False and not asked.get("filterPattern")
        return act(request, proceed) if whole else proceed()

    world.wire.add(FILTER, choose)
