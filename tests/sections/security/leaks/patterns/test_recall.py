"""Secrets of every kind are found however they are nested, by every engine."""

from collections import Counter

import pytest

from tests.sections.security.leaks.patterns.engines import ENGINES, search
from tests.sections.security.leaks.patterns.samples import nested, samples

EXPECTED = 0.98


@pytest.mark.parametrize("engine", ENGINES)
def test_every_kind_is_found_in_every_nesting(engine):
    """At least 98 of 100 of each kind and of each nesting; as whatever it is reported, it is reported."""
    made, found = Counter(), Counter()
    for sample in samples(each=2 if engine == "fast" else 1, seed=23):
        for nesting, line in nested(sample).items():
            hits = list(search(engine).scan(line))
            for group in (sample.kind, nesting):
                made[group] += 1
                found[group] += bool(hits)
            assert all(0 <= hit.start < hit.end <= len(line) and hit.kind == "pattern" for hit in hits)
    assert not {group: (found[group], count) for group, count in made.items() if found[group] < EXPECTED * count}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plain_secret_is_found_by_its_name_and_place(engine):
    """A value that has a form of its own is reported as that kind, and exactly it."""
    wrong = []
    for sample in samples(seed=24):
        if sample.name or sample.value.count(" ") or "://" in sample.value or "=" in sample.value:
            continue
        line = f"using {sample.value} now\n".encode()
        found = [(hit.rule, line[hit.start : hit.end].decode()) for hit in search(engine).scan(line)]
        if sample.kind not in [rule for rule, _ in found] or not all(text in sample.value for _, text in found):
            wrong.append((sample.kind, [rule for rule, _ in found]))
    assert not wrong


def test_engines_agree():
    """Python alone finds what the fast engines find, at the same places."""
    if len(ENGINES) == 1:
        pytest.skip("hyperscan and google-re2 have no wheel here")
    for sample in samples(seed=25):
        data = b"".join(nested(sample).values())
        assert list(search("python").scan(data)) == list(search("fast").scan(data)), sample.kind


def test_a_finding_says_nothing_of_the_secret():
    """Neither a hit nor its text form holds any of it."""
    for sample in list(samples(seed=26))[::9]:
        for hit in search(ENGINES[-1]).scan(nested(sample)["json"]):
            assert sample.value not in str(hit)


@pytest.mark.parametrize("engine", ENGINES)
def test_buffers_are_searched_alone(engine):
    """A search keeps nothing: the same buffer twice gives the same, and one after it nothing of it."""
    line = next(nested(sample)["json"] for sample in samples() if sample.kind == "stripe-secret-key")
    first, second = list(search(engine).scan(line)), list(search(engine).scan(line))
    assert first == second != []
    assert not list(search(engine).scan(b"nothing here\n"))
