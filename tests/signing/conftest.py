"""Keys, digests and people that the tests of signing share."""

import importlib
import os
from collections.abc import Callable
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from promotion.signing.identity import Identity
from promotion.signing.keys import PublicKey
from promotion.signing.sign import Signer, image_bundle, image_signature
from promotion.signing.signatures_found import BundleManifest, SigLayer
from promotion.signing.trust_policy import Trust
from promotion.signing.trust_root import TrustRoot

from . import logged
from .attached import DIGEST, REPOSITORY, SIGNS
from .authority import IDENTITY, NOW, OIDC, Authority


@pytest.fixture(scope="session")
def world() -> Authority:
    """Make authority and logs for keyless signing."""
    return Authority()


@pytest.fixture(scope="session")
def keyless() -> ModuleType:
    """Give what signs keyless, for tests in folders below (the module `logged`)."""
    return logged


@pytest.fixture(scope="session")
def keyless_trust(world: Authority) -> Trust:
    """Trust the build workflow, on this world's trust root."""
    return Trust(identities=(Identity(IDENTITY, OIDC),), root=TrustRoot.parse(world.trusted_root()))


@pytest.fixture(scope="session")
def layer(signer: Signer) -> SigLayer:
    """Sign the image as cosign 2 does."""
    return image_signature(DIGEST, REPOSITORY, signer)


@pytest.fixture(scope="session")
def bundle(signer: Signer) -> BundleManifest:
    """Sign the image as cosign 3 does."""
    return image_bundle(DIGEST, signer)


def _signer(name: str) -> Signer:
    return Signer.of(ec.generate_private_key(ec.SECP256R1()), name)


@pytest.fixture(scope="session")
def signer() -> Signer:
    """Make the key that signs images."""
    return _signer("image")


@pytest.fixture(scope="session")
def stranger() -> Signer:
    """Make a key that nobody trusts."""
    return _signer("stranger")


@pytest.fixture(scope="session")
def key(signer: Signer) -> PublicKey:
    """Give the public half of the key that signs images."""
    return signer.public


@pytest.fixture(scope="session")
def trust(key: PublicKey) -> Trust:
    """Trust the key that signs images."""
    return Trust(keys=(key,))


@pytest.fixture
def optional() -> Callable[[str], ModuleType]:
    """Import a package of the extra `keyless`; where it is not installed the test says so."""

    def load(name: str) -> ModuleType:
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError:
            message = f"{name} is not installed: install the extra `keyless`"
            if os.environ.get("PROMOTION_REQUIRE_TOOLS") == "1":
                pytest.fail(message)
            pytest.skip(message)

    return load


@pytest.fixture(params=["annotations", "bundle"])
def attach(request, world, optional):
    """Sign the image as cosign 2 and as cosign 3 does: every rule holds for both."""
    if request.param == "annotations":
        return lambda leaf, moment=NOW: logged.sign_image(world, DIGEST, leaf, moment=moment)
    optional("sigstore")
    return lambda leaf, moment=NOW: logged.bundle(world, SIGNS, leaf, moment=moment)
