"""The pure parts: tags that can be moved, what runs where, and what the settings accept."""

import threading

import pytest
from pydantic import ValidationError

from promotion.clients.oci.identity import ImageIdentity
from promotion.clients.oci.read_once import ReadOnce
from promotion.core.image_reference import Digest, digest_in
from promotion.sections.artifact.repository import EcrRepository
from promotion.sections.artifact.running_digests import Running, digest_in_revision
from promotion.settings.image import GitHub, Image, SignerSettings, Vulnerabilities
from promotion.unknown import Reason, Unknown

DIGEST, OTHER = "sha256:" + "a1" * 32, "sha256:" + "b2" * 32
ECR = "999988887777.dkr.ecr.eu-west-1.amazonaws.com/shop"


@pytest.mark.parametrize(
    ("mutability", "filters", "tags", "good"),
    [
        ("IMMUTABLE", (), ("1.0",), True),
        ("IMMUTABLE", (), (), True),
        ("MUTABLE", (), ("1.0",), False),
        ("MUTABLE", (), (), False),
        ("IMMUTABLE_WITH_EXCLUSION", ("latest",), ("1.0",), True),
        ("IMMUTABLE_WITH_EXCLUSION", ("latest",), ("1.0", "latest"), False),
        ("IMMUTABLE_WITH_EXCLUSION", ("1.*",), ("1.0",), False),
        ("IMMUTABLE_WITH_EXCLUSION", ("1.*",), ("10",), True),
        ("IMMUTABLE_WITH_EXCLUSION", ("*-dev*",), ("1.0-dev3",), False),
        ("IMMUTABLE_WITH_EXCLUSION", ("sha256-*",), ("1.0", f"sha256-{'a1' * 32}.sig"), True),
        ("MUTABLE_WITH_EXCLUSION", ("1.*",), ("1.0",), True),
        ("MUTABLE_WITH_EXCLUSION", ("1.*",), ("1.0", "latest"), False),
        ("MUTABLE_WITH_EXCLUSION", ("1.*",), (), False),
    ],
)
def test_tags_that_can_be_moved(mutability, filters, tags, good):
    """Whether each tag of this image stays, by the repository's setting and its filters."""
    assert (EcrRepository("shop", "999988887777", mutability, filters, tags=tags).problem == "") is good


def test_a_mutability_that_is_not_known():
    """A setting of tomorrow is unknown, never a pass."""
    with pytest.raises(Unknown) as found:
        _ = EcrRepository("shop", "999988887777", "FROZEN", tags=("1.0",)).problem
    assert found.value.reason is Reason.NOT_SUPPORTED


def test_what_runs_is_told_one_by_one():
    """Each that runs something else is named; a platform of the image counts as the image."""
    running = Running("tags", {"i-1": DIGEST, "i-2": OTHER, "i-3": ""})
    assert list(running.others(ImageIdentity(DIGEST))) == [
        f"i-2 runs {OTHER}",
        "i-3 runs no image that could be determined",
    ]
    assert list(Running("tags", {"i-2": OTHER}).others(ImageIdentity(DIGEST, (OTHER,)))) == []
    with pytest.raises(Unknown):
        Running("tags", {}).require_traffic("ec2")


def test_digests_in_names():
    """A digest is read where one stands, and nothing is made up where none does."""
    assert digest_in_revision(f"releases/shop/{'a1' * 32}.zip", "shop/{digest}.zip") == DIGEST
    assert digest_in_revision(f"releases/shop/{'a1' * 32}.zip.old", "shop/{digest}.zip").startswith("releases/")
    assert digest_in(f"registry.example/shop@{DIGEST}") == DIGEST
    assert digest_in("registry.example/shop:1.0") == "registry.example/shop:1.0"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"key": "cosign.pub", "kms_key": "alias/shop"},
        {"identity": "somebody@example.com"},
        {"issuer": "https://accounts.example.com", "key": "cosign.pub"},
        {"identity": "(", "identity_is_regex": True, "issuer": "https://accounts.example.com"},
        {"key": "cosign.pub", "trust_root": "root.json"},
    ],
)
def test_signers_that_mean_nothing_are_refused(wrong):
    """Exactly one of key, KMS key and identity; the identity with its issuer."""
    with pytest.raises(ValidationError):
        SignerSettings.model_validate(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"repository": "shop"},
        {"repository": f"{ECR}:1.0"},
        {"repository": ECR, "immutable_by": "a rule"},
        {"repository": "registry.example/shop", "username": "reader"},
        {"repository": "registry.example/shop", "username": "reader", "password": "in plain sight"},
        {"repository": ECR, "vulnerabilities": {"sources": []}},
        {"repository": ECR, "vulnerabilities": {"sources": ["ecr", "ecr"]}},
    ],
)
def test_images_that_cannot_be_looked_at_are_refused(wrong):
    """Mistakes in promotion.toml are mistakes before anything is looked at."""
    with pytest.raises(ValidationError):
        Image.model_validate(wrong)


def test_tokens_do_not_stand_in_settings():
    """The token is named by its environment variable; empty reads as anybody may."""
    with pytest.raises(ValidationError):
        GitHub.model_validate({"repository": "example/shop", "token": "ghp_secret"})
    assert GitHub.model_validate({"repository": "example/shop", "token": ""}).token == ""


def test_a_report_in_a_file_is_asked_first():
    """Naming one makes it a source, unless its place among the sources is declared."""
    assert Vulnerabilities(trivy_report="t.json").order == ("trivy-report", "attestation")
    assert Vulnerabilities(trivy_report="t.json", sources=("ecr", "trivy-report")).order == ("ecr", "trivy-report")


class Counting:
    """A source that counts what it is asked, and refuses tags."""

    def __init__(self):
        self.asked = []

    def blob(self, digest, max_bytes):
        """Give bytes."""
        self.asked.append(digest)
        return b"bytes"

    def tag(self, name):
        """Refuse."""
        self.asked.append(name)
        raise Unknown(Reason.THROTTLED, "not now")


def test_everything_is_read_once():
    """However many ask, at the same time too; a refusal is an answer as well."""
    counting = Counting()
    source = ReadOnce(counting)
    askers = [threading.Thread(target=source.blob, args=(Digest(DIGEST), 10)) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    for _ in range(2):
        with pytest.raises(Unknown, match="not now"):
            source.tag("v1")
    assert counting.asked == [DIGEST, "v1"]
