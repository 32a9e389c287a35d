"""One report: what fails, what is tied to our image, what nobody can tell."""

from datetime import timedelta

import pytest

from promotion.sections.artifact.sbom.judgement import ArtifactDoubt, Kind
from promotion.sections.artifact.vulnerabilities.binding import Tie, tie
from promotion.sections.artifact.vulnerabilities.judge import judge_reports
from promotion.sections.artifact.vulnerabilities.report import Suppressed, Vulnerability
from promotion.unknown import Reason, Unknown

from .reports import CONFIG, DIGEST, IMAGE, NOW, OTHER, OTHER_CONFIG, SCANNED, scan

SUPPRESSED = Suppressed(Vulnerability("CVE-2026-7", "libssl3", "3.0.17"), "ignored", "", ".trivyignore")


def kinds(judgement):
    """Give the kinds of its problems."""
    return [problem.kind for problem in judgement.problems]


def reasons(judgement):
    """Give the reasons of its doubts."""
    return [doubt.reason for doubt in judgement.doubts]


def test_a_fresh_report_of_our_image_without_critical_findings_is_good():
    """Other findings do not matter."""
    found = judge_reports([scan(counts={"HIGH": 3, "UNKNOWN": 1})], IMAGE, NOW)
    assert (found.problems, found.doubts, found.notes) == ((), (), ())
    found.raise_if_doubtful()
    assert found.measured == "0 CRITICAL, 3 HIGH, 1 UNKNOWN · Trivy 0.76.0 · 2 days old"


def test_critical_findings_are_a_problem_and_told():
    """The first of them by name, the others by number."""
    found = judge_reports([scan(critical=[f"CVE-2026-{n}" for n in range(1, 6)])], IMAGE, NOW)
    assert kinds(found) == [Kind.CRITICAL]
    assert "finds 5 CRITICAL: CVE-2026-1 in libssl3 3.0.17 (no fix yet), CVE-2026-2" in found.messages[0]
    assert "and 2 more; expected none" in found.messages[0]


def test_suppressed_critical_findings_are_a_problem_of_their_own():
    """Who accepts them says so in a waiver of this sort alone."""
    found = judge_reports([scan(suppressed=[SUPPRESSED])], IMAGE, NOW)
    assert kinds(found) == [Kind.SUPPRESSED]
    assert (
        "suppresses 1 CRITICAL: CVE-2026-7 in libssl3 (ignored by .trivyignore: no reason given)" in found.messages[0]
    )
    both = judge_reports([scan(critical=["CVE-2026-1"], suppressed=[SUPPRESSED])], IMAGE, NOW)
    assert kinds(both) == [Kind.CRITICAL, Kind.SUPPRESSED]


# Tied to our image, or not


@pytest.mark.parametrize(
    ("digests", "image_id", "attested", "expected"),
    [
        ((DIGEST,), CONFIG, "", Tie.OURS),
        ((DIGEST,), "", "", Tie.OURS),
        ((), CONFIG, "", Tie.OURS),
        ((OTHER, DIGEST), CONFIG, "", Tie.OURS),
        # With containerd's store Docker calls an image by its manifest.
        ((), DIGEST, "", Tie.OURS),
        ((), "", DIGEST, Tie.OURS),
        ((), "", "", Tie.UNBOUND),
        ((OTHER,), OTHER_CONFIG, "", Tie.ANOTHER),
        ((OTHER,), "", "", Tie.ANOTHER),
        ((), OTHER_CONFIG, "", Tie.ANOTHER),
        # Signed for our image, and made of another one.
        ((OTHER,), OTHER_CONFIG, DIGEST, Tie.ANOTHER),
        ((), OTHER_CONFIG, DIGEST, Tie.ANOTHER),
        ((DIGEST,), CONFIG, OTHER, Tie.ANOTHER),
        ((DIGEST,), OTHER_CONFIG, "", Tie.CONTRADICTORY),
    ],
)
def test_a_report_is_tied_by_the_digests_it_names(digests, image_id, attested, expected):
    """Of the manifest or of the configuration; else by the signed statement."""
    report = scan(image_digests=digests, image_id=image_id, attested=attested)
    assert tie(report, IMAGE) is expected


def test_a_report_of_another_image_is_a_problem_whatever_else_is_there():
    """Somebody gave the wrong file."""
    other = scan("trivy-report", image_digests=(OTHER,), image_id=OTHER_CONFIG)
    for looks in ([other], [scan(), other], [other, scan()]):
        found = judge_reports(looks, IMAGE, NOW)
        assert kinds(found) == [Kind.ANOTHER_IMAGE]
        assert f"is of {OTHER}, {OTHER_CONFIG}, expected {DIGEST}" in found.messages[0]


def test_a_report_that_names_no_image_is_unknown():
    """However clean, and however full of findings: it may be of anything."""
    for unbound in (scan(image_digests=()), scan(image_digests=(), critical=["CVE-2026-1"])):
        found = judge_reports([unbound], IMAGE, NOW)
        assert (kinds(found), reasons(found)) == ([], [Reason.NO_DATA])
        with pytest.raises(Unknown, match="names no digest"):
            found.raise_if_doubtful()


def test_a_report_that_contradicts_itself_is_unknown():
    """Our digest, and the configuration of another image."""
    found = judge_reports([scan(image_id=OTHER_CONFIG)], IMAGE, NOW)
    assert reasons(found) == [Reason.MALFORMED]


def test_a_source_without_a_tied_report_lets_the_next_one_decide():
    """And is spoken of."""
    found = judge_reports([scan("trivy-report", image_digests=()), scan("ecr")], IMAGE, NOW)
    assert (found.problems, found.doubts) == ((), ())
    assert any("names no digest" in note for note in found.notes)


# Fresh, or not


@pytest.mark.parametrize(("hours", "stale"), [(0, False), (24 * 7, False), (24 * 7 + 1, True), (24 * 400, True)])
def test_a_report_older_than_a_week_is_stale(hours, stale):
    """Since then new vulnerabilities have become known."""
    found = judge_reports([scan(created=NOW - timedelta(hours=hours))], IMAGE, NOW)
    assert reasons(found) == [Reason.STALE] * stale


def test_the_limit_on_the_age_can_be_set():
    """A team that scans daily asks for a day."""
    found = judge_reports([scan()], IMAGE, NOW, max_age=timedelta(days=1))
    assert "is 2 days old, expected at most 24 h" in found.doubts[0].message


@pytest.mark.parametrize(("minutes", "malformed"), [(4, False), (6, True), (60 * 24 * 365, True)])
def test_a_report_from_the_future_is_malformed(minutes, malformed):
    """It would stay fresh for as long as its author liked."""
    found = judge_reports([scan(created=NOW + timedelta(minutes=minutes))], IMAGE, NOW)
    assert reasons(found) == [Reason.MALFORMED] * malformed


def test_a_report_without_a_date_is_unknown():
    """Nobody knows how old it is."""
    found = judge_reports([scan(created=None)], IMAGE, NOW)
    assert reasons(found) == [Reason.NO_DATA]
    assert found.measured.endswith("not dated")


def test_a_fresh_scan_with_old_data_is_stale():
    """A scanner without its database's updates finds what was known then."""
    found = judge_reports([scan(data_from=NOW - timedelta(days=60))], IMAGE, NOW)
    assert reasons(found) == [Reason.STALE]
    assert "vulnerability data of 2026-09-24" in found.doubts[0].message


def test_critical_findings_outweigh_any_doubt():
    """What was found in our image is there, however old the report is."""
    doubt = ArtifactDoubt(Reason.NO_DATA, "it did not see everything")
    found = judge_reports(
        [scan(critical=["CVE-2026-1"], created=SCANNED - timedelta(days=90), doubts=(doubt,))], IMAGE, NOW
    )
    assert kinds(found) == [Kind.CRITICAL]
    found.raise_if_doubtful()


def test_a_reports_own_doubts_leave_it_unknown():
    """All of them are told, the first one gives the reason."""
    doubts = (
        ArtifactDoubt(Reason.TRUNCATED, "there are more pages"),
        ArtifactDoubt(Reason.NO_DATA, "its system is too old"),
    )
    with pytest.raises(Unknown, match="there are more pages; its system is too old") as told:
        judge_reports([scan(doubts=doubts)], IMAGE, NOW).raise_if_doubtful()
    assert told.value.reason is Reason.TRUNCATED
