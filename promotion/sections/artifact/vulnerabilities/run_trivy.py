"""Run Trivy on an image in its registry. This module does I/O: it starts a program, which asks the registry."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from promotion.core.child_environment import plain_environment
from promotion.core.image_reference import Reference
from promotion.sections.artifact.sbom.fields import SbomFields, read_fields
from promotion.sections.artifact.vulnerabilities.report import SEVERITIES, ScanReport
from promotion.sections.artifact.vulnerabilities.trivy import read_trivy
from promotion.unknown import Reason, Unknown

# What may change how Trivy reaches a registry or its database; anything else it reads from the environment could narrow
# what it reports, and is not passed on.
_PASSED_ON = frozenset(
    f"TRIVY_{name}"
    for name in (
        "CACHE_DIR",
        "CACERT",
        "DB_REPOSITORY",
        "INSECURE",
        "JAVA_DB_REPOSITORY",
        "NON_SSL",
        "OFFLINE_SCAN",
        "PASSWORD",
        "REGISTRY_TOKEN",
        "SKIP_DB_UPDATE",
        "SKIP_JAVA_DB_UPDATE",
        "USERNAME",
    )
)
_LONGEST_WORDS = 300
_OPTIONS = (
    "--quiet",
    "--format=json",
    "--list-all-pkgs=false",
    "--show-suppressed",
    "--scanners=vuln",
    "--pkg-types=os,library",
    f"--severity={','.join(s for s in SEVERITIES if s != 'INFORMATIONAL')}",
    "--image-src=remote",
    "--skip-version-check",
)


def run_trivy(
    image: Reference,
    source: str,
    *,
    environ: Mapping[str, str],
    platform: str | None = None,
    timeout: float = 300,
) -> ScanReport:
    """Scan an image by its digest with the `trivy` on the PATH of `environ`; `timeout` in seconds.

    It runs in an empty folder, so that no trivy.yaml and no .trivyignore that happens to lie about takes part.
    `platform` (`linux/arm64`) chooses one of an index.

    Raises Unknown: not-supported when trivy is not installed; timeout; error when it ends otherwise than well (no
    database, no network, no image), with its last words.
    """
    program = shutil.which("trivy", path=environ.get("PATH", ""))
    if program is None:
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"{image} must be scanned, but there is no trivy on PATH where the gate runs: install it, or use "
            "another source",
        )
    # Trivy logs in to Amazon ECR with AWS's credentials; to any other registry with its own variables or Docker's file.
    credentials = [name for name in environ if name.startswith("AWS_")] if image.repository.is_ecr else []
    environment = plain_environment(environ, [*_PASSED_ON, "DOCKER_CONFIG", *credentials])
    choice = [f"--platform={platform}"] if platform else []
    place = f"the scan of {image.digest}{f' for {platform}' if platform else ''} just now"
    with tempfile.TemporaryDirectory() as folder:
        written = _run([program, "image", *_OPTIONS, *choice, str(image)], environment, folder, timeout)
        version = _run([program, "version", "--format=json"], environment, folder, timeout)
    report = read_trivy(written, source, place, asked=True)
    return replace(report, data_from=_database_date(version))


def _run(command: list[str], environment: Mapping[str, str], folder: str, timeout: float) -> bytes:
    what = f"trivy {command[1]}"
    try:
        done = subprocess.run(  # noqa: S603 - the program is Trivy, and there is no shell
            command,
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise Unknown(
            Reason.TIMEOUT,
            f"{what} did not finish within {timeout:g} s and was stopped: give it more time, or scan in the build",
        ) from None
    except OSError as mistake:
        raise Unknown(Reason.ERROR, f"{what} cannot be started ({mistake.strerror}): check its installation") from None
    if done.returncode:
        raise Unknown(
            Reason.ERROR,
            f"{what} ended with exit status {done.returncode}, expected 0; its last line: "
            f"{_last_words(done.stderr)}; check that its database and the registry can be reached from where the "
            "gate runs",
        )
    return done.stdout


def _last_words(output: bytes) -> str:
    """Take the last line without the time and the level before it."""
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    last = lines[-1].rpartition("\t")[2] if lines else "none"
    return "".join(each if each.isprintable() else " " for each in last).strip()[:_LONGEST_WORDS]


def _database_date(version: bytes) -> datetime | None:
    """Read how new the vulnerability database is, from what `trivy version` says of its cache."""
    return (
        SbomFields(read_fields(version, "the answer of trivy version"), "trivy version")
        .sub("VulnerabilityDB")
        .moment("UpdatedAt")
    )
