"""What is asked of a sandbox process and what it answers: one line of JSON each way, over its standard streams."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from promotion.sandbox.endpoints import Places

SCENES = ("pre_promotion", "rollout", "rolled-out", "rolled-back")
"""The moments at which a world can stand: before the promotion, in the middle of it, after it, after its rollback."""
SCENE_OF = {"pre_promotion": SCENES[0], "rollout": SCENES[1], "postdeploy": SCENES[2], "after_rollback": SCENES[3]}
"""Phase of the checklist to the scene that it is about."""
STOP = b"stop "
"""Stands before the pid of a world that is not needed any more."""
REFUSED = b'{"refused":'
"""How every refusal begins."""


class SandboxError(Exception):
    """A world could not be had. The message is one sentence, and what to do next."""


@dataclass(frozen=True)
class Order:
    """A world that is wanted."""

    faults: tuple[str, ...] = ()
    port_base: int | None = None
    """First of its fixed ports; free ones are taken if there is none."""
    latency_ms: float = 0
    """Added to each answer of AWS, the registry and GitHub."""
    rate: float = 1
    """Sandbox seconds per real second."""
    scene: str = SCENES[0]
    minutes: float | None = None
    """How many minutes ago the rollout began, in a scene that has one; None: as long as the scene takes."""

    def line(self) -> bytes:
        """As it is sent."""
        return _line(asdict(self))

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read what `line` wrote."""
        said = json.loads(line)
        return cls(**{**said, "faults": tuple(said["faults"])})


@dataclass(frozen=True)
class Ready:
    """A world that is being served."""

    pid: int
    digest: str
    """The image digest that is promoted in it, `sha256:…`."""
    folder: str
    """Holds its promotion.toml and its certificate authority; goes with the world."""
    config: str
    """Path of its promotion.toml."""
    environment: dict[str, str]
    """Environment variables that the gate needs; credentials of the sandbox are among them."""
    places: Places

    def line(self) -> bytes:
        """As it is sent."""
        places = {**vars(self.places), "fronts": dict(self.places.fronts), "plain": dict(self.places.plain)}
        return _line({**vars(self), "places": places})

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read what `line` wrote. Raises SandboxError if it was `refusal` that wrote it."""
        said: dict[str, Any] = json.loads(line)
        if "refused" in said:
            raise SandboxError(said["refused"])
        return cls(**{**said, "places": Places(**said["places"])})


def refusal(why: str) -> bytes:
    """Answer an order that cannot be met."""
    return _line({"refused": why})


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said).encode() + b"\n"
