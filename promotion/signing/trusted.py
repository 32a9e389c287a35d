"""Whose signatures count, as it was read. Pure."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promotion.signing.trust_policy import Trust


@dataclass(frozen=True)
class Trusted:
    """A public key, or an identity with its issuer."""

    name: str
    """What the settings call it: the file, the KMS key, the identity."""
    pem: str | None = None
    """The public key."""
    identity: str | None = None
    identity_is_regex: bool = False
    issuer: str | None = None
    trust_root: str | None = None
    """JSON text of the trust root that the identity rests on; None for the public one."""

    @property
    def trust(self) -> "Trust":
        """What signatures are verified against. Raises Unknown when the key or the trust root is none."""
        from promotion.signing.identity import Identity
        from promotion.signing.keys import PublicKey
        from promotion.signing.trust_policy import Trust
        from promotion.signing.trust_root import TrustRoot

        if self.pem is not None:
            return Trust(keys=(PublicKey.from_pem(self.pem, self.name),))
        expected = re.compile(self.identity or "") if self.identity_is_regex else self.identity or ""
        root = None if self.trust_root is None else TrustRoot.parse(self.trust_root.encode())
        return Trust(identities=(Identity(expected, self.issuer or ""),), root=root)
