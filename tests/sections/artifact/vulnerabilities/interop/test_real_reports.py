"""Reports of real Trivy, scanning: what it finds is what is read, and what it leaves out is known."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from promotion.sections.artifact.sbom.judgement import Kind
from promotion.sections.artifact.vulnerabilities.cosign_vuln import PREDICATE_TYPE, read_cosign_vuln
from promotion.sections.artifact.vulnerabilities.judge import judge_reports
from promotion.sections.artifact.vulnerabilities.trivy import read_trivy
from promotion.unknown import Unknown
from tests.sections.artifact.sbom.interop.attesting import attested
from tests.sections.artifact.vulnerabilities.reports import modified, result, vulnerability
from tests.sections.artifact.vulnerabilities.reports import trivy as by_hand

TRUTH = {"CRITICAL": 2, "HIGH": 1, "LOW": 1}


def read(report):
    """Read a report from a file."""
    return read_trivy(report, "trivy-report", "the report")


def test_what_trivy_finds_is_read(trivy, digests):
    """A scan of a layout is tied to the image by its configuration, and fails for what it finds."""
    found = read(trivy.scan())
    assert (found.counts, found.scanner, found.targets) == (TRUTH, "Trivy 0.76.0", ("debian", "python-pkg"))
    assert [each.label for each in found.critical] == [
        "CVE-2026-1003 in libc6 2.36-9+deb12u13 (no fix yet)",
        "CVE-2026-1001 in libssl3 3.0.17-1~deb12u3 (fixed in 3.0.18-1~deb12u1)",
    ]
    assert (found.image_digests, found.image_id) == ((), digests.platforms[0].config)
    assert (found.platform, found.doubts) == ("linux/amd64", ())
    judgement = judge_reports([found], digests, datetime.now(UTC))
    assert [problem.kind for problem in judgement.problems] == [Kind.CRITICAL]


def test_trivys_own_reader_counts_alike(trivy):
    """In its own reports and in those written by hand for the other tests."""
    many = by_hand(
        result(vulnerability(), vulnerability("CVE-2026-2", "UNKNOWN"), vulnerability("CVE-2026-3", fixed="")),
        result(vulnerability("CVE-2026-4", "MEDIUM"), class_="lang-pkgs", type_="npm"),
    )
    for report in (trivy.scan(), many, by_hand()):
        theirs = trivy.severities(report)
        assert read(report).counts == {each: theirs.count(each) for each in set(theirs)}


def test_a_report_written_by_hand_keeps_its_shape(trivy):
    """Trivy reads it and writes it again: nothing that is read here is lost or changed."""
    report = by_hand(result(vulnerability(), suppressed=[modified("not_affected", "not reachable", "vex.json")]))
    again = trivy.convert(report, "--format", "json", "--show-suppressed")
    assert read(again) == read(report)


IGNORED = "CVE-2026-1001 exp:2099-01-01\n"


def test_ignored_findings_are_counted_as_suppressed(trivy, digests):
    """As .trivyignore does it, shown with --show-suppressed."""
    (trivy.run.home / "ignore").write_text(IGNORED)
    found = read(trivy.scan("--ignorefile", "ignore", "--show-suppressed"))
    assert (found.counts, found.suppressed_counts) == ({"CRITICAL": 1, "HIGH": 1, "LOW": 1}, {"CRITICAL": 1})
    assert found.suppressed[0].label == "CVE-2026-1001 in libssl3 (ignored by ignore: no reason given)"
    kinds = [problem.kind for problem in judge_reports([found], digests, datetime.now(UTC)).problems]
    assert kinds == [Kind.CRITICAL, Kind.SUPPRESSED]


def test_converting_suppresses_too(trivy):
    """A report that was clean of suppression is not so after `trivy convert --ignorefile`."""
    (trivy.run.home / "ignore").write_text(IGNORED)
    again = trivy.convert(trivy.scan(), "--format", "json", "--ignorefile", "ignore", "--show-suppressed")
    assert read(again).suppressed_counts == {"CRITICAL": 1}
    expired = IGNORED.replace("2099", "2020")
    (trivy.run.home / "ignore").write_text(expired)
    again = trivy.convert(trivy.scan(), "--format", "json", "--ignorefile", "ignore", "--show-suppressed")
    assert (read(again).counts, read(again).suppressed_counts) == (TRUTH, {})


def test_findings_that_vex_takes_out_are_counted_as_suppressed(trivy):
    """With the statement's status and reason."""
    vex = {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "@id": "https://example.org/vex",
        "author": "release-lead",
        "timestamp": "2026-11-20T00:00:00Z",
        "version": 1,
        "statements": [
            {
                "vulnerability": {"name": "CVE-2026-1001"},
                "products": [{"@id": "pkg:deb/debian/libssl3@3.0.17-1~deb12u3"}],
                "status": "not_affected",
                "justification": "vulnerable_code_not_in_execute_path",
            },
            {
                "vulnerability": {"name": "CVE-2026-1003"},
                "products": [{"@id": "pkg:deb/debian/libc6"}],
                "status": "fixed",
            },
        ],
    }
    (trivy.run.home / "vex.json").write_text(json.dumps(vex))
    found = read(trivy.scan("--vex", "vex.json", "--show-suppressed"))
    assert (found.counts, found.suppressed_counts) == ({"HIGH": 1, "LOW": 1}, {"CRITICAL": 2})
    assert {each.how for each in found.suppressed} == {"not_affected", "fixed"}
    assert any("vulnerable_code_not_in_execute_path" in each.label for each in found.suppressed)


def test_attested_reports_are_read(trivy, digests):
    """--format cosign-vuln, written by the scan and by a later conversion: the date is that of the scan."""
    written = trivy.scan(form="cosign-vuln")
    old = {**trivy.scan(), "CreatedAt": "2026-11-01T00:00:00Z"}
    converted = json.loads(trivy.convert(old, "--format", "cosign-vuln"))
    for predicate, age in ((written, timedelta()), (converted, datetime.now(UTC) - datetime(2026, 11, 1, tzinfo=UTC))):
        found = read_cosign_vuln(predicate, "attestation", "the attestation", digest=digests.digest)
        assert found.counts == TRUTH
        assert found.created is not None
        assert abs(datetime.now(UTC) - found.created - age) < timedelta(minutes=5)


@pytest.mark.parametrize("cosign", ["cosign2", "cosign3"])
def test_what_cosign_makes_of_a_report_is_read(trivy, image, digests, cosign):
    """It keeps all of the result; of a plain report it keeps nothing, which is malformed and never clean."""
    predicate = trivy.scan(form="cosign-vuln")
    statement = attested(cosign, trivy.run.home, "vuln", json.dumps(predicate).encode(), image.manifest)
    assert statement.predicate_type == PREDICATE_TYPE
    found, plain = (
        read_cosign_vuln(each, "attestation", "the attestation", digest=digests.digest)
        for each in (statement.predicate, predicate)
    )
    assert found == plain
    mistaken = attested(cosign, trivy.run.home, "vuln", json.dumps(trivy.scan()).encode(), image.manifest)
    with pytest.raises(Unknown, match="--format cosign-vuln"):
        read_cosign_vuln(mistaken.predicate, "attestation", "the attestation", digest=digests.digest)


@pytest.mark.parametrize("scanners", ["secret", "license"])
def test_a_scan_for_something_else_never_reads_as_clean(trivy, scanners):
    """Its report has our image and no finding; with or without packages it is doubted."""
    for options in ((), ("--list-all-pkgs=false",)):
        found = read(trivy.scan(*options, scanners=scanners))
        assert found.counts == {}
        assert found.doubts


def test_a_clean_scan_is_clean(trivy, digests):
    """A database that knows nothing of the image: Trivy shows that it looked, if it does not list packages."""
    (trivy.run.home / "all").write_text("".join(f"CVE-2026-100{number}\n" for number in range(1, 5)))
    clean = read(trivy.scan("--ignorefile", "all", "--list-all-pkgs=false"))
    assert (clean.counts, clean.suppressed_counts, clean.doubts) == ({}, {}, ())
    judgement = judge_reports([clean], digests, datetime.now(UTC))
    assert (judgement.problems, judgement.doubts) == ((), ())


@pytest.mark.parametrize(
    "options",
    [("--ignore-unfixed",), ("--ignore-status", "affected"), ("--severity", "HIGH,LOW")],
    ids=lambda options: options[0],
)
def test_what_leaves_no_trace(trivy, options):
    """Trivy leaves CRITICAL findings out and says nothing of it: when a later one does, reading it must be learnt."""
    whole = read(trivy.scan("--show-suppressed"))
    narrowed = read(trivy.scan("--show-suppressed", *options))
    assert narrowed.counts["CRITICAL"] if options[0] != "--severity" else "CRITICAL" not in narrowed.counts
    assert narrowed.counts != whole.counts
    same = {"counts": whole.counts, "critical": whole.critical, "created": whole.created}
    assert replace(narrowed, **same) == whole
