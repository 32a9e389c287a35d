"""Who signed the image, and what else is attached to it. Pure."""

from dataclasses import dataclass

from promotion.signing.findings import SignatureFindings
from promotion.unknown import Reason, Unknown


@dataclass(frozen=True)
class Attachment:
    """Something attached to the image that may be a signature or an attestation."""

    place: str
    kind: str
    """`cosign 2 signature`, `cosign 2 attestation`, `bundle`."""
    bytes: int
    sha256: str
    """Of those bytes, hex."""


@dataclass(frozen=True)
class Attachments:
    """Everything attached to the image, as far as it was listed."""

    found: tuple[Attachment, ...] = ()
    gaps: tuple[str, ...] = ()
    """What could not be listed or read, a sentence each."""
    altered: str = ""
    """A sentence, if bytes that were read do not hash to the digest they were asked for."""


@dataclass(frozen=True)
class Signatures:
    """Who signed the image."""

    findings: SignatureFindings | None
    """None if what is attached was altered."""
    altered: str = ""

    @property
    def judged(self) -> SignatureFindings:
        """The findings. Raises Unknown if there are none, for who has not judged `altered` before."""
        if self.findings is None:
            raise Unknown(Reason.MALFORMED, self.altered)
        return self.findings

    @property
    def label(self) -> str:
        """Who signed, in a few words."""
        if self.findings is None:
            return "altered"
        seen = dict.fromkeys(f"{one.form} by {one.signer.name}" for one in self.findings.verified)
        return "; ".join(seen) or "not signed"
