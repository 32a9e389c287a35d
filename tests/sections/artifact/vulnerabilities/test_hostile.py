"""Whatever scanners are made to say: a report, or Unknown with a sentence; and no CRITICAL finding is lost."""

import json
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promotion.sections.artifact.sbom.judgement import Unread
from promotion.sections.artifact.vulnerabilities.cosign_vuln import read_cosign_vuln
from promotion.sections.artifact.vulnerabilities.ecr import read_ecr
from promotion.sections.artifact.vulnerabilities.judge import judge_reports
from promotion.sections.artifact.vulnerabilities.trivy import read_trivy
from promotion.unknown import Reason, Unknown
from tests.sections.artifact.sbom.test_hostile import JSON, spoiled

from .reports import BOTH, DIGEST, IMAGE, NOW, basic, cosign_vuln, enhanced, modified, result, trivy, vulnerability

MANY = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
REPORT = trivy(result(vulnerability(), suppressed=[modified()]), result(class_="lang-pkgs", Packages=[{"Name": "x"}]))


def look(reading):
    """Read and judge as a run does."""
    try:
        found = reading()
    except Unknown as unknown:
        found = Unread.because("a source", unknown)
    for image in (IMAGE, BOTH):
        judgement = judge_reports([found], image, NOW)
        texts = (
            *judgement.messages,
            *judgement.notes,
            judgement.measured,
            *(doubt.message for doubt in judgement.doubts),
        )
        assert all(text.isprintable() for text in texts)
        with suppress(Unknown):
            judgement.raise_if_doubtful()


def from_trivy(document):
    """Read a file."""
    return lambda: read_trivy(document, "trivy-report", "the report")


def from_attestation(document):
    """Read a predicate."""
    return lambda: read_cosign_vuln(document, "attestation", "the attestation", digest=DIGEST)


def from_ecr(document):
    """Read an answer of one page."""
    return lambda: read_ecr([document], "ecr", "ECR's scan")


def test_spoiled_reports_of_trivy_give_an_answer_or_unknown():
    """Any value at any place: no other exception comes out."""

    @MANY
    @given(spoiled(REPORT))
    def check(document):
        look(from_trivy(document))
        look(from_trivy(json.dumps(document)))

    check()


def test_spoiled_attestations_give_an_answer_or_unknown():
    """Any value at any place: no other exception comes out."""

    @MANY
    @given(spoiled(cosign_vuln(REPORT)))
    def check(document):
        look(from_attestation(document))

    check()


@pytest.mark.parametrize("answer", [basic("CRITICAL", "LOW"), enhanced("CRITICAL", "LOW")], ids=["basic", "enhanced"])
def test_spoiled_answers_of_ecr_give_an_answer_or_unknown(answer):
    """Any value at any place: no other exception comes out."""

    @MANY
    @given(spoiled(answer))
    def check(document):
        look(from_ecr(document))

    check()


@MANY
@given(JSON | st.binary(max_size=40))
def test_anything_at_all_gives_unknown(document):
    """Hardly anything is a report."""
    for reading in (from_trivy, from_attestation, from_ecr):
        look(reading(document))


SEVERITY = st.sampled_from(["CRITICAL", "critical", "HIGH", "LOW", "UNKNOWN", None])


@MANY
@given(st.lists(SEVERITY, max_size=6), st.lists(SEVERITY, max_size=6), st.booleans())
def test_no_critical_finding_is_lost(listed, hidden, fixed):
    """However findings are spread over targets and lists: every one is counted, and fails."""
    found = [vulnerability(severity=each, fixed="1" if fixed else "") for each in listed]
    taken_out = [modified(severity=each) for each in hidden]
    targets = [result(*found[::2], suppressed=taken_out[::2]), result(*found[1::2], suppressed=taken_out[1::2])]
    report = read_trivy(trivy(*targets), "trivy-report", "the report")
    worst = [sum(str(each).upper() == "CRITICAL" for each in severities) for severities in (listed, hidden)]
    assert [report.counts.get("CRITICAL", 0), report.suppressed_counts.get("CRITICAL", 0)] == worst
    assert sum(report.counts.values()) == len(listed)
    assert len(judge_reports([report], IMAGE, NOW).problems) == sum(map(bool, worst))


def test_a_hundred_thousand_findings_are_read_in_seconds():
    """A report is counted, not kept: about one second, and room for a slow machine."""
    many = [vulnerability(f"CVE-2026-{number}", "LOW") for number in range(99_999)]
    report = trivy(result(*many, vulnerability("CVE-2026-1", "CRITICAL")))
    began = time.process_time()
    found = read_trivy(report, "trivy-report", "the report")
    assert time.process_time() - began < 4
    assert found.counts == {"CRITICAL": 1, "LOW": 99_999}
    assert len(repr(found)) < 5000


@pytest.mark.parametrize("text", ['{"Results":' + "[" * 100_000, '{"SchemaVersion":' + "9" * 100_000 + "}"])
def test_nesting_and_numbers_without_end_are_malformed(text):
    """They are refused while reading."""
    with pytest.raises(Unknown) as told:
        from_trivy(text)()
    assert told.value.reason is Reason.MALFORMED


def test_foreign_text_stands_in_no_sentence_as_it_is():
    """Control characters and markup from a report are shown as what they are."""
    bad = "\x1b[31m<script>\n"
    ill = vulnerability(bad, package=bad, fixed=bad, InstalledVersion=bad)
    hidden = {**modified(bad, bad, bad), "Finding": ill}
    report = trivy(result(ill, suppressed=[hidden], type_=bad), metadata={"OS": {"Family": bad, "EOSL": True}})
    found = judge_reports([read_trivy({**report, "Trivy": {"Version": bad}}, "trivy-report", "the report")], IMAGE, NOW)
    texts = " ".join((*found.messages, found.measured, *(doubt.message for doubt in found.doubts)))
    assert texts.isprintable()
    assert "<script>\n" not in texts
