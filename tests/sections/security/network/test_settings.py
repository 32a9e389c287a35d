"""What may be declared of the doors, and mistakes in it."""

import tomllib

import pytest

from promotion.settings.load import SettingsError, parse
from tests.runner import ROOT

EXAMPLE = tomllib.loads((ROOT / "promotion.example.toml").read_text())
OPENING = {"group": "bastion", "ports": [22], "sources": ["1.2.3.4/32"], "reason": "administration"}


def settings(network):
    """Settings with these doors in dev."""
    return parse({**EXAMPLE, "dev": {**EXAMPLE["dev"], "network": network}}, "promotion.toml")


@pytest.mark.parametrize(
    ("ports", "ranges"), [([22], [(22, 22)]), (["8000-8100", 22], [(22, 22), (8000, 8100)]), ([], []), ([0], [(0, 0)])]
)
def test_ports_are_numbers_or_ranges(ports, ranges):
    """In order; none stands for all."""
    declared = settings({"exceptions": [{**OPENING, "ports": ports}]}).dev.network.exceptions[0]
    assert declared.ranges == ranges


@pytest.mark.parametrize(
    ("network", "said"),
    [
        ({"exceptions": [{**OPENING, "reason": ""}]}, "reason"),
        ({"exceptions": [{**OPENING, "sources": []}]}, "sources"),
        ({"exceptions": [{**OPENING, "ports": ["ssh"]}]}, "not a port range"),
        ({"exceptions": [{**OPENING, "ports": ["100-22"]}]}, "not a port range"),
        ({"exceptions": [{**OPENING, "sources": ["1.2.3/8"]}]}, "not a CIDR block"),
        ({"open_to": ["::/129"]}, "not a CIDR block"),
        ({"accounts": [{"id": "tools", "reason": "metrics"}]}, "accounts"),
        ({"accounts": [{"id": "999988887777"}]}, "reason is missing"),
        ({"https": {"ecc2": {}}}, "not a target of kind"),
        ({"https": {"lambda": {}}}, "not a target of kind"),
        ({"https": {"ec2": {"not_applicable": ""}}}, "not_applicable"),
        ({"https": {"ec2": {"http_url": "https://shop.example"}}}, "http_url"),
        ({"listeners": [443]}, "unknown key dev.network.listeners"),
    ],
)
def test_mistakes_are_said(network, said):
    """Each in a sentence that names the key."""
    with pytest.raises(SettingsError, match=said):
        settings(network)
