"""`promotion sandbox`: the sandbox for people and for other tools."""

# ruff: noqa: T201 - a command prints

import argparse
import json
import shlex
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile

from promotion.sandbox import catalogue
from promotion.sandbox.client import Running, start
from promotion.sandbox.endpoints import FIXED_PORT_BASE
from promotion.sandbox.protocol import SCENE_OF, SCENES, SandboxError


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `sandbox`; it sets `run`, which takes the parsed arguments and gives the exit status."""
    sandbox = subparsers.add_parser("sandbox", help="serve the embedded world on local ports until interrupted")
    sandbox.add_argument(
        "--port-base",
        type=int,
        default=FIXED_PORT_BASE,
        metavar="N",
        help="first port to use (default %(default)s; 0: any)",
    )
    sandbox.add_argument(
        "--ready-file", type=Path, metavar="F", help="written when everything is up, removed at the end"
    )
    sandbox.add_argument("--config-out", type=Path, metavar="F", help="write the promotion.toml that describes it")
    sandbox.add_argument("--env-out", type=Path, metavar="F", help="write the environment as exports, for you only")
    sandbox.add_argument(
        "--latency-ms", type=float, default=0, metavar="N", help="added to each answer of AWS, registry and GitHub"
    )
    sandbox.add_argument("--fault", action="append", default=[], metavar="NAME", help="seed this fault; repeatable")
    sandbox.add_argument(
        "--scene", choices=SCENES, default=SCENES[0], help="the moment at which the scene starts (default %(default)s)"
    )
    sandbox.add_argument("--minutes", type=float, metavar="M", help="how long ago the scene's rollout began")
    sandbox.add_argument(
        "--rate", type=float, default=1, metavar="N", help="sandbox seconds per real second (default %(default)s)"
    )
    sandbox.set_defaults(run=run_sandbox)


def run_sandbox(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM."""
    if arguments.ready_file:
        arguments.ready_file.unlink(missing_ok=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        catalogue.find(arguments.fault)
        running = start(
            arguments.fault,
            port_base=arguments.port_base,
            latency_ms=arguments.latency_ms,
            rate=arguments.rate,
            scene=arguments.scene,
            minutes=arguments.minutes,
        )
    except (SandboxError, catalogue.CatalogueError) as error:
        return _usage_error(error)
    with running:
        _write(arguments, running)
        _tell(arguments, running)
        ended.wait()
    if arguments.ready_file:
        arguments.ready_file.unlink(missing_ok=True)
    return 0


def _write(arguments: argparse.Namespace, running: Running) -> None:
    if arguments.config_out:
        _put(arguments.config_out, running.config.read_text(encoding="utf-8"))
    if arguments.env_out:
        _put(arguments.env_out, "".join(f"{line}\n" for line in _exports(running)))
    if arguments.ready_file:
        places = {**asdict(running.places), "config": str(running.config), "digest": running.digest}
        _put(arguments.ready_file, json.dumps(places, indent=2) + "\n")


def _tell(arguments: argparse.Namespace, running: Running) -> None:
    config = arguments.config_out or running.config
    places = running.places
    print("The sandbox is up.")
    for name, url in {"AWS": places.aws, "registry": places.registry, "GitHub": places.github, **places.fronts}.items():
        print(f"  {name:<12}{url}")
    print("In another shell:")
    for line in [f". {shlex.quote(str(arguments.env_out.absolute()))}"] if arguments.env_out else _exports(running):
        print(f"  {line}")
    phase = next(phase for phase, scene in SCENE_OF.items() if scene == arguments.scene)
    print(f"  pytest -m {phase} --config {shlex.quote(str(config))} --digest={running.digest}")
    print("Stop it with Ctrl-C.", flush=True)


def _exports(running: Running) -> list[str]:
    """What a shell needs. The AWS CLI and boto3 find the world by AWS_ENDPOINT_URL; the gate goes by promotion.toml alone."""
    variables = {"AWS_ENDPOINT_URL": running.places.aws, **running.environment}
    return [f"export {name}={shlex.quote(value)}" for name, value in sorted(variables.items())]


def _put(path: Path, text: str) -> None:
    """Write a file at once and for its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, prefix=path.name, delete=False) as new:
        new.write(text)  # NamedTemporaryFile makes it with mode 0600
    Path(new.name).replace(path)


def _usage_error(error: Exception) -> int:
    print(f"promotion: {error}", file=sys.stderr)
    return 2
