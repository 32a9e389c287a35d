"""The predicate of cosign's vulnerability attestation."""

import json
from datetime import UTC, datetime

import pytest

from promotion.sections.artifact.vulnerabilities.cosign_vuln import read_cosign_vuln
from promotion.unknown import Reason, Unknown

from .reports import CONFIG, DIGEST, NOW, cosign_vuln, result, trivy, vulnerability


def read(predicate, digest=DIGEST):
    """Read what was attested of our image."""
    return read_cosign_vuln(predicate, "attestation", "the attestation at referrer 1", digest=digest)


def test_the_report_inside_is_read():
    """It counts as a report of its own would, and is tied to the statement's subject besides."""
    found = read(cosign_vuln(trivy(result(vulnerability()))))
    assert (found.counts, found.image_digests, found.image_id) == ({"CRITICAL": 1}, (DIGEST,), CONFIG)
    assert (found.attested, found.place) == (DIGEST, "the attestation at referrer 1")


def test_the_scan_is_dated_by_the_report_and_not_by_the_conversion():
    """Converting an old report makes it no younger."""
    assert read(cosign_vuln(trivy())).created == datetime(2026, 11, 21, 12, 0, 0, 789595, tzinfo=UTC)


def test_without_a_date_in_the_report_the_predicate_dates_it_and_that_is_said():
    """Older versions of Trivy write no CreatedAt."""
    found = read(cosign_vuln(trivy(CreatedAt=None), scanFinishedOn="2026-11-23T12:00:00Z"))
    assert found.created == NOW
    assert "may be the time of a conversion" in found.notes[0]


def test_without_any_date_there_is_none():
    """And no note about it: the judgement says that it is missing."""
    found = read(cosign_vuln(trivy(CreatedAt=None), scanFinishedOn=None))
    assert (found.created, found.notes) == (None, ())


def test_the_kind_of_attestation_says_that_vulnerabilities_were_looked_for():
    """This format lists packages always, so the report inside cannot show it."""
    packages = result(Packages=[{"Name": "libc6"}])
    assert read(cosign_vuln(trivy(packages))).doubts == ()


def test_text_and_bytes_are_read_too():
    """As cosign and others may hand it over."""
    predicate = cosign_vuln(trivy(result(vulnerability())))
    assert read(json.dumps(predicate)) == read(json.dumps(predicate).encode()) == read(predicate)


@pytest.mark.parametrize("uri", ["pkg:github/anchore/grype@0.80.0", "", None])
def test_results_of_other_scanners_are_not_supported_and_named(uri):
    """Their shape is not known here."""
    predicate = cosign_vuln({"matches": []})
    predicate["scanner"]["uri"] = uri
    with pytest.raises(Unknown, match=r"grype|an unnamed scanner") as told:
        read(predicate)
    assert told.value.reason is Reason.NOT_SUPPORTED


def test_a_scan_of_something_else_than_an_image_is_not_supported():
    """An attested scan of the source tree is none of the image."""
    with pytest.raises(Unknown, match="filesystem"):
        read(cosign_vuln(trivy(ArtifactType="filesystem")))


MALFORMED = {
    "nothing": None,
    "a list": [],
    "an empty object": {},
    "a plain report of Trivy": trivy(),
    "what cosign makes of a plain report": {**cosign_vuln({}), "scanner": {"uri": "", "version": "", "result": None}},
    "a result that is text": cosign_vuln(json.dumps(trivy())),
    "a scanner that is text": {"scanner": "trivy"},
    "metadata that are a list": {**cosign_vuln(trivy()), "metadata": []},
    "a date in words": cosign_vuln(trivy(), scanFinishedOn="today"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_predicate_is_malformed(case):
    """A plain report that was attested by mistake is told what is missing."""
    with pytest.raises(Unknown) as told:
        read(MALFORMED[case])
    assert told.value.reason is Reason.MALFORMED


def test_a_plain_report_is_told_how_to_be_attested():
    """Cosign takes what it knows of it, which is nothing."""
    with pytest.raises(Unknown, match="--format cosign-vuln"):
        read(trivy())
