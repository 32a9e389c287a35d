"""The engine: every look-up once, dependencies first, each to its deadline, kept as it can be read again."""

import math
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from promotion.core.api_calls import ApiCall
from promotion.engine.lookups import ORPHANS, Key, note_call
from promotion.unknown import Reason, Unknown
from tests.engine.looks import engine, evidence, looked, seen


def test_a_look_up_is_made_once_and_after_what_it_builds_on():
    """Two that build on a third get what it saw; it is looked up once."""
    made: list[str] = []

    def base() -> int:
        made.append("base")
        return 1

    def left(base: int) -> int:
        return base + 1

    def right(base: int, settings: str) -> str:
        return f"{settings} {base}"

    looking = engine(*map(evidence, (base, left, right)), sources={"settings": "shop"})
    entries = looked(looking, "right", "left", "base")
    assert {name: entry.value for name, entry in entries.items()} == {"base": 1, "left": 2, "right": "shop 1"}
    assert made == ["base"]


def test_a_look_up_per_subject_gets_its_own_subject_s_evidence():
    """Evidence of the same kind, or of a wider one, comes for the subject alone; that of a narrower kind as a mapping."""

    def target(dev_target: str) -> str:
        return f"target {dev_target}"

    def instances(dev_ec2: str, target: str) -> str:
        return f"instances of {target}"

    def health(dev_target: str, target: str, instances: dict[str, str]) -> list[str]:
        return [target, *instances.values()]

    declared = (
        evidence(target, per="dev_target"),
        evidence(instances, per="dev_ec2"),
        evidence(health, per="dev_target"),
    )
    looking = engine(*declared)
    entries = looked(looking, "health[lambda]", "health[ec2]")
    assert entries["health[lambda]"].value == ["target lambda", "instances of target ec2"]
    assert set(entries) == {"target[lambda]", "target[ec2]", "instances[ec2]", "health[lambda]", "health[ec2]"}
    assert looking.get("health")["ec2"][0] == "target ec2"


def test_only_what_is_wanted_is_looked_up():
    """One subject's look-up starts nothing of another one's; asking for that is unknown: not run."""

    def health(dev_target: str) -> int:
        return 200

    looking = engine(evidence(health, per="dev_target"))
    assert set(looked(looking, "health[ec2]")) == {"health[ec2]"}
    found = looking.get("health")
    assert found["ec2"] == 200
    for ask in (lambda: found["lambda"], lambda: list(found.values()), lambda: "lambda" in found):
        with pytest.raises(Unknown) as unknown:
            ask()
        assert unknown.value.reason is Reason.NOT_RUN
    with pytest.raises(KeyError):
        _ = found["nothing"]


def test_what_builds_on_something_unseen_is_unseen_for_the_same_reason():
    """The reason and the words of what could not be looked up go up to all that build on it, which are not called."""

    def base() -> int:
        raise Unknown(Reason.ACCESS_DENIED, "sts:AssumeRole was denied")

    def above(base: int) -> int:
        raise AssertionError

    def on_top(above: int) -> int:
        raise AssertionError

    entries = looked(engine(*map(evidence, (base, above, on_top))), "on_top")
    why = {"reason": "access-denied", "message": "sts:AssumeRole was denied"}
    assert {name: entry.unknown for name, entry in entries.items()} == {"base": why, "above": why, "on_top": why}


def test_one_subject_unseen_leaves_the_others_be():
    """In a mapping, only access to the subject that could not be looked up is unknown."""

    def health(dev_target: str) -> int:
        if dev_target == "lambda":
            raise Unknown(Reason.THROTTLED, "asked too often")
        return 200

    looking = engine(evidence(health, per="dev_target"))
    looked(looking, "health[lambda]", "health[ec2]")
    assert looking.get("health")["ec2"] == 200
    with pytest.raises(Unknown, match="asked too often"):
        _ = looking.get("health")["lambda"]


@pytest.mark.parametrize(
    "trouble", [KeyError("x"), SystemExit(0), RecursionError(), GeneratorExit(), AssertionError("no")]
)
def test_whatever_a_look_up_stops_with_is_unknown(trouble):
    """No exception, and no attempt to end the process, leaves a look-up unsettled or makes it a pass."""

    def stops() -> int:
        raise trouble

    entry = seen(stops)
    assert entry.value is None
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "error"
    assert f"stopped with {type(trouble).__name__}" in entry.unknown["message"]


def test_a_look_up_that_hangs_is_given_up():
    """At its deadline it is unknown: timeout, its calls are kept, and a late answer changes nothing."""
    late = threading.Event()
    came = threading.Event()

    def hangs() -> int:
        note_call("codedeploy", "GetDeployment", "r-1")
        late.wait(10)
        came.set()
        return 1

    one = evidence(hangs, deadline=0.2)
    looking = engine(one)
    entry = looked(looking, "hangs")["hangs"]
    assert entry.unknown == {
        "reason": "timeout",
        "message": "look-up hangs did not finish within 0.2 s: check that the service answers, or raise looking.deadline",
    }
    assert [call["operation"] for call in entry.calls] == ["GetDeployment"]
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "look hangs"]
    late.set()
    assert came.wait(5)
    thread.join(5)
    assert looking.entries["hangs"] == entry
    with pytest.raises(Unknown, match="did not finish"):
        looking.get("hangs")


def test_a_hung_look_up_does_not_keep_the_others_waiting():
    """With one slot only, everything else still comes: the slot is given back at the deadline."""
    late = threading.Event()

    def a_hangs() -> int:
        late.wait(10)
        return 1

    def b_waits(a_hangs: int) -> int:
        return 2

    def c_base() -> int:
        return 3

    def d_top(c_base: int) -> int:
        return c_base + 1

    declared = [evidence(a_hangs, deadline=0.2), *map(evidence, (b_waits, c_base, d_top))]
    entries = looked(engine(*declared, at_once=1), "a_hangs", "b_waits", "c_base", "d_top")
    late.set()
    assert [entries[name].value for name in ("a_hangs", "b_waits", "c_base", "d_top")] == [None, None, 3, 4]
    assert entries["b_waits"].unknown == entries["a_hangs"].unknown


def test_the_deadline_counts_from_a_look_up_s_own_start():
    """Waiting for a slot or for what it builds on is not held against a look-up."""

    def slow() -> int:
        time.sleep(0.4)
        return 1

    def above(slow: int) -> int:
        time.sleep(0.4)
        return 2

    declared = (evidence(slow, deadline=0.7), evidence(above, deadline=0.7))
    assert looked(engine(*declared, at_once=1), "above")["above"].value == 2


def test_look_ups_are_made_at_the_same_time():
    """Sixteen that each wait for the others to begin all come."""
    together = threading.Barrier(16)

    def make(number: int) -> Any:
        def look() -> int:
            together.wait(5)
            return number

        look.__name__ = f"look_{number}"
        return evidence(look)

    entries = looked(engine(*map(make, range(16))), *(f"look_{number}" for number in range(16)))
    assert sorted(entry.value for entry in entries.values()) == list(range(16))


def test_no_more_than_so_many_look_at_once():
    """`looking.at_once` bounds what is asked of the outside at the same time."""
    lock, now, most = threading.Lock(), [0], [0]

    def make(number: int) -> Any:
        def look() -> int:
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            time.sleep(0.01)
            with lock:
                now[0] -= 1
            return number

        look.__name__ = f"look_{number}"
        return evidence(look)

    looked(engine(*map(make, range(12)), at_once=3), *(f"look_{number}" for number in range(12)))
    assert most[0] == 3


@dataclass(frozen=True)
class Size:
    """Something that survives JSON."""

    megabytes: float | None
    seen: datetime
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Weight:
    """Something that looks like a size once it is JSON."""

    megabytes: float | None
    seen: datetime
    parts: tuple[str, ...] = ()


NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Size, Size(1.5, NOON, ("a", "b"))),
        (Size | None, None),
        (tuple[Size, ...], (Size(None, NOON),)),
        (dict[str, Size], {"x": Size(2, NOON)}),
        (dict[str, dict[str, int]], {"a": {"b": 1}, "": {}}),
        (list[dict[str, Any]], [{"any": [1, None, True, "ü\n"]}]),
        (str, "\x1b[31m\u202e\x00 'quotes' \"more\""),
        (int, 10**30),
        (str, "x" * 2_000_000),
    ],
    ids=lambda value: None if len(str(value)) > 100 else str(value),
)
def test_a_test_judges_what_reads_back(kind, value):
    """What a test is given went through the form it has in the record, and is what the look-up returned."""

    def look() -> kind:
        return value

    one = evidence(look)
    looking = engine(one)
    entry = looked(looking, "look")["look"]
    assert entry.unknown is None, entry.unknown
    assert looking.get("look") == value
    assert type(looking.get("look")) is type(value)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (int, "abc", "is not of its declared type: expected int"),
        (int, None, "is not of its declared type: the value: Input should be a valid integer"),
        (int, True, "changes when it is read back from the record"),
        (dict[str, int], {1: 2}, "is not of its declared type: expected str"),
        (Any, {1: 2}, "contains a mapping whose keys are not strings"),
        (Any, {("a", "b"): 2}, "contains a mapping whose keys are not strings"),
        (float, math.nan, "contains a number that JSON does not have (nan)"),
        (Size, Size(math.nan, NOON), "contains a number that JSON does not have (nan)"),
        (Any, {"deep": [{"down": math.inf}]}, "contains a number that JSON does not have (inf)"),
        (Size | Weight, Weight(1, NOON), "changes when it is read back from the record"),
        (tuple[str, ...], ["a"], "is not of its declared type: expected tuple[str, ...]"),
        (object, object(), "is not of its declared type"),
        (Any, threading.Lock(), "is not of its declared type"),
        (frozenset[str], frozenset("abcdefghijkl"), "contains a set, which has no order"),
    ],
)
def test_what_does_not_survive_is_unknown(kind, value, words):
    """A value of another type, no number, keys that are no text, look-alikes: malformed, never something else to judge."""

    def look() -> kind:
        return value

    entry = seen(look)
    assert entry.value is None
    assert entry.unknown is not None
    assert entry.unknown["reason"] == "malformed"
    assert words in entry.unknown["message"]


def test_calls_are_kept_with_the_look_up_that_made_them():
    """Two at the same time keep their calls apart, one that fails keeps its own, and none is an orphan."""
    together = threading.Barrier(2)

    def good() -> int:
        together.wait(5)
        note_call("lambda", "GetAlias", "r-1")
        together.wait(5)
        note_call("lambda", "GetFunction", "r-2")
        return 1

    def bad() -> int:
        together.wait(5)
        note_call("codedeploy", "GetDeployment", "r-3", "AccessDeniedException")
        together.wait(5)
        raise Unknown(Reason.ACCESS_DENIED, "denied")

    entries = looked(engine(evidence(good), evidence(bad)), "good", "bad")
    assert [(call["operation"], call["request_id"]) for call in entries["good"].calls] == [
        ("GetAlias", "r-1"),
        ("GetFunction", "r-2"),
    ]
    assert [(call["operation"], call["outcome"]) for call in entries["bad"].calls] == [
        ("GetDeployment", "AccessDeniedException")
    ]
    assert ORPHANS == []


def test_a_call_outside_any_look_up_is_an_orphan():
    """A call that no evidence stands for is noticed."""
    note_call("s3", "PutObject", None)
    assert [(call.service, call.operation) for call in ORPHANS] == [("s3", "PutObject")]
    assert isinstance(ORPHANS.pop(), ApiCall)


def test_progress_is_told():
    """While looking goes on, somebody hears how many are out, of how many, and one that is."""
    told: list[tuple[int, int, str]] = []
    out = threading.Event()

    def look() -> int:
        out.wait(5)
        return 1

    looking = engine(evidence(look))
    looking.start([Key("look")])

    def hear(*heard: Any) -> None:
        told.append(heard)
        out.set()

    looking.wait(hear)
    assert told[0] == (1, 1, "look")


def test_an_engine_that_stumbles_settles_all_the_same(tmp_path):
    """When what was seen cannot be kept, the look-up is unknown at once, and whoever waits for it goes on."""
    from promotion.engine.lookups.spool import Spool

    def look() -> int:
        (tmp_path / "spool").rmdir()
        return 1

    def above(look: int) -> int:
        return 2

    (tmp_path / "spool").mkdir()
    entries = looked(engine(evidence(look), evidence(above), spool=Spool(tmp_path / "nowhere"), deadline=60), "above")
    assert {name: entry.unknown and entry.unknown["reason"] for name, entry in entries.items()} == {
        "look": "error",
        "above": "error",
    }
