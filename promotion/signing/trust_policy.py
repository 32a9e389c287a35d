"""Whose signatures count."""

from dataclasses import dataclass

from promotion.signing.identity import Identity
from promotion.signing.keys import PublicKey
from promotion.signing.rekor import TransparencyLog
from promotion.signing.trust_root import TrustRoot
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Trust:
    """Keys and identities; the signature of any one of them counts.

    Keep the key that signs images apart from the keys that attest: to cosign 3 any statement by the image key, one
    that says FAILED too, makes an image verify.
    """

    keys: tuple[PublicKey, ...] = ()
    identities: tuple[Identity, ...] = ()
    root: TrustRoot | None = None
    """For identities; None is the one that the installed `sigstore` ships."""
    key_logs: tuple[TransparencyLog, ...] = ()
    """When given, a key's signature counts only with an entry in one of these logs."""

    def __post_init__(self) -> None:
        """Raise Unknown (not-declared) when nobody is trusted: then nothing can be judged."""
        if not self.keys and not self.identities:
            raise Unknown(
                Reason.NOT_DECLARED,
                "No trusted signer is declared; declare a public key, or an identity with its issuer.",
            )

    def trust_root(self) -> TrustRoot:
        """Give what identities rest on. Raises Unknown when none is given and none installed."""
        return self.root or TrustRoot.packaged()

    def describe(self) -> str:
        """Name the trusted keys and identities, for a sentence."""
        return " or ".join([*map(str, self.keys), *map(str, self.identities)])
