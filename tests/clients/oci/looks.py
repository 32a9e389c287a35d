"""What the tests of a registry look at: the paths they ask for, and how an open question is told."""

from collections.abc import Callable
from typing import Any

import pytest

from promotion.clients.oci.auth import Credentials
from promotion.clients.oci.registry import RegistrySource
from promotion.unknown import Reason, Unknown

from .hostile import BLOB, BLOB_DIGEST, DIGEST, answer

Make = Callable[..., RegistrySource]
Look = Callable[[RegistrySource], Any]
MANIFEST_PATH = f"/v2/shop/manifests/{DIGEST}"
BLOB_PATH = f"/v2/shop/blobs/{BLOB_DIGEST}"
REFERRERS_PATH = f"/v2/shop/referrers/{DIGEST}"
TAG_PATH = f"/v2/shop/manifests/sha256-{DIGEST.hex}"
OK = f"HTTP/1.1 200 OK\nContent-Length: {len(BLOB)}\n\n"
GOOD = answer(BLOB)


def unknown(look: Callable[[], Any], reason: Reason) -> str:
    """Give the message of the Unknown that a look ends with."""
    with pytest.raises(Unknown) as caught:
        look()
    assert caught.value.reason == reason
    return caught.value.message


def login() -> Credentials:
    """Log in as to ECR."""
    return Credentials("AWS", "hunter2", basic_at_once=True)


def read_blob(source: RegistrySource) -> bytes:
    """Read the one blob of these tests."""
    return source.blob(BLOB_DIGEST, 1000)
