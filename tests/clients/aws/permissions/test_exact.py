"""The table of permissions is what runs ask of AWS: in each account and each phase, no more and no less."""

import pytest

from promotion.clients.aws.permissions import used
from promotion.clients.aws.permissions.grants import BACK, PHASES, POST, PRE, ROLLOUT
from promotion.clients.aws.permissions.policy import needed
from promotion.settings import load
from tests.runner import judge

WORLDS = {
    # Earlier runs of a canary are asked for while one is in progress.
    PRE: (["canary-runs-right-now"], {}),
    ROLLOUT: ([], {"scene": "rollout", "minutes": 8}),
    # Versions of a secret are asked for where a rotation broke off.
    POST: (["rotation-stuck"], {"scene": "rolled-out", "minutes": 31}),
    BACK: ([], {"scene": "rolled-back"}),
}
ANYBODY = {"sts:AssumeRole", "sts:GetCallerIdentity"}
"""What the trust policy of a role allows, or everybody may."""


def accounts_of(settings):
    """Number to name."""
    return {settings.dev.account: "dev", settings.prod.account: "prod", settings.image.aws.account: "image"}


@pytest.mark.parametrize("phase", PHASES)
def test_what_is_asked_is_what_the_table_says(phase, world_pool, tmp_path):
    """Of the features that the settings use, in each account."""
    faults, scene = WORLDS[phase]
    with world_pool.world(*faults, **scene) as world:
        judge(world, tmp_path, "-m", phase, page=False)
        settings = load(world.config, environ=world.environment).settings
        asked = {(call.account, call.action) for call in world.calls() if call.action and call.action not in ANYBODY}
    for number, account in accounts_of(settings).items():
        found = {action for where, action in asked if where == number}
        table = [one for one in needed(used(settings), account, [phase]) if not one.implied]
        assert found == {action for one in table for action in one.actions}, account
    assert {where for where, _ in asked} <= set(accounts_of(settings))


FEATURES = {
    "prefix-lists": (["balancer-open-by-prefix-list"], None),
    "roles-by-pattern": (["role-becomes-a-role-of-its-organisation"], None),
    "ecr-scans": (["scanned-by-ecr"], None),
    "signing-key": (["signed-in-kms"], None),
    "access-analyzer": ([], ("[[dev.roles]]", '[[dev.roles]]\nadvice = ["access-analyzer"]')),
    "last-accessed": ([], ("[[dev.roles]]", '[[dev.roles]]\nadvice = ["last-accessed"]')),
}


@pytest.mark.parametrize("feature", FEATURES)
def test_what_a_feature_adds_is_what_the_table_says(feature, world_pool, tmp_path):
    """Where it is used, just its actions are asked for besides."""
    faults, edit = FEATURES[feature]
    with world_pool.world("canary-runs-right-now", *faults) as world:
        if edit:
            world.config.write_text(world.config.read_text().replace(*edit, 1))
        judge(world, tmp_path, "-m", "pre_promotion", page=False)
        settings = load(world.config, environ=world.environment).settings
        asked = {call.action for call in world.calls() if call.action and call.action not in ANYBODY}
    features = {*used(settings)} - {feature}
    plain = {
        action
        for account in ("dev", "prod", "image")
        for one in needed(features, account, [PRE])
        for action in one.actions
    }
    its_own = {
        action
        for account in ("dev", "prod", "image")
        for one in needed([feature], account, [PRE])
        for action in one.actions
    }
    assert asked - plain == its_own - plain
    assert its_own <= asked
