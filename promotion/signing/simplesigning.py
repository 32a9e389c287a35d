"""The payload that cosign 2 signs for an image (container signature format, "simple signing").

https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from promotion.signing.errors import Rejected, shown
from promotion.signing.signatures_found import MAX_PAYLOAD
from promotion.signing.wire import object_field, one_spelling, read_object, text_field

TYPE = "cosign container image signature"


@dataclass(frozen=True)
class SimpleSigning:
    """What one signature says: this digest; and, without binding anything, what it was called when it was signed."""

    digest: str
    reference: str
    """The repository it was signed in. cosign ignores it: the same digest elsewhere is the same image."""
    optional: Mapping[str, Any]
    """Annotations given to `cosign sign -a`."""

    @classmethod
    def parse(cls, payload: bytes) -> Self:
        """Read a payload whose signature was verified. Raises Rejected when it is not cosign's."""
        what = "the signed payload"
        fields = read_object(payload, what, limit=MAX_PAYLOAD)
        critical = object_field(fields, "critical", what)
        kind = text_field(critical, "type", what)
        if kind != TYPE:
            raise Rejected(f"{what} is of type {shown(kind)}; expected {TYPE!r}")
        image = object_field(critical, "image", what)
        one_spelling(image, what)
        # cosign writes the key in lower case; its own specification shows it with a capital D.
        key = next((key for key in image if key.lower() == "docker-manifest-digest"), "docker-manifest-digest")
        optional, identity = fields.get("optional"), critical.get("identity")
        reference = identity.get("docker-reference") if isinstance(identity, dict) else None
        return cls(
            digest=text_field(image, key, what),
            reference=reference if isinstance(reference, str) else "",
            optional=optional if isinstance(optional, dict) else {},
        )

    def about(self, digest: str) -> None:
        """Raise Rejected unless this is a signature of `digest`."""
        if self.digest != digest:
            raise Rejected(f"it signs {shown(self.digest)}, not {digest}")

    def write(self) -> bytes:
        """Write the bytes to sign, as cosign 2 writes them."""
        critical = {
            "identity": {"docker-reference": self.reference},
            "image": {"docker-manifest-digest": self.digest},
            "type": TYPE,
        }
        return json.dumps(
            {"critical": critical, "optional": dict(self.optional) or None}, separators=(",", ":")
        ).encode()
