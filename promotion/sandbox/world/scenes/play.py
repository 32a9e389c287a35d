"""A rollout that is played by the sandbox's clock: what everybody is shown is what there would be at that moment."""

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from promotion.sandbox.world.scenes.fleet import FleetPart
from promotion.sandbox.world.scenes.function import FunctionPart

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from promotion.sandbox.world.scenes.workflow import Workflow

Cue = Callable[[], object]


class Play:
    """The parts of a rollout, shown as they are at a moment. All times are UTC without a zone."""

    def __init__(self, t0: datetime, function: FunctionPart, fleet: FleetPart, workflow: "Workflow") -> None:
        """`t0`: when the deployments were created."""
        self.t0 = t0
        self.function = function
        self.fleet = fleet
        self.workflow = workflow
        self.now = t0
        """The moment that is shown."""
        self._cues: list[tuple[datetime, int, Cue]] = []
        self._cue = 0
        self._quiet = threading.Condition(threading.RLock())
        self._readers = 0
        self._next = t0
        for part in (function, fleet):
            part.changed = self._look_again

    def at(self, moment: datetime, cue: Cue) -> None:
        """Have something happen at a moment besides, once."""
        self._cue += 1
        heapq.heappush(self._cues, (moment, self._cue, cue))

    def advance(self, now: datetime, *, anew: bool = False) -> None:
        """Show the rollout as it is at a moment, not before the one that is shown; `anew` after something was changed."""
        with self._quiet:
            if not anew and now < self._next:
                return
            while self._cues and self._cues[0][0] <= now:
                moment, _, cue = heapq.heappop(self._cues)
                self._show(moment)
                cue()
            self._show(now)

    def _show(self, now: datetime) -> None:
        self.now = max(now, self.now)
        for part in (self.function, self.fleet):
            part.show(self.now)
        self.workflow.show(self.now)
        moments = (*self.function.moments(), *self.fleet.moments(), *self.workflow.moments())
        cues = [moment for moment, _, _ in self._cues]
        self._next = min((moment for moment in (*moments, *cues) if moment > self.now), default=datetime.max)  # noqa: DTZ901

    def leads(self, app: "WSGIApplication", now: Callable[[], datetime]) -> "WSGIApplication":
        """Have the rollout be where it is at that time whenever `app` answers."""

        def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            with self._standing_still(now()):
                return app(environ, start_response)

        return answer

    def _look_again(self) -> None:
        self._next = self.t0

    @contextmanager
    def _standing_still(self, now: datetime) -> Iterator[None]:
        """Change nothing while somebody looks: what moto lists must not change meanwhile."""
        with self._quiet:
            while now >= self._next and self._readers:
                self._quiet.wait()
            self.advance(now)
            self._readers += 1
        try:
            yield
        finally:
            with self._quiet:
                self._readers -= 1
                self._quiet.notify_all()
