"""`promotion baseline`: measure how prod does in a steady window, and keep it for later deployments to be compared with."""

# ruff: noqa: T201 - a command prints

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from promotion.core.clock import TickingClock
    from promotion.engine.sources import Sources
    from promotion.sections.observability.baseline.record import Baseline
    from promotion.settings import Settings


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `baseline`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    parser = subparsers.add_parser("baseline", help="measure prod with an image, and keep the result as the baseline")
    parser.add_argument("--digest", required=True, metavar="sha256:…", help="the image that runs in prod")
    parser.add_argument("--config", type=Path, default=Path("promotion.toml"), metavar="FILE", help="the settings")
    parser.add_argument(
        "--minutes", type=int, metavar="N", help="length of the window in minutes (`minutes` of [baseline], 20)"
    )
    parser.add_argument("--loosen", metavar="NAME", help="who agrees to a baseline worse than the one before")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the record there, and store it nowhere else")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Measure and keep. 1 if the window is not fit to be a baseline, 2 if nothing could be measured or kept."""
    from botocore.exceptions import BotoCoreError, ClientError

    from promotion.commands.attest_and_plan import DIGEST
    from promotion.core.redact import Redactor
    from promotion.engine.sources import Sources
    from promotion.sections.observability.baseline import store as keeping
    from promotion.settings import SettingsError, load
    from promotion.unknown import Unknown

    redactor = Redactor()
    try:
        if not DIGEST.fullmatch(asked.digest):
            return _refused(f"{asked.digest!r} is not a digest: expected sha256: and 64 hex digits")
        settings = load(asked.config).settings
        minutes = asked.minutes or settings.baseline.minutes
        if minutes < 1:
            return _refused(f"a window of {minutes} minutes is too short")
        clock = _clock()
        sources = Sources(settings, asked.digest, clock, redactor, journal=Path("reports/acts.jsonl"))
        client = sources["prod_aws"]().client
        before = keeping.fetch_baseline(settings.baseline, client)
        if before.broken:
            return _refused(f"the chain in {before.place} is broken: {before.broken}")
        record, wrong = _measure(sources, asked.digest, minutes, asked.loosen, before.newest)
        if wrong:
            for sentence in wrong:
                print(f"promotion: {redactor.text(sentence)}", file=sys.stderr)
            return 1
        if asked.out is not None:
            asked.out.write_text(record.text(), encoding="utf-8")
        else:
            keeping.append(settings.baseline, client, record)
    except (SettingsError, keeping.KeepingError, OSError, ValueError) as mistake:
        return _refused(redactor.text(str(mistake)))
    except Unknown as unknown:
        return _refused(redactor.text(unknown.message))
    except (ClientError, BotoCoreError) as trouble:
        return _refused(redactor.text(f"AWS refuses: {trouble}"))
    print(describe(record, str(asked.out or before.place)))
    return 0


def describe(record: "Baseline", place: str) -> str:
    """Say what was kept, in a few lines."""
    from promotion.core.statistics.proof import percent
    from promotion.sections.observability.baseline.record import quantile

    lines = [f"{place}: {record.digest}, {record.start:%Y-%m-%d %H:%M} to {record.end:%H:%M}Z"]
    for name, one in record.targets.items():
        lines.append(
            f"  {name}: {one.requests:,} requests, {percent(one.errors / max(one.requests, 1))} failed, p50 "
            f"{quantile(one.latency, 0.5):.0f} ms, p99 {quantile(one.latency, 0.99):.0f} ms, "
            f"{one.over_limit:,} over {one.limit_ms:g} ms"
        )
    before = f" after {record.previous[:12]}" if record.previous else ", the first"
    return "\n".join([*lines, f"record {record.sha256()[:12]}{before}"])


def _measure(
    sources: "Sources", digest: str, minutes: int, loosen: str | None, before: "Baseline | None"
) -> "tuple[Baseline, list[str]]":
    """Measure the newest minutes that have settled, and say why they cannot be the baseline."""
    from datetime import timedelta

    from promotion.clients.aws.cloudwatch.window import SETTLED_AFTER, Window, floor_minute
    from promotion.clients.aws.codedeploy import deployment_group, deployment_history
    from promotion.clients.aws.load_balancers import listener_weights, load_balancer, target_groups
    from promotion.sections.observability.baseline.guard import STEADY_AFTER, refusals
    from promotion.sections.observability.baseline.judgement import measurable_at
    from promotion.sections.observability.baseline.measure import measured_now
    from promotion.sections.observability.baseline.record import Baseline
    from promotion.sections.observability.baseline.window import Whole
    from promotion.sections.observability.metrics.queries_for import is_shared
    from promotion.sections.postdeploy.alarms import alarms_fired
    from promotion.sections.postdeploy.schedule import Began
    from promotion.sections.postdeploy.traffic import traffic_of
    from promotion.sections.rollout.collect.deployments import Deployments
    from promotion.settings.environment import Ec2Target

    settings: Settings = sources["settings"]()
    account, clock = sources["prod_aws"](), sources["clock"]()
    now: datetime = clock.now()
    groups = {name: deployment_group(account, one.codedeploy) for name, one in settings.prod.targets.items()}

    deployments = Deployments(
        settings,
        sources["promoted_image"](),
        account,
        sources["prod_http"](),
        clock,
        lambda name: traffic_of(settings, account, name),
    )
    deployments.find({name: deployment_history(account, group, now, until_good=True) for name, group in groups.items()})
    began = Began(deployments.found, deployments.absent)
    for name in settings.prod.targets:
        began.of(name)
    end = floor_minute(now - SETTLED_AFTER)
    window = Window(end - timedelta(minutes=minutes), end)
    targets = {}
    for name, target in settings.prod.targets.items():
        place = Whole(name, target)
        if isinstance(target, Ec2Target):
            balancer, own = (
                load_balancer(account, target.load_balancer),
                target_groups(account, list(target.target_groups)),
            )
            place = Whole(name, target, balancer, own, is_shared(listener_weights(account, balancer), own))
        targets[name] = measured_now(place, settings, account, window)
    record = Baseline(
        service=settings.service,
        digest=digest,
        start=window.start,
        end=window.end,
        targets=targets,
        written_at=now,
        written_by=os.environ.get("GITHUB_ACTOR", ""),
        previous=before.sha256() if before else None,
        loosened_by=loosen,
    )
    fired = alarms_fired(settings, account, groups, window.start, window.end)
    late = [
        f"{shift.describe()}, so prod is not steady yet"
        for shift in began.shifts.values()
        if shift.rolled_back_by or shift.status in ("Failed", "Stopped")
    ]
    steady = window.start >= began.last + STEADY_AFTER
    names = tuple(one.name for one in fired)
    wrong = [*late, *refusals(record, before, deployed=steady, alarms=names)]
    if not steady:
        wrong.append(
            f"a steady window of {minutes} minutes can be measured from "
            f"{measurable_at(began.last, minutes):%H:%M}Z on: run again then, or set a shorter one with --minutes"
        )
    return record, wrong


def _clock() -> "TickingClock":
    from promotion.core.clock import ServedClock, SystemClock

    url = os.environ.get("PROMOTION_CLOCK")
    return ServedClock.fetch(url) if url else SystemClock()


def _refused(sentence: str) -> int:
    print(f"promotion: {sentence}", file=sys.stderr)
    return 2
