"""The states of an alarm during a window are rebuilt from its changes as if somebody had watched all the time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.clients.aws.cloudwatch.alarm_history import StateChange
from promotion.sections.observability.alarms.state_history import Spell, rebuild
from promotion.unknown import Reason, Unknown

T0 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STATES = ("OK", "ALARM", "INSUFFICIENT_DATA")


def at(minute):
    """So many minutes after the window's start."""
    return T0 + timedelta(minutes=minute)


def change(minute, old, new):
    """A change of state."""
    return StateChange("a", at(minute), old, new)


WINDOW = (at(0), at(30))


@st.composite
def lives(draw):
    """A life of an alarm: its first state, and changes at whole minutes, also an hour before and after the window."""
    moments = sorted(draw(st.sets(st.integers(-60, 90), max_size=8)))
    state = first = draw(st.sampled_from(STATES))
    changes = []
    for moment in moments:
        new = draw(st.sampled_from([one for one in STATES if one != state]))
        changes.append(change(moment, state, new))
        state = new
    return first, changes


def watched(first, changes, moment):
    """The state at a moment, by going through everything that happened."""
    state = first
    for one in changes:
        if one.when <= moment:
            state = one.new
    return state


@given(life=lives(), twice=st.booleans(), older=st.booleans())
def test_it_is_what_a_watcher_would_have_seen(life, twice, older):
    """From changes inside the window, the present state, and one older item at most: the same, minute by minute."""
    first, changes = life
    inside = [one for one in changes if WINDOW[0] <= one.when <= WINDOW[1]]
    earlier = [one for one in changes if one.when < WINDOW[0]]
    present = (watched(first, changes, at(999)), changes[-1].when if changes else at(-500))
    later = not inside and present[1] > WINDOW[1]
    before = (earlier[-1].new if earlier else first) if older or later else None
    found = rebuild("a", inside * (2 if twice else 1), present, before, WINDOW)
    for minute in range(31):
        spell = [
            one
            for one in found
            if (one.since is None or one.since <= at(minute)) and (one.until is None or at(minute) < one.until)
        ]
        assert [one.state for one in spell] == [watched(first, changes, at(minute))]
    assert found[0].since is None
    assert found[-1].until is None


@given(life=lives(), lost=st.integers(0, 7))
def test_a_lost_change_is_noticed_or_does_not_matter(life, lost):
    """Without one of the changes the answer is unknown, or it is still right: never another one."""
    first, changes = life
    inside = [one for one in changes if WINDOW[0] <= one.when <= WINDOW[1]]
    if lost >= len(inside):
        return
    present = (watched(first, changes, at(999)), changes[-1].when)
    earlier = [one for one in changes if one.when < WINDOW[0]]
    before = earlier[-1].new if earlier else first
    kept = inside[:lost] + inside[lost + 1 :]
    # The newest change before something that happened after the window leaves no trace of its own: there the
    # history's own word on the next change is all there is.
    if lost == len(inside) - 1 and present[1] > WINDOW[1]:
        return
    try:
        found = rebuild("a", kept, present, before, WINDOW)
    except Unknown:
        return
    assert [spell.state for spell in found] == [inside[0].old if inside else present[0], *(one.new for one in inside)]


def test_an_alarm_that_did_not_change_was_in_its_present_state():
    """History has nothing of an alarm that has been in ALARM all the time: the naive reading finds nothing wrong."""
    assert rebuild("a", [], ("ALARM", at(-90)), None, WINDOW) == (Spell("ALARM", None, None),)


def test_an_alarm_that_changed_later_was_in_the_state_before_that():
    """Its present state tells nothing of the window."""
    assert rebuild("a", [], ("OK", at(70)), "ALARM", WINDOW)[0].state == "ALARM"
    with pytest.raises(Unknown):
        rebuild("a", [], ("OK", at(70)), None, WINDOW)


@pytest.mark.parametrize(
    ("changes", "present", "before"),
    [
        ([], ("OK", at(5)), "OK"),  # changed in the window by its own word
        ([change(3, "OK", "ALARM")], ("OK", at(5)), None),  # its last change is missing
        ([change(3, "OK", "ALARM"), change(9, "INSUFFICIENT_DATA", "OK")], ("OK", at(9)), None),
        ([change(3, "ALARM", "OK")], ("OK", at(3)), "OK"),
    ],
)
def test_what_does_not_fit_together_is_unknown(changes, present, before):
    """A history with a gap is not read as if it were whole."""
    with pytest.raises(Unknown) as raised:
        rebuild("a", changes, present, before, WINDOW)
    assert raised.value.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("changes", "before", "first"),
    [
        ([], "OK", "OK"),
        ([], None, "OK"),
        ([change(3, "OK", "INSUFFICIENT_DATA")], None, "OK"),
        ([change(3, "ALARM", "OK")], "ALARM", "ALARM"),
    ],
)
def test_a_late_history_does_not_hide_an_alarm(changes, before, first):
    """The history lacks what happened last, but the alarm says itself that it is in ALARM, and since when."""
    spells = rebuild("a", changes, ("ALARM", at(29)), before, WINDOW)
    assert spells[0].state == first
    assert spells[-1] == Spell("ALARM", at(29), None)
    assert [spell.since for spell in spells[1:]] == [spell.until for spell in spells[:-1]]
