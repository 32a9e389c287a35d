"""Mistakes in declared calls that show before anything is sent. Pure; for the validators of the settings."""

import json
import re
from collections.abc import Iterable
from typing import Any

from promotion.core.templates import captured_places, malformed_variable
from promotion.settings.endpoints import EndpointCall, Step, StepsJourney
from promotion.settings.expressions import check_expression

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110, 5.6.2
_CAPTURE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def raise_if_unsafe(environment: str, call: EndpointCall) -> None:
    """Raise ValueError if the call may change prod without saying so. Other environments may be changed."""
    if environment == "prod" and not call.is_safe:
        raise ValueError(
            f"{call.method} {call.path} may change prod: use GET, HEAD or OPTIONS, or declare `unsafe = true` on it"
        )


def check_call(call: EndpointCall) -> None:
    """Raise ValueError for the first mistake in a call: expressions, header names, `${…}`, what JSON cannot hold."""
    for name in (*call.headers, *call.expect.headers):
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not a header name")
    for expression, value in call.expect.json_.items():
        check_expression(expression)
        if not _is_json(value):
            raise ValueError(
                f"`{expression}` is expected to be {value!r}, which JSON cannot represent: write it as text"
            )
    if not _is_json(call.json_):
        raise ValueError("`json` contains a date or time, which JSON cannot represent: write it as text")
    if call.method == "HEAD" and (call.expect.json_ or call.expect.body_contains):
        raise ValueError(
            "a response to HEAD has no body (RFC 9110, 9.3.2): remove the expectations of a body, or use GET"
        )
    if "${" in call.path:
        raise ValueError(f"the path {call.path!r} takes no ${{…}}, because paths are recorded: send it in a header")
    for text in (*call.headers.values(), call.body or "", json.dumps(call.json_, ensure_ascii=False)):
        if malformed_variable(text):
            raise ValueError("a `${` is not followed by a name of letters, digits and _ and by `}`")


def check_journey(journey: StepsJourney) -> None:
    """Raise ValueError for the first mistake in a journey's steps, and for a `{name}` used before it is captured."""
    captured: set[str] = set()
    everything = {name for step in (*journey.steps, *journey.cleanup) for name in step.capture}
    for step in (*journey.steps, *journey.cleanup):
        try:
            check_call(step)
            _check_capture(step)
            _check_order(step, captured, everything)
        except ValueError as mistake:
            raise ValueError(f"{journey.name!r}, {label(step)}: {mistake}") from None
        captured |= step.capture.keys()


def uses(step: Step, captures: Iterable[str]) -> frozenset[str]:
    """Name the captured values a step needs: every `{name}` in its path; elsewhere, those that a step captures."""
    elsewhere = [step.headers, step.body, step.json_, step.expect.headers, step.expect.json_, step.expect.body_contains]
    return frozenset(captured_places(step.path)) | (frozenset(captured_places(elsewhere)) & frozenset(captures))


def label(call: EndpointCall) -> str:
    """Say what people call a step: its name, else its method and path."""
    return getattr(call, "name", "") or f"{call.method} {call.path.partition('?')[0]}"


def _check_capture(step: Step) -> None:
    for name, expression in step.capture.items():
        if not _CAPTURE_NAME.fullmatch(name):
            raise ValueError(
                f"{name!r} cannot be captured: a name has letters, digits and _ and does not begin with a digit"
            )
        check_expression(expression)
    if step.capture and step.method == "HEAD":
        raise ValueError("a response to HEAD has no body to capture from (RFC 9110, 9.3.2)")


def _check_order(step: Step, captured: set[str], everything: set[str]) -> None:
    for name in sorted(uses(step, everything) - captured):
        known = ", ".join(sorted(captured)) or "nothing"
        raise ValueError(f"it uses {{{name}}}, which no earlier step captures; captured so far: {known}")


def _is_json(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_json(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return all(map(_is_json, value))
    if isinstance(value, float):
        return value - value == 0  # neither infinite nor NaN (RFC 8259, 6)
    return value is None or isinstance(value, str | int)
