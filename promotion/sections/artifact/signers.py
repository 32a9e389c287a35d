"""Whose signatures count: declared in promotion.toml, kept in files or AWS KMS. This module does I/O."""

from collections.abc import Mapping
from pathlib import Path

from promotion.clients.aws.account import Account
from promotion.clients.aws.kms import public_key
from promotion.settings.image import SignerSettings
from promotion.signing.trusted import Trusted
from promotion.unknown import Reason, Unknown


def declared_signer(trusted: Mapping[str, Trusted], what: str) -> Trusted:
    """Who must have signed that: its own signer, else the image's. Raises Unknown, not-declared."""
    name = what if what in tuple(trusted) else "image"
    if name not in tuple(trusted):
        raise Unknown(
            Reason.NOT_DECLARED,
            "promotion.toml declares no trusted signer: add [image.signer] with `key`, `kms_key`, or `identity` "
            "and `issuer`",
        )
    return trusted[name]


def read_signer(signer: SignerSettings, account: Account) -> Trusted:
    """Read the key of a signer. Raises Unknown for a file or a KMS key that gives none."""
    if signer.key is not None:
        path = Path(signer.key)
        return Trusted(path.name, pem=_text(path))
    if signer.kms_key is not None:
        return Trusted(signer.kms_key, pem=_kms_public_key(account, signer.kms_key))
    return Trusted(
        signer.identity or "",
        identity=signer.identity,
        identity_is_regex=signer.identity_is_regex,
        issuer=signer.issuer,
        trust_root=None if signer.trust_root is None else _text(Path(signer.trust_root)),
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise Unknown(
            Reason.NO_DATA, f"{path}, which promotion.toml names, does not exist: create it, or correct the path"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise Unknown(Reason.MALFORMED, f"{path} cannot be read as text: check what promotion.toml names") from None


def _kms_public_key(account: Account, key: str) -> str:
    from promotion.signing.keys import PublicKey

    answer = public_key(account, key)
    if answer.get("KeyUsage") != "SIGN_VERIFY":
        raise Unknown(
            Reason.NOT_SUPPORTED,
            f"the KMS key {key} is for {answer.get('KeyUsage')}, expected SIGN_VERIFY: give the signing key",
        )
    return PublicKey.from_spki(answer["PublicKey"], key).pem
