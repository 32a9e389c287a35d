"""Without one permission the items that need it are unknown, and say which: each action of a run, in each account."""

from collections.abc import Iterator
from itertools import zip_longest

import pytest

from promotion.clients.aws.permissions import used
from promotion.clients.aws.permissions.grants import PRE
from promotion.clients.aws.permissions.policy import needed
from promotion.sandbox.client import WorldPool
from promotion.settings import load
from tests.runner import ROOT, judge

# A team's own faults: the nth takes the nth permission of each account away.
OWN = """
from promotion.sandbox.catalogue import fault

def refused(taken):
    def apply(world):
        for account, action in taken:
            world.wire.add("*:*", lambda request, proceed, action=action: (
                world.wire.denied(request.asked) if request.asked.action == action else proceed()
            ), account)
    apply.__doc__ = "Permissions are taken away."
    return apply

for number, taken in enumerate({packs!r}):
    fault(f"without-{{number}}", item="health-checks", kind="blind")(refused(taken))
"""
PLACES = ("dev", "prod", "image")
EXAMPLE = load(ROOT / "promotion.example.toml", environ={}).settings


def actions(settings, account):
    """What a run asks for in an account before a promotion."""
    grants = needed(used(settings), account, [PRE])
    return sorted({action for one in grants if not one.implied for action in one.actions})


PACKS = list(zip_longest(*(actions(EXAMPLE, place) for place in PLACES)))
"""One action of each account at a time; None where an account has no more."""


@pytest.fixture(scope="module")
def denying(world_pool, tmp_path_factory) -> Iterator[WorldPool]:
    """Worlds in which they are refused; their settings use what the example's do."""
    with world_pool.world() as world:
        settings = load(world.config, environ=world.environment).settings
    assert [actions(settings, place) for place in PLACES] == [actions(EXAMPLE, place) for place in PLACES]
    accounts = (settings.dev.account, settings.prod.account, settings.image.aws.account)
    packs = [[(place, action) for place, action in zip(accounts, pack, strict=True) if action] for pack in PACKS]
    folder = tmp_path_factory.mktemp("own")
    (folder / "promotion_faults.py").write_text(OWN.format(packs=packs))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        with WorldPool() as pool:
            yield pool


@pytest.mark.parametrize("number", range(len(PACKS)))
def test_an_action_that_is_taken_away_is_named(number, denying, tmp_path):
    """Its items are unknown, none has failed, and a message names the action."""
    with denying.world("canary-runs-right-now", f"without-{number}") as world:
        judged = judge(world, tmp_path, "-m", "pre_promotion", page=False)
    subjects = [one for item in judged.record["items"] for one in item["subjects"]]
    assert judged.record["verdict"] == "HOLD", judged.printed
    assert {one["status"] for one in subjects} <= {"passed", "attested", "not-applicable", "unknown"}, judged.printed
    said = " ".join(one["message"] for one in subjects if one["status"] == "unknown")
    for action in PACKS[number]:
        assert action is None or action in said, judged.printed
