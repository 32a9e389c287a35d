"""Make requests of one's own at a steady rate, so that a quiet environment can be judged. This module does I/O."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from http.cookiejar import CookieJar
from uuid import uuid4

from promotion.clients.http.client import HttpClient
from promotion.clients.http.reply import Reply
from promotion.clients.http.requests_made import OneMade, RequestsMade, summed
from promotion.core.clock import Clock
from promotion.settings.endpoints import EndpointCall, Expect
from promotion.settings.observability import GeneratedLoad
from promotion.unknown import Unknown

USER_AGENT = "promotion-checklist-traffic"
"""By which the service tells these requests from its users'."""
_PATIENCE = 60.0
"""Seconds that the whole may take beyond three times what it should."""


@dataclass
class _Course:
    """How it goes; changed under its lock by the threads that ask."""

    abort_after: int
    made: list[OneMade] = field(default_factory=list)
    failed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, one: OneMade) -> None:
        with self.lock:
            self.made.append(one)
            self.failed += one.failed

    @property
    def enough(self) -> bool:
        return self.failed >= self.abort_after


def make_requests(
    client: HttpClient,
    url: str,
    traffic: GeneratedLoad,
    header: str,
    clock: Clock,
    *,
    sleep: Callable[[float], None] = time.sleep,
    tell: Callable[[str], None] = lambda _: None,
) -> RequestsMade:
    """Make the declared requests of one target; none if none are declared.

    Each has `header` with a correlation id of its own, and `traceparent` (https://www.w3.org/TR/trace-context/). It
    stops early when too many fail, or when the target does not keep up. `tell` hears how far it is.
    """
    if not traffic.requests:
        return RequestsMade(wanted=0)
    # No call is noted for each: thousands of them would bury the record. What is noted is their sum.
    quiet = replace(client, user_agent=USER_AGENT, on_call=None)
    course, prefix, stopped = _Course(traffic.abort_after_errors), uuid4().hex[:20], ""
    started, began = clock.now(), time.monotonic()
    free = threading.BoundedSemaphore(traffic.at_once)
    overdue = began + 3 * traffic.requests / traffic.per_second + _PATIENCE

    def ask(number: int) -> None:
        try:
            course.note(_ask(quiet, url, traffic.path, header, f"{prefix}{number + 1:012x}"))
        finally:
            free.release()

    with ThreadPoolExecutor(max_workers=traffic.at_once) as pool:
        asked = []
        for number in range(traffic.requests):
            due = began + number / traffic.per_second
            sleep(max(due - time.monotonic(), 0))
            free.acquire()
            if course.enough:
                stopped = "too many failed"
            elif time.monotonic() > overdue:
                stopped = f"the target answers only {len(course.made) / (time.monotonic() - began):.1f} a second"
            if stopped:
                free.release()
                break
            asked.append(pool.submit(ask, number))
            tell(f"{number + 1:,} of {traffic.requests:,} requests")
    for one in asked:
        one.result()
    return summed(traffic.requests, course.made, started, clock.now(), prefix, stopped)


def _ask(client: HttpClient, url: str, path: str, header: str, correlation_id: str) -> OneMade:
    headers = {header: correlation_id, "traceparent": f"00-{correlation_id}-{correlation_id[-16:]}-01"}
    call = EndpointCall(path=path, headers=headers, expect=Expect())
    request = client.request(url, call, {})
    try:
        received = client.exchange(request, call.expect.max_ms, CookieJar())
    except Unknown:  # not reached, cut off or too slow: to the caller, a failure like any other
        return OneMade(None, None)
    return OneMade(received.status, received.elapsed_ms) if isinstance(received, Reply) else OneMade(None, None)
