"""ministack, another implementation of AWS, in a process and a virtual environment of its own.

    with running(Path(python)) as second:
        account = second.account()                  # one that nobody has used yet
        account.client("iam").create_role(...)

It takes an access key of twelve digits for the number of the account that asks, so that every test has one to itself.
"""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
from botocore.config import Config

REGION = "eu-west-1"
_FIRST = 200_000_000_000
_PATIENCE = 60
"""Seconds that an answer may take; the first one waits until the process is up."""


@dataclass(frozen=True)
class SecondAccount:
    """An account of the second AWS. Like `promotion.clients.aws.account.Account`, as far as look-ups ask it."""

    account: str
    """Twelve digits."""
    endpoint: str = field(repr=False)
    region: str = REGION

    @cached_property
    def session(self) -> boto3.Session:
        """A session that acts as the account."""
        return boto3.Session(aws_access_key_id=self.account, aws_secret_access_key="none", region_name=self.region)

    def client(self, service: str) -> Any:
        """Give a boto3 client, `cloudwatch` say, acting as the account."""
        patient = Config(read_timeout=_PATIENCE, connect_timeout=5, retries={"total_max_attempts": 1})
        return self.session.client(service, endpoint_url=self.endpoint, config=patient)


class SecondAws:
    """The second AWS while it runs."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self._numbers = count(_FIRST)

    def account(self, number: str | None = None) -> SecondAccount:
        """Give the account of a number; without one, an account in which there is nothing yet."""
        return SecondAccount(number or str(next(self._numbers)), self.endpoint)


def find() -> Path | None:
    """Give the Python that has ministack, as tests/tools/fetch_ministack.py left it in PROMOTION_TOOLS."""
    folder = os.environ.get("PROMOTION_TOOLS")
    found = shutil.which("python", path=str(Path(folder, "ministack", "bin"))) if folder else None
    return Path(found) if found else None


@contextmanager
def running(python: Path) -> Iterator[SecondAws]:
    """Serve it on a free port of the loopback until the block ends.

    The socket is bound here and handed over: requests wait in it until the process is ready, and no port is guessed.
    """
    with TemporaryDirectory() as home, socket.create_server(("127.0.0.1", 0)) as listening:
        port, handle = listening.getsockname()[1], listening.fileno()
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "TMPDIR": home,
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(port),
            "MINISTACK_REGION": REGION,
            "LOG_LEVEL": "WARNING",
        }
        words = Path(home, "words")
        with words.open("wb") as output:
            process = subprocess.Popen(
                [str(python), "-m", "hypercorn", "ministack.app:app", "--bind", f"fd://{handle}"],
                pass_fds=(handle,),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environ,
                cwd=home,
            )
        try:
            yield SecondAws(f"http://127.0.0.1:{port}")
        finally:
            if process.poll() is not None:
                sys.stderr.write(f"ministack ended by itself: {words.read_text(errors='replace')[-2000:]}\n")
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
