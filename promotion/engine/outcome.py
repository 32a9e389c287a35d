"""From what a test did to what is known of its subject."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import pytest

from promotion.core.answers import Attested, NotApplicable
from promotion.core.redact import Redactor
from promotion.core.status import WAITING, Status
from promotion.unknown import Reason, Unknown

PROPERTY = "promotion"
"""Name of the report property that carries an outcome from a worker to the controller, as a JSON string."""


NOT_RUN = "not run: this selection left it out, or the run ended before it"
DIED = "the process that ran this test died: run it without -n to see why"
TOO_LONG = "judging took longer than the time-out of pytest allows"
"""What is said of a case that nobody judged to the end. A replay leaves it at that."""
NOT_CALLED = (
    "the test did not run to its end, although pytest reports that it passed: a plugin or a conftest.py replaces or "
    "silences the call; remove it"
)
"""What is said of a test that something else called passed."""


@dataclass(frozen=True)
class Outcome:
    """What one test says of one subject of one item."""

    item: str
    subject: str
    """The item's own id where it has no subjects."""
    status: Status
    reason: str | None
    message: str
    measured: str | None
    evidence: tuple[str, ...]
    attestation: Mapping[str, Any] | None = None
    """Who said so, where a person's word stands in for what a machine sees."""
    waiver: Mapping[str, Any] | None = None
    """Who lets it through until when, and the status it would have without."""

    def dump(self) -> str:
        """As a JSON string: the only form that passes through every channel of pytest and xdist unchanged."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Outcome":
        """Read what `dump` wrote."""
        tree: dict[str, Any] = json.loads(text)
        return cls(**{**tree, "status": Status(tree["status"]), "evidence": tuple(tree["evidence"])})

    @classmethod
    def of(cls, item: str, subject: Mapping[str, Any]) -> "Outcome":
        """Read what `as_json` wrote."""
        tree = {key: value for key, value in subject.items() if key != "name"}
        return cls.load(json.dumps({**tree, "item": item, "subject": subject["name"]}))

    def as_json(self) -> dict[str, Any]:
        """As it stands under its item in the record."""
        return {
            "name": self.subject,
            "status": str(self.status),
            "reason": self.reason,
            "message": self.message,
            "measured": self.measured,
            "evidence": list(self.evidence),
            **{
                name: dict(word)
                for name, word in (("attestation", self.attestation), ("waiver", self.waiver))
                if word is not None
            },
        }

    def but(self, status: Status, reason: Reason | None, message: str) -> "Outcome":
        """The same subject, judged otherwise."""
        return replace(self, status=status, reason=None if reason is None else str(reason), message=message)


def outcome_of_phase(
    blank: Outcome, call: pytest.CallInfo[None], report: pytest.TestReport, hide: Redactor
) -> Outcome | None:
    """The outcome of one phase of a test; None when this phase decides nothing.

    Only a test that ran to its end, and that pytest calls passed, passes. A person's word, or a claim that the item does
    not apply, which the test has checked, is good, too. An assertion that does not hold in the test
    is a failure of the world. Everything else that keeps a test from passing, whether it is said (Unknown) or happens
    (an error, a skip, an expected failure, a time-out), leaves the item unknown.
    """
    if report.when != "call" and report.passed:
        return None
    trouble = None if call.excinfo is None else call.excinfo.value
    if hasattr(report, "wasxfail") or isinstance(trouble, pytest.skip.Exception):
        why = getattr(report, "wasxfail", None) or getattr(trouble, "msg", None) or ""
        how = "expected to fail" if hasattr(report, "wasxfail") else "skipped"
        return blank.but(
            Status.UNKNOWN, Reason.SKIPPED, hide.text(f"the test was {how}, so the item was not judged: {why}")
        )
    if trouble is None:
        return blank.but(Status.PASSED, None, "") if report.passed else _refused(blank, report, hide)
    if isinstance(trouble, Attested | NotApplicable) and report.when == "call":
        return _good_without_a_pass(blank, trouble, hide)
    if isinstance(trouble, Unknown):
        status = Status.PENDING if trouble.reason in WAITING else Status.UNKNOWN
        return blank.but(status, trouble.reason, hide.text(trouble.message))
    # pytest-timeout has no exception of its own: its message is all there is to know it by.
    if isinstance(trouble, pytest.fail.Exception) and (trouble.msg or "").startswith("Timeout ("):
        return blank.but(Status.UNKNOWN, Reason.TIMEOUT, TOO_LONG)
    if isinstance(trouble, AssertionError | pytest.fail.Exception) and report.when == "call":
        return blank.but(Status.FAILED, None, hide.shown(_sentence(trouble)))
    return blank.but(
        Status.UNKNOWN,
        Reason.ERROR,
        f"the test could not judge: {type(trouble).__name__}. This is a bug in the test; run with --tb=short to see it",
    )


def _good_without_a_pass(blank: Outcome, said: Attested | NotApplicable, hide: Redactor) -> Outcome:
    """What lets a promotion go on although no machine saw that it is so."""
    if isinstance(said, NotApplicable):
        return blank.but(Status.NOT_APPLICABLE, None, hide.text(said.reason))
    told = blank.but(Status.ATTESTED, None, hide.text(f"attested by {said}"))
    return replace(told, attestation=hide.tree(said.attestation.as_json()))


def _refused(blank: Outcome, report: pytest.TestReport, hide: Redactor) -> Outcome:
    """A test that raised nothing, but that pytest, or a plugin of it, does not let pass."""
    words = hide.text(str(report.longrepr or report.outcome).strip().splitlines()[-1])
    return blank.but(Status.UNKNOWN, Reason.ERROR, f"the test completed, but pytest reports it as not passed: {words}")


def _sentence(trouble: BaseException) -> str:
    """The words of an assertion, without pytest's account of the values, which may be long or secret."""
    words = str(trouble).strip()
    if not words:
        return "an assertion without a message failed: add a message"
    if words.startswith("assert "):
        return words.split("\n", maxsplit=1)[0]
    return words.split("\nassert ", maxsplit=1)[0].strip()
