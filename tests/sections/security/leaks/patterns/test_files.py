"""Rule files of the team's, in gitleaks' format."""

import json
import re

import pytest

from promotion.sections.security.leaks.patterns import InvalidRules, load
from tests.sections.security.leaks.patterns.engines import ENGINES, TODAY

# As rules in circulation are written: with ends that no backslash may follow.
USUAL = r"""
title = "team"
[extend]
useDefault = true
[[rules]]
id = "shop-key"
description = "Key of the shop"
regex = '''(?i)[\w.-]{0,50}?shopkey[ \t\w.-]{0,20}[\s'"]{0,3}(?:=|>|:=|:|,)[\x60'"\s=]{0,5}([a-f0-9]{24})(?:[\x60'"\s;]|\\[nr]|$)'''
entropy = 3
keywords = ["shopkey"]
"""
VALUE = "0a1b2c3d4e5f" + "69788796a5b4"


def searching(tmp_path, text, engine):
    path = tmp_path / "team.toml"
    path.write_text(text)
    patterns = load([path], today=TODAY, fast=engine == "fast")
    return lambda line: [hit.rule for hit in patterns.scan(line.encode() + b"\n")]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_of_gitleaks_survives_escaping(tmp_path, engine):
    """Written for source code, it also finds what is nested in JSON; the secret must be mixed enough."""
    hits = searching(tmp_path, USUAL, engine)
    fields = {"shopkey": VALUE}
    once = json.dumps(fields)
    for line in (f"shopkey={VALUE}", once, json.dumps({"m": once}), json.dumps({"l": json.dumps({"m": once})})):
        assert "shop-key" in hits(line), line
    assert "shop-key" not in hits(f"shopkey={'aaaabbbb' * 3}")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_keyword_must_stand_in_the_line(tmp_path, engine):
    """An expression that says little is held back by it."""
    rule = "[[rules]]\nid='bare'\nregex='''[0-9a-f]{24}'''\nkeywords=['Warehouse']\n"
    hits = searching(tmp_path, rule, engine)
    assert "bare" in hits(f"warehouse {VALUE}")
    assert "bare" not in hits(f"harbour {VALUE}")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("regex='a(1)=([0-9a-f]+)'\nsecretGroup=2", VALUE),
        ("regex='(z)?a1=([0-9a-f]+)'", VALUE),
        ("regex='a1=[0-9a-f]+'", f"a1={VALUE}"),
    ],
)
def test_the_secret_is_the_group_that_is_named(tmp_path, text, place):
    """By secretGroup, else the first group with a text, else the whole."""
    line = f"shop a1={VALUE}"
    path = tmp_path / "team.toml"
    path.write_text(f"[[rules]]\nid='shop'\n{text}\nkeywords=['shop']\n")
    (hit,) = load([path], today=TODAY, fast=False).scan(line.encode())
    assert line[hit.start : hit.end] == place


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "[[rules]]\nid='a'\nregex='''(?<=x)y'''",
            "The rule a of .*team.toml has an expression that cannot be used.*looks around",
        ),
        ("[[rules]]\nid='a'\nregex='''(x'''", "The rule a of .*team.toml .*not closed"),
        ("[[rules]]\nid='a'\nregex='''x*'''", "The rule a of .*empty text"),
        ("[[rules]]\nregex='''x'''", "The rule 1 of .*has no id"),
        ("[[rules]]\nid='a'", "The rule a of .*has no regex"),
        ("[[rules]]\nid='a'\nregex='x'\nsecretGroup=2", "names the group 2"),
        ("[[rules]]\nid='a'\nregex='x'\n[[rules.required]]\nid='b'", "has required"),
        ("[[rules]]\nid='a'\nregex='x'\n[[rules]]\nid='a'\nregex='y'", "has the rule a twice"),
        (
            "[[rules]]\nid='a'\nregex='x'\n[[rules.allowlists]]\nregexes=['(?!a)']",
            "The rule a of .*allow-list.*cannot be used",
        ),
        ("[[rules]]\nid='a'\nregex='x'\n[[rules.allowlists]]\nregexTarget='file'", "regexTarget 'file'"),
        ("[[rules]]\nid='a'\nregex='x'\n[[rules.allowlists]]\ncondition='XOR'", "condition 'XOR'"),
        ("[extend]\ndisabledRules=['jwt']", "extends by disabledRules"),
        ("[[rule]]\nid='a'", "has rule"),
        ("not toml", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, said):
    """The sentence names the file and the rule."""
    path = tmp_path / "team.toml"
    path.write_text(text)
    with pytest.raises(InvalidRules, match=said):
        load([path], today=TODAY, fast=False)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    """Nobody thinks that it was applied."""
    with pytest.raises(InvalidRules, match=re.escape("gone.toml cannot be read")):
        load([tmp_path / "gone.toml"], today=TODAY, fast=False)


def test_rules_about_files_alone_are_left_out(tmp_path):
    """A log has no paths."""
    path = tmp_path / "team.toml"
    path.write_text("[[rules]]\nid='a'\npath='''\\.p12$'''\n")
    assert load([path], today=TODAY, fast=False).rules == load(today=TODAY, fast=False).rules
