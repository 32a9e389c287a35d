"""`promotion judge`: judge two files of requests as a rollout would be judged. It looks at nothing else."""

# ruff: noqa: T201 - a command prints

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promotion.sections.rollout.trial import Trial
    from promotion.settings import Settings


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `judge`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    parser = subparsers.add_parser(
        "judge",
        help="judge requests in files as the canary of a rollout: go, no-go or hold",
        description="Judge the requests of a canary, and of the old version in the same minutes, as a rollout would be "
        "judged. Files have the columns time, duration_ms and error. 0: go, 1: no-go, 10: hold, 2: not judged.",
    )
    parser.add_argument("canary", type=Path, metavar="CANARY.csv", help="requests of the new version")
    parser.add_argument("baseline", type=Path, nargs="?", metavar="BASELINE.csv", help="of the old version")
    parser.add_argument("--limit-ms", type=float, metavar="N", help="limit of durations; limits.lambda_duration_ms")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings; promotion.toml if it is there")
    parser.add_argument("--json", action="store_true", help="print the decision as JSON")
    parser.set_defaults(run=run)


def run(asked: argparse.Namespace) -> int:
    """Judge, and print. 0 for go, 1 for no-go, 10 for hold, 2 if a file or the settings cannot be read."""
    from promotion.core.status import Exit
    from promotion.core.terminal_text import harmless
    from promotion.sections.rollout.canary import Decision
    from promotion.sections.rollout.trial import judge_requests
    from promotion.settings import SettingsError
    from promotion.settings.observability import MetricLimits
    from promotion.settings.rollout import Judge

    try:
        settings = _settings(asked.config)
        limits, how = (settings.limits, settings.rollout.judge) if settings else (MetricLimits(), Judge())
        limit_ms = limits.lambda_duration_ms if asked.limit_ms is None else asked.limit_ms
        if not limit_ms > 0:
            raise ValueError(f"--limit-ms {limit_ms:g} is not a limit")  # noqa: TRY301 - told like the others
        canary = _requests(asked.canary)
        baseline = _requests(asked.baseline) if asked.baseline else None
        trial = judge_requests(canary, baseline, limit_ms, how)
    except (SettingsError, OSError, ValueError) as mistake:
        print(f"promotion: {harmless(str(mistake))}", file=sys.stderr)
        return 2
    print(json.dumps(as_json(trial), indent=2) if asked.json else trial.describe())
    exits = {Decision.GO: Exit.GO, Decision.NO_GO: Exit.NO_GO, Decision.HOLD: Exit.HOLD_UNKNOWN}
    return int(exits[trial.judged.decision])


def as_json(trial: "Trial") -> dict[str, Any]:
    """Give a decision as JSON."""
    judged = trial.judged
    return {
        "decision": str(judged.decision),
        "minute": trial.minute,
        "minutes": trial.planned,
        "against": list(judged.against),
        "missing": list(judged.missing),
        "suspected": list(judged.suspected),
        "seen": list(judged.seen),
        "figures": dict(judged.figures),
        "noise_learned_from_minutes": trial.noise.learned_from,
    }


def _settings(path: Path | None) -> "Settings | None":
    from promotion.settings import load

    usual = Path("promotion.toml")
    if path is None and not usual.exists():
        return None
    return load(path or usual).settings


def _requests(path: Path) -> Any:
    from promotion.sections.rollout.request_files import parse_requests

    with path.open(encoding="utf-8-sig", newline="") as lines:
        return parse_requests(lines, path.name)
