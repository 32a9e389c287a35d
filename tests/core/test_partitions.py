"""No partition is written by hand: ARNs and domains are those of the place that is looked at."""

import ast
import json
from importlib.resources import files

import pytest

from promotion.core.partitions import dns_suffix, partition_of
from tests.runner import ROOT

SOURCES = sorted(
    path
    for room in ("promotion", "fixtures", "tests_promotion")
    for path in (ROOT / room).rglob("*.py")
    if "sandbox" not in path.parts
)
KNOWN = json.loads((files("botocore") / "data" / "endpoints.json").read_text())["partitions"]


def literals(tree):
    """Every string of a module that is not a docstring, parts of f-strings too."""
    bodies = [one.body for one in ast.walk(tree) if isinstance(getattr(one, "body", None), list)]
    said = {id(node.value) for body in bodies for node in body if isinstance(node, ast.Expr)}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_arn_names_the_usual_partition(path):
    """`arn:aws:` by hand is wrong in GovCloud and in China, where a Deny would be missed."""
    found = [(node.lineno, node.value) for node in literals(ast.parse(path.read_text())) if "arn:aws:" in node.value]
    assert not found


@pytest.mark.parametrize("partition", KNOWN, ids=lambda one: one["partition"])
def test_every_partition_is_known_by_its_regions(partition):
    """As botocore has them: the partition of each Region, and how its domains end."""
    for region in partition["regions"]:
        assert partition_of(region) == partition["partition"]
    assert dns_suffix(partition["partition"]) == partition["dnsSuffix"]


def test_there_are_partitions():
    """More than the usual one."""
    assert {one["partition"] for one in KNOWN} >= {"aws", "aws-cn", "aws-us-gov"}
