"""What a deploy job expects of a seal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promotion.signing.keys import PublicKey

if TYPE_CHECKING:
    from promotion.signing.identity import Identity
    from promotion.signing.trust_root import TrustRoot


@dataclass(frozen=True)
class SealPolicy:
    """What a deploy job expects of the seal."""

    digest: str
    seal_keys: Sequence[PublicKey]
    """Whose seals count. A key that may sign off is none of them."""
    approver_keys: Mapping[str, PublicKey]
    """Whose sign-off with a key counts, by name."""
    approvers: Sequence[str]
    """Whose sign-off with an SSH key, or in GitHub, counts."""
    seal_identities: Sequence["Identity"] = ()
    """Whose keyless seals count, beside those of the keys. None of them signs off."""
    trust_root: "TrustRoot | None" = None
    """What the identities rest on; None is the public one that the installed `sigstore` ships."""
    allowed_signers: Path | None = None
    checklist_sha256: str | None = None
    settings: Mapping[str, Any] | None = None
    """What promotion.toml says where it is verified, as a record has it; None: it is not at hand."""
    settings_sha256: str | None = None
    """The hash of the settings in their place, as an earlier record has it."""
    phase: str = "pre_promotion"
    rehearsal: bool = False
    """Whether a rehearsal is verified, which lets nothing be deployed, and nothing else is."""
    sign_off: bool = True
    """Whether a person must have signed off."""
