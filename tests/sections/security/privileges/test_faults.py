"""Roles: a healthy world passes; each fault is caught by this item alone; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge

ITEM = "least-privilege"
FAULTS = [fault for fault in catalogue.load().values() if fault.item == ITEM]


@pytest.fixture(scope="module", autouse=True)
def _data():
    """What is read once a process is not part of a case."""
    from promotion.sections.security.privileges.actions import catalogue as actions

    actions()


OTHERS = {
    "role-within-a-boundary-that-bounds-nothing": "rotation",
    "role-boundary-unreadable": "rotation",
    "role-logs-into-every-group": "lambda",
    "role-attaches-any-interface": "lambda",
    "role-of-a-function-in-a-vpc": "lambda",
}
"""Faults of other roles than CodeDeploy's."""


def chosen(fault):
    """The roles that a fault is about, and a few beside them."""
    which, role = "prod" if "prod" in fault.name else "dev", OTHERS.get(fault.name, "codedeploy")
    return ("-m", "security", "-k", f"least_privilege and {which} and {role}")


def test_a_healthy_world_passes_with_one_look_each(world_pool, tmp_path):
    """All ten roles are looked at once, and their policies by name."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, "-m", "security", "-k", "least_privilege")
        asked = [call.action for call in world.calls() if (call.action or "").startswith("iam:")]
    item = judged.item(ITEM)
    assert item["status"] == "passed", judged.printed
    assert len(item["subjects"]) == 10
    assert {action: asked.count(action) for action in set(asked)} == {
        "iam:GetRole": 10,
        "iam:ListRolePolicies": 10,
        "iam:ListAttachedRolePolicies": 10,
        "iam:GetRolePolicy": 24,
        "iam:GetPolicy": 4,
        "iam:GetPolicyVersion": 4,
    }
    assert "within shop-boundary" in item["subjects"][4]["measured"]


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails the item, a clean twin nothing, blindness makes it unknown."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *chosen(fault))
    item = judged.item(ITEM)
    bad = [one for one in item["subjects"] if one["status"] != "passed" and one["reason"] != "not-run"]
    assert {one["status"] for one in bad} == {"fault": {"failed"}, "clean": set(), "blind": {"unknown"}}[fault.kind], (
        judged.printed
    )
    assert "Traceback" not in judged.printed
    if fault.kind == "fault":
        assert len(bad) == 1, judged.printed
        assert "'extra'" in bad[0]["message"] or "'shop-extra'" in bad[0]["message"] or "trust" in bad[0]["message"]
    if fault.kind == "blind":
        assert all(one["reason"] not in ("error", "not-run") for one in bad), judged.printed
        assert all(one["message"] for one in bad)


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    counts = {kind: sum(fault.kind == kind for fault in FAULTS) for kind in ("fault", "clean", "blind")}
    assert counts["fault"] >= 22
    assert counts["clean"] >= 8
    assert counts["blind"] >= 5
