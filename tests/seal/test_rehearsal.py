"""A rehearsal is sealed as one: it cannot be taken for a promotion, nor a promotion for it."""

import json

import pytest

from promotion.core.canonical_json import canonical_for, sha256
from promotion.seal import bundle_folder as folder
from promotion.seal.statements import SEAL

from .conftest import SETTINGS, record_of_go
from .test_tampering import edited, payload

SERVED = {**SETTINGS, "dev": {"endpoint_url": "http://127.0.0.1:4566"}}


def rehearsed(story, **changes):
    """Seal and sign off a rehearsal."""
    story.write(record_of_go() | {"rehearsal": True} | changes)
    story.seal()
    story.sign_off()


def test_a_rehearsal_is_refused_unless_it_is_asked_for(story):
    """By one sentence, and verified whole with `--rehearsal`."""
    rehearsed(story)
    (said,) = story.wrong()
    assert said.startswith("the record is of a rehearsal, which allows no deployment")
    assert story.wrong(rehearsal=True) == []


def test_a_promotion_is_refused_where_a_rehearsal_is_asked_for(sealed):
    """A pipeline that practises does not deploy by mistake."""
    assert sealed.wrong() == []
    (said,) = sealed.wrong(rehearsal=True)
    assert said == "the record is of a real promotion, not of a rehearsal: verify it without --rehearsal"


def test_the_seal_says_it_to_other_tools(story):
    """Neither statement names a level that a policy would let a deployment pass by."""
    rehearsed(story)
    result, summary = (
        payload(story.inside(name).read_bytes())["predicate"] for name in (folder.TEST_RESULT, folder.SUMMARY)
    )
    assert result["rehearsal"] is True
    assert summary["verifiedLevels"] == ["REHEARSAL_PRE_PROMOTION"]
    assert summary[SEAL]["rehearsal"] is True


def test_a_served_world_is_one_whatever_the_record_says(story):
    """A promotion.toml that names this machine is enough."""
    story.write(
        record_of_go()
        | {"settings": SERVED, "settings_sha256": sha256(canonical_for(record_of_go()["schema"], SERVED))}
    )
    story.seal()
    story.sign_off()
    assert any("is of a rehearsal" in one for one in story.wrong(settings=SERVED))
    assert story.wrong(settings=SERVED, rehearsal=True) == []


@pytest.mark.parametrize("page", [False, True], ids=["record", "record-and-page"])
def test_the_mark_cannot_be_taken_off(story, page):
    """The seal is over it."""
    rehearsed(story)
    edited(story, lambda record: record.update(rehearsal=False), page=page)
    wrong = story.wrong()
    assert any("REHEARSAL_PRE_PROMOTION" in one for one in wrong), wrong


def test_the_page_says_it_first(story):
    """In the title, and above the verdict."""
    story.write(record_of_go() | {"rehearsal": True})
    text = (story.folder / folder.PAGE).read_text()
    assert text.index("A rehearsal.") < text.index('class="verdict')
    assert json.dumps("allows no deployment")[1:-1] in text
