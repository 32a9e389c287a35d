"""Send requests through a target, and follow them into its log. This module does I/O."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

from promotion.clients.aws.account import Account
from promotion.clients.aws.logs import log_pages
from promotion.clients.http.client import HttpClient
from promotion.clients.http.reply import CertificateRejected
from promotion.core.clock import Clock
from promotion.sections.observability.logs.matching import Correlation, IdSearch, Probe, patterns
from promotion.sections.observability.logs.streams import Writers
from promotion.settings.endpoints import EndpointCall
from promotion.settings.environment import Target
from promotion.settings.observability import Logs
from promotion.unknown import Reason, Unknown

ROUNDS = 4
"""How often requests are sent again because they all came to the same instances."""


SKEW = timedelta(minutes=5)
"""How far the clock of who logs may lag behind."""


_ANSWER_MS = 10_000


@dataclass(frozen=True)
class Trail:
    """Sends requests through a target and follows them into its log."""

    account: Account
    http: HttpClient
    target: Target
    logs: Logs
    clock: Clock
    sleep: Callable[[float], object] = time.sleep

    def follow(self, writers: Writers, lag: timedelta) -> Correlation:
        """Send, then look at once and at short intervals until each member has logged one, or `lag` is over.

        Which instance answered is known by the log alone: when all requests are found there, but not on each
        instance's stream, some more are sent. Raises Unknown when a request is not answered.
        """
        search, statuses, whole = IdSearch(writers, self.logs.correlation_id), Counter[str](), True
        began = sent = looked = self.clock.now()
        for _ in range(ROUNDS):
            for _ in range(2 * len(writers.members)):
                statuses[self._send(search)] += 1
            sent = self.clock.now()
            for pause in chain((0.0, 0.25, 0.5), repeat(1.0)):
                if pause:
                    self.sleep(pause)
                began_looking = self.clock.now()
                whole = self._look(search, began - SKEW)
                looked = self.clock.now()
                # What is logged while a look goes on may be missed by it: only one that begins after the lag is the last.
                if not search.missing or not search.ids or not whole or began_looking - sent >= lag:
                    break
            if not search.missing or search.ids:
                break
        return Correlation(
            requests=statuses.total(),
            statuses=dict(statuses),
            path=self._path,
            waited_s=round((looked - sent).total_seconds(), 1),
            hits=search.hits,
            elsewhere={member: kind for member, kind in search.elsewhere.items() if member in search.missing},
            whole=whole,
        )

    @property
    def _path(self) -> str:
        return self.logs.path or self.target.health

    def _send(self, search: IdSearch) -> str:
        """Make one GET request, never any other: it may go to prod."""
        from http.cookiejar import CookieJar

        probe = Probe.fresh(self.clock.now())
        call = EndpointCall(method="GET", path=self._path, headers=probe.headers(self.logs.header))
        # A jar of its own: a cookie would lead every request to the same instance.
        reply = self.http.exchange(self.http.request(self.target.url, call, {}), _ANSWER_MS, CookieJar())
        if isinstance(reply, CertificateRejected):
            raise Unknown(
                Reason.UNREACHABLE,
                f"no test request could be sent to {self.target.url}: its certificate is not accepted ({reply.flaw})",
            )
        search.look_for(probe.names(self.logs.header, reply.headers))
        return str(reply.status)

    def _look(self, search: IdSearch, since: datetime) -> bool:
        """Ask for what has not turned up. False if there were more pages than are read."""
        whole = True
        for pattern in tuple(patterns(search.ids)):
            for page in log_pages(self.account, search.writers.group, since, filterPattern=pattern):
                search.take(page.events)
                if page.last or not search.missing:
                    break
            else:
                whole = False
        return whole
