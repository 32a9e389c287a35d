"""Worlds that are at another moment than before the promotion: scenes of one rollout, which is played.

The rollout brings the new image to prod: deployments of the function and of the instances, created at T0. Whatever is
shown at a moment follows from that moment and from what was done to the rollout; nothing runs in the background.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from promotion.sandbox.protocol import SCENES, SandboxError

if TYPE_CHECKING:
    from promotion.sandbox.clock import Clock
    from promotion.sandbox.world.building import World
    from promotion.sandbox.world.scenes.play import Play

PRE_PROMOTION, ROLLOUT, ROLLED_OUT, ROLLED_BACK = SCENES
MINUTES = {ROLLOUT: 0.0, ROLLED_OUT: 31.0, ROLLED_BACK: 23.0}
"""How many minutes ago the rollout began, where nobody says otherwise."""
LONGEST = 60.0
"""As far back as the logs of a world reach."""
REQUESTS, BUSY = 600, 2160
"""Requests a minute of each target in prod; in a rollout, so many more that a canary of ten percent can be judged early."""
QUIETER = timedelta(minutes=7)
"""After T0 of a rollout: what follows needs no more requests than usual, and each of them is logged."""
STOPPED = timedelta(minutes=3)
"""After T0, in the scene that was rolled back."""


def stand(world: "World", scene: str, minutes: float | None = None) -> "Play | None":
    """Let a world that was just built stand at a scene; `minutes` is how long ago the rollout began.

    Gives the play, also as `world.play`; None for the scene before the promotion, which is how worlds are built.
    Raises SandboxError for a scene that there is not, or minutes that it cannot have.
    """
    if scene not in SCENES:
        raise SandboxError(f"there is no scene {scene!r}; the scenes are {', '.join(SCENES)}")
    if scene == PRE_PROMOTION:
        if minutes is not None:
            raise SandboxError(f"no rollout has begun in the scene {scene}, so it takes no minutes")
        return None
    ago = MINUTES[scene] if minutes is None else minutes
    least = STOPPED.total_seconds() / 60 + 3 if scene == ROLLED_BACK else 0
    if not least <= ago <= LONGEST:
        raise SandboxError(f"in the scene {scene} the rollout began {least:g} to {LONGEST:g} minutes ago, not {ago:g}")
    from promotion.sandbox.world import validation
    from promotion.sandbox.world.model import now
    from promotion.sandbox.world.scenes import beginning, paper

    present = now()
    play = beginning.begin(world, present, present - timedelta(minutes=ago), BUSY if scene == ROLLOUT else REQUESTS)
    for flow in world.prod.flows.values() if scene == ROLLOUT else ():
        flow.change(play.t0 + QUIETER, requests=REQUESTS)
    if scene == ROLLED_OUT:
        paper.write_notes(world)
    if scene == ROLLED_BACK:
        stopped = play.t0 + STOPPED
        for part in (play.function, play.fleet):
            part.stop(stopped, rolls_back=True)
        play.workflow.cancel(stopped + timedelta(seconds=5))
        paper.write_rollback(world, play)
    play.advance(present, anew=True)
    vars(world)["play"] = play
    if scene == ROLLED_OUT:
        validation.write_baseline(world, play.t0)
    return play


def rollout_of(world: "World") -> "Play":
    """Give the rollout that a world plays. Raises SandboxError if it stands where there is none."""
    play: Play | None = vars(world).get("play")
    if play is None:
        raise SandboxError(f"there is no rollout in the scene {PRE_PROMOTION}: seed this at {', '.join(MINUTES)}")
    return play


def told_by(clock: "Clock") -> Callable[[], datetime]:
    """Give what tells the time of a clock as moto does: UTC, without a zone."""
    return lambda: clock.now().astimezone(UTC).replace(tzinfo=None)
