"""What is looked at besides, once a rollout has been watched: loads, correlation ids, the dashboard. No decision hangs on it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from promotion.clients.aws.account import Account
from promotion.clients.aws.cloudwatch.agent_metrics import metrics_of_instances
from promotion.clients.aws.cloudwatch.metrics import metric_data
from promotion.clients.aws.cloudwatch.window import MINUTE, SETTLED_AFTER, Window, floor_minute
from promotion.clients.aws.logs import log_pages
from promotion.sections.observability.asking import measured_at_once
from promotion.sections.observability.dashboards.body import parse_dashboard as read_dashboard
from promotion.sections.observability.dashboards.queries import plan as plan_drawing
from promotion.sections.observability.logs.reading import ENOUGH, log_sample
from promotion.sections.observability.logs.sample import LogSample
from promotion.sections.observability.logs.streams import Writers
from promotion.sections.observability.logs.tally import EventCounter
from promotion.sections.observability.measurements import Untellable
from promotion.sections.rollout import measuring
from promotion.sections.rollout.collect.lambda_reports import seen
from promotion.sections.rollout.fleet_evidence import Fleet, Load
from promotion.sections.rollout.watch import Board, ProdDeployment
from promotion.settings import Settings
from promotion.settings.model import lambda_targets
from promotion.settings.observability import Logs, MetricLimits
from promotion.settings.rollback import Memory
from promotion.unknown import Reason


def fleet_loads(
    settings: Settings,
    account: Account,
    fleets: Mapping[str, Fleet | Untellable],
    shifts: Mapping[str, ProdDeployment],
    now: datetime,
) -> dict[str, tuple[Load, ...] | Untellable]:
    """Look how loaded the instances are that serve."""
    found: dict[str, tuple[Load, ...] | Untellable] = {}
    for name, fleet in fleets.items():
        if isinstance(fleet, Untellable):
            found[name] = fleet
        else:
            serving, old = fleet.traffic.serving_instances, shifts[name].old if name in shifts else ()
            found[name] = seen(partial(_loads, account, settings.rollback.memory, serving, old, now))
    return found


def canary_ids(
    settings: Settings, account: Account, shifts: Mapping[str, ProdDeployment], t0: datetime, now: datetime
) -> dict[str, LogSample | Untellable]:
    """Count which events of the new versions carry a correlation id."""
    minutes = max(-(-int((now - t0).total_seconds()) // 60), 1)
    limits = settings.limits.model_copy(update={"window_minutes": minutes, "log_age_minutes": minutes})
    found: dict[str, LogSample | Untellable] = {}
    for name, target in lambda_targets(settings.prod).items():
        logs = target.logs
        if name in shifts and logs is not None:
            writers = Writers(logs.group, shifts[name].new, target.function)
            found[name] = seen(partial(_sample, account, writers, logs, limits, t0, now))
    return found


def prod_board(
    settings: Settings, account: Account, dashboard: Callable[[], str | None], now: datetime
) -> Board | Untellable:
    """Look at what prod's dashboard draws; `dashboard` gives its body, if there is one."""
    if settings.prod.dashboard is None:
        return Untellable(Reason.NOT_DECLARED, "promotion.toml names no dashboard of prod: set `dashboard` in [prod]")
    found: Board | Untellable = seen(lambda: _board(account, dashboard(), now))
    return found


def _sample(
    account: Account, writers: Writers, logs: Logs, limits: MetricLimits, t0: datetime, now: datetime
) -> LogSample:
    """Read what the new version alone logged; all of the log where its streams are not found by their names."""
    tally, complete = EventCounter(writers, logs.correlation_id, limits.correlation_share), False
    for day in sorted({t0.date(), now.date()}):
        prefix = f"{day:%Y/%m/%d}/[{writers.members[0]}]"
        for page in log_pages(account, writers.group, t0, logStreamNamePrefix=prefix):
            tally.add(page.events)
            complete = page.last
            if tally.application >= ENOUGH:
                break
    if tally.application:
        return tally.sample(t0, now, complete=complete)
    sample: LogSample = log_sample(account, writers, logs, limits, now)
    return sample


def _loads(
    account: Account, where: Memory, serving: tuple[str, ...], old: tuple[str, ...], now: datetime
) -> tuple[Load, ...]:
    end = floor_minute(now)
    window = Window(end - measuring.NEWEST * MINUTE - SETTLED_AFTER, end)
    memory = metrics_of_instances(account, where.namespace, where.metric, serving, like=old)
    asked = list(measuring.load_queries(serving, memory))
    return measuring.loads(serving, metric_data(account, asked, window), window) if asked else ()


def _board(account: Account, body: str | None, now: datetime) -> Board:
    asked, here = Untellable(Reason.NOT_RUN, "not asked"), (account.region, account.account)
    # As people see it now: of what got its traffic two minutes ago no minute has settled yet.
    newest = floor_minute(now - MINUTE)
    parts = () if body is None else plan_drawing(read_dashboard(body, *here), newest + SETTLED_AFTER)
    return Board(body, measured_at_once(account, asked, parts, newest).dashboard)
