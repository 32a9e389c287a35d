"""Faults of section 1: scans for vulnerabilities, from every source there is."""

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promotion.core.clock import stamp
from promotion.sandbox.catalogue import fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

SCAN = "no-critical-vulnerabilities"
_TYPE = "https://cosign.sigstore.dev/attestation/vuln/v1"
_TRIVY = """#!{python}
import pathlib, sys
folder = pathlib.Path(__file__).parent
print((folder / ("report.json" if sys.argv[1] == "image" else "version.json")).read_text())
sys.exit({status})
"""


@fault("critical-found", item=SCAN)
def _(world: "World") -> None:
    """The attested scan finds a CRITICAL vulnerability that a newer package fixes."""
    _attest(world, _report(world, _critical("3.0.18-1~deb12u1")))


@fault("critical-without-a-fix", item=SCAN)
def _(world: "World") -> None:
    """The attested scan finds a CRITICAL vulnerability that no package fixes yet."""
    _attest(world, _report(world, _critical()))


@fault("critical-suppressed", item=SCAN)
def _(world: "World") -> None:
    """The attested scan leaves a CRITICAL vulnerability out because `.trivyignore` names it."""
    _attest(world, _suppressed(world, "ignored", ".trivyignore"))


@fault("critical-not-affecting", item=SCAN)
def _(world: "World") -> None:
    """The attested scan leaves a CRITICAL vulnerability out because a VEX document says it does not matter."""
    _attest(world, _suppressed(world, "not_affected", "OpenVEX"))


@fault("scan-of-another-image", item=SCAN)
def _(world: "World") -> None:
    """The statement is about this image, and the report in it is of the previous image."""
    from promotion.sandbox.world import predicates

    _attest(world, predicates.trivy_report(world.releases[-2], world.supply_chain.made))


@fault("scans-disagree", item=SCAN)
def _(world: "World") -> None:
    """The attested scan finds nothing CRITICAL, and ECR's own does."""
    _sources(world, "attestation", "ecr")
    _ecr_scan(world).find("CVE-2026-31001", "CRITICAL", "openssl", "3.0.17")


@fault("high-found", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """The attested scan finds HIGH vulnerabilities, and nothing CRITICAL."""
    from promotion.sandbox.world import predicates

    _attest(world, _report(world, predicates.vulnerability("CVE-2026-21002", "HIGH", "libc6", "2.36-9+deb12u13")))


@fault("high-suppressed", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """The attested scan leaves a HIGH vulnerability out."""
    report = _suppressed(world, "ignored", ".trivyignore")
    report["Results"][0]["ExperimentalModifiedFindings"][0]["Finding"]["Severity"] = "HIGH"
    _attest(world, report)


@fault("nothing-found", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """The attested scan finds nothing at all."""
    _attest(world, _report(world))


@fault("scanned-again", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """An older scan found something CRITICAL that a newer one no longer does."""
    chain = world.supply_chain
    at = chain.made - timedelta(days=3)
    from promotion.sandbox.world import predicates

    old = predicates.trivy_report(world.releases[-1], at, [_critical("3.0.17-1~deb12u3")])
    chain.attest(_TYPE, predicates.cosign_vuln(old, at))


@fault("scan-missing", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """Nobody attested a scan."""
    world.supply_chain.take_away(_TYPE)


@fault("scan-by-another-key", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The scan is attested with a key that nobody declared."""
    from promotion.sandbox.world.supply_chain import new_key

    _attest(world, _report(world), key=new_key("another"))


@fault("scan-attested-of-another-digest", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The statement with the scan is about the previous image."""
    _attest(world, _report(world), digest=world.previous_digest)


@fault("scan-changed-after-signing", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """A CRITICAL vulnerability was taken out of the report after it was signed."""
    from promotion.sandbox.world.supply_chain import change_statement

    _attest(world, _report(world, _critical()))
    world.supply_chain.change_bundle(
        _TYPE,
        lambda bundle: change_statement(
            bundle, lambda statement: statement["predicate"]["scanner"]["result"]["Results"][0].pop("Vulnerabilities")
        ),
    )


@fault("scan-stale", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The scan is eight days old, though it was attested today."""
    from promotion.sandbox.world import predicates

    old = predicates.trivy_report(world.releases[-1], world.supply_chain.made - timedelta(days=8))
    _attest(world, old)


@fault("scan-undated", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """Neither the report nor its attestation says when the image was scanned."""
    from promotion.sandbox.world import predicates

    report = _report(world)
    del report["CreatedAt"]
    predicate = predicates.cosign_vuln(report, world.supply_chain.made)
    predicate["metadata"] = {}
    world.supply_chain.take_away(_TYPE)
    world.supply_chain.attest(_TYPE, predicate)


@fault("scan-from-the-future", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The scan is dated into tomorrow."""
    from promotion.sandbox.world import predicates

    _attest(world, predicates.trivy_report(world.releases[-1], world.supply_chain.made + timedelta(days=1)))


@fault("scan-of-no-packages", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The scan looked at no package of the operating system."""
    _attest(world, {**_report(world), "Results": []})


@fault("scan-of-one-platform", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The image is for two platforms, and only one of them was scanned."""
    from promotion.sandbox.images import build_image, build_index
    from promotion.sandbox.world.swap import promote_instead

    was = world.releases[-1]
    built: dict[str, Any] = {"revision": was.commit, "version": was.version, "created": was.built}
    promote_instead(world, build_index([build_image(**built), build_image(**built, platform="linux/arm64")]))
    _attest(world, _report(world))


@fault("scan-severity-misspelt", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """A finding has an unknown severity."""
    _attest(world, _report(world, {**_critical(), "Severity": "CRITCAL"}))


@fault("scan-of-a-directory", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The report is of a source tree, and not of an image."""
    _attest(world, {**_report(world), "ArtifactType": "filesystem"})


@fault("report-in-a-file", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """The scan is a report of Trivy in a file."""
    _file(world, json.dumps(_report(world)))


@fault("report-in-a-file-critical", item=SCAN)
def _(world: "World") -> None:
    """The report in a file has a CRITICAL vulnerability."""
    _file(world, json.dumps(_report(world, _critical())))


@fault("report-in-a-file-suppressed", item=SCAN)
def _(world: "World") -> None:
    """The report in a file leaves a CRITICAL vulnerability out."""
    _file(world, json.dumps(_suppressed(world, "ignored", ".trivyignore")))


@fault("report-in-a-file-of-another-image", item=SCAN)
def _(world: "World") -> None:
    """The report in a file is of the previous image."""
    from promotion.sandbox.world import predicates

    _file(world, json.dumps(predicates.trivy_report(world.releases[-2], world.supply_chain.made)))


@fault("report-in-a-file-of-no-image", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The report in a file names no digest, so it may be of any image."""
    report = _report(world)
    del report["Metadata"]["RepoDigests"], report["Metadata"]["ImageID"]
    _file(world, json.dumps(report))


@fault("report-in-a-file-missing", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The file of the report is not there."""
    _sources(world, "trivy-report", more='trivy_report = "no-such-report.json"')


@fault("report-in-a-file-cut-off", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The report in a file is cut off."""
    _file(world, json.dumps(_report(world))[:-40])


@fault("preferred-scan-unreadable", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The source that comes first cannot be read, and the next one finds nothing."""
    _sources(world, "trivy-report", "attestation", more='trivy_report = "no-such-report.json"')


@fault("report-option-not-given", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """A report in a file is asked for, but none is given."""
    _sources(world, "trivy-report")


@fault("trivy-run-now", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """Trivy is run by the gate, and finds nothing CRITICAL."""
    _trivy(world, _report(world))


@fault("trivy-run-now-critical", item=SCAN)
def _(world: "World") -> None:
    """Trivy is run by the gate, and finds something CRITICAL."""
    _trivy(world, _report(world, _critical()))


@fault("trivy-run-now-fails", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """Trivy is run by the gate, and has no database."""
    _trivy(world, _report(world), status=1)


@fault("trivy-not-installed", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """Trivy is to be run by the gate, and is not installed."""
    _sources(world, "run-trivy")
    _environ(world, PATH="/nonexistent")


@fault("scanned-by-ecr", item=SCAN, kind="clean")
def _(world: "World") -> None:
    """The scan is ECR's own."""
    _sources(world, "ecr")
    _ecr_scan(world).find("CVE-2026-21001", "MEDIUM", "openssl", "3.0.17")


@fault("scanned-by-ecr-on-second-page", item=SCAN)
def _(world: "World") -> None:
    """ECR's own scan finds something CRITICAL, listed on the second page."""
    _sources(world, "ecr")
    for number in range(110):
        _ecr_scan(world).find(f"CVE-2026-{20000 + number}", "LOW", "openssl", "3.0.17")
    _ecr_scan(world).find("CVE-2026-31001", "CRITICAL", "openssl", "3.0.17")


@fault("ecr-scan-critical", item=SCAN)
def _(world: "World") -> None:
    """ECR's own scan finds something CRITICAL."""
    _sources(world, "ecr")
    _ecr_scan(world).find("CVE-2026-31001", "CRITICAL", "openssl", "3.0.17")


@fault("ecr-scan-failed", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """ECR's own scan ended in an error."""
    _ecr_state(world, "FAILED", "The scan failed because of an internal error.")


@fault("ecr-scan-unsupported", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """ECR does not know the operating system of the image."""
    _ecr_state(world, "UNSUPPORTED_IMAGE", "UnsupportedImageError: The operating system is not supported.")


@fault("ecr-scan-not-finished", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """ECR's own scan is still in progress."""
    _ecr_state(world, "IN_PROGRESS", "The scan is in progress.")


@fault("ecr-never-scanned", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """ECR has never scanned the image."""
    _sources(world, "ecr")
    del _ecr_image(world).scan


@fault("ecr-scan-stale", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """ECR's own scan is eight days old."""
    _sources(world, "ecr")
    _ecr_scan(world).completed -= timedelta(days=8)


@fault("ecr-findings-denied", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """DescribeImageScanFindings is denied."""
    _sources(world, "ecr")
    world.wire.deny("ecr:DescribeImageScanFindings")


def _newer(world: "World") -> str:
    """Attest a newer scan, with a CRITICAL finding, beside the one that finds none; give what asks for its blob."""
    from hashlib import sha256

    from promotion.sandbox.world import predicates

    chain = world.supply_chain
    report = _report(world, _critical()) | {"CreatedAt": stamp(world.clock.now() - timedelta(minutes=5))}
    bundle = chain.attest(_TYPE, predicates.cosign_vuln(report, world.clock.now() - timedelta(minutes=5)))
    return f"GET /v2/shop/blobs/sha256:{sha256(bundle.bundle).hexdigest()}"


@fault("newer-scan-finds-critical", item=SCAN)
def _(world: "World") -> None:
    """A newer scan is attested beside the one that finds nothing, and finds a CRITICAL vulnerability."""
    _newer(world)


@fault("newer-scan-denied", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The registry does not let the newer of two attested scans be read."""
    world.edges["registry"].deny(_newer(world))


@fault("newer-scan-fails", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The registry answers 500 for the newer of two attested scans."""
    world.edges["registry"].fail(_newer(world))


@fault("newer-scan-cut-off", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The connection is interrupted in the newer of two attested scans."""
    world.edges["registry"].cut(_newer(world))


@fault("newer-scan-gone", item=SCAN, kind="blind")
def _(world: "World") -> None:
    """The manifest of the newer of two attested scans is there, and its blob is not."""
    del world.supply_chain.store.blobs[_newer(world).rpartition("/")[2]]


def _report(world: "World", *found: dict[str, Any]) -> dict[str, Any]:
    from promotion.sandbox.world import predicates

    return predicates.trivy_report(world.releases[-1], world.supply_chain.made, found)


def _critical(fixed: str = "") -> dict[str, Any]:
    from promotion.sandbox.world import predicates

    return predicates.vulnerability("CVE-2026-31001", "CRITICAL", "libssl3", "3.0.17-1~deb12u3", fixed)


def _suppressed(world: "World", status: str, source: str) -> dict[str, Any]:
    """Write a report with a CRITICAL finding taken out of it, as `trivy --show-suppressed` does."""
    report = _report(world)
    report["Results"][0]["ExperimentalModifiedFindings"] = [
        {
            "Type": "vulnerability",
            "Status": status,
            "Statement": "the code is not reached",
            "Source": source,
            "Finding": _critical(),
        }
    ]
    return report


def _attest(world: "World", report: dict[str, Any], **how: Any) -> None:
    """Attest this report in place of the right one."""
    from promotion.sandbox.world import predicates

    chain = world.supply_chain
    chain.take_away(_TYPE)
    chain.attest(_TYPE, predicates.cosign_vuln(report, chain.made), **how)


def _sources(world: "World", *names: str, more: str = "") -> None:
    """Declare which sources count."""
    from promotion.sandbox.settings_edits import edit_settings

    told = f"[image.vulnerabilities]\nsources = {json.dumps(names)}\n{more}\n"
    edit_settings(world, "[image.vulnerabilities]\n", told)


def _file(world: "World", text: str) -> None:
    """Put a report beside promotion.toml, and name it there."""
    _sources(world, "trivy-report", more='trivy_report = "trivy.json"')
    written = world.promotion_toml

    def with_report(places: Any) -> str:
        Path(places.ca_file).with_name("trivy.json").write_text(text, encoding="utf-8")
        return written(places)

    vars(world)["promotion_toml"] = with_report


def _trivy(world: "World", report: dict[str, Any], status: int = 0) -> None:
    """Install something that does as Trivy does."""
    import os
    import sys

    from promotion.core.clock import stamp

    _sources(world, "run-trivy")
    written = world.promotion_toml
    at = stamp(world.supply_chain.made)

    def installed(places: Any) -> str:
        folder = Path(places.ca_file).with_name("bin")
        folder.mkdir()
        version = {"Version": "0.76.0", "VulnerabilityDB": {"UpdatedAt": at}}
        for name, document in (("report", report), ("version", version)):
            (folder / f"{name}.json").write_text(json.dumps(document), encoding="utf-8")
        program = folder / "trivy"
        program.write_text(_TRIVY.format(python=sys.executable, status=status), encoding="utf-8")
        program.chmod(0o755)
        _environ(world, PATH=f"{folder}{os.pathsep}{os.environ.get('PATH', '')}")
        return written(places)

    vars(world)["promotion_toml"] = installed


def _environ(world: "World", **variables: str) -> None:
    written = world.environment
    vars(world)["environment"] = lambda places: {**written(places), **variables}


def _ecr_image(world: "World") -> Any:
    images = world.tools.backend("ecr").repositories["shop"].images
    return next(image for image in images if image.image_digest == world.digest)


def _ecr_scan(world: "World") -> Any:
    return _ecr_image(world).scan


def _ecr_state(world: "World", status: str, description: str) -> None:
    _sources(world, "ecr")
    scan = _ecr_scan(world)
    scan.status, scan.description = status, description
