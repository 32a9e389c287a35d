"""Amazon ECR's answers: basic and enhanced scanning, and the states without findings."""

from datetime import UTC, datetime, timedelta

import botocore.session
import pytest

from promotion.sections.artifact.vulnerabilities.ecr import read_ecr
from promotion.unknown import Reason, Unknown

from .reports import DIGEST, SCANNED, answer, basic, enhanced


def read(*answers):
    """Read the pages of one answer."""
    return read_ecr(answers, "ecr", "ECR's scan")


def test_a_basic_scan_is_read():
    """Findings by severity, CRITICAL ones with their package, and both times."""
    found = read(basic("CRITICAL", "HIGH", "INFORMATIONAL", "UNDEFINED"))
    assert (found.scanner, found.image_digests) == ("Amazon ECR basic scanning", (DIGEST,))
    assert (found.created, found.data_from) == (SCANNED, SCANNED)
    assert found.counts == {"CRITICAL": 1, "HIGH": 1, "INFORMATIONAL": 1, "UNKNOWN": 1}
    assert [each.label for each in found.critical] == ["CVE-2026-2000 in openssl 3.0.17 (no fix yet)"]
    assert found.doubts == ()


def test_an_enhanced_scan_is_read():
    """Amazon Inspector's findings have another shape."""
    found = read(enhanced("CRITICAL", "UNTRIAGED"))
    assert (found.scanner, found.counts) == ("Amazon Inspector", {"CRITICAL": 1, "UNKNOWN": 1})
    assert [each.label for each in found.critical] == ["CVE-2026-3000 in openssl 3.0.17 (no fix yet)"]


def test_an_image_that_is_scanned_on_and_on_is_as_current_as_the_later_time():
    """It is looked at again only when there is something new."""
    later = SCANNED + timedelta(days=1)
    assert read(enhanced(vulnerabilitySourceUpdatedAt=later)).created == later
    assert read(enhanced(vulnerabilitySourceUpdatedAt=None)).created == SCANNED
    assert read(enhanced(vulnerabilitySourceUpdatedAt=None, imageScanCompletedAt=None)).created is None


def test_a_basic_scan_is_no_newer_than_its_data():
    """Both times are kept: each may be too old."""
    earlier = SCANNED - timedelta(days=30)
    found = read(basic(vulnerabilitySourceUpdatedAt=earlier))
    assert (found.created, found.data_from) == (SCANNED, earlier)


def test_suppressed_findings_count_as_such_and_closed_ones_not():
    """A suppression rule of Amazon Inspector is somebody's decision; a closed finding is none any more."""
    found = read(enhanced("CRITICAL", "CRITICAL", "CRITICAL", statuses=("ACTIVE", "SUPPRESSED", "CLOSED")))
    assert (found.counts, found.suppressed_counts) == ({"CRITICAL": 1}, {"CRITICAL": 1})
    assert found.suppressed[0].label == "CVE-2026-3001 in openssl (SUPPRESSED by Amazon Inspector: no reason given)"
    active = enhanced("CRITICAL", "HIGH", statuses=("SUPPRESSED",), findingSeverityCounts={"HIGH": 1})
    assert read(active).doubts == ()


def test_no_findings_at_all():
    """ECR leaves empty counts out."""
    assert read(basic()).counts == {}
    assert read(basic(findingSeverityCounts=None, findings=None)).doubts == ()


def test_pages_are_summed():
    """The counts are of all pages, the findings of one."""
    whole = basic("CRITICAL", "HIGH", "CRITICAL")["imageScanFindings"]
    first = answer("COMPLETE", {**whole, "findings": whole["findings"][:2]}, nextToken="more")
    second = answer("COMPLETE", {**whole, "findings": whole["findings"][2:]})
    found = read(first, second)
    assert (found.counts, found.doubts) == ({"CRITICAL": 2, "HIGH": 1}, ())


def test_pages_that_were_not_read_leave_it_unknown():
    """What was not read may be the worst."""
    whole = basic("LOW", "CRITICAL")["imageScanFindings"]
    found = read(answer("COMPLETE", {**whole, "findings": whole["findings"][:1]}, nextToken="more"))
    assert [doubt.reason for doubt in found.doubts] == [Reason.TRUNCATED, Reason.MALFORMED]


@pytest.mark.parametrize("counts", [{"CRITICAL": 1}, {"HIGH": 2}, {}, {"HIGH": 1, "LOW": 1}])
def test_counts_that_differ_from_the_findings_leave_it_unknown(counts):
    """One of both is wrong."""
    (doubt,) = read(basic("HIGH", findingSeverityCounts=counts)).doubts
    assert doubt.reason is Reason.MALFORMED
    assert "and lists 0 CRITICAL, 1 HIGH" in doubt.message


STATES = {
    "IN_PROGRESS": Reason.NO_DATA,
    "PENDING": Reason.NO_DATA,
    "FAILED": Reason.ERROR,
    "UNSUPPORTED_IMAGE": Reason.NOT_SUPPORTED,
    "SCAN_ELIGIBILITY_EXPIRED": Reason.STALE,
    "FINDINGS_UNAVAILABLE": Reason.NO_DATA,
    "LIMIT_EXCEEDED": Reason.ERROR,
    "IMAGE_SIZE_EXCEEDED": Reason.NOT_SUPPORTED,
    "IMAGE_ARCHIVED": Reason.NOT_SUPPORTED,
    "SOMETHING_NEW": Reason.NO_DATA,
    "": Reason.NO_DATA,
}


@pytest.mark.parametrize("state", STATES)
def test_states_without_findings_are_unknown(state):
    """Even with an empty list of findings beside them they never read as none."""
    for told in (answer(state), basic(status=state), enhanced(status=state)):
        with pytest.raises(Unknown, match=state or "without a state") as refused:
            read(told)
        assert refused.value.reason is STATES[state]


def test_every_state_of_the_api_is_known():
    """As botocore's model of the API has them."""
    model = botocore.session.get_session().get_service_model("ecr")
    assert set(model.shape_for("ScanStatus").enum) <= {*STATES, "COMPLETE", "ACTIVE"}


def test_every_severity_of_the_api_is_known():
    """As botocore's model of the API has them."""
    model = botocore.session.get_session().get_service_model("ecr")
    severities = model.shape_for("FindingSeverity").enum
    assert sum(read(basic(*severities)).counts.values()) == len(severities)


@pytest.mark.parametrize(
    "answers",
    [
        (),
        (answer("COMPLETE"),),
    ],
)
def test_an_answer_without_findings_is_not_an_answer_with_none(answers):
    """Nothing is not zero."""
    with pytest.raises(Unknown) as told:
        read(*answers)
    assert told.value.reason is Reason.NO_DATA


MALFORMED = {
    "pages of two answers": (basic(), answer("FAILED")),
    "a severity nobody knows": (basic("SEVERE"),),
    "a count nobody knows": (basic(findingSeverityCounts={"SEVERE": 1}),),
    "less than nothing": (basic(findingSeverityCounts={"HIGH": -1}),),
    "a count in text": (basic(findingSeverityCounts={"HIGH": "1"}),),
    "a finding without a name": (basic(findings=[{"severity": "HIGH"}]),),
    "findings that are no list": (basic(findings={}),),
    "a date without a zone": (basic(imageScanCompletedAt=datetime(2026, 11, 21)),),  # noqa: DTZ001
    "no object": ([],),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_answer_is_malformed(case):
    """With the place and what was there."""
    with pytest.raises(Unknown) as told:
        read(*MALFORMED[case])
    assert told.value.reason is Reason.MALFORMED


def test_the_digest_is_the_answers_own():
    """An answer for a tag has one too; without one it is tied to nothing."""
    assert read(answer("COMPLETE", {}, imageId={"imageTag": "1.8.0"})).image_digests == ()
    assert read(answer("COMPLETE", {}, digest=DIGEST.upper())).image_digests == (DIGEST,)
    assert read(basic()).created == SCANNED.astimezone(UTC)
