"""From what a test did to what is known of its subject."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest

from promotion.redact import Redactor
from promotion.status import WAITING, Status
from promotion.unknown import Reason, Unknown

PROPERTY = "promotion"
"""Name of the report property that carries an outcome from a worker to the controller, as a JSON string."""


@dataclass(frozen=True)
class Outcome:
    """What one test says of one subject of one item."""

    item: str
    subject: str | None
    status: Status
    reason: str | None
    message: str
    measured: str | None
    evidence: tuple[str, ...]

    def dump(self) -> str:
        """As a JSON string: the only form that passes through every channel of pytest and xdist unchanged."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Outcome":
        """Read what `dump` wrote."""
        tree: dict[str, Any] = json.loads(text)
        return cls(**{**tree, "status": Status(tree["status"]), "evidence": tuple(tree["evidence"])})

    def but(self, status: Status, reason: Reason | None, message: str) -> "Outcome":
        """The same subject, judged otherwise."""
        return replace(self, status=status, reason=None if reason is None else str(reason), message=message)


def judged(blank: Outcome, call: pytest.CallInfo[None], report: pytest.TestReport, hide: Redactor) -> Outcome | None:
    """The outcome of one phase of a test; None when this phase decides nothing.

    An assertion that does not hold in the test is a failure of the world. Everything else that keeps a test from
    passing, whether it is said (Unknown) or happens (an error, a skip, a time-out), leaves the item unknown.
    """
    if report.when != "call" and report.passed:
        return None
    if call.excinfo is None:
        return blank.but(Status.PASSED, None, "")
    trouble = call.excinfo.value
    if isinstance(trouble, Unknown):
        status = Status.PENDING if trouble.reason in WAITING else Status.UNKNOWN
        return blank.but(status, trouble.reason, hide.text(trouble.message))
    if isinstance(trouble, pytest.skip.Exception):
        return blank.but(
            Status.UNKNOWN, Reason.SKIPPED, f"the test was skipped, so nobody looked: {hide.text(trouble.msg or '')}"
        )
    # pytest-timeout has no exception of its own: its message is all there is to know it by.
    if isinstance(trouble, pytest.fail.Exception) and (trouble.msg or "").startswith("Timeout ("):
        return blank.but(Status.UNKNOWN, Reason.TIMEOUT, "judging took longer than the time-out of pytest allows")
    if isinstance(trouble, AssertionError | pytest.fail.Exception) and report.when == "call":
        return blank.but(Status.FAILED, None, hide.text(_sentence(trouble)))
    return blank.but(
        Status.UNKNOWN,
        Reason.ERROR,
        f"the test could not judge: {type(trouble).__name__}. This is a mistake in the test; run with --tb=short to see it",
    )


def _sentence(trouble: BaseException) -> str:
    """The words of an assertion, without pytest's account of the values, which may be long or secret."""
    words = str(trouble)
    if words.startswith("assert "):
        return words.split("\n", maxsplit=1)[0]
    return words.split("\nassert ", maxsplit=1)[0].strip()
