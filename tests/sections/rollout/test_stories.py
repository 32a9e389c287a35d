"""A rollout that goes well, watched from its beginning to its decisions. What comes after it, `tests/stories` tell."""

import tests.stories.loaded  # noqa: F401 - before any clock runs
from promotion.core.status import Exit
from tests.runner import judge
from tests.stories.patience import PATIENT

RATE = 20


def test_a_good_rollout_goes_at_t5(world_pool, tmp_path):
    """Everything passes, each look is a line, and the record says that it was a rehearsal."""
    with world_pool.world(scene="rollout", minutes=0, rate=RATE) as world:
        judged = judge(world, tmp_path, "-m", "rollout", "--wait", *PATIENT)
    assert (judged.code, judged.bad()) == (Exit.GO, set()), judged.printed
    lines = [line for line in judged.printed.splitlines() if line.startswith("T+")]
    assert "T+2 GO" in judged.printed
    assert lines[-1].startswith("T+5:00 · T+5 GO · version 6: ")
    assert judged.record["rehearsal"] is True
    looks = judged.record["evidence"]["rollout_watch"]["value"]["looks"]
    assert [look["name"] for look in looks] == ["T+2", "T+5"]
