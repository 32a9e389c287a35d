"""`promotion judge`: two files of requests, judged as a rollout would be; what cannot be read is refused with its line."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from promotion.cli import main
from promotion.sections.rollout.request_files import parse_requests

T0 = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def stream(rate, *, minutes=5, errors=0.0, slower=1.0, seed=1, before=0):
    """Rows of requests, so many a second, lognormal about 80 ms."""
    dice = np.random.default_rng(seed)
    rows = []
    for number in range(int(rate * 60 * (minutes + before))):
        at = T0 + timedelta(seconds=number / rate - 60 * before)
        ms = slower * 80 * np.exp(0.4 * dice.standard_normal())
        rows.append((at, ms, dice.random() < errors))
    return rows


@pytest.fixture
def written(tmp_path):
    """Write rows to a file, as a spreadsheet would."""

    def write(name, rows, form=lambda at: at.isoformat()):
        path = tmp_path / name
        lines = [f"{form(at)},{ms:.2f},{int(failed)}" for at, ms, failed in rows]
        path.write_text("\n".join(["time,duration_ms,error", *lines]) + "\n")
        return str(path)

    return write


def judged(capsys, *arguments):
    """Run the command; the exit status and what it decided."""
    status = main(["judge", *arguments, "--json"])
    return status, json.loads(capsys.readouterr().out)


def test_a_canary_that_is_as_the_old_version_goes(written, capsys):
    """Of ten requests a second a tenth, beside the rest; it says what would have been found."""
    old = written("old.csv", stream(9, seed=2, before=20))
    status, told = judged(capsys, written("new.csv", stream(1, minutes=6, seed=3)), old)
    assert (status, told["decision"]) == (0, "go"), told
    assert any("would have been found" in one for one in told["seen"])
    assert told["minutes"] == 6
    assert told["noise_learned_from_minutes"] == 20


@pytest.mark.parametrize("harm", [{"errors": 0.1}, {"slower": 2.5}])
def test_a_canary_with_harm_does_not(written, capsys, harm):
    """Errors, or twice as slow: no-go, with the reason, before the watch is over if it is plain."""
    old = written("old.csv", stream(9, seed=2))
    status, told = judged(capsys, written("new.csv", stream(2, seed=3, **harm)), old)
    assert (status, told["decision"]) == (1, "no-go"), told
    assert told["against"]


def test_too_little_holds(written, capsys):
    """And says what is lacking."""
    status, told = judged(capsys, written("new.csv", stream(0.1, seed=3)), written("old.csv", stream(1, seed=2)))
    assert (status, told["decision"]) == (10, "hold"), told
    assert told["missing"]


def test_it_is_said_to_people_too(written, capsys):
    """In a few lines, without the old version and with a limit of one's own."""
    new = written("new.csv", stream(5, seed=3))
    assert main(["judge", new, "--limit-ms", "40"]) == 1
    said = capsys.readouterr().out
    assert said.startswith("NO-GO after ")
    assert "took longer than 40 ms" in said


FORMS = {
    "seconds": lambda at: at.timestamp(),
    "milliseconds": lambda at: at.timestamp() * 1000,
    "without an offset": lambda at: f"{at:%Y-%m-%d %H:%M:%S}",
}


@pytest.mark.parametrize("name", FORMS)
def test_times_are_read_in_each_form(written, name):
    """Seconds, milliseconds, ISO 8601 without an offset, which is UTC."""
    with Path(written("a.csv", stream(1, minutes=2), FORMS[name])).open() as lines:
        found = parse_requests(lines, "a.csv")
    assert [len(one.durations_ms) for one in found.minutes(T0.timestamp(), 2)] == [60, 60]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "a.csv has no column time, duration_ms, error"),
        ("time,duration_ms\n1,2\n", "has no column error"),
        ("time,duration_ms,error\n", "a.csv has no request in it"),
        ("time,duration_ms,error\nsoon,1,0\n", "line 2 of a.csv: 'soon' is not a time"),
        ("time,duration_ms,error\n1,fast,0\n", "line 2 of a.csv: 'fast' is not a duration"),
        ("time,duration_ms,error\n1,-1,0\n", "'-1' is not a duration"),
        ("time,duration_ms,error\n1,nan,0\n", "'nan' is not a duration"),
        ("time,duration_ms,error\n1,2,maybe\n", "'maybe' is neither 1 nor 0"),
        ("time,duration_ms,error\n1,2\n", "line 2 of a.csv has 2 columns, expected 3"),
        ("time,duration_ms,error\n1,2,0\n999999,2,0\n", "expected the requests of one watch, a day at most"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, capsys, content, said):
    """With the line, and exit status 2: it is no verdict."""
    path = tmp_path / "a.csv"
    path.write_text(content)
    assert main(["judge", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_a_limit_that_is_none_and_a_file_that_is_not_there_are_refused(written, capsys):
    """So is a limit of nothing."""
    assert main(["judge", "nowhere.csv"]) == 2
    assert main(["judge", written("new.csv", stream(1)), "--limit-ms", "0"]) == 2
    assert "is not a limit" in capsys.readouterr().err
