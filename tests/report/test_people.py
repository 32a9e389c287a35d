"""Waivers, attestations and claims stand in sight: who, when, until when, why, signed or not. And the figures of before."""

import pytest

from promotion.report import page, summary

from .dom import read


def lines(record, title):
    """The lines of one kind of word."""
    section = next(part for part in read(page(record)).all("section", "vouched"))
    block = next(div for div in section.all("div") if div.children and getattr(div.children[0], "text", "") == title)
    return [li.text for li in block.all("li")]


def test_every_waiver_is_told_with_what_it_did(troubled):
    """Item, subject, who granted it and when, until when, who mends it, why; and one that lets nothing through, too."""
    used, other = lines(troubled, "Waivers")
    assert used == (
        "1.6 Image size under 500 MB, linux/amd64 in forcegranted by release-lead on 2026-11-17 until 2026-12-01 to be "
        "mended by platform-teammodel weights move out of the image in 4.3"
    )
    assert other.startswith("3.5 Lambda duration p99 under 1000 ms for another image")
    assert other.endswith("it has no effect")


def test_a_waived_item_that_no_waiver_is_listed_for_is_told_all_the_same(good):
    """An older record lists no waivers: what its items say is shown."""
    good["waivers"] = []
    (line,) = lines(good, "Waivers")
    assert "granted by release-lead until 2026-12-01" in line


@pytest.mark.parametrize(("signed", "word"), [(True, "signed"), (False, "not signed"), (None, ""), ("yes", "")])
def test_an_attestation_has_name_moment_words_and_link(good, signed, word):
    """Whether it was signed is said where it is known; the link is one."""
    item = next(item for item in good["items"] if item["id"] == "rollback-plan")
    link = "https://github.com/example/shop/issues/1"
    item["attestation"] = {**item["attestation"], "signed": signed, "link": link}
    found = lines(good, "Attested by people")[0]
    statement = "Read against the service as it is now."
    assert (
        found
        == f"5.2 Rollback plan documented{f' {word}' if word else ''}by release-lead on 2026-11-23 08:55:00Z{statement}{link}"
    )
    note = read(page(good)).by_id("item-rollback-plan").one("span", "note").text
    assert note.startswith(f"by release-lead, 2026-11-23 08:55:00Z{f', {word}' if word else ''}: ")


def test_an_attestation_of_one_subject_names_it(good):
    """Where several subjects are judged, the word is for the one it was given for."""
    item = next(item for item in good["items"] if item["id"] == "health-checks")
    item["subjects"][1].update(status="attested", attestation={"by": "release-lead", "at": "2026-11-23T08:00:00Z"})
    assert "2.4 Health checks pass on both targets, alb" in lines(good, "Attested by people")[0]


def test_what_does_not_apply_says_why(good):
    """The reason stands there without opening the row."""
    (line,) = lines(good, "Declared not to apply")
    assert line.endswith("the ALB is internal. Its scheme is internal.")


def test_nothing_is_said_where_nobody_had_to(broken_off):
    """A page that rests on nobody's word has no such part."""
    assert not read(page(broken_off)).all("section", "vouched")


def test_the_summary_names_who_attested(good):
    """The approver reads names and dates where GitHub asks."""
    text = summary(good)
    assert "### Attested by people" in text
    assert "- **5.2 Rollback plan documented** by release-lead on 2026-11-23 08:55:00Z: Read against" in text
    assert "### Declared not to apply" in text


def test_figures_of_before_stand_beside_todays(troubled):
    """On the row of an item with one subject, on the rows of the subjects of others; the same figure is said to be so."""
    root = read(page(troubled))
    row = root.by_id("item-alb-response-time").all("summary", "row")[0]
    assert row.one("span", "measured").text == "624 ms of 500 ms was 412 ms of 500 ms"
    subjects = root.by_id("item-health-checks").all("span", "was")
    assert [span.text for span in subjects] == ["as before", "as before"]
    assert not root.by_id("item-build-workflow").all("span", "was")


@pytest.mark.parametrize("before", [None, 3, [], {}, {"measured": 3}, {"measured": {"alb-response-time": ["x"]}}])
def test_without_figures_of_before_nothing_is_said(troubled, before):
    """A first promotion, or figures of another shape, leave the row as it is."""
    root = read(page({**troubled, "before": before}))
    assert not root.all("span", "was")
