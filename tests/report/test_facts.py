"""The facts at the head come from the record, or from evidence where it has the expected shape; else they are left out."""

import pytest

from promotion.report import page

from .dom import read
from .people import PROMOTION

RUN = {
    "id": 24000070040,
    "attempt": 2,
    "head_sha": "4b9eb937e4e4c526e059ed9fc5b952251a0ec964",
    "url": "https://github.com/example/shop/actions/runs/24000070040",
}
SHAPES = (
    {},
    None,
    7,
    "x",
    [],
    {"run": []},
    {"run": {"id": {}}},
    {"record": 3},
    {"record": {"people": "x", "window": []}},
)


def facts(record):
    """Each fact of the page by its name."""
    block = read(page(record)).one("dl", "facts")
    return {fact.all("dt")[0].text: fact.all("dd")[0] for fact in block.all("div")}


def test_the_run_that_built_the_image_is_linked(good):
    """Number and attempt, and the address as it is, to be opened; the commit is what the run was of."""
    good["evidence"]["build_run"]["value"] = {"run": RUN, "jobs": []}
    found = facts(good)
    assert found["Build run"].text == f"24000070040, attempt 2{RUN['url']}"
    assert found["Build run"].one("a").attributes["href"] == RUN["url"]
    assert found["Commit"].text == RUN["head_sha"]


def test_provenance_goes_before_what_others_say(good):
    """The commit that the image's provenance names is the one that is shown."""
    good["evidence"]["image_origin"] = {"value": {"commit": "c" * 40, "run_id": 9}}
    assert facts(good)["Commit"].text == "c" * 40


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://example.com/", "https://user@example.com/", "https://example.com/ x", "https:///x"],
)
def test_only_plain_https_addresses_are_links(good, address):
    """Any other address is text."""
    good["evidence"]["build_run"]["value"] = {"run": {**RUN, "url": address}}
    build = facts(good)["Build run"]
    assert address in build.text
    assert not build.all("a")


def test_the_plan_of_another_image_says_nothing_of_this_one(good):
    """People and window of a promotion record that is of another digest are left out."""
    record = {**PROMOTION["value"]["record"], "digest": f"sha256:{'0' * 64}"}
    good["evidence"]["promotion_record"] = {"value": {"record": record}}
    assert not {"Deployment window", "Deployment lead", "Approver"} & facts(good).keys()


@pytest.mark.parametrize("name", ["build_run", "image_origin", "promotion_record"])
@pytest.mark.parametrize("value", SHAPES)
def test_evidence_of_another_shape_is_left_out(good, name, value):
    """A look-up that saw something else, or nothing, never breaks the page."""
    good["evidence"][name] = {"value": value}
    assert facts(good)["Image digest"].text == good["digest"]


def test_a_record_without_evidence_has_the_facts_of_the_run(broken_off):
    """Commit, people and window are not there; accounts and times are."""
    broken_off["evidence"] = {}
    found = facts(broken_off)
    assert {"From", "To", "Started", "Phase"} <= found.keys()
    assert not {"Commit", "Build run", "Approver", "Figures before"} & found.keys()
