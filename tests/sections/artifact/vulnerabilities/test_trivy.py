"""What Trivy's reports say, and what they leave open."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter

from promotion.sections.artifact.vulnerabilities.report import ScanReport
from promotion.sections.artifact.vulnerabilities.trivy import read_trivy
from promotion.unknown import Reason, Unknown

from .reports import CONFIG, DIGEST, OTHER, modified, result, trivy, vulnerability


def read(report, **options):
    """Read a report from a file."""
    return read_trivy(report, "trivy-report", "the report r.json", **options)


def test_a_report_is_read_in_full():
    """What counts one by one, the rest in numbers."""
    os_ = result(vulnerability(), vulnerability("CVE-2026-1002", "HIGH"), vulnerability("CVE-2026-1003", fixed=""))
    found = read(trivy(os_, result(vulnerability("CVE-2026-1004", "UNKNOWN"), class_="lang-pkgs", type_="python-pkg")))
    assert (found.scanner, found.source, found.platform) == ("Trivy 0.76.0", "trivy-report", "linux/amd64")
    assert found.created == datetime(2026, 11, 21, 12, 0, 0, 789595, tzinfo=UTC)
    assert (found.image_digests, found.image_id, found.attested) == ((DIGEST,), CONFIG, "")
    assert found.targets == ("debian", "python-pkg")
    assert found.counts == {"CRITICAL": 2, "HIGH": 1, "UNKNOWN": 1}
    assert [each.label for each in found.critical] == [
        "CVE-2026-1001 in libssl3 3.0.17 (fixed in 3.0.18)",
        "CVE-2026-1003 in libssl3 3.0.17 (no fix yet)",
    ]
    assert (found.suppressed, found.doubts, found.notes) == ((), (), ())


def test_bytes_text_and_objects_are_the_same():
    """A file, an answer on standard output, and a part of an attestation."""
    report = trivy(result(vulnerability()))
    assert read(json.dumps(report)) == read(json.dumps(report).encode()) == read(report)


def test_the_report_survives_a_record():
    """It is evidence: read back from JSON it is equal."""
    adapter = TypeAdapter(ScanReport)
    found = read(
        trivy(result(vulnerability(), suppressed=[modified()]), metadata={"OS": {"Family": "x", "EOSL": True}})
    )
    assert adapter.validate_json(adapter.dump_json(found)) == found


def test_findings_without_a_fix_count():
    """A vulnerability does not wait for its fix."""
    assert read(trivy(result(vulnerability(fixed="")))).counts == {"CRITICAL": 1}


@pytest.mark.parametrize("severity", ["CRITICAL", "critical", "Critical", " CRITICAL\n"])
def test_severities_are_read_in_any_case(severity):
    """Whoever wrote the report: the worst is never missed."""
    assert read(trivy(result(vulnerability(severity=severity)))).counts == {"CRITICAL": 1}


@pytest.mark.parametrize("severity", ["", "UNKNOWN", "unknown", None])
def test_what_nobody_rated_is_counted_apart(severity):
    """It is neither CRITICAL nor nothing."""
    found = read(trivy(result(vulnerability(severity=severity))))
    assert (found.counts, found.critical) == ({"UNKNOWN": 1}, ())


@pytest.mark.parametrize("severity", ["SEVERE", "CRITICAL!", "CRIT", "CR\u0406TICAL", 9, ["CRITICAL"]])
def test_a_severity_nobody_knows_is_malformed(severity):
    """It might stand for the worst."""
    with pytest.raises(Unknown, match="Severity") as told:
        read(trivy(result(vulnerability(severity=severity))))
    assert told.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("status", ["ignored", "not_affected", "fixed", "under_investigation", ""])
def test_suppressed_findings_are_counted_beside(status):
    """Whatever took them out of the list: .trivyignore, a policy, VEX."""
    taken_out = [
        modified(status, "vulnerable_code_not_in_execute_path", "vex.json"),
        modified(status, id_="CVE-2026-1002", severity="LOW"),
    ]
    found = read(trivy(result(suppressed=taken_out)))
    assert (found.counts, found.suppressed_counts) == ({}, {"CRITICAL": 1, "LOW": 1})
    (told,) = (each.label for each in found.suppressed)
    assert told == f"CVE-2026-1001 in libssl3 ({status or 'left out'} by vex.json: vulnerable_code_not_in_execute_path)"
    assert found.doubts == ()


def test_suppressed_findings_of_other_kinds_do_not_count():
    """Licences and misconfigurations can be suppressed too."""
    other = {**modified(), "Type": "license", "Finding": {"Severity": "CRITICAL", "Name": "AGPL-3.0"}}
    assert read(trivy(result(suppressed=[other]))).suppressed_counts == {}


def test_many_findings_are_counted_and_cut():
    """The number is exact, the list is not without end."""
    many = [vulnerability(f"CVE-2026-{number}", fixed="") for number in range(5000)]
    found = read(trivy(result(*many, suppressed=[modified()] * 500)))
    assert (found.counts["CRITICAL"], len(found.critical)) == (5000, 100)
    assert (found.suppressed_counts["CRITICAL"], len(found.suppressed)) == (500, 100)


def test_secrets_and_misconfigurations_are_noted_and_not_judged():
    """They are other items' business."""
    targets = [
        result(),
        result(class_="secret", Secrets=[{"Severity": "CRITICAL"}]),
        result(Misconfigurations=[{}, {}]),
    ]
    found = read(trivy(*targets))
    assert found.counts == {}
    assert [note.partition("lists ")[2] for note in found.notes] == [
        "1 secrets too, which are not judged here.",
        "2 misconfigurations too, which are not judged here.",
    ]


def test_digests_are_read_in_any_case_and_from_every_repository():
    """The repository's name is no digest, even if it looks like one."""
    digests = [f"{REPO}@{DIGEST.upper().replace('SHA256', 'sha256')}" for REPO in ("a.example/x", "b.example/y")]
    found = read(trivy(metadata={"RepoDigests": [*digests, f"c.example/z@{OTHER}"], "ImageID": None}))
    assert (found.image_digests, found.image_id) == ((DIGEST, OTHER), "")
    assert read(trivy(metadata={"RepoDigests": None, "ImageID": "layout"})).image_id == ""


def test_a_report_without_a_date_has_none():
    """Go writes year one when it has no date."""
    assert read(trivy(CreatedAt=None)).created is None
    assert read(trivy(CreatedAt="0001-01-01T00:00:00Z")).created is None


# What is no report of an image


@pytest.mark.parametrize("kind", ["filesystem", "repository", "cyclonedx", "spdx", "vm", "rootfs", ""])
def test_scans_of_something_else_are_not_supported(kind):
    """A scan of the source tree, or of the SBOM, has not seen the image."""
    with pytest.raises(Unknown, match="scan the image itself") as told:
        read(trivy(ArtifactType=kind))
    assert told.value.reason is Reason.NOT_SUPPORTED


@pytest.mark.parametrize("version", [1, 3, 0, -1])
def test_other_schema_versions_are_not_supported(version):
    """Nobody knows what they mean."""
    with pytest.raises(Unknown, match="schema version") as told:
        read(trivy(SchemaVersion=version))
    assert told.value.reason is Reason.NOT_SUPPORTED


MALFORMED = {
    "no schema version": trivy(SchemaVersion=None),
    "a schema version in text": trivy(SchemaVersion="2"),
    "true for a schema version": trivy(SchemaVersion=True),
    "a list": [],
    "grype's report": {"matches": [], "source": {}},
    "SARIF": {"version": "2.1.0", "runs": []},
    "results that are no list": trivy(Results={}),
    "a result that is text": trivy(Results=["debian"]),
    "findings that are no list": trivy({**result(), "Vulnerabilities": {}}),
    "a finding that is text": trivy(result("CVE-2026-1001")),
    "a finding without a name": trivy(result({"Severity": "CRITICAL", "PkgName": "x"})),
    "a finding without a package": trivy(result({"Severity": "CRITICAL", "VulnerabilityID": "x"})),
    "a suppressed finding without a finding": trivy(result(suppressed=[{"Type": "vulnerability"}])),
    "a suppressed finding without a kind": trivy(result(suppressed=[{"Finding": vulnerability()}])),
    "a date without a zone": trivy(CreatedAt="2026-11-21T12:00:00"),
    "metadata that are text": trivy(Metadata="x"),
    "digests that are text": trivy(metadata={"RepoDigests": DIGEST}),
    "an end of life that is text": trivy(metadata={"OS": {"Family": "debian", "EOSL": "false"}}),
    "results in lower case": {**trivy(), "results": []},
    "findings in lower case": trivy({**result(), "vulnerabilities": []}),
    "a severity in lower case": trivy(result({**vulnerability(), "severity": "LOW"})),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_what_is_no_report_is_malformed(case):
    """With the place and what was there."""
    with pytest.raises(Unknown) as told:
        read(MALFORMED[case])
    assert told.value.reason is Reason.MALFORMED
    assert told.value.message.startswith("the report r.json cannot be parsed: ")


def test_a_key_twice_is_malformed():
    """An empty list after the real one would hide it."""
    text = json.dumps(trivy(result(vulnerability())))
    with pytest.raises(Unknown, match="twice"):
        read(text[:-1] + ', "Results": []}')


# What leaves it open whether there is nothing


@pytest.mark.parametrize(
    ("report", "why"),
    [
        (trivy(Results=[]), "nothing was scanned"),
        (trivy(Results=None), "nothing was scanned"),
        (trivy(result(class_="secret", type_="")), "nothing was scanned"),
        (trivy(result(class_="lang-pkgs", type_="python-pkg")), "no result for the packages of the operating system"),
        (trivy(metadata={"OS": {"Family": "debian", "Name": "8.11", "EOSL": True}}), "debian 8.11, which has reached"),
    ],
)
def test_scans_that_did_not_see_everything_are_doubted(report, why):
    """No findings in them would prove nothing."""
    (doubt,) = read(report).doubts
    assert doubt.reason is Reason.NO_DATA
    assert why in doubt.message


def test_a_scan_for_something_else_looks_like_a_clean_one_and_is_doubted():
    """With `--scanners secret` Trivy lists packages, too, and no finding."""
    packages = [result(Packages=[{"Name": "libc6"}]), result(class_="lang-pkgs", Packages=[{"Name": "shop"}])]
    (doubt,) = read(trivy(*packages)).doubts
    assert "--scanners secret" in doubt.message
    assert read(trivy(*packages), asked=True).doubts == ()


@pytest.mark.parametrize(
    "target",
    [
        result(),
        result(vulnerability(severity="LOW"), Packages=[{}]),
        result(suppressed=[modified(severity="LOW")], Packages=[{}]),
    ],
    ids=["no packages", "a finding", "a suppressed finding"],
)
def test_a_scan_for_vulnerabilities_shows(target):
    """Any finding proves it, and so does a target that does not list its packages."""
    assert read(trivy(target)).doubts == ()


@pytest.mark.parametrize("system", [None, {"Family": "none"}, {}])
def test_an_image_without_a_system_has_language_packages_only(system):
    """An image from scratch is scanned in full."""
    assert read(trivy(result(class_="lang-pkgs", type_="gobinary"), metadata={"OS": system})).doubts == ()


def test_findings_that_all_have_a_fix_are_noted():
    """`--ignore-unfixed` leaves no trace, but ten findings that all have a fix are rare."""
    fixed = [vulnerability(f"CVE-2026-{number}", "LOW") for number in range(10)]
    assert any("--ignore-unfixed" in note for note in read(trivy(result(*fixed))).notes)
    assert read(trivy(result(*fixed[1:]))).notes == ()
    assert read(trivy(result(*fixed, vulnerability("CVE-2026-99", "LOW", fixed="")))).notes == ()
