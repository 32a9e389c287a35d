"""Without one permission the items that need it are unknown, and say which: each action of a run, in each account."""

from collections.abc import Iterator
from itertools import zip_longest

import pytest

from promotion.clients.aws.permissions import used
from promotion.clients.aws.permissions.grants import POST, PRE
from promotion.clients.aws.permissions.policy import needed
from promotion.sandbox.client import WorldPool
from promotion.settings import load
from tests.clients.aws.permissions.test_exact import WORLDS
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


def actions(settings, account, phase):
    """What a run asks for in an account in a phase, where Application Signals are asked as well."""
    features = [*used(settings), *(["application-signals"] if phase == POST else [])]
    return sorted({action for one in needed(features, account, [phase]) if not one.implied for action in one.actions})


PACKS = [
    (phase, pack) for phase in WORLDS for pack in zip_longest(*(actions(EXAMPLE, place, phase) for place in PLACES))
]
"""By phase, one action of each account at a time; None where an account has no more."""
ALONE = {"secretsmanager:ListSecretVersionIds"}
"""Asked for where something is wrong already."""


@pytest.fixture(scope="module")
def denying(world_pool, tmp_path_factory) -> Iterator[WorldPool]:
    """Worlds in which they are refused; their settings use what the example's do."""
    with world_pool.world() as world:
        settings = load(world.config, environ=world.environment).settings
    for phase in WORLDS:
        ours, theirs = ([actions(one, place, phase) for place in PLACES] for one in (settings, EXAMPLE))
        assert ours == theirs
    accounts = (settings.dev.account, settings.prod.account, settings.image.aws.account)
    packs = [[(place, action) for place, action in zip(accounts, pack, strict=True) if action] for _, pack in PACKS]
    folder = tmp_path_factory.mktemp("own")
    (folder / "promotion_faults.py").write_text(OWN.format(packs=packs))
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        with WorldPool() as pool:
            yield pool


@pytest.mark.parametrize(
    "number",
    range(len(PACKS)),
    ids=[f"{phase}-{next(filter(None, pack))}-{number}" for number, (phase, pack) in enumerate(PACKS)],
)
def test_an_action_that_is_taken_away_is_named(number, denying, tmp_path):
    """Its items are unknown, none has failed, and a message names the action."""
    phase, pack = PACKS[number]
    faults, scene = WORLDS[phase]
    faults = faults if phase == PRE or ALONE & {*pack} else []
    with denying.world(*faults, f"without-{number}", **scene) as world:
        judged = judge(world, tmp_path, "-m", phase, page=False)
    subjects = [one for item in judged.record["items"] for one in item["subjects"] if one["reason"] != "not-run"]
    assert judged.record["verdict"] == "HOLD", judged.printed
    assert {one["status"] for one in subjects} <= {"passed", "attested", "not-applicable", "unknown"}, judged.printed
    said = " ".join(one["message"] for one in subjects if one["status"] == "unknown")
    for action in pack:
        assert action is None or action in said, judged.printed
