"""Put ministack, another implementation of AWS, into a virtual environment of its own.

It pins an old botocore and cannot be installed beside ours. Every distribution is pinned with its hashes in
ministack.txt, so that other bytes are refused. A second run asks for nothing that is there.

    python tests/tools/fetch_ministack.py DIRECTORY

It prints `ministack version python` and leaves the environment at DIRECTORY/ministack, beside what the other fetch_*.py
leave there if it is the same directory. Tests find it through `PROMOTION_TOOLS=DIRECTORY`. Exit code 0: it is there;
1: it is not, said on stderr.
"""

# ruff: noqa: T201 - a program for the command line

import argparse
import shutil
import subprocess
import sys
import venv
from pathlib import Path

PINNED = Path(__file__).with_name("ministack.txt")
"""Made by `uv pip compile --generate-hashes --universal --python-version 3.11` from ministack and cryptography."""


class NotFetched(Exception):  # noqa: N818 - said to a person, then exit 1
    """It could not be had, and why."""


def fetch(directory: Path) -> Path:
    """Make the environment, unless an earlier run did; give its Python."""
    folder = directory / "ministack"
    python, kept = folder / "bin" / "python", folder / "PINNED"
    if python.exists() and kept.exists() and kept.read_bytes() == PINNED.read_bytes():
        return python
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    options = ["--quiet", "--require-hashes", "--only-binary=:all:", "--disable-pip-version-check"]
    done = subprocess.run(
        [str(python), "-m", "pip", "install", *options, "--requirement", str(PINNED)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = " / ".join(done.stderr.strip().splitlines()[-3:])
        raise NotFetched(f"pip install ended with {done.returncode}: {said}")
    shutil.copyfile(PINNED, kept)
    return python


def version() -> str:
    """Tell which version is pinned."""
    line = next(line for line in PINNED.read_text().splitlines() if line.startswith("ministack=="))
    return line.split()[0].removeprefix("ministack==")


def main() -> int:
    """Fetch it into the directory that the argument names."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("directory", type=Path)
    try:
        print("ministack", version(), fetch(parser.parse_args().directory.resolve()))
    except NotFetched as error:
        print(f"ministack: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
