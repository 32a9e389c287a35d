"""HTTPS at the load balancers: a healthy world passes; each flaw is found, set up or met; blindness is unknown."""

import pytest

from promotion.sandbox import catalogue
from tests.runner import judge

ITEM = "https-alb"
CHOSEN = ("-m", "security", "-k", "https_alb")
FAULTS = [fault for fault in catalogue.load().values() if fault.item == ITEM]


def test_a_healthy_world_passes(world_pool, tmp_path):
    """Both load balancers offer HTTPS; who comes without is led there; every connection is written down."""
    with world_pool.world() as world:
        judged = judge(world, tmp_path, *CHOSEN)
    item = judged.item(ITEM)
    assert item["status"] == "passed", judged.printed
    assert [subject["name"] for subject in item["subjects"]] == ["dev ec2", "prod ec2"]
    assert item["subjects"][0]["measured"].startswith("TLSv1.3, certificate until ")
    calls = judged.record["evidence"]["tls_front[dev ec2]"]["calls"]
    assert [call["operation"] for call in calls] == [
        "TLS hello, TLS 1.0",
        "TLS hello, TLS 1.1",
        "TLS handshake for localhost",
    ]
    assert {call["outcome"] for call in calls} == {"ok"}


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_what_a_fault_does(world_pool, tmp_path, fault):
    """A fault fails the item, a clean twin nothing, blindness makes it unknown and nothing failed."""
    with world_pool.world(fault.name) as world:
        judged = judge(world, tmp_path, *CHOSEN)
    item = judged.item(ITEM)
    expected = {"fault": "failed", "clean": "passed", "blind": "unknown"}[fault.kind]
    assert item["status"] == expected, judged.printed
    if fault.kind == "blind":
        assert not [subject for subject in item["subjects"] if subject["status"] == "failed"], judged.printed
    assert all(subject["message"] for subject in item["subjects"] if subject["status"] != "passed")
    assert "Traceback" not in judged.printed


def test_where_there_is_no_load_balancer_it_does_not_apply(world_pool, tmp_path):
    """If the settings declare that with a reason, and neither the name nor the target groups lead to one."""
    with world_pool.world() as world:
        text = world.config.read_text()
        text = text.replace('load_balancer = "shop-prod"', 'load_balancer = "none"')
        text = text.replace('["shop-prod-instances"]', '["none"]')
        text = text.replace(
            "[prod.network.https.ec2]", '[prod.network.https.ec2]\nnot_applicable = "TLS ends at the edge"'
        )
        world.config.write_text(text)
        judged = judge(world, tmp_path, *CHOSEN)
    dev, prod = judged.item(ITEM)["subjects"]
    assert (dev["status"], prod["status"], prod["message"]) == ("passed", "not-applicable", "TLS ends at the edge")


def test_target_groups_give_a_load_balancer_of_another_name_away(world_pool, tmp_path):
    """What is declared not to be there stands before the target groups, whatever it is called."""
    with world_pool.world() as world:
        text = world.config.read_text().replace('load_balancer = "shop-prod"', 'load_balancer = "none"')
        text = text.replace(
            "[prod.network.https.ec2]", '[prod.network.https.ec2]\nnot_applicable = "TLS ends at the edge"'
        )
        world.config.write_text(text)
        judged = judge(world, tmp_path, *CHOSEN)
    prod = judged.item(ITEM)["subjects"][1]
    assert prod["status"] == "failed"
    assert "but arn:aws:elasticloadbalancing" in prod["message"]


def test_the_item_is_proven():
    """There are faults it must catch, clean twins, and blindnesses that must not pass."""
    assert {fault.kind for fault in FAULTS} == {"fault", "clean", "blind"}
