"""Whatever stands in provenance, it is read or refused with a sentence."""

import copy
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from promotion.clients.github.origins import BuiltElsewhere
from promotion.clients.github.provenance import provenance_claim
from promotion.unknown import Unknown

from .made import HOME, MADE, SHOP
from .shop import COMMIT, REPOSITORY

TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [SHOP, COMMIT, f"{SHOP}/actions/runs/5/attempts/2", "git@github.com:example/shop", "https://[", ""]
    ),
    st.builds("https://github.com/{}/actions/runs/{}".format, st.text(max_size=9), st.text(max_size=30)),
)
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def places(node: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List every place in a document."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [at, *(place for name, inner in parts for place in places(inner, (*at, name)))]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_whatever_is_written(data: st.DataObject) -> None:
    """Any value at any place gives a claim about our repository, or says in a sentence why not; nothing else."""
    kind, predicate, _ = MADE[data.draw(st.sampled_from([*MADE]))]
    whole: Any = copy.deepcopy({"it": predicate})
    for _ in range(data.draw(st.integers(1, 3))):
        *names, last = data.draw(st.sampled_from(places(whole)[1:]))
        part = whole
        for name in names:
            part = part[name]
        part[last] = data.draw(VALUES)
    try:
        found = provenance_claim(kind, whole["it"], HOME)
    except (Unknown, BuiltElsewhere) as refused:
        said = str(refused)
    else:
        said = ""
        assert found.repository == REPOSITORY
        assert found.run_id is not None or found.commit is not None
        assert found.commit is None or len(found.commit) in {40, 64}
    assert "\n" not in said


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.one_of(TEXTS, st.text(max_size=200)))
def test_whatever_an_address_is(uri: str, other: str) -> None:
    """An address of any form is ours or is not; reading it never fails otherwise."""
    for text in (uri, other, f"git+{other}", f"https://github.com/{other}", f"x@github.com:{other}"):
        assert HOME.same(text) in {True, False}
        with suppress(BuiltElsewhere):
            HOME.run(text, "it")
