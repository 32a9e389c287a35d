"""The tools whose word is compared with the gate's."""

from tests.signing.interop.conftest import cosign2, cosign3, key_pair, offline

__all__ = ["cosign2", "cosign3", "key_pair", "offline"]
