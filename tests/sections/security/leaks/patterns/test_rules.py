"""The rules: how many, from where, and that the quick test in front of each lets every match through."""

import re
from datetime import date

import pytest

from promotion.sections.security.leaks.patterns import load
from promotion.sections.security.leaks.patterns.engine import finder, have, matchers
from promotion.sections.security.leaks.patterns.prefilter import can_be_empty, needle
from promotion.sections.security.leaks.patterns.rules import OWN, read_file
from promotion.sections.security.leaks.patterns.syntax import write
from tests.sections.security.leaks.patterns.samples import nested, samples, shapes

COMPILED = matchers(fast=False)
FILES = [read_file(path, lambda texts: finder(COMPILED, texts)) for path in sorted(OWN.glob("*.toml"))]
RULES = [rule for file in FILES for rule in file.rules]


def test_there_are_at_least_150_kinds():
    """Each with a description, a keyword, and a sample of its own."""
    assert len(RULES) >= 150
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert {rule.id for rule in RULES} == set(shapes())
    assert all(rule.description and rule.keywords for rule in RULES)


@pytest.mark.parametrize("path", sorted(OWN.glob("*.toml")), ids=lambda path: path.stem)
def test_every_rule_has_a_source(path):
    """Above it, or above those of the same vendor, stands where its form is published."""
    source = before = ""
    for line in path.read_text().splitlines():
        if line.startswith("# ") and not before:
            source = line
        if line == "[[rules]]":
            assert re.search(r"https?://|RFC \d|Names that people", source), source
        before = line


def test_keywords_are_looked_for_as_nobody_escapes_them():
    """A part of each is left, and it is nothing that a writer escapes."""
    for rule in RULES:
        assert all(re.fullmatch(rb"[a-z0-9._-]+", keyword) for keyword in rule.keywords), rule.id


def test_the_needle_is_in_every_match():
    """What Hyperscan looks for is met in each sample, nested in any way; so it hides nothing from the rule."""
    needles = {rule.id: COMPILED("(?s:" + write(needle(rule.tree, common=rule.generic)) + ")") for rule in RULES}
    whole = {rule.id: COMPILED(write(rule.tree)) for rule in RULES}
    for sample in samples():
        for nesting, line in nested(sample).items():
            for match in whole[sample.kind].finditer(line):
                assert needles[sample.kind].search(match.group()), (sample.kind, nesting)


def test_no_needle_says_nothing():
    """A rule whose needle is empty would be asked about every byte of a log."""
    assert not [rule.id for rule in RULES if can_be_empty(needle(rule.tree, common=rule.generic))]


@pytest.mark.skipif(not (have("hyperscan") and have("re2")), reason="the fast engines have no wheel here")
def test_the_engine_is_named():
    """Evidence says what searched, and in which version."""
    patterns = load(today=date(2026, 11, 23))
    assert re.fullmatch(r"hyperscan \d[\d.]+, google-re2 \d[\d.]+", patterns.engine)
    assert load(today=date(2026, 11, 23), fast=False).engine == "keywords, re"
    assert patterns.rules == len(RULES)
