"""The sandbox's clock: starts at the real time and only goes forwards, at a rate."""

import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import time_machine
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Clock:
    """Sandbox time, computed from the monotonic clock, so that nothing that moves `time.time` moves it.

    It never starts in the past: botocore would take fresh credentials for expired ones.
    """

    def __init__(self, rate: float = 1.0) -> None:
        """`rate` is sandbox seconds per real second, at least 1. Raises ValueError for less."""
        if rate < 1:
            raise ValueError(f"the sandbox's clock goes forwards at 1 or faster, not at {rate}")
        self.rate = rate
        self._started = datetime.now(UTC)
        self._began = time.monotonic()
        self._moving = threading.Lock()

    def now(self) -> datetime:
        """Tell the time in the sandbox, in UTC."""
        return self._started + timedelta(seconds=(time.monotonic() - self._began) * self.rate)

    def leads(self, app: "WSGIApplication") -> "WSGIApplication":
        """Have what `app` stamps while it answers follow this clock.

        At rate 1 the machine's clock is the sandbox's. Otherwise the time of the whole process is moved at each request
        and goes on at the real rate until the next; `time.monotonic` stays as it is.
        """
        if self.rate == 1:
            return app

        def ask(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
            with self._moving:
                self._moved.move_to(self._seconds())
            return app(environ, start_response)

        return ask

    @cached_property
    def _moved(self) -> "time_machine.Traveller":
        """The time of this process, movable. Stays moved: the process is a sandbox and nothing else."""
        import time_machine

        return time_machine.travel(self._seconds(), tick=True).start()

    def _seconds(self) -> float:
        """Tell the time in seconds since 1970: of a datetime, time_machine would also set the time zone of the process."""
        return self.now().timestamp()
