"""Whatever a document holds: a summary, or Unknown with a sentence; and in bounded time."""

import copy
import json
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotion.sections.artifact.sbom.judge import SbomLimits, judge_all
from promotion.sections.artifact.sbom.judgement import Unread
from promotion.sections.artifact.sbom.read import read_sbom
from promotion.sections.artifact.sbom.summary import Sbom
from promotion.unknown import Reason, Unknown

from .documents import BUILT, IMAGE, NOW, SHOP, cyclonedx, spdx
from .tools import library

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def places(tree, path=()):
    """Every place in a tree of JSON."""
    yield path
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        yield from places(value, (*path, key))


def put(tree, path, value):
    """Copy a tree with another value at that place."""
    if not path:
        return value
    changed = copy.copy(tree)
    changed[path[0]] = put(tree[path[0]], path[1:], value)
    return changed


@st.composite
def spoiled(draw, document):
    """Spoil a good document in up to three places."""
    for _ in range(draw(st.integers(1, 3))):
        value = draw(JSON)
        place = draw(st.sampled_from(list(places(document))))
        document = put(document, place, value)
    return document


def read_and_judge(predicate, *, validate=False):
    """Take the way that a predicate takes in a run."""
    found = []
    try:
        sbom = read_sbom(predicate, "the SBOM", SHOP, validate=validate)
        assert isinstance(sbom, Sbom)
        found.append(sbom)
    except Unknown as unknown:
        found.append(Unread.because("sbom", unknown))
    judgement = judge_all(found, IMAGE, NOW, SbomLimits(), None)
    assert all(problem.message.isprintable() for problem in judgement.problems)
    with suppress(Unknown):
        judgement.raise_if_doubtful()


@pytest.mark.parametrize("document", [cyclonedx(), cyclonedx("1.4"), spdx()], ids=["CDX 1.6", "CDX 1.4", "SPDX"])
def test_spoiled_documents_give_an_answer_or_unknown(document):
    """Any value at any place: no other exception comes out."""

    @settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(spoiled(document))
    def check(predicate):
        read_and_judge(predicate)
        read_and_judge(json.dumps(predicate))

    check()


@pytest.mark.parametrize("document", [cyclonedx(), spdx()], ids=["CycloneDX", "SPDX"])
def test_spoiled_documents_are_validated_to_an_answer(document):
    """The libraries that validate are not made for hostile documents; nothing of theirs comes out either."""
    library("cyclonedx.validation.json")
    library("spdx_tools.spdx.validation.document_validator")

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(spoiled(document))
    def check(predicate):
        read_and_judge(predicate, validate=True)

    check()


@given(JSON | st.binary(max_size=50))
@settings(deadline=None)
def test_anything_at_all_gives_unknown(predicate):
    """Hardly anything is an SBOM."""
    read_and_judge(predicate)


def component(number):
    """Write one component among many."""
    return {
        "bom-ref": f"ref-{number}",
        "type": "library",
        "name": f"package-{number}",
        "version": "1.0",
        "purl": f"pkg:deb/debian/package-{number}@1.0?arch=amd64&distro=debian-12",
        "properties": [{"name": "syft:package:type", "value": "deb"}],
    }


def package(number):
    """Write one package among many."""
    purl = component(number)["purl"]
    return {
        "SPDXID": f"SPDXRef-{number}",
        "name": f"package-{number}",
        "externalRefs": [
            {"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:b"},
            {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl},
        ],
    }


@pytest.mark.parametrize("kind", ["CycloneDX", "SPDX"])
def test_a_hundred_thousand_components_are_read_in_seconds(kind):
    """About one second of computing; the limit leaves room for a slow machine."""
    many = range(100_000)
    if kind == "CycloneDX":
        document = cyclonedx(components=[component(number) for number in many])
    else:
        document = spdx(packages=[package(number) for number in many])
    began = time.process_time()
    found = read_sbom(document, "the SBOM", SHOP)
    assert time.process_time() - began < 4
    assert (found.components, found.os_packages, found.base_system) == (100_000, 100_000, ("debian-12",))
    assert len(repr(found)) < 2000


@pytest.mark.parametrize("depth", [101, 900, 100_000])
def test_components_nested_without_end_are_malformed(depth):
    """Neither the reading of JSON nor the counting goes down without limit."""
    inner = '{"type":"library","name":"x","components":['
    text = '{"bomFormat":"CycloneDX","specVersion":"1.6","components":[' + inner * depth + "]}" * depth + "]}"
    with pytest.raises(Unknown, match="nested") as told:
        read_sbom(text, "the SBOM", SHOP)
    assert told.value.reason is Reason.MALFORMED


def test_numbers_without_end_are_malformed():
    """An integer of a million digits is not computed."""
    with pytest.raises(Unknown):
        read_sbom('{"bomFormat":"CycloneDX","specVersion":' + "9" * 1_000_000 + "}", "the SBOM", SHOP)


def test_foreign_text_stands_in_no_sentence_as_it_is():
    """Control characters and markup from a document are shown as what they are."""
    bad = "\x1b[31m<script>\n"
    shop = {"type": "library", "name": bad, "version": bad, "purl": f"pkg:deb/{bad}/x"}
    tools = [{"name": bad, "version": bad}]
    document = cyclonedx("1.4", components=[shop], metadata={"tools": tools, "timestamp": "2020-01-01T00:00:00Z"})
    sbom = read_sbom(document, "the SBOM", SHOP)
    told = " ".join(judge_all([sbom], IMAGE, BUILT).messages)
    assert told.isprintable()
    assert bad not in told
