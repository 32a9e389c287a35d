"""What Secrets Manager tells of a rotation, and CloudWatch of its function. This module does I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.query import Metric, Query
from promotion.clients.aws.cloudwatch.series import MetricsLook
from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, Window, floor_minute
from promotion.clients.aws.secrets import described_secret, secret_versions
from promotion.sections.observability.metrics.signals import LAMBDA
from promotion.sections.postdeploy.rotation import CURRENT, PENDING, RotationLook, Rotations

_KEPT = timedelta(days=450)
"""CloudWatch keeps sums of an hour for 455 days."""
_AROUND = timedelta(hours=24)
"""When around the last rotation its invocations were: LastRotatedDate is about its end."""
_HOUR = timedelta(hours=1)


def read_rotation(account: Account, name: str) -> RotationLook:
    """Read when a secret was rotated last, when it is next, and whether a rotation broke off."""
    told = described_secret(account, name)
    if told is None:
        return RotationLook(name, exists=False)
    rules = told.get("RotationRules") or {}
    function = str(told.get("RotationLambdaARN") or "").partition(":function:")[2].partition(":")[0]
    look = RotationLook(
        name=name,
        deleted=_utc(told.get("DeletedDate")),
        enabled=bool(told.get("RotationEnabled")),
        function=function if told.get("RotationLambdaARN") else None,
        managed_by=told.get("OwningService"),
        days=rules.get("AutomaticallyAfterDays"),
        schedule=rules.get("ScheduleExpression"),
        last=_utc(told.get("LastRotatedDate")),
        next=_utc(told.get("NextRotationDate")),
    )
    stuck = [
        version
        for version, stages in (told.get("VersionIdsToStages") or {}).items()
        if PENDING in stages and CURRENT not in stages
    ]
    if look.deleted is not None or not stuck:
        return look
    made = {one["VersionId"]: when for one in secret_versions(account, name) if (when := _utc(one.get("CreatedDate")))}
    dated = [made[version] for version in stuck if version in made]
    return replace(look, pending=tuple(sorted(dated)), nameless=len(stuck) - len(dated))


def rotation_functions(account: Account, looks: Iterable[RotationLook], now: datetime) -> MetricsLook | None:
    """Ask for invocations, errors and throttles of rotation functions, hour by hour, since before the last rotations."""
    found = list(looks)
    lasts = [look.last for look in found if look.function and look.last and now - look.last < _KEPT]
    if not lasts:
        return None
    start = (min(lasts) - _AROUND).replace(minute=0, second=0, microsecond=0)
    queries = [
        query
        for function in dict.fromkeys(look.function for look in found if look.function)
        for query in _queries(function)
    ]
    return metric_data(account, queries, Window(start, floor_minute(now - SETTLED_AFTER)))


def with_function(look: RotationLook, metrics: MetricsLook | None) -> RotationLook:
    """Add to a secret's rotation what its function's metrics say of it, as far as they go back."""
    if look.function is None or look.last is None or metrics is None:
        return look
    start = look.last - _AROUND
    if start < metrics.window.start - _HOUR:
        return look
    totals: Mapping[str, Mapping[datetime, float]] = {
        name: metrics.series[_key(look.function, name)].points() for name in ("Invocations", "Errors", "Throttles")
    }

    def total(name: str, until: datetime | None = None) -> int:
        hours = totals[name].items()
        return round(sum(value for hour, value in hours if hour >= start - _HOUR and (until is None or hour < until)))

    return replace(
        look,
        rotations=Rotations(
            look.function, total("Invocations", look.last + _AROUND), total("Errors"), total("Throttles")
        ),
    )


def _queries(function: str) -> list[Query]:
    return [
        Query(_key(function, name), Metric(LAMBDA, name, {"FunctionName": function}), "Sum", period=3600)
        for name in ("Invocations", "Errors", "Throttles")
    ]


def _key(function: str, name: str) -> str:
    return f"{function} {name}"


def _utc(moment: datetime | None) -> datetime | None:
    return None if moment is None else moment.astimezone(UTC)
