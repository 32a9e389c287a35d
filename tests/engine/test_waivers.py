"""Waivers: they let one failure through for one image and a while, in sight of everybody, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promotion.core.status import Status
from promotion.engine.outcome import Outcome
from promotion.engine.waivers import JudgedImage, WaiverState, state_of, version_of, waive
from promotion.settings.waivers import UNWAIVABLE, Waiver
from tests.engine.project import DIGEST, SETTINGS
from tests.runner import ROOT

TODAY = datetime.now(UTC).date()
FAILS = 'assert numbers["size"] == 1, "too big"'
OTHER = "sha256:" + "b" * 64


def waiver(**changes):
    """A waiver for the image's size, as TOML."""
    tree = {
        "item": "image-size",
        "digest": DIGEST,
        "reason": "the base image shrinks in the next release",
        "owner": "developer",
        "approver": "release-approver",
        "granted": TODAY - timedelta(days=2),
        "expires": TODAY + timedelta(days=20),
    } | changes
    lines = [
        f"{key} = {value}" if key in ("granted", "expires") else f'{key} = "{value}"'
        for key, value in tree.items()
        if value is not None
    ]
    return "\n[[waivers]]\n" + "\n".join(lines) + "\n"


@pytest.fixture
def waiving(project):
    """A repository whose one item fails, with waivers in promotion.toml."""

    def write(*waivers):
        project.judging(FAILS)
        project.write("promotion.toml", SETTINGS + "".join(waivers))
        return project

    return write


def test_a_failure_is_let_through_in_sight(waiving, workers):
    """GO, exit 0; the item is waived, and keeps its sentence, the status below, and who agreed until when."""
    project = waiving(waiver())
    ran = project.run_apart(*workers) if workers else project.run()
    assert ran.code == 0, ran.out
    item = ran.item("image-size")
    assert (ran.record["verdict"], item["status"]) == ("GO", "waived")
    assert ran.message("image-size") == "too big"
    until = str(TODAY + timedelta(days=20))
    assert item["waiver"] == {
        "by": "release-approver",
        "owner": "developer",
        "reason": "the base image shrinks in the next release",
        "until": until,
        "status": "failed",
    }
    assert [(one["state"], one["message"]) for one in ran.record["waivers"]] == [("used", None)]
    assert f"failed, but waived by release-approver until {until}" in ran.out
    assert "→ too big" in ran.out
    assert "waived" in ran.files["checklist.html"]
    assert "release-approver" in ran.files["summary.md"]
    assert "<failure" not in ran.files["junit.xml"]


def test_a_replay_says_the_same(waiving):
    """The waivers are part of what a record was made with."""
    project = waiving(waiver())
    project.run()
    ran = project.run("--replay", "reports/record.json", digest=None)
    assert (ran.code, ran.item("image-size")["status"]) == (0, "waived")


@pytest.mark.parametrize(
    ("changes", "state", "said"),
    [
        ({"digest": OTHER}, "other-image", f"is for {OTHER}, and this is {DIGEST}: it has no effect"),
        ({"expires": TODAY - timedelta(days=1)}, "expired", "expired on"),
        ({"granted": TODAY + timedelta(days=1)}, "not-yet", "is not valid before"),
        ({"subject": "something"}, "unused", "has no effect, because nothing that it covers failed: remove it"),
        ({"digest": None, "version": "1.8.0"}, "version-not-known", "give the digest instead"),
    ],
)
def test_one_that_does_not_apply_lets_nothing_through(waiving, changes, state, said):
    """Another image, another time, another subject: NO-GO, and the waiver is spoken of."""
    ran = waiving(waiver(**changes)).run()
    assert (ran.code, ran.item("image-size")["status"], ran.item("image-size")["waiver"]) == (1, "failed", None)
    assert [one["state"] for one in ran.record["waivers"]] == [state]
    assert said in ran.record["waivers"][0]["message"]
    assert "≈ the waiver for image-size" in ran.out


@pytest.mark.parametrize("days", [7, 1, 0])
def test_one_that_ends_soon_is_spoken_of(waiving, days):
    """It still counts, to the end of its last day."""
    ran = waiving(waiver(expires=TODAY + timedelta(days=days))).run()
    assert ran.code == 0
    end = "expires today" if days == 0 else f"expires in {days} day"
    assert end in ran.record["waivers"][0]["message"]


@pytest.mark.parametrize("raised", ["NO_DATA", "NOT_DUE", "AWAITS_PERSON", "ACCESS_DENIED"])
def test_what_could_not_be_told_is_not_let_through(waiving, raised):
    """A waiver would hide blindness; it covers what failed, and nothing else."""
    project = waiving(waiver())
    project.judging(
        f"raise Unknown(Reason.{raised}, 'nothing')", imports="from promotion.unknown import Reason, Unknown"
    )
    ran = project.run()
    assert ran.code in (10, 11)
    assert ran.record["waivers"][0]["state"] == "unused"


def test_what_did_not_run_is_not_let_through(waiving):
    """A waived item that was left out holds the promotion."""
    ran = waiving(waiver()).run("-k", "nothing_like_it")
    assert ran.code == 5
    assert ran.item("image-size")["reason"] == "not-run"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"approver": "Developer "}, "somebody else must approve"),
        ({"expires": TODAY + timedelta(days=29)}, "expected at most 30 days"),
        ({"expires": TODAY - timedelta(days=9)}, "before it was granted"),
        ({"digest": None}, "either `digest` or `version`"),
        ({"version": "1.8.0"}, "either `digest` or `version`"),
        ({"digest": "latest"}, "digest"),
        ({"reason": "because"}, "reason"),
        ({"item": "image-sise"}, "did you mean 'image-size'"),
        ({"until": "tomorrow"}, "unknown key waivers[0].until"),
        *(({"item": item}, f"{item} cannot be waived") for item in UNWAIVABLE),
    ],
)
def test_a_malformed_one_stops_the_run(waiving, changes, said):
    """Exit 4, before anything is looked at, in one sentence."""
    ran = waiving(waiver(**changes)).run()
    assert ran.code == 4
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_they_may_stand_in_a_file_of_their_own(waiving):
    """`waivers_file` is read beside promotion.toml, and recorded."""
    project = waiving()
    project.write("promotion.toml", 'waivers_file = "waivers.toml"\n' + SETTINGS)
    project.write("waivers.toml", waiver())
    ran = project.run()
    assert (ran.code, ran.item("image-size")["status"]) == (0, "waived")
    assert ran.record["settings"]["waivers"][0]["item"] == "image-size"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "does not exist"),
        ("[[waivers", "is not valid TOML"),
        ("[[waiver]]\n", "unknown key waiver"),
        ("waivers = 1\n", "is not a list of tables"),
    ],
)
def test_a_file_that_cannot_be_read_stops_the_run(waiving, text, said):
    """A missing or broken file is a mistake, never no waivers."""
    project = waiving()
    project.write("promotion.toml", 'waivers_file = "waivers.toml"\n' + SETTINGS)
    if text is not None:
        project.write("waivers.toml", text)
    ran = project.run()
    assert ran.code == 4
    assert said in ran.err


def test_the_version_is_what_every_platform_says():
    """A label that is missing on one platform, or differs, names no version."""

    def seen(*versions):
        labels = [{"org.opencontainers.image.version": version} if version else {} for version in versions]
        return {"image_content": {"platforms": [{"labels": each} for each in labels]}}

    assert version_of(seen("1.8.0", "1.8.0")) == "1.8.0"
    assert version_of(seen("1.8.0", "1.8.1")) is None
    assert version_of(seen("1.8.0", None)) is None
    assert version_of({"image_content": None}) is None
    assert version_of({}) is None


@given(
    status=st.sampled_from(Status),
    item=st.sampled_from(["image-size", "health-checks"]),
    subject=st.sampled_from(["lambda", "ec2"]),
    of=st.sampled_from([None, "lambda", "ec2"]),
    version=st.sampled_from([None, "1.8.0", "1.9.0"]),
    day=st.integers(-40, 40),
)
def test_nothing_else_is_ever_let_through(status, item, subject, of, version, day):
    """Whatever is waived had failed, on the item, subject, image and days that the waiver names."""
    given_on, last = TODAY, TODAY + timedelta(days=10)
    words = {"reason": "it is mended next week", "owner": "developer", "approver": "release-approver"}
    one = Waiver(item="image-size", subject=of, version="1.8.0", granted=given_on, expires=last, **words)
    before = Outcome(item, subject, status, None, "", None, ())
    today, image = TODAY + timedelta(days=day), JudgedImage(DIGEST, version)
    after = waive([one], before, image, today)
    applies = (
        status is Status.FAILED
        and item == "image-size"
        and of in (None, subject)
        and version == "1.8.0"
        and given_on <= today <= last
    )
    assert (after.status is Status.WAIVED) == (applies or status is Status.WAIVED)
    assert (after.waiver is not None) == applies
    assert (state_of(one, [after], image, today) is WaiverState.USED) == applies


def test_the_page_of_the_docs_names_every_state_and_item():
    """docs/waivers.md tells of each thing a waiver can do, and of each item that takes none."""
    page = (ROOT / "docs/waivers.md").read_text()
    assert [f"`{state}`" in page for state in WaiverState] == [True] * len(WaiverState)
    assert [f"`{item}`" in page for item in UNWAIVABLE] == [True] * len(UNWAIVABLE)
