"""The logs of an environment: written from its traffic when they are read, and by the live service as it answers.

Lines of the platform: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html. An instance's agent
writes a stream named after the instance.
"""

import hashlib
import json
import random
import threading
import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.moto_patches.log_events import feeds
from promotion.sandbox.world.events import INGESTED_AFTER_MS, Event
from promotion.sandbox.world.lines import any_id, ended, reported, stamped, started
from promotion.sandbox.world.model import now
from promotion.sandbox.world.names import EC2_LOGS, LAMBDA_LOGS
from promotion.sandbox.world.requests import EXECUTION_ENVIRONMENTS, requests
from promotion.sandbox.world.traffic import EPOCH, minute_of, start_of

if TYPE_CHECKING:
    from promotion.sandbox.world.model import Environment

GROUPS = {LAMBDA_LOGS: "lambda", EC2_LOGS: "ec2"}
HISTORY = timedelta(minutes=60)
"""How far back the logs reach when the world is built."""
RETENTION_DAYS = 30
ONE_ID = "00000000-0000-4000-a000-000000000001"
PATHS = (("GET", "/orders"), ("GET", "/orders/o-5001"), ("GET", "/customers/c-1001"), ("POST", "/orders"))


def milliseconds(moment: datetime) -> int:
    """Give a moment, UTC without a zone, in milliseconds since 1970."""
    return (moment - EPOCH) // timedelta(milliseconds=1)


class LogBook:
    """Writes the log groups of one environment."""

    def __init__(self, environment: "Environment") -> None:
        """Make the groups, and be asked for their events when somebody reads them."""
        self._environment = environment
        self._backend = environment.backend("logs")
        self._first = minute_of(now() - HISTORY)
        self._written: set[tuple[str, int]] = set()
        self._streams: dict[tuple[str, int, int], str] = {}
        self._begun: dict[tuple[str, int], tuple[int, random.Random]] = {}
        self._lock = threading.RLock()
        self.silent: dict[str, datetime] = {}
        """From when on an instance (its id) or a version (its number as text) logs nothing."""
        for name in GROUPS:
            self._backend.create_log_group(name, {})
            group = self._backend.groups[name]
            group.retention_in_days = RETENTION_DAYS
            group.creation_time = now() - timedelta(days=200)
        feeds(self._backend).append(self._feed)

    def write(self, group: str, stream: str, at: int, *messages: str) -> None:
        """Write messages of one moment, in milliseconds since 1970, as they are."""
        from moto.logs.models import LogStream

        with self._lock:
            kept = self._backend.groups.get(group)
            if kept is None:  # somebody deleted it
                return
            into = kept.streams.get(stream)
            if into is None:
                into = kept.streams[stream] = LogStream(kept, stream)
                into.creation_time = EPOCH + timedelta(milliseconds=at)
            into.events += [Event(at, message) for message in messages]
            into.stored_bytes += sum(map(len, messages))
            ingested = EPOCH + timedelta(milliseconds=at + INGESTED_AFTER_MS)
            into.last_ingestion_time = max(into.last_ingestion_time or ingested, ingested)

    def say(self, target: str, message: str, *, at: datetime | None = None, member: str | None = None) -> None:
        """Write any line into the log of a target: of `member`, else of the first that serves."""
        group = LAMBDA_LOGS if target == "lambda" else EC2_LOGS
        first = str(self._environment.live_version) if target == "lambda" else self._environment.green[0]
        self.write(group, self._stream(target, member or first, 0), milliseconds(at or now()), message)

    def log(self, target: str, member: str, line: dict[str, Any]) -> None:
        """Write a line of the live service, with what the platform writes around it."""
        moment = now()
        if not self._environment.flows[target].at(minute_of(moment)).logged or self._hushed(member, moment):
            return
        at, message = milliseconds(moment), json.dumps(line, separators=(",", ":"))
        if target == "ec2":
            self.write(EC2_LOGS, self._stream(target, member, 0), at, message)
            return
        invocation = str(uuid.uuid5(uuid.NAMESPACE_OID, line["request_id"]))
        stream = self._stream(target, member, 0)
        if "duration_ms" in line:
            self.write(LAMBDA_LOGS, stream, at, message, *ended(invocation, line["duration_ms"]))
        else:
            self.write(LAMBDA_LOGS, stream, at, started(invocation, member), message)

    def _hushed(self, member: str, moment: datetime) -> bool:
        return member in self.silent and moment >= self.silent[member]

    def _stream(self, target: str, member: str, number: int) -> str:
        if target == "ec2":
            return member
        environment = self._environment
        key = (member, number, len(environment.shifts))
        if key in self._streams:
            return self._streams[key]
        starts = [minute for minute, shares in environment.shifts if int(member) in shares]
        day = start_of(min(starts)) if starts else now()
        name = hashlib.md5(f"{environment.id} {member} {number}".encode(), usedforsecurity=False).hexdigest()
        found = self._streams[key] = f"{day:%Y/%m/%d}/[{member}]{name}"
        return found

    def _feed(self, group: str, start: int, end: int) -> None:
        """Write the whole minutes of a span that are over and not written yet."""
        if group not in GROUPS:
            return
        with self._lock:
            timeline, present = self._environment.timeline, minute_of(now())
            for minute in range(max(self._first, start // 60_000), min(present, end // 60_000) + 1):
                if (group, minute) in self._written:
                    continue
                if timeline and timeline.covers(minute):
                    self._follow(group, minute)
                elif minute < present:
                    self._written.add((group, minute))
                    self._minute(GROUPS[group], minute)

    def _follow(self, group: str, minute: int) -> None:
        """Write what of a minute is over and not written yet, where a rollout is played: request by request."""
        target, until = GROUPS[group], milliseconds(now()) - INGESTED_AFTER_MS
        environment, flow = self._environment, self._environment.flows[GROUPS[group]].at(minute)
        begun, dice = self._begun.get((group, minute)) or (0, random.Random(f"{environment.id} {target} {minute}"))
        found = [one for one in requests(environment, target, minute, until) if one.outcome != "refused"]
        found.sort(key=lambda one: one.done)
        for one in found[begun:]:
            if one.done > until:
                break
            begun += 1
            member, number = self._answered_by(target, one.who, one.number)
            if not flow.logged or self._hushed(member, EPOCH + timedelta(milliseconds=one.at)):
                continue
            status = {"missed": 404, "handled": 500, "error": 500}.get(one.outcome, 200)
            knobs = flow.of(one.who, minute)
            nameless = knobs.uncorrelated and one.number % 100 < 100 * knobs.uncorrelated
            correlation = "" if nameless else ONE_ID if knobs.one_id else any_id(dice)
            failed = one.outcome == "error"
            self._request(
                target, member, number, one.at, one.ms, status, correlation, dice, cold=one.cold, failed=failed
            )
        self._begun[group, minute] = (begun, dice)
        if begun == len(found) and until >= (minute + 1) * 60_000:
            self._written.add((group, minute))
            del self._begun[group, minute]

    def _answered_by(self, target: str, who: str, number: int) -> tuple[str, int]:
        """Give who answers a request: a version and the number of its stream, or an instance."""
        if target == "lambda":
            return who, number % EXECUTION_ENVIRONMENTS
        assert self._environment.timeline
        fleet = self._environment.timeline.fleets[who]
        return fleet[number % len(fleet)], 0

    def _minute(self, target: str, minute: int) -> None:
        flow = self._environment.flows[target].at(minute)
        if not flow.logged:
            return
        dice = random.Random(f"{self._environment.id} {target} {minute}")
        count = flow.count(minute)
        count -= flow.share(minute, count, flow.refused)
        failed = flow.share(minute, count, flow.errors + flow.handled_errors)
        missed = flow.share(minute, count, flow.client_errors)
        nameless = flow.share(minute, count, flow.uncorrelated)
        cold = flow.share(minute, count, flow.cold)
        for place, ms in enumerate(flow.took(minute, count)):
            at = minute * 60_000 + (60_000 * place + 30_000) // count
            member, number = self._member(target, minute, place, count)
            if self._hushed(member, EPOCH + timedelta(milliseconds=at)):
                continue
            status = 500 if place < failed else 404 if place < failed + missed else 200
            named = place < count - nameless
            correlation = (ONE_ID if flow.one_id else any_id(dice)) if named else ""
            self._request(target, member, number, at, ms, status, correlation, dice, cold=place < cold)

    def _member(self, target: str, minute: int, place: int, count: int) -> tuple[str, int]:
        """Choose who answers a request: a version and one of its streams, or an instance."""
        environment = self._environment
        if target == "ec2":
            fleet = environment.green if minute >= environment.green_since else environment.blue
            return fleet[place % len(fleet)], 0
        passed = 0.0
        for version in environment.versions:
            passed += environment.weight(version, minute)
            if (place + 0.5) / count < passed:
                return str(version), place % EXECUTION_ENVIRONMENTS
        return str(environment.live_version), 0

    def _request(
        self,
        target: str,
        member: str,
        number: int,
        at: int,
        ms: float,
        status: int,
        correlation: str,
        dice: random.Random,
        *,
        cold: bool,
        failed: bool = False,
    ) -> None:
        environment = self._environment
        method, path = PATHS[dice.getrandbits(2)]
        if target == "lambda":
            digest = environment.versions.get(int(member), "")
        else:
            before = environment.digest if member in environment.green else environment.ec2_deployments[-2].digest
            digest = environment.brought.get(member, before)
        known = f'"correlation_id":"{correlation}",' if correlation else ""
        level = "ERROR" if status >= 500 else "INFO"
        version = environment.release_names.get(digest, "")
        common = (
            f'"service":"shop","environment":"{environment.name}","member":"{member}","version":"{version}",'
            f'"request_id":"{dice.getrandbits(60):015x}",{known}"method":"{method}","path":"{path}"'
        )
        done = at + int(ms)
        received = f'{{"timestamp":"{stamped(at)}","level":"INFO",{common},"message":"request received"}}'
        completed = (
            f'{{"timestamp":"{stamped(done)}","level":"{level}",{common},"message":"request completed",'
            f'"status":{status},"duration_ms":{ms}}}'
        )
        stream = self._stream(target, member, number)
        if target == "ec2":
            self.write(EC2_LOGS, stream, at, received)
            self.write(EC2_LOGS, stream, done, completed)
            return
        invocation = any_id(dice)
        logging = environment.logging_of(member)
        if logging.get("LogFormat") != "JSON":
            self.write(LAMBDA_LOGS, stream, at, started(invocation, member), received)
            self.write(LAMBDA_LOGS, stream, done, completed, *ended(invocation, ms, cold=cold))
            return
        # Reports of what succeeded are of level INFO, those of what failed of level WARN.
        told = failed or logging.get("SystemLogLevel") != "WARN"
        report = [reported(invocation, ms, cold=cold, failed=failed)] if told else []
        self.write(LAMBDA_LOGS, stream, at, received)
        self.write(LAMBDA_LOGS, stream, done, completed, *report)


def keep(environment: "Environment") -> None:
    """Have an environment keep logs."""
    environment.logbook = LogBook(environment)
