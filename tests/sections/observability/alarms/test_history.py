"""The history of alarms is read from its data, which may be cut off, and from nothing else if it can be helped."""

import contextlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.clients.aws.cloudwatch.alarm_history import parse_history
from promotion.unknown import Reason, Unknown

WHEN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
REASON = {"version": "1.0", "recentDatapoints": [3.0], "threshold": 1.0}


def item(data, what="StateUpdate", kind="MetricAlarm", summary="Alarm updated from OK to ALARM"):
    """An AlarmHistoryItem."""
    text = data if isinstance(data, str) else json.dumps(data)
    return {"AlarmName": "a", "AlarmType": kind, "Timestamp": WHEN, "HistoryItemType": what, "HistorySummary": summary,
            "HistoryData": text}  # fmt: skip


def moved(old="OK", new="ALARM", **more):
    """The data of a change of state."""
    return {
        "version": "1.0",
        "oldState": {"stateValue": old, "stateReason": "r"},
        "newState": {"stateValue": new, **more},
    }


def test_the_data_are_read_and_not_the_summary():
    """The summary is text for people, and may say anything."""
    (change,) = parse_history(
        [item(moved("ALARM", "OK", stateReasonData=REASON, stateReason="fine"), summary="Alarm updated")]
    ).states
    assert (change.old, change.new, change.why, change.by_hand) == ("ALARM", "OK", "fine", False)


def test_data_that_are_cut_off_fall_back_on_the_summary():
    """HistoryData ends at 4095 characters, whatever it is in the middle of."""
    long = json.dumps(moved(stateReasonData={"recentDatapoints": [0.5] * 2000}))[:4095]
    (change,) = parse_history([item(long)]).states
    assert (change.old, change.new, change.by_hand) == ("OK", "ALARM", False)


def test_a_change_that_nobody_can_read_is_unknown():
    """It may have been ALARM: it is not left out."""
    with pytest.raises(Unknown) as raised:
        parse_history([item("{", summary="Alarm was updated")])
    assert raised.value.reason is Reason.MALFORMED


def test_a_state_without_datapoints_was_set_by_hand():
    """SetAlarmState leaves no reason data; composite alarms have none anyway."""
    assert parse_history([item(moved(stateReason="testing purposes"))]).states[0].by_hand
    assert not parse_history([item(moved(), kind="CompositeAlarm")]).states[0].by_hand


def test_a_change_of_settings_tells_what_decides():
    """What it was before is told under `originalUpdatedFields`; a description does not matter."""
    data = {
        "type": "Update",
        "updatedAlarm": {"threshold": 9.0, "alarmDescription": "new", "actionsEnabled": True},
        "originalUpdatedFields": {"threshold": 1.0, "alarmDescription": "old"},
    }
    (change,) = parse_history([item(data, "ConfigurationUpdate")]).configurations
    assert (change.change, change.after, change.before) == (
        "Update",
        {"threshold": "9.0", "actionsEnabled": "true"},
        {"threshold": "1.0"},
    )


@pytest.mark.parametrize(
    "data", ["{", "[]", '{"type": "Other"}', '{"type": 7}', '{"type": "Update", "updatedAlarm": 7}']
)
def test_settings_that_nobody_can_read_are_kept_as_such(data):
    """A change of which the history does not say how is still a change."""
    (change,) = parse_history([item(data, "ConfigurationUpdate")]).configurations
    assert change.after == {}


def test_actions_and_contributors_are_read_past():
    """They tell nothing that the change of state does not tell."""
    kinds = ("Action", "AlarmContributorStateUpdate", "AlarmContributorAction")
    history = parse_history([item({}, kind) for kind in kinds])
    assert (history.states, history.configurations) == ((), ())


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "oldState", "newState", "stateValue", "updatedAlarm", "createdAlarm", "threshold"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(TREES, st.sampled_from(["StateUpdate", "ConfigurationUpdate", "Action"]), st.text(max_size=9))
def test_any_item_is_read_or_unknown(tree, what, summary):
    """No other exception comes out."""
    with contextlib.suppress(Unknown):
        parse_history([item(tree, what, summary=summary)])
