"""Fetch cosign 2 and 3, oras, crane and skopeo from Debian into one directory; the system itself is not touched.

The interoperability tests speak with the real tools, and not every Debian release has them. This script keeps an apt
root of its own below DIRECTORY (sources, lists, archives, locks), takes the mirror and the proxy that the system's apt
uses, lets apt check every index against Debian's signature and every package against its index, and unpacks with
`dpkg-deb -x`. Nothing is installed; no root is needed; a second run asks for nothing that is there.

    python tests/tools/fetch_debian_tools.py DIRECTORY [--only cosign2 --only oras …] [--mirror URI]

It prints one line a tool, `name version path`, and leaves the programs at DIRECTORY/bin/<name>. Tests find them
through `PROMOTION_TOOLS=DIRECTORY`. Exit code 0: all there; 1: something is not, said on stderr.
"""

# ruff: noqa: T201 - a program for the command line

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class NotFetched(Exception):  # noqa: N818 - said to a person, then exit 1
    """A tool could not be had, and why."""


@dataclass(frozen=True)
class Tool:
    """One program: its Debian package, the suite it is taken from, and the version the tests rely on."""

    name: str
    package: str
    suite: str
    version: str
    """Regular expression, matched at the start of Debian's version."""
    with_libraries: bool = False
    """Unpack the shared libraries this system lacks beside it."""


TOOLS = (
    Tool("cosign2", "cosign", "trixie", r"2\.[4-9]"),
    Tool("cosign3", "cosign", "sid", r"3\."),
    Tool("oras", "oras", "sid", r"1\.[2-9]"),
    Tool("crane", "crane", "sid", r"0\."),
    Tool("skopeo", "skopeo", "bookworm", r"1\.", with_libraries=True),
)


def run(command: list[str], environment: dict[str, str], cwd: Path | None = None) -> str:
    """Run a command and give its standard output; NotFetched with the end of its standard error when it fails."""
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise NotFetched(f"{' '.join(command[:3])} ended with {done.returncode}: {said}")
    return done.stdout


def system_mirror() -> str:
    """Ask apt for the Debian mirror that this system uses."""
    printed = run(["apt-get", "update", "--print-uris"], dict(os.environ))
    for uri in re.findall(r"'(\S+?/)dists/[^']+/InRelease'", printed):
        if uri.endswith("/debian/"):
            return str(uri)
    raise NotFetched("no Debian mirror in this system's apt sources: name one with --mirror")


def private_root(directory: Path, mirror: str) -> dict[str, str]:
    """Make an apt root below `directory`; give the environment that makes apt use it and nothing else."""
    root = directory / "apt"
    for part in ("etc/apt.conf.d", "etc/preferences.d", "lists/partial", "archives/partial", "log"):
        (root / part).mkdir(parents=True, exist_ok=True)
    suites = sorted({tool.suite for tool in TOOLS})
    # The signature is always checked; the date to which an index is valid is not, for a mirror may be a frozen copy,
    # and what is looked for is a version, not the newest one.
    options = f"[signed-by={KEYRING} check-valid-until=no]"
    sources = "".join(f"deb {options} {mirror} {suite} main\n" for suite in suites)
    (root / "etc/sources.list").write_text(sources)
    proxies = re.findall(r'^Acquire::https?::Proxy.*";$', run(["apt-config", "dump"], dict(os.environ)), re.MULTILINE)
    configuration = [
        f'Dir::Etc "{root}/etc"; Dir::Etc::sourceparts "/dev/null";',
        f'Dir::State::lists "{root}/lists"; Dir::State::extended_states "{root}/extended_states";',
        f'Dir::Cache "{root}"; Dir::Cache::archives "{root}/archives"; Dir::Log "{root}/log";',
        'Debug::NoLocking "true"; APT::Sandbox::User ""; APT::Install-Recommends "false";',
        'APT::Default-Release "bookworm"; Acquire::GzipIndexes "true";',
        'Dir::Cache::pkgcache ""; Dir::Cache::srcpkgcache "";',
        'Acquire::Languages "none"; Acquire::AllowInsecureRepositories "false"; Acquire::Retries "2";',
        *proxies,
    ]
    (root / "apt.conf").write_text("\n".join(configuration) + "\n")
    return {**os.environ, "APT_CONFIG": str(root / "apt.conf"), "LC_ALL": "C"}


def download(tool: Tool, directory: Path, environment: dict[str, str]) -> list[Path]:
    """Download the .deb files of a tool: its own, and those of missing libraries where it wants them."""
    archives = directory / "apt/archives" / tool.name
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    if tool.with_libraries:
        options = ["-o", f"Dir::Cache::archives={archives}", "--yes", "--reinstall", "--download-only"]
        run(["apt-get", "install", *options, f"{tool.package}/{tool.suite}"], environment)
    else:
        run(["apt-get", "download", f"{tool.package}/{tool.suite}"], environment, cwd=archives)
    return sorted(archives.glob("*.deb"))


def unpack(tool: Tool, packages: list[Path], directory: Path) -> tuple[str, Path]:
    """Unpack the packages; give the version of the tool and the path of its program in DIRECTORY/bin."""
    own = next((path for path in packages if path.name.startswith(f"{tool.package}_")), None)
    if own is None:
        raise NotFetched(f"apt downloaded no package {tool.package} from {tool.suite}")
    version = run(["dpkg-deb", "--field", str(own), "Version"], dict(os.environ)).strip()
    if not re.match(tool.version, version):
        raise NotFetched(f"{tool.suite} has {tool.package} {version}, the tests rely on {tool.version}")
    tree = directory / tool.name
    shutil.rmtree(tree, ignore_errors=True)
    for package in packages:
        run(["dpkg-deb", "--extract", str(package), str(tree)], dict(os.environ))
    libraries = sorted({str(found.parent) for found in tree.glob("**/*.so.*")})
    program = directory / "bin" / tool.name
    program.parent.mkdir(exist_ok=True)
    environment = f"env LD_LIBRARY_PATH={shlex.quote(':'.join(libraries))} " if libraries else ""
    program.write_text(f'#!/bin/sh\nexec {environment}{shlex.quote(str(tree / "usr/bin" / tool.package))} "$@"\n')
    program.chmod(0o755)
    (tree / "VERSION").write_text(version)
    return version, program


def fetch(tool: Tool, directory: Path, environment: dict[str, str]) -> tuple[str, Path]:
    """Fetch one tool, unless an earlier run did; give its version and program."""
    program = directory / "bin" / tool.name
    kept = directory / tool.name / "VERSION"
    if kept.exists() and program.exists():
        return kept.read_text(), program
    read = directory / "apt/lists-are-read"
    if not read.exists():
        print("reading Debian's package lists", file=sys.stderr)
        run(["apt-get", "update", "--error-on=any"], environment)
        read.touch()
    fetched = unpack(tool, download(tool, directory, environment), directory)
    shutil.rmtree(directory / "apt/archives" / tool.name)
    return fetched


def main() -> int:
    """Fetch what the arguments ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--only", action="append", choices=[tool.name for tool in TOOLS], help="may be repeated")
    parser.add_argument("--mirror", help="a Debian mirror; the system's own by default")
    arguments = parser.parse_args()
    directory = arguments.directory.resolve()
    missing = [name for name in ("apt-get", "dpkg-deb") if shutil.which(name) is None]
    if missing or not KEYRING.exists():
        print(f"not here: {', '.join(missing) or KEYRING}; this script needs a Debian system", file=sys.stderr)
        return 1
    failed = False
    try:
        environment = private_root(directory, arguments.mirror or system_mirror())
    except NotFetched as error:
        print(error, file=sys.stderr)
        return 1
    for tool in TOOLS:
        if arguments.only and tool.name not in arguments.only:
            continue
        try:
            version, program = fetch(tool, directory, environment)
        except NotFetched as error:
            print(f"{tool.name}: {error}", file=sys.stderr)
            failed = True
        else:
            print(tool.name, version, program)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
