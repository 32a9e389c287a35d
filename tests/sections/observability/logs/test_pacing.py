"""The rate of calls, on a clock that is moved by waiting alone."""

import json
import subprocess
import sys
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.clients.aws.pacing import FILTER_CALLS, FILTER_SECONDS, Pace, filter_pace, history_pace, share_paces


class Clock:
    """Stands still until somebody waits."""

    def __init__(self):
        self.at = 100.0
        self.waits = []

    def now(self):
        """Tell the time."""
        return self.at

    def sleep(self, seconds):
        """Let the time pass."""
        self.waits.append(seconds)
        self.at += seconds


def test_the_first_calls_do_not_wait():
    """A healthy run makes few calls, and must not be slowed."""
    clock = Clock()
    pace = Pace(5, 1, now=clock.now, sleep=clock.sleep)
    for _ in range(5):
        pace.take()
    assert clock.waits == []
    pace.take()
    assert clock.waits == [1.0]


def test_a_pause_gives_turns_back():
    """What was asked long ago does not count."""
    clock = Clock()
    pace = Pace(2, 1, now=clock.now, sleep=clock.sleep)
    pace.take()
    pace.take()
    clock.at += 1.5
    pace.take()
    pace.take()
    assert clock.waits == []


@settings(deadline=None)
@given(st.integers(1, 6), st.floats(0.1, 3), st.lists(st.floats(0, 2), max_size=40))
def test_no_span_has_more_calls_than_allowed(calls, seconds, pauses):
    """Whenever they are asked for: in any span of so many seconds, so many calls at most."""
    clock = Clock()
    pace = Pace(calls, seconds, now=clock.now, sleep=clock.sleep)
    made = []
    for pause in pauses:
        clock.at += pause
        pace.take()
        made.append(clock.at)
    for first, later in zip(made, made[calls:], strict=False):
        assert later - first >= seconds - 1e-9


def test_look_ups_at_once_share_the_pace():
    """Twelve threads, five calls a second: the last of them gets a turn in the third second."""
    waits, lock = [], threading.Lock()

    def sleep(seconds):
        with lock:
            waits.append(seconds)

    pace = Pace(5, 1, now=lambda: 7.0, sleep=sleep)
    threads = [threading.Thread(target=pace.take) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == [1.0] * 5 + [2.0] * 2


def test_there_is_one_pace_for_an_account_and_region():
    """Whoever asks for it gets the same one; another region has another quota."""
    assert filter_pace("111122223333", "eu-west-1") is filter_pace("111122223333", "eu-west-1")
    assert filter_pace("111122223333", "eu-west-1") is not filter_pace("111122223333", "eu-west-2")
    assert FILTER_CALLS / FILTER_SECONDS <= 5


def test_the_history_of_alarms_has_a_pace_of_its_own():
    """One for all look-ups of an account and region, which does not slow down the reading of logs."""
    place = ("111122223333", "eu-west-1")
    assert history_pace(*place) is history_pace(*place)
    assert history_pace(*place) is not history_pace("444455556666", "eu-west-1")
    assert history_pace(*place) is not filter_pace(*place)


def test_processes_of_a_run_share_their_turns(tmp_path):
    """Three of them ask for nine turns together, of three in a quarter of a second: none has turns of its own."""
    code = f"""
import json, time
from pathlib import Path
from promotion.clients.aws import pacing
pacing.FILTER_SECONDS = 0.25
pacing.share_paces(Path({str(tmp_path)!r}))
for _ in range(3):
    pacing.history_pace("111122223333", "eu-west-1").take()
    print(time.monotonic())
"""
    running = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(3)]
    made = sorted(float(line) for one in running for line in one.communicate()[0].split())
    assert len(made) == 9
    (kept,) = tmp_path.iterdir()
    assert len(json.loads(kept.read_text())) == 3
    # Sleeping may take longer than asked, and not less.
    assert made[8] - made[0] >= 0.49
    share_paces(None)


def test_without_a_folder_a_process_is_alone(tmp_path):
    """Nothing is written; what was shared is forgotten."""
    share_paces(tmp_path)
    shared = filter_pace("1", "eu-west-1")
    shared.take()
    assert [one.name for one in tmp_path.iterdir()] == ["pace-FilterLogEvents-1-eu-west-1-5"]
    share_paces(None)
    assert filter_pace("1", "eu-west-1") is not shared
