"""Functional checks of several requests: in order, each with what the ones before it gave. This module does I/O."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from glob import escape
from typing import TYPE_CHECKING, Any

from promotion.clients.http.answer import NO_JSON, HttpAnswer, json_body
from promotion.clients.http.client import HttpClient
from promotion.clients.http.reply import Reply
from promotion.core.templates import as_text, fill_text, fill_tree
from promotion.settings.call_checks import label, uses
from promotion.settings.endpoints import Expect, Step, StepsJourney
from promotion.settings.expressions import evaluate
from promotion.unknown import Reason, Unknown

if TYPE_CHECKING:
    from http.cookiejar import CookieJar

_SECRET_NAME = re.compile(r"token|secret|passw|key|jwt|session|cookie|auth|credential", re.IGNORECASE)
_CLEANUP_SECONDS = 15.0


@dataclass(frozen=True)
class StepLook:
    """One step: what it answered, what was captured, what is not as declared."""

    name: str
    answer: HttpAnswer | None
    """None if it was not sent, or could not be determined."""
    captured: tuple[str, ...] = ()
    """Names only: the values live as long as the journey."""
    problems: tuple[str, ...] = ()
    note: str = ""
    """Why there is no answer."""


@dataclass(frozen=True)
class JourneyLook:
    """How far a journey came."""

    name: str
    declared: int
    """How many steps it has, without cleanup."""
    steps: tuple[StepLook, ...]
    """Those that were made, in order; the last is the one that was not as declared, if one was not."""
    cleanup: tuple[StepLook, ...] = ()
    problems: tuple[str, ...] = ()
    """One sentence each, cleanup included."""

    @property
    def measured(self) -> str:
        """In a few words."""
        good = sum(not step.problems for step in self.steps)
        return f"{good} of {self.declared} steps"

    @property
    def passed(self) -> bool:
        """Whether every step was made and everything is as declared."""
        return not self.problems and len(self.steps) == self.declared


@dataclass
class _Course:
    """What a journey carries along while it runs."""

    client: HttpClient
    url: str
    captures: frozenset[str]
    jar: "CookieJar"
    values: dict[str, Any] = field(default_factory=dict, repr=False)


def run_steps(client: HttpClient, url: str, journey: StepsJourney, *, budget: float = 45) -> JourneyLook:
    """Make the steps in order until one is not as declared, then every cleanup step whose captured values exist.

    Cookies are kept from step to step, as a browser would. `budget` is seconds for the steps; cleanup has its own 15.
    Raises Unknown, as `HttpClient.ask` does, when a step or a cleanup step could not be determined and nothing is known to
    be wrong. Cleanup runs in that case, too.
    """
    from http.cookiejar import CookieJar  # a replay does without

    everything = (*journey.steps, *journey.cleanup)
    captures = frozenset(name for step in everything for name in step.capture)
    course = _Course(client, url, captures, CookieJar())
    steps: list[StepLook] = []
    cleanup: list[StepLook] = []
    unknowns: list[Unknown] = []
    try:
        end = time.monotonic() + budget
        for number, step in enumerate(journey.steps, 1):
            where = f"step {number} of {len(journey.steps)}, {label(step)}"
            steps.append(_attempt(course, step, where, end, unknowns))
            if steps[-1].problems or steps[-1].answer is None:
                break
    finally:
        end = time.monotonic() + _CLEANUP_SECONDS
        cleanup += [_clean_up(course, step, end, unknowns) for step in journey.cleanup]
    problems = tuple(problem for look in (*steps, *cleanup) for problem in look.problems)
    if unknowns and not problems:
        told = "; ".join(unknown.message for unknown in unknowns)
        raise Unknown(unknowns[0].reason, f"journey {journey.name}: {told}")
    return JourneyLook(journey.name, len(journey.steps), tuple(steps), tuple(cleanup), problems)


def _clean_up(course: _Course, step: Step, end: float, unknowns: list[Unknown]) -> StepLook:
    missing = sorted(uses(step, course.captures) - course.values.keys())
    if missing:
        note = f"not needed: {', '.join(missing)} was never captured"
        return StepLook(label(step), None, note=note)
    return _attempt(course, step, f"cleanup, {label(step)}", end, unknowns)


def _attempt(course: _Course, step: Step, where: str, end: float, unknowns: list[Unknown]) -> StepLook:
    """Make one step; what is unknown goes to the list."""
    try:
        return _make(course, step, where, end)
    except Unknown as unknown:
        message = f"{where}: {unknown.message}"
        unknowns.append(Unknown(unknown.reason, message))
        return StepLook(label(step), None, note=f"{unknown.message} [{unknown.reason}]")


def _make(course: _Course, step: Step, where: str, end: float) -> StepLook:
    client = course.client
    missing = sorted(uses(step, course.captures) - course.values.keys())
    if missing:
        return _not_sent(step, where, f"it uses {{{missing[0]}}}, which no earlier step captured")
    left = end - time.monotonic()
    if left <= 0:
        raise Unknown(Reason.TIMEOUT, "the journey's time was used up before this step: find out which step is slow")
    try:
        request = client.request(course.url, step, course.values)
    except ValueError as mistake:
        return _not_sent(step, where, client.secrecy.clean(str(mistake)))
    received = client.exchange(request, step.expect.max_ms, course.jar, within=left)
    # Captured before judging: what a wrong answer created must be cleaned up, too.
    lacking = _capture(course, step, received) if isinstance(received, Reply) else []
    answer = client.answer(request, received, step.model_copy(update={"expect": _filled(step.expect, course.values)}))
    problems = answer.problems or tuple(lacking)
    captured = tuple(name for name in step.capture if name in course.values)
    return StepLook(label(step), answer, captured, tuple(f"{where}: {problem}" for problem in problems))


def _not_sent(step: Step, where: str, why: str) -> StepLook:
    return StepLook(label(step), None, problems=(f"{where}: {why}",), note="not sent")


def _capture(course: _Course, step: Step, reply: Reply) -> list[str]:
    """Take the values a step gives; one sentence for each that is not there."""
    if not step.capture:
        return []
    document = json_body(reply)
    if document is NO_JSON:
        return [f"the body is not JSON, so {', '.join(step.capture)} cannot be captured"]
    lacking = []
    for name, expression in step.capture.items():
        try:
            value = evaluate(expression, document)
        except ValueError as mistake:
            lacking.append(f"{name} cannot be captured: {mistake}")
            continue
        # An empty value counts as none: in a path it would lead to the whole collection.
        if value is None or value in ("", [], {}):
            lacking.append(f"`{expression}` has no value to capture as {name}")
            continue
        if _SECRET_NAME.search(name):
            course.client.secrecy.hide(as_text(value))
        course.values[name] = value
    return lacking


def _filled(expect: Expect, values: Mapping[str, Any]) -> Expect:
    """Put captured values into expectations. A value inside a header's pattern stands for itself."""
    literal = {name: escape(as_text(value)) for name, value in values.items()}
    return expect.model_copy(
        update={
            "headers": {name: fill_text(pattern, literal) for name, pattern in expect.headers.items()},
            "json_": {expression: fill_tree(value, values) for expression, value in expect.json_.items()},
            "body_contains": tuple(fill_text(text, values) for text in expect.body_contains),
        }
    )
