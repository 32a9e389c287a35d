"""What is said of findings and of gaps."""

from datetime import UTC, date, datetime, timedelta

from promotion.sections.security.leaks.buffers import LogPosition
from promotion.sections.security.leaks.findings import LeakCollector, LeakSearch, Unsearched
from promotion.sections.security.leaks.judgement import problem, search_doubts
from promotion.sections.security.leaks.match import SecretHit
from promotion.settings.environment import LambdaTarget
from promotion.settings.secrets import Allowed
from promotion.unknown import Reason

AT = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)


def search(*findings, gaps=()):
    """A search that found (hit, minutes after AT, stream)."""
    found = LeakCollector(2)
    for number, (hit, minutes, stream) in enumerate(findings):
        at = int((AT + timedelta(minutes=minutes)).timestamp() * 1000)
        found.add(hit, LogPosition(stream, f"event-{number}", at, 7), f"print-{hit.start}")
    return LeakSearch("/shop", AT, AT + timedelta(minutes=40), 100, 1000, 2, 3, 4, "re", found.leaks(), tuple(gaps))


def known(start=0, form="base64"):
    """A hit on a secret's value."""
    return SecretHit(start, start + 9, "known", "shop/dev/database password", form)


def pattern(start=0, rule="github-pat"):
    """A hit of a pattern."""
    return SecretHit(start, start + 9, "pattern", rule, "a token of GitHub")


def test_nothing_found_is_no_problem():
    """And what was searched is told."""
    assert problem(search()) == ""
    assert search().describe() == "100 events of 40 min, 0.0 MB; 3 values and 4 patterns searched for"


def test_a_known_value_is_named_and_cannot_be_let_through():
    """Secret and field, how often, how written, in which streams, from when to when, where first, and what to do."""
    said = problem(search((known(), 0, "one"), (known(0, "plain"), 5, "two"), (known(), 9, "two")))
    assert said == (
        "log group /shop contains the value of shop/dev/database password 3 times as base64, plain in 2 streams, "
        "from 2026-11-23 12:00:01 to 12:09:01Z (stream one, event event-0, byte 7, the first 2 are in the record); "
        "expected none: rotate it, fix the code that logs it, and delete the log streams; the value of a secret "
        "can be neither allowed nor waived"
    )


def test_a_pattern_may_be_mistaken():
    """Then it can be allowed, with a reason; what was allowed until a day that is over is said."""
    allowed = Allowed(
        rule="github-pat", reason="an example in a help text", owner="release-lead", until=date(2026, 11, 1)
    )
    found = search((pattern(1), 0, "one"), (pattern(2), 0, "one"))
    said = problem(found, [allowed], AT.date())
    assert "text that looks like a secret (github-pat) 2 times (2 different), at 2026-11-23 12:00:01Z" in said
    assert "rotate each of them" in said
    assert "[[leaks.allow]] with a reason" in said
    assert "github-pat was allowed until 2026-11-01" in said
    assert "waived" not in said
    assert "was allowed" not in problem(found, [allowed], date(2026, 11, 1))


def test_a_target_that_does_not_say_where_it_logs_is_a_gap():
    """Nobody looked there."""
    target = LambdaTarget(
        kind="lambda", url="https://shop.example", function="shop", codedeploy={"application": "a", "group": "g"}
    )
    gap = Unsearched(Reason.TRUNCATED, "a page is missing")
    found = search_doubts(search(gaps=[gap]), {"lambda": target})
    assert found[0] == gap
    assert found[1].reason is Reason.NOT_DECLARED
    assert "where lambda logs" in found[1].message
