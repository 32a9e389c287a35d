"""Whatever becomes of a test: only one that ran to its end passes, and only an assertion of it fails."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

import pytest

from tests.engine.project import Project, Ran

EXPECTED: Mapping[str, tuple[str, str | None, str]] = {
    "passes": ("passed", None, ""),
    "assertion": ("failed", None, "3 of 4 are healthy"),
    "assertion-without-words": ("failed", None, "assert 3 == 4"),
    "assertion-without-anything": ("failed", None, "an assertion without a message failed: add a message"),
    "fail-called": ("failed", None, "not good"),
    "unknown-in-the-test": ("unknown", "stale", "an hour old"),
    "unknown-in-the-look-up": ("unknown", "access-denied", "sts:AssumeRole was denied"),
    "error-in-the-test": ("unknown", "error", "the test could not judge: KeyError"),
    "error-in-the-look-up": ("unknown", "error", "look-up stumbles stopped with KeyError"),
    "assertion-in-the-look-up": ("unknown", "error", "look-up judges stopped with AssertionError"),
    "skip-in-the-look-up": ("unknown", "error", "look-up skips stopped with Skipped"),
    "exit-in-the-look-up": ("unknown", "error", "look-up exits stopped with SystemExit"),
    "skip-called": ("unknown", "skipped", "the test was skipped, so the item was not judged: not today"),
    "skip-marked": ("unknown", "skipped", "the test was skipped, so the item was not judged: not today"),
    "xfail-that-fails": ("unknown", "skipped", "the test was expected to fail, so the item was not judged: known"),
    "xfail-that-passes": ("unknown", "skipped", "the test was expected to fail, so the item was not judged: known"),
    "xfail-strict-that-passes": ("unknown", "error", "pytest reports it as not passed: [XPASS(strict)] known"),
    "xfail-called": ("unknown", "skipped", "the test was expected to fail, so the item was not judged: known"),
    "xfail-not-run": (
        "unknown",
        "skipped",
        "the test was expected to fail, so the item was not judged: [NOTRUN] known",
    ),
    "too-long": ("unknown", "timeout", "judging took longer than the time-out of pytest allows"),
    "teardown-fails": ("unknown", "error", "the test could not judge: ValueError"),
    "setup-fails": ("unknown", "error", "the test could not judge: AssertionError"),
    "fixture-missing": ("unknown", "error", "the test could not judge: FixtureLookupError"),
    "tells-the-time": ("failed", None, "+00:00"),
    "subtest-fails": ("failed", None, "this part is wrong"),
}
"""Item to status, reason, and words that the message has."""

TESTS = """
    import os
    import sys
    import time

    import pytest

    from promotion.evidence import evidence
    from promotion.items import item
    from promotion.unknown import Reason, Unknown


    @evidence
    def denied() -> int:
        raise Unknown(Reason.ACCESS_DENIED, "sts:AssumeRole was denied")

    @evidence
    def stumbles() -> int:
        return {}["nothing"]

    @evidence
    def judges() -> int:
        assert False, "a look-up must not judge"

    @evidence
    def skips() -> int:
        pytest.skip("not today")

    @evidence
    def exits() -> int:
        sys.exit(0)

    @pytest.fixture
    def untidy():
        yield
        raise ValueError("could not tidy up")

    @pytest.fixture
    def asserting():
        assert False, "a fixture must not judge"

    @item("passes")
    def test_passes(): pass

    @item("assertion")
    def test_assertion():
        assert 3 == 4, "3 of 4 are healthy"

    @item("assertion-without-words")
    def test_assertion_without_words():
        healthy = 3
        assert healthy == 4

    @item("assertion-without-anything")
    def test_assertion_without_anything():
        raise AssertionError

    @item("fail-called")
    def test_fail_called(): pytest.fail("not good")

    @item("unknown-in-the-test")
    def test_unknown_in_the_test(): raise Unknown(Reason.STALE, "an hour old")

    @item("unknown-in-the-look-up")
    def test_unknown_in_the_look_up(denied): pass

    @item("error-in-the-test")
    def test_error_in_the_test(): {}["nothing"]

    @item("error-in-the-look-up")
    def test_error_in_the_look_up(stumbles): pass

    @item("assertion-in-the-look-up")
    def test_assertion_in_the_look_up(judges): pass

    @item("skip-in-the-look-up")
    def test_skip_in_the_look_up(skips): pass

    @item("exit-in-the-look-up")
    def test_exit_in_the_look_up(exits): pass

    @item("skip-called")
    def test_skip_called(): pytest.skip("not today")

    @item("skip-marked")
    @pytest.mark.skip(reason="not today")
    def test_skip_marked(): pass

    @item("xfail-that-fails")
    @pytest.mark.xfail(reason="known", strict=False)
    def test_xfail_that_fails(): assert False

    @item("xfail-that-passes")
    @pytest.mark.xfail(reason="known", strict=False)
    def test_xfail_that_passes(): pass

    @item("xfail-strict-that-passes")
    @pytest.mark.xfail(reason="known", strict=True)
    def test_xfail_strict_that_passes(): pass

    @item("xfail-called")
    def test_xfail_called(): pytest.xfail("known")

    @item("xfail-not-run")
    @pytest.mark.xfail(reason="known", run=False)
    def test_xfail_not_run(): pass

    @item("too-long")
    @pytest.mark.timeout(0.2)
    def test_too_long(): time.sleep(10)

    @item("teardown-fails")
    def test_teardown_fails(untidy): pass

    @item("setup-fails")
    def test_setup_fails(asserting): pass

    @item("fixture-missing")
    def test_fixture_missing(nothing_is_called_so): pass

    @item("subtest-fails")
    def test_subtest_fails(subtests):
        with subtests.test("first"):
            assert False, "this part is wrong"
        with subtests.test("second"):
            pass


    @item("tells-the-time")
    def test_tells_the_time(clock): assert False, clock.now().isoformat()

    @item("dies")
    def test_dies():
        if "PYTEST_XDIST_WORKER" in os.environ:
            os._exit(0)
"""


@pytest.fixture
def everything(tmp_path) -> Project:
    """A checklist of all that."""
    project = Project(tmp_path)
    lines = "\n".join(f"- [ ] {name} · `{name}`" for name in (*EXPECTED, "dies"))
    project.write("checklist.md", f"## 1. Dev · `dev` in `pre_promotion`\n\n{lines}\n")
    project.tests(TESTS)
    return project


def test_what_becomes_of_a_test(everything, workers):
    """Status, reason and message say what happened, over workers or not; nothing but a pass is good, also in a replay."""
    ran = everything.run_apart(*workers)
    found = {item: (ran.item(item)["status"], ran.item(item)["reason"]) for item in EXPECTED}
    assert found == {item: (status, reason) for item, (status, reason, _) in EXPECTED.items()}
    assert not {item: ran.message(item) for item, (*_, words) in EXPECTED.items() if words not in ran.message(item)}
    assert not [item for item in EXPECTED if "\n" in ran.message(item)]
    assert (ran.code, ran.record["complete"]) == (1, True)
    # The test that a worker died of is unknown, though its exit status was 0; all others are judged.
    assert ran.item("dies")["reason"] == ("worker-died" if workers else None)
    assert green(ran) == ({"test_passes"} if workers else {"test_passes", "test_dies"})
    # Also of what nobody judged to the end, a replay gives the same record, byte for byte.
    again = everything.run_apart("--replay", "reports/record.json", digest=None)
    assert (again.code, again.files["record.json"]) == (ran.code, ran.files["record.json"])


def green(ran: Ran) -> set[str]:
    """The cases that junit.xml shows as passed. None is shown as skipped."""
    cases = list(ET.fromstring(ran.files["junit.xml"]).iter("testcase"))
    assert not [case for case in cases if case.find("skipped") is not None]
    return {case.get("name", "") for case in cases if {child.tag for child in case} <= {"properties"}}


def test_the_first_bad_word_stands():
    """A pass gives way to whatever comes after it; what is not a pass stays."""
    from promotion.core.status import Status
    from promotion.engine.outcome import Outcome
    from promotion.engine.record import RunResults

    blank = Outcome("image-size", "image-size", Status.PASSED, None, "", None, ())
    failed, unknown = blank.but(Status.FAILED, None, "wrong"), blank.but(Status.UNKNOWN, None, "?")
    for found, expected in (([blank, unknown], unknown), ([failed, unknown], failed), ([unknown, blank], unknown)):
        findings = RunResults()
        for outcome in found:
            findings.note(outcome)
        assert list(findings.outcomes.values()) == [expected]
