"""Names of images are read strictly: what names no exact image is refused with a sentence."""

import pytest
from pydantic import TypeAdapter, ValidationError

from promotion.core.image_reference import Digest, Reference, Repository

HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("text", "registry", "name"),
    [
        ("999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop", "999988887777.dkr.ecr.eu-west-1.amazonaws.com", "shop"),
        ("registry.example:5000/team/shop-api", "registry.example:5000", "team/shop-api"),
        ("localhost/shop", "localhost", "shop"),
        ("localhost:5000/shop", "localhost:5000", "shop"),
        ("buildbox:5000/a__b/c.d", "buildbox:5000", "a__b/c.d"),
        ("127.0.0.1:5000/shop", "127.0.0.1:5000", "shop"),
        ("[::1]:5000/shop", "[::1]:5000", "shop"),
    ],
)
def test_a_repository(text: str, registry: str, name: str) -> None:
    """A registry and a repository are read apart, and written as they were."""
    found = Repository.parse(text)
    assert (found.registry, found.name, str(found)) == (registry, name, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop",
        "library/shop",
        "https://registry.example/shop",
        "registry.example",
        "registry.example/",
        "registry.example/Shop",
        "registry.example/shop:1.8.0",
        f"registry.example/shop@sha256:{HEX}",
        "registry.example/a//b",
        "registry.example/../shop",
        "registry.example/shop?x=1",
        "registry.example/shop\n",
        "user@registry.example/shop",
        "registry.example:port/shop",
        "registry.example/" + "a" * 256,
    ],
)
def test_what_is_no_repository(text: str) -> None:
    """Short names, tags, schemes, users and paths that climb are refused; nothing is guessed."""
    with pytest.raises(ValueError, match="expected"):
        Repository.parse(text)


def test_a_reference() -> None:
    """A reference is a repository and a digest."""
    text = f"registry.example/shop@sha256:{HEX}"
    found = Reference.parse(text)
    assert str(found) == text
    assert found.digest.hex == HEX


@pytest.mark.parametrize("tail", ["", ":1.8.0", f":1.8.0@sha256:{HEX}", "@sha256:12", f"@sha512:{HEX}", "@"])
def test_what_is_no_reference(tail: str) -> None:
    """A reference without an exact digest is refused, because a tag can move."""
    with pytest.raises(ValueError, match="expected"):
        Reference.parse(f"registry.example/shop{tail}")


@pytest.mark.parametrize(
    "text",
    [f"sha256:{HEX.upper()}", f"sha256:{HEX}\n", f"sha256:{HEX}0", HEX, f"sha512:{HEX * 2}", "sha256:" + "\u0660" * 64],
)
def test_what_is_no_digest(text: str) -> None:
    """Only sha256 with 64 lower-case hex digits is a digest, by hand and in a model."""
    with pytest.raises(ValueError, match="not a digest"):
        Digest(text)
    with pytest.raises(ValidationError):
        TypeAdapter(Digest).validate_python(text)


def test_a_digest_survives_json() -> None:
    """A digest is a string to whoever writes it down, and comes back as a digest."""
    adapter = TypeAdapter(Digest)
    digest = Digest.of(b"")
    assert digest == "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert adapter.validate_json(adapter.dump_json(digest)) == digest


@pytest.mark.parametrize(
    ("registry", "is_ecr"),
    [
        ("999988887777.dkr.ecr.eu-west-1.amazonaws.com", True),
        ("999988887777.dkr.ecr-fips.us-east-1.amazonaws.com", True),
        ("999988887777.dkr-ecr.eu-west-1.on.aws", True),
        ("registry.example", False),
        ("evil.example.dkr.ecr.eu-west-1.amazonaws.com", False),
    ],
)
def test_ecr_by_its_name(registry: str, is_ecr: bool) -> None:
    """Amazon's private registries are known by their names, so that a refusal can say which permission is missing."""
    assert Repository(registry, "shop").is_ecr is is_ecr
