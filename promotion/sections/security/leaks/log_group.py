"""The events of a log group, read to the end and searched. This module does I/O."""

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from promotion.clients.aws.account import Account
from promotion.clients.aws.pacing import FILTER_CALLS, filter_pace
from promotion.core.progress import report_progress
from promotion.sections.security.leaks.buffers import BufferedEvent, Streams
from promotion.sections.security.leaks.doubts import Doubts
from promotion.sections.security.leaks.scan import Scan
from promotion.settings.secrets import Leaks
from promotion.unknown import Reason, Unknown


class LogGroupReader:
    """The events of a log group, page by page to the end, oldest first."""

    def __init__(self, account: Account, group: str, since: datetime, leaks: Leaks, now: datetime) -> None:
        self._account, self._group, self._leaks = account, group, leaks
        self._since, self._now = since, now
        self.events = self.size = 0
        self.streams: set[str] = set()

    def pages(self) -> Iterator[list[tuple[str, BufferedEvent]]]:
        """Give the events of each page with their streams.

        A page may be empty and still have another one after it
        (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html). No end is asked
        for: a clock that runs ahead must not hide what it stamps. Raises Unknown where there is more than is given.
        """
        since = int(self._since.timestamp() * 1000)
        asked: dict[str, Any] = {"logGroupName": self._group, "startTime": since}
        if self._leaks.unmask:
            asked["unmask"] = True
        began = time.monotonic()
        while True:
            self._wait()
            answer = self._account.client("logs").filter_log_events(**asked)
            # The server's word on the span is not taken either.
            page = [one for one in map(_event, answer.get("events", ())) if one[1].at >= since]
            self._note(page, time.monotonic() - began)
            yield page
            token, before = answer.get("nextToken"), asked.get("nextToken")
            if token is None:
                return
            if token == before:
                raise Unknown(
                    Reason.TRUNCATED,
                    f"FilterLogEvents returned the same page of {self._group} twice, so the rest was not searched: "
                    "run again",
                )
            if time.monotonic() - began > self._leaks.minutes * 60:
                raise Unknown(
                    Reason.TRUNCATED,
                    f"{self._group} could not be read completely within {self._leaks.minutes:g} min: after "
                    f"{self.events:,} events, {self._reached(page)}, the rest was not searched; raise "
                    "leaks.minutes, or run right after the deployment",
                )
            asked["nextToken"] = token

    def refuse_nothing(self) -> None:
        """Raise Unknown if there was no event at all."""
        if not self.events:
            raise Unknown(
                Reason.NO_DATA,
                f"{self._group} has no event since {self._since:%Y-%m-%d %H:%M:%S}Z, so there was nothing to "
                "search: check that the deployed version logs there",
            )

    def _wait(self) -> None:
        calls, place = self._leaks.calls_per_second, (self._account.account, self._account.region)
        filter_pace(*place, calls).take()
        if calls < FILTER_CALLS:  # then those of the other look-ups come on top
            filter_pace(*place).take()

    def _note(self, page: list[tuple[str, BufferedEvent]], seconds: float) -> None:
        self.events += len(page)
        self.size += sum(len(event.text) for _, event in page)
        self.streams.update(stream for stream, _ in page)
        if page:
            report_progress(f"{self.events:,} events, {self._told(page, seconds)}")

    def _told(self, page: list[tuple[str, BufferedEvent]], seconds: float) -> str:
        """How far it is, by the time of the newest event."""
        whole = (self._now - self._since).total_seconds()
        done = min(max((page[-1][1].at / 1000 - self._since.timestamp()) / max(whole, 1), 0.001), 1)
        return f"{done:.0%}, about {seconds * (1 - done) / done:,.0f} s left"

    def _reached(self, page: list[tuple[str, BufferedEvent]]) -> str:
        return f"at {datetime.fromtimestamp(page[-1][1].at / 1000, UTC):%H:%M:%S}Z" if page else "on an empty page"


def search(reading: LogGroupReader, scan: Scan, doubts: Doubts) -> None:
    """Search all that can be read. What was read is searched also where the rest cannot be."""
    streams = Streams()
    with doubts.kept():
        for page in reading.pages():
            for buffer in streams.add(page):
                with doubts.kept():
                    scan.look(buffer)
        reading.refuse_nothing()
    for buffer in streams.rest():
        with doubts.kept():
            scan.look(buffer)


def _event(tree: Mapping[str, Any]) -> tuple[str, BufferedEvent]:
    text = tree.get("message", "").encode("utf-8", "surrogatepass")
    return tree["logStreamName"], BufferedEvent(tree.get("eventId", ""), tree["timestamp"], text)
