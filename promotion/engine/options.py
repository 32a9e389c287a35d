"""What the gate is asked on the command line, checked before anything else happens."""

import argparse
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import pytest

from promotion.checklist import PHASES, Checklist, ChecklistError, load_checklist

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[A-Za-z_]\w*")
_WORDS = frozenset({"and", "or", "not", "True", "False"})
_ARGUMENTS = re.compile(r"\([^()]*=[^()]*\)")
"""As in `-m "item(id='health-checks')"`."""
_OUR_TESTS = re.compile(r"(?:^|[/\\.])tests_promotion(?:$|[/\\.:])")


@dataclass(frozen=True)
class CommandLine:
    """The command line, as far as it is ours."""

    digest: str | None
    config: Path | None
    sandbox: tuple[str, ...] | None
    """Faults to seed into the embedded world; None: no embedded world."""
    sandbox_rate: float
    """Seconds of the embedded world per second."""
    replay: Path | None
    report_dir: Path | None
    """Where everything is reported into; None: `reports/<phase>/`, and what all phases share into `reports/`."""
    assignments: tuple[str, ...]
    wait: bool
    """Whether to wait for what is not due yet."""
    seal: str | None
    """The key to seal the run with, as `promotion seal --key` takes it."""
    act: bool
    """Whether the run may change the world: post, open tickets, roll back."""
    notify: tuple[str, ...] | None
    """Channels to tell the verdict in, by name; none named: the team's. None: nobody is told."""


def add_options(parser: pytest.Parser) -> None:
    """The gate's options."""
    group = parser.getgroup("promotion", "promotion checklist")
    group.addoption(
        "--digest", metavar="sha256:…", help="digest of the image to be promoted (or the variable PROMOTION_DIGEST)"
    )
    group.addoption("--config", metavar="FILE", help="settings file (promotion.toml)", type=Path)
    group.addoption(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="promotion_set",
        help="override one setting of the file",
    )
    group.addoption(
        "--sandbox",
        nargs="?",
        const="",
        metavar="FAULT[,FAULT]",
        help="judge the embedded world instead of a real one, with these faults seeded (see `promotion faults`)",
    )
    group.addoption(
        "--sandbox-rate",
        metavar="N",
        help="run the embedded world's clock N times as fast: a rehearsal of a rollout in seconds",
    )
    group.addoption(
        "--trivy-report",
        metavar="FILE",
        help="a Trivy report in JSON, which takes precedence over other scans of the image",
        type=Path,
    )
    group.addoption(
        "--replay", metavar="RECORD", help="judge a record.json again, without looking anything up", type=Path
    )
    group.addoption(
        "--wait",
        action="store_true",
        help="wait until every item of the phase is due: the rollout's T+2 and T+5, T+10, T+30",
    )
    group.addoption(
        "--act",
        action="store_true",
        help="act where the checklist asks for it: notify people, open tickets, roll back. Without it nothing is "
        "changed",
    )
    group.addoption(
        "--notify",
        nargs="?",
        const="",
        metavar="CHANNEL[,CHANNEL]",
        help="post the verdict to these channels of promotion.toml, by name; without a name, to all of the team's",
    )
    group.addoption(
        "--seal",
        metavar="KEY",
        help="sign the record and the report if the verdict is GO: a PEM file, awskms:///KEY, or keyless",
    )
    group.addoption(
        "--report-dir",
        metavar="DIR",
        help="directory for record.json, checklist.html, junit.xml, summary.md (reports/<phase>)",
        type=Path,
    )


def read_options(config: pytest.Config) -> CommandLine:
    """The options, with conflicts and malformed values refused as usage errors."""
    asked = CommandLine(
        digest=config.getoption("--digest") or os.environ.get("PROMOTION_DIGEST") or None,
        config=config.getoption("--config"),
        sandbox=_names_in(config.getoption("--sandbox")),
        sandbox_rate=_rate(config.getoption("--sandbox-rate")),
        replay=config.getoption("--replay"),
        report_dir=config.getoption("--report-dir"),
        assignments=(*config.getoption("promotion_set"), *_trivy_report(config)),
        wait=config.getoption("--wait"),
        act=config.getoption("--act"),
        seal=config.getoption("--seal"),
        notify=_names_in(config.getoption("--notify")),
    )
    if asked.replay is not None:
        for name in ("--digest", "--config", "--sandbox"):
            if config.getoption(name) is not None:
                raise pytest.UsageError(
                    f"--replay judges the evidence in the record: it cannot be combined with {name}"
                )
        if asked.wait or asked.act or asked.seal:
            raise pytest.UsageError("--replay judges the evidence in the record: it neither waits nor acts nor seals")
        if asked.notify is not None:
            raise pytest.UsageError(
                "--replay judges the evidence in the record: it sends no notices, so it cannot be combined with "
                "--notify"
            )
        if asked.assignments:
            raise pytest.UsageError("--replay judges the evidence in the record: it cannot be combined with --set")
    if asked.sandbox is not None and asked.config is not None:
        raise pytest.UsageError(
            "--sandbox has its own settings: it cannot be combined with --config (use --set for single values)"
        )
    if config.getoption("--sandbox-rate") is not None:
        _check_rate(asked)
    if asked.digest is not None:
        _check_digest(asked.digest)
    return asked


def _names_in(given: str | None) -> tuple[str, ...] | None:
    return None if given is None else tuple(name.strip() for name in given.split(",") if name.strip())


def _trivy_report(config: pytest.Config) -> tuple[str, ...]:
    """What `--trivy-report` sets, over the file: a path is relative to where the command is given."""
    report = config.getoption("--trivy-report")
    if report is None:
        return ()
    path = (config.invocation_params.dir / report).absolute()
    return (f"image.vulnerabilities.trivy_report={json.dumps(str(path))}",)


def _rate(given: str | None) -> float:
    """The number; converted here, since what argparse refuses is refused before the report directory is claimed."""
    try:
        return 1.0 if given is None else float(given)
    except ValueError:
        raise pytest.UsageError(f"--sandbox-rate takes a number, such as 20, not {given!r}") from None


def _check_rate(asked: CommandLine) -> None:
    if asked.sandbox is None:
        raise pytest.UsageError("--sandbox-rate needs --sandbox")
    if not asked.sandbox_rate >= 1:
        raise pytest.UsageError(f"--sandbox-rate must be 1 or more, got {asked.sandbox_rate:g}")


def _check_digest(digest: str) -> None:
    if _DIGEST.fullmatch(digest):
        return
    what = "sha256: and 64 hexadecimal digits in lower case"
    if "@" in digest:
        raise pytest.UsageError(f"--digest takes only the part after the @, {what}: got {digest!r}")
    if not digest.startswith("sha256:"):
        raise pytest.UsageError(
            f"--digest takes {what}: got {digest!r}. A tag can be moved to another image: resolve it to its digest "
            "first"
        )
    raise pytest.UsageError(f"--digest takes {what}: got {digest!r} ({len(digest) - 7} characters after the colon)")


def phase_of(config: pytest.Config, checklist: Checklist) -> str:
    """The phase that `-m` selects. Usage error for several phases in one run.

    Without `-m`, pre_promotion, which is then what is selected.
    """
    expression = config.option.markexpr
    if not expression:
        config.option.markexpr = PHASES[0]
        return PHASES[0]
    selected = named_phases(expression, checklist)
    if len(selected) > 1:
        raise pytest.UsageError(
            f"-m {expression!r} spans the phases {', '.join(selected)}: one run judges one phase, because each has its "
            "own verdict"
        )
    return next(iter(selected), PHASES[0])


def named_phases(expression: str | None, checklist: Checklist) -> list[str]:
    """The phases whose markers an expression of `-m` names, or the markers of whose sections."""
    phases = {section.marker: section.phase for section in checklist.sections} | {phase: phase for phase in PHASES}
    return list(dict.fromkeys(phases[name] for name in _names(expression) if name in phases))


def raise_if_unknown_markers(config: pytest.Config, checklist: Checklist) -> None:
    """Usage error for a name behind `-m` that nobody declared: it would select nothing, or everything.

    To be asked when every conftest.py at hand has had its say.
    """
    declared = _declared(config)
    for name in _names(config.option.markexpr):
        if name not in declared:
            near = get_close_matches(name, checklist.markers, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"the markers are {', '.join(checklist.markers)}"
            raise pytest.UsageError(f"-m names {name!r}, which is not a marker: {hint}")


def concerns(config: pytest.Config, option: argparse.Namespace, arguments: Sequence[str]) -> bool:
    """Whether this pytest run is a run of the checklist at all, rather than somebody's ordinary tests."""
    if option.help or option.version:
        return False
    if hasattr(config, "workerinput"):
        return "promotion" in config.workerinput
    if any((option.digest, option.sandbox is not None, option.replay, option.promotion_set, option.config)):
        return True
    if any(_OUR_TESTS.search(argument) for argument in arguments):
        return True
    named = set(_names(option.markexpr)) - _declared(config)
    return bool(named & {*PHASES, *_own_markers(config)})


def inspects(option: argparse.Namespace) -> bool:
    """Whether this run only lists what there is: nothing is looked at then, and nothing written."""
    return any(
        (
            option.collectonly,
            option.markers,
            option.showfixtures,
            option.show_fixtures_per_test,
            option.setupplan,
            getattr(option, "cacheshow", None),
        )
    )


def _names(expression: str | None) -> list[str]:
    """The markers that an expression of `-m` names, without the arguments that some are asked for."""
    return [name for name in _NAME.findall(_ARGUMENTS.sub("", expression or "")) if name not in _WORDS]


def _declared(config: pytest.Config) -> set[str]:
    return {line.split(":")[0].split("(")[0].strip() for line in config.getini("markers")}


def _own_markers(config: pytest.Config) -> tuple[str, ...]:
    """The markers of the checklist in the current folder, if there is one."""
    own = config.invocation_params.dir / "checklist.md"
    try:
        return load_checklist(own).markers if own.is_file() else ()
    except ChecklistError:
        return ()
