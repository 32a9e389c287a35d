"""From the command line to a Run: settings, digest, record to replay, embedded world."""

import json
import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from promotion.checklist import Checklist
from promotion.controller import Controller
from promotion.options import Asked
from promotion.outputs import Outputs
from promotion.record import SCHEMA
from promotion.run import Question, Run
from promotion.settings import Loaded, SettingsError, load, parse
from promotion.settings.subjects import subjects


def as_controller(config: pytest.Config, asked: Asked, phase: str, checklist: Checklist) -> tuple[Run, Controller]:
    """The run of a plain pytest process, or of the controller of an xdist run, which looks at nothing itself."""
    distributed = getattr(config.option, "dist", "no") != "no"
    _refuse_thread_timeouts(config, distributed=distributed)
    stop: list[Callable[[], None]] = []
    try:
        if asked.replay is not None:
            question = _replay(config, asked, checklist)
        else:
            question = _live(config, asked, phase, stop)
        run = Run(question, checklist, verbosity=config.option.verbose)
        outputs = Outputs(asked.report_dir, source=asked.replay)
        outputs.claim(run.record(complete=False))
        outputs.divert(config)
        told = None
        if distributed:
            told = {"spool": str(run.open_spool()), "question": _dump(question)}
        else:
            run.ready_to_look(None)
    except BaseException:
        _stop_all(stop)
        raise
    return run, Controller(run, outputs, workers_are_told=told, stop_world=lambda: _stop_all(stop))


def as_worker(config: pytest.Config, checklist: Checklist) -> Run:
    """The run of an xdist worker: the controller's question, and look-ups shared with the other workers."""
    told = json.loads(config.workerinput["promotion"])  # type: ignore[attr-defined]  # xdist sets it
    question = _load(told["question"])
    config.option.markexpr = told["question"]["markexpr"] or config.option.markexpr
    run = Run(question, checklist, verbosity=config.option.verbose)
    run.ready_to_look(Path(told["spool"]))
    return run


def subjects_if_any(config: pytest.Config, asked: Asked) -> Callable[[str], list[str]] | None:
    """The subjects for `--collect-only`, which needs neither a digest nor a world, but shows them where it can."""
    try:
        if asked.replay is not None:
            settings = parse(_record_of(asked.replay)["settings"], str(asked.replay))
        else:
            settings = load(_config_path(config, asked), assignments=asked.assignments).settings
    except SettingsError:
        return None
    return lambda per: subjects(per, settings)


def _live(config: pytest.Config, asked: Asked, phase: str, stop: list[Callable[[], None]]) -> Question:
    path, own_digest = _config_path(config, asked), None
    if asked.sandbox is not None:
        path, own_digest = _start_sandbox(asked.sandbox, stop)
    digest = asked.digest or own_digest
    if digest is None:
        raise pytest.UsageError(
            "give the digest of the image to be promoted: --digest=sha256:…, or --sandbox to try the gate on the embedded world"
        )
    try:
        loaded = load(path, assignments=asked.assignments)
    except SettingsError as mistake:
        raise pytest.UsageError(str(mistake)) from None
    return Question(phase, digest, loaded, _selection(config), asked.report_dir)


def _start_sandbox(faults: tuple[str, ...], stop: list[Callable[[], None]]) -> tuple[Path, str]:
    from promotion.sandbox import catalogue, client

    try:
        world = client.start(faults)
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


def _replay(config: pytest.Config, asked: Asked, checklist: Checklist) -> Question:
    assert asked.replay is not None
    record = _record_of(asked.replay)
    if record["checklist_sha256"] != checklist.sha256:
        raise pytest.UsageError(
            f"{asked.replay} was made with another checklist.md (sha256 {record['checklist_sha256'][:12]}…, here "
            f"{checklist.sha256[:12]}…): replay it with the checklist it was made with"
        )
    try:
        settings = parse(record["settings"], str(asked.replay))
    except SettingsError as mistake:
        raise pytest.UsageError(str(mistake)) from None
    if not config.invocation_params.args or not config.option.keyword:
        _select(config, record["selection"])
    loaded = Loaded(settings, record["settings_origins"])
    return Question(record["phase"], record["digest"], loaded, record["selection"], asked.report_dir, record)


def _record_of(path: Path) -> dict[str, Any]:
    try:
        tree = json.loads(path.read_text())
    except FileNotFoundError:
        raise pytest.UsageError(f"there is no record {path}") from None
    except (OSError, ValueError):
        raise pytest.UsageError(f"{path} cannot be read as a record") from None
    if not isinstance(tree, dict) or tree.get("schema") != SCHEMA:
        raise pytest.UsageError(f"{path} is not a record of schema {SCHEMA}")
    return tree


def _config_path(config: pytest.Config, asked: Asked) -> Path:
    named = asked.config or os.environ.get("PROMOTION_CONFIG")
    return Path(named) if named else config.invocation_params.dir / "promotion.toml"


def _selection(config: pytest.Config) -> str:
    """What this run selects, as one would type it."""
    words = ["-m", config.option.markexpr]
    if config.option.keyword:
        words += ["-k", config.option.keyword]
    for left_out in config.option.deselect or ():
        words += ["--deselect", left_out]
    if config.args_source is pytest.Config.ArgsSource.ARGS:
        words += config.args
    return shlex.join(words)


def _select(config: pytest.Config, selection: str) -> None:
    """Select what a record says was selected."""
    words = shlex.split(selection)
    paths: list[str] = []
    while words:
        word = words.pop(0)
        if word == "-m":
            config.option.markexpr = words.pop(0)
        elif word == "-k":
            config.option.keyword = words.pop(0)
        elif word == "--deselect":
            config.option.deselect = [*(config.option.deselect or ()), words.pop(0)]
        else:
            paths.append(word)
    if paths:
        config.args = paths


def _refuse_thread_timeouts(config: pytest.Config, *, distributed: bool) -> None:
    method = getattr(config.option, "timeout_method", None) or config.getini("timeout_method")
    if method == "thread" and not distributed:
        raise pytest.UsageError(
            "--timeout-method=thread ends the whole process without a report: use signal, which is what this project sets"
        )


def _dump(question: Question) -> dict[str, Any]:
    return {
        "phase": question.phase,
        "digest": question.digest,
        "settings": question.loaded.settings.model_dump(mode="json", by_alias=True, exclude_none=True),
        "origins": dict(question.loaded.origins),
        "selection": question.selection,
        "markexpr": shlex.split(question.selection)[1],
        "report_dir": str(question.report_dir),
        "replay": None if question.replay is None else dict(question.replay),
    }


def _load(tree: Mapping[str, Any]) -> Question:
    return Question(
        phase=tree["phase"],
        digest=tree["digest"],
        loaded=Loaded(parse(tree["settings"], "the controller's settings"), tree["origins"]),
        selection=tree["selection"],
        report_dir=Path(tree["report_dir"]),
        replay=tree["replay"],
    )
