"""From the command line to a Run: settings, digest, embedded world, and what workers are told."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from promotion.checklist import Checklist, ChecklistError
from promotion.clients.aws.pacing import share_paces
from promotion.core.clock import ServedClock
from promotion.engine.claim import claim, report_dir, report_root
from promotion.engine.controller import Controller
from promotion.engine.due_times import require_due_times
from promotion.engine.options import CommandLine, phase_of
from promotion.engine.outputs import Outputs, OutputsError
from promotion.engine.replay import question_of, read_record
from promotion.engine.run import Question, Run
from promotion.engine.selection import select, selection
from promotion.record import history as chain
from promotion.record.history import EarlierRecord
from promotion.record.rehearsal import served_here
from promotion.report.terminal import verbosity
from promotion.settings import Loaded, Settings, SettingsError, load, parse
from promotion.settings.channels import Channel
from promotion.settings.subjects import subjects

CLOCK = "PROMOTION_CLOCK"
"""The variable that names the clock of a rehearsal."""
_SEEN_AFTER = 6.0
"""How many minutes old a rollout is in the embedded world when nobody waits for it: both decisions are due then."""


def as_controller(config: pytest.Config, asked: CommandLine, checklist: Checklist) -> tuple[Run, Controller]:
    """The run of a plain pytest process, or of the controller of an xdist run, which looks at nothing itself."""
    distributed = getattr(config.option, "dist", "no") != "no"
    _raise_if_thread_timeouts(config, distributed=distributed)
    stop: list[Callable[[], None]] = []
    try:
        if asked.replay is not None:
            recorded = report_dir(config, asked.report_dir, read_record(asked.replay)["phase"])
            question = question_of(asked.replay, config, recorded, checklist)
            question = replace(question, replaced=claim(config, question.report_dir, source=asked.replay))
        else:
            question = _live(config, asked, checklist, stop)
        outputs = Outputs(question.report_dir, report_root(config, asked.report_dir), source=asked.replay)
        run = Run(question, checklist, verbosity=verbosity(config))
        outputs.claim(run.record(complete=False))
        outputs.divert(config)
        told = None
        if distributed:
            told = {"spool": str(run.open_spool()), "question": _dump(question)}
        else:
            run.ready_to_look(None)
    except OutputsError as mistake:
        _stop_all(stop)
        raise pytest.UsageError(str(mistake)) from None
    except BaseException:
        _stop_all(stop)
        raise
    return run, Controller(run, outputs, workers_are_told=told, stop_world=lambda: _stop_all(stop))


def as_worker(config: pytest.Config, checklist: Checklist) -> Run:
    """The run of an xdist worker: the controller's question, and look-ups shared with the other workers."""
    told = json.loads(config.workerinput["promotion"])  # type: ignore[attr-defined]  # xdist sets it
    question = _load(told["question"])
    select(config, question.selection)
    run = Run(question, checklist, verbosity=verbosity(config))
    run.ready_to_look(Path(told["spool"]))
    share_paces(Path(told["spool"]))
    return run


def subjects_if_any(config: pytest.Config, asked: CommandLine) -> Callable[[str], list[str]] | None:
    """The subjects for `--collect-only`, which needs neither a digest nor a world, but shows them where it can."""
    try:
        if asked.replay is not None:
            settings = parse(read_record(asked.replay)["settings"], str(asked.replay))
        else:
            settings = load(_config_path(config, asked), assignments=asked.assignments).settings
    except SettingsError:
        return None
    return lambda per: subjects(per, settings)


def _live(config: pytest.Config, asked: CommandLine, checklist: Checklist, stop: list[Callable[[], None]]) -> Question:
    phase = phase_of(config, checklist)
    folder, root = report_dir(config, asked.report_dir, phase), report_root(config, asked.report_dir)
    replaced = claim(config, folder)
    path, own_digest = _config_path(config, asked), None
    if asked.sandbox is not None:
        path, own_digest = _start_sandbox(asked, phase, stop)
    digest = asked.digest or own_digest
    if digest is None:
        raise pytest.UsageError(
            "give the digest of the image to be promoted: --digest=sha256:…, or --sandbox to try the gate on the embedded "
            "world"
        )
    try:
        loaded = load(path, assignments=asked.assignments)
        require_due_times(checklist, loaded.settings)
    except (SettingsError, ChecklistError) as mistake:
        raise pytest.UsageError(str(mistake)) from None
    try:
        for waiver in loaded.settings.waivers:
            checklist.item(waiver.item)
    except KeyError as mistake:
        raise pytest.UsageError(f"a waiver names an unknown item: {mistake.args[0]}") from None
    clock = _clock()
    return Question(
        phase,
        digest,
        loaded,
        selection(config),
        folder,
        root=root,
        replaced=replaced,
        wait=asked.wait,
        act=asked.act,
        notify=_channels(asked, loaded.settings),
        seal=asked.seal,
        clock=clock,
        sandbox=asked.sandbox is not None,
        kept=_kept(asked, root, loaded.settings, digest, phase, clock),
    )


def _channels(asked: CommandLine, settings: Settings) -> Sequence[Channel]:
    """Find the channels that `--notify` names; the team's, if it names none."""
    if asked.notify is None:
        return ()
    known = {channel.name: channel for channel in (*settings.channels.team, *settings.channels.stakeholders)}
    for name in asked.notify:
        if name not in known:
            there = f"it declares {', '.join(map(repr, known))}" if known else "it declares none"
            raise pytest.UsageError(f"--notify names {name!r}, which is not a channel in promotion.toml: {there}")
    if not asked.notify and not settings.channels.team:
        raise pytest.UsageError(
            "--notify notifies the team's channels, but promotion.toml has no [[channels.team]]: add one, or name "
            "a channel"
        )
    return [known[name] for name in dict.fromkeys(asked.notify)] or settings.channels.team


def _kept(
    asked: CommandLine, root: Path, settings: Settings, digest: str, phase: str, clock: ServedClock | None
) -> Sequence[EarlierRecord]:
    """Read the records to go on from. A real run does not go on from a rehearsal."""
    rehearses = asked.sandbox is not None or clock is not None or bool(served_here(settings.model_dump(mode="json")))
    earlier = [Path(name) for name in settings.earlier_reports]
    try:
        return chain.load_history(root, digest, phase, earlier, rehearsals=rehearses)
    except chain.ChainError as mistake:
        raise pytest.UsageError(str(mistake)) from None


def _clock() -> ServedClock | None:
    """Take the clock of a rehearsal, if the environment names one."""
    url = os.environ.get(CLOCK)
    if not url:
        return None
    try:
        return ServedClock.fetch(url)
    except (OSError, ValueError) as trouble:
        raise pytest.UsageError(f"{CLOCK} names a clock that cannot be read: {trouble}") from None


def _start_sandbox(asked: CommandLine, phase: str, stop: list[Callable[[], None]]) -> tuple[Path, str]:
    """Start the embedded world at the moment that the phase is about; a run that waits sees the rollout from its start."""
    from promotion.sandbox import catalogue, client
    from promotion.sandbox.protocol import SCENE_OF

    minutes = _SEEN_AFTER if phase == "rollout" and not asked.wait else None
    try:
        world = client.start(asked.sandbox or (), rate=asked.sandbox_rate, scene=SCENE_OF[phase], minutes=minutes)
    except (catalogue.CatalogueError, client.SandboxError) as mistake:
        raise pytest.UsageError(str(mistake)) from None
    stop.append(world.stop)
    before = {name: os.environ.get(name) for name in world.environment}
    os.environ.update(world.environment)
    stop.append(lambda: _restore(before))
    return world.config, world.digest


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _stop_all(stop: list[Callable[[], None]]) -> None:
    while stop:
        stop.pop()()


def _config_path(config: pytest.Config, asked: CommandLine) -> Path:
    named = asked.config or os.environ.get("PROMOTION_CONFIG")
    return Path(named) if named else config.invocation_params.dir / "promotion.toml"


def _raise_if_thread_timeouts(config: pytest.Config, *, distributed: bool) -> None:
    if not config.pluginmanager.hasplugin("timeout"):
        return
    method = config.option.timeout_method or config.getini("timeout_method")
    if method == "thread" and not distributed:
        raise pytest.UsageError("--timeout-method=thread ends the whole process without a report: use signal")


def _dump(question: Question) -> dict[str, Any]:
    return {
        "phase": question.phase,
        "digest": question.digest,
        "settings": question.loaded.settings.model_dump(mode="json", by_alias=True, exclude_none=True),
        "origins": dict(question.loaded.origins),
        "selection": question.selection,
        "report_dir": str(question.report_dir),
        "root": None if question.root is None else str(question.root),
        "replay": None if question.replay is None else dict(question.replay),
        "wait": question.wait,
        "act": question.act,
        "clock": os.environ.get(CLOCK) if question.clock else None,
    }


def _load(tree: Mapping[str, Any]) -> Question:
    return Question(
        phase=tree["phase"],
        digest=tree["digest"],
        loaded=Loaded(parse(tree["settings"], "the controller's settings"), tree["origins"]),
        selection=tree["selection"],
        report_dir=Path(tree["report_dir"]),
        root=None if tree["root"] is None else Path(tree["root"]),
        replay=tree["replay"],
        wait=tree["wait"],
        act=tree["act"],
        clock=ServedClock.fetch(tree["clock"]) if tree["clock"] else None,
    )
