"""Several sources, several reports of one, several platforms: who decides, and what is said of the others."""

from dataclasses import replace
from datetime import timedelta

import pytest

from promotion.sections.artifact.sbom.judgement import ArtifactDoubt, Kind, Unread
from promotion.sections.artifact.vulnerabilities.binding import Tie, platforms_of, tie
from promotion.sections.artifact.vulnerabilities.judge import judge_reports
from promotion.unknown import Reason, Unknown

from .reports import ARM, ARM_CONFIG, BOTH, CONFIG, DIGEST, IMAGE, INDEX, NOW, SCANNED, scan
from .test_judge import SUPPRESSED, kinds, reasons

DENIED = Unread("ecr", Reason.ACCESS_DENIED, "ECR's scan cannot be read: access denied")


# Several sources


def test_the_first_source_decides():
    """A later one that is stale or doubtful is only noted."""
    later = scan("ecr", created=NOW - timedelta(days=99), doubts=(ArtifactDoubt(Reason.NO_DATA, "ECR is not sure"),))
    found = judge_reports([scan(), later], IMAGE, NOW)
    assert (found.problems, found.doubts) == ((), ())
    assert "In addition: ECR is not sure." in found.notes
    assert reasons(judge_reports([later, scan()], IMAGE, NOW)) == [Reason.NO_DATA, Reason.STALE]


@pytest.mark.parametrize("first", ["attestation", "ecr"])
def test_a_critical_finding_in_any_source_fails_and_the_disagreement_is_told(first):
    """Whichever of them decides."""
    second = {"attestation": "ecr", "ecr": "attestation"}[first]
    looks = {"attestation": scan(), "ecr": scan("ecr", critical=["CVE-2026-5"])}
    found = judge_reports([looks[first], looks[second]], IMAGE, NOW)
    assert kinds(found) == [Kind.CRITICAL]
    (told,) = [text for text in (*found.messages, *found.notes) if "scanners disagree: the attestation" in text]
    assert "does not list CVE-2026-5" in told


def test_a_suppressed_critical_finding_in_any_source_fails():
    """Also where the first source does not know of it."""
    found = judge_reports([scan(), scan("ecr", suppressed=[SUPPRESSED])], IMAGE, NOW)
    assert kinds(found) == [Kind.SUPPRESSED]


def test_sources_that_agree_say_nothing_of_disagreement():
    """One problem for each, no notes of it."""
    found = judge_reports([scan(critical=["CVE-2026-5"]), scan("ecr", critical=["CVE-2026-5"])], IMAGE, NOW)
    assert kinds(found) == [Kind.CRITICAL, Kind.CRITICAL]
    assert "disagree" not in " ".join((*found.messages, *found.notes))


def test_what_cannot_be_read_before_the_one_that_decides_leaves_it_unknown():
    """It would have decided, and may know of a CRITICAL finding."""
    found = judge_reports([DENIED, scan()], IMAGE, NOW)
    assert reasons(found) == [Reason.ACCESS_DENIED]


def test_what_cannot_be_read_after_the_one_that_decides_is_noted():
    """Nobody could compare it."""
    found = judge_reports([scan(), DENIED], IMAGE, NOW)
    assert (found.problems, found.doubts) == ((), ())
    assert "In addition: ECR's scan cannot be read: access denied." in found.notes


def test_what_cannot_be_read_of_the_source_that_decides_is_noted():
    """An attestation of another scanner beside that of Trivy."""
    found = judge_reports([Unread("attestation", Reason.NOT_SUPPORTED, "a report of grype"), scan()], IMAGE, NOW)
    assert found.doubts == ()
    assert "In addition: a report of grype." in found.notes


def test_nothing_is_never_good():
    """No source at all, or only such that could not be read."""
    with pytest.raises(Unknown, match="there is no vulnerability scan of") as told:
        judge_reports([], IMAGE, NOW).raise_if_doubtful()
    assert told.value.reason is Reason.NO_DATA
    assert reasons(judge_reports([DENIED], IMAGE, NOW)) == [Reason.ACCESS_DENIED]


# Several reports of one source


def test_the_newest_report_of_a_source_counts():
    """Who scans again replaces the scan before; what it does not list any more is said."""
    old = scan(critical=["CVE-2026-9"], created=SCANNED - timedelta(days=1))
    for looks in ([old, scan()], [scan(), old]):
        found = judge_reports(looks, IMAGE, NOW)
        assert (found.problems, found.doubts) == ((), ())
        assert any("was replaced by a newer one, which does not list CVE-2026-9" in note for note in found.notes)
    assert kinds(
        judge_reports([scan(created=SCANNED - timedelta(days=1)), replace(old, created=SCANNED)], IMAGE, NOW)
    ) == [Kind.CRITICAL]


def test_a_dated_report_replaces_one_without_a_date():
    """Whatever their order."""
    undated = scan(created=None)
    for looks in ([undated, scan()], [scan(), undated]):
        assert judge_reports(looks, IMAGE, NOW).doubts == ()


# Several platforms


def test_every_platform_must_be_scanned():
    """A scan of an index is one of a single platform."""
    amd64 = scan(image_digests=(INDEX,), image_id=CONFIG)
    arm64 = scan(image_digests=(INDEX,), image_id=ARM_CONFIG)
    found = judge_reports([amd64], BOTH, NOW)
    assert reasons(found) == [Reason.NO_DATA]
    assert "covers linux/amd64" in found.doubts[0].message
    assert "not linux/arm64/v8" in found.doubts[0].message
    assert judge_reports([amd64, arm64], BOTH, NOW).doubts == ()
    assert judge_reports([scan("ecr", image_digests=(each,)) for each in (DIGEST, ARM)], BOTH, NOW).doubts == ()


def test_each_platforms_report_must_be_fresh_and_clean():
    """The newest of each platform, not of all."""
    amd64 = scan(image_digests=(DIGEST,))
    old = scan(image_digests=(ARM,), created=NOW - timedelta(days=30))
    assert reasons(judge_reports([amd64, old], BOTH, NOW)) == [Reason.STALE]
    ill = scan(image_digests=(ARM,), critical=["CVE-2026-1"], created=NOW - timedelta(days=5))
    assert kinds(judge_reports([amd64, ill], BOTH, NOW)) == [Kind.CRITICAL]


@pytest.mark.parametrize(
    ("changes", "platform"),
    [
        ({"image_digests": (ARM,)}, "linux/arm64/v8"),
        ({"image_digests": (INDEX,), "image_id": ARM_CONFIG}, "linux/arm64/v8"),
        ({"image_digests": (), "attested": ARM}, "linux/arm64/v8"),
        ({"image_digests": (INDEX,), "platform": "linux/arm64"}, "linux/arm64/v8"),
        ({"image_digests": (INDEX,), "platform": "linux/arm"}, None),
        ({"image_digests": (INDEX,)}, None),
        ({"image_digests": (INDEX,), "image_id": INDEX}, None),
    ],
)
def test_a_platform_is_known_by_digest_or_by_name(changes, platform):
    """Trivy names the architecture; the variant is the configuration's."""
    report = scan(**changes)
    assert tie(report, BOTH) is Tie.OURS
    assert [each.platform for each in platforms_of(report, BOTH)] == ([platform] if platform else [])


def test_a_report_of_an_unknown_platform_covers_none_and_its_findings_count():
    """It replaces nothing, and nothing replaces it."""
    vague = scan(image_digests=(INDEX,), critical=["CVE-2026-1"])
    found = judge_reports([vague], BOTH, NOW)
    assert kinds(found) == [Kind.CRITICAL]
    assert "no platform that it names" in found.doubts[0].message
