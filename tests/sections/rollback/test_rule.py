"""Rules of composite alarms: what they look at, when they hold, and which alarm sets one off alone."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.clients.aws.cloudwatch.alarms import Alarm
from promotion.sections.rollback import composite_alarm as rule
from promotion.sections.rollback.alarm import StoppingAlarm, StoppingAlarms
from promotion.unknown import Unknown

NOW = datetime(2026, 5, 4, tzinfo=UTC)
ARN = "arn:aws:cloudwatch:eu-west-1:444455556666:alarm:by: arn"


@pytest.mark.parametrize(
    ("text", "names", "alarmed", "holds"),
    [
        ('ALARM("a b")', ("a b",), {"a b"}, True),
        ("ALARM(a) AND ALARM(b)", ("a", "b"), {"a"}, False),
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", ("a", "b", "c"), {"a"}, True),
        ("(ALARM(a) OR ALARM(b)) AND OK(c)", ("a", "b", "c"), {"b"}, True),
        ("ALARM(a) AND NOT ALARM(b)", ("a", "b"), {"a", "b"}, False),
        ("NOT (ALARM(a) OR ALARM(b))", ("a", "b"), set(), True),
        (f'ALARM("{ARN}")', ("by: arn",), {"by: arn"}, True),
        ("INSUFFICIENT_DATA(a) OR TRUE", ("a",), set(), True),
        ("ALARM( a ) AND FALSE", ("a",), {"a"}, False),
    ],
)
def test_a_rule_is_read(text, names, alarmed, holds):
    """Names with and without quotes or as ARN; AND binds more than OR, NOT more than both."""
    read = rule.parse_alarm_rule(text, "both")
    assert read.names == names
    assert read.holds({name: "ALARM" if name in alarmed else "OK" for name in names}) is holds


@pytest.mark.parametrize(
    "text", ["", "ALARM(a", "ALARM(a) ALARM(b)", "AT_LEAST(2, ALARM, (a, b))", "ALARM(a) AND", "(" * 100 + "TRUE"]
)
def test_what_is_not_known_is_refused(text):
    """A rule that is not wholly understood says nothing."""
    with pytest.raises(Unknown, match="both"):
        rule.parse_alarm_rule(text, "both")


@given(st.text(alphabet='ALRMOKNDT ()"ab', max_size=40))
def test_any_text_is_read_or_refused(text):
    """No rule makes the reader stumble."""
    with contextlib.suppress(Unknown):
        rule.parse_alarm_rule(text, "x").holds({})


def alarm(name, text="", state="OK"):
    """An alarm; with a rule it is a composite one."""
    kind = "CompositeAlarm" if text else "MetricAlarm"
    return StoppingAlarm(Alarm(name, "", kind, state, NOW, NOW, True), 60, 1, rule=text)


def sets_off(*alarms):
    """Which metric alarms set off the alarm `top` alone."""
    look = StoppingAlarms(("top",), alarms)
    return {one.alarm.name for one in look.sets_off("top")}


def test_what_sets_off_an_alarm():
    """Any of several; none of those that must come together; through other composite alarms; not past a NOT."""
    a, b = alarm("a"), alarm("b")
    assert sets_off(alarm("top")) == {"top"}
    assert sets_off(alarm("top", "ALARM(a) OR ALARM(b)"), a, b) == {"a", "b"}
    assert sets_off(alarm("top", "ALARM(a) AND ALARM(b)"), a, b) == set()
    assert sets_off(alarm("top", "ALARM(a) AND ALARM(b)"), a, alarm("b", state="ALARM")) == {"a"}
    assert sets_off(alarm("top", "ALARM(in)"), alarm("in", "ALARM(a) OR ALARM(b)"), a, b) == {"a", "b"}
    held = alarm("hold", state="ALARM")
    assert sets_off(alarm("top", "ALARM(a) AND NOT ALARM(hold)"), a, held) == set()
    assert sets_off(alarm("top", "ALARM(a) AND NOT ALARM(hold)"), a, alarm("hold")) == {"a"}


def test_alarms_in_a_circle_end():
    """Two composite alarms that look at each other set off nothing, and the question ends."""
    assert sets_off(alarm("top", "ALARM(in)"), alarm("in", "ALARM(top)")) == set()


def test_what_is_missing_behind_an_alarm_is_named():
    """Also where another composite alarm names it."""
    look = StoppingAlarms(("top",), (alarm("top", "ALARM(in)"), alarm("in", "ALARM(gone)")))
    assert look.missing_behind("top") == ("gone",)
