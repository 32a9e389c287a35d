"""A signed statement of the seal or the sign-off: by whom it may be, and of which kind it must be."""

from collections.abc import Sequence

from promotion.seal.policy import SealPolicy
from promotion.signing.bundle import Bundle
from promotion.signing.dsse import IN_TOTO, Envelope
from promotion.signing.errors import Rejected
from promotion.signing.keys import PublicKey
from promotion.signing.statement import Statement


def by_key(data: bytes, keys: Sequence[PublicKey], predicate_type: str, what: str) -> Statement:
    """Read a statement that one of `keys` must have signed. Raises Rejected."""
    envelope = _envelope(Bundle.parse(data), what)
    if not keys:
        raise Rejected(f"no key was given for {what}")
    return _of_kind(envelope.verify(keys), predicate_type, what)


def by_sealer(data: bytes, expected: SealPolicy, predicate_type: str, what: str) -> Statement:
    """Read a statement that who may seal must have signed, with a key or keyless.

    Raises Rejected; raises Unknown where a keyless signature cannot be judged: without a trust root, or without the
    package sigstore, which takes a second to load and is not touched for keys.
    """
    bundle = Bundle.parse(data)
    envelope = _envelope(bundle, what)
    expects = " or ".join(map(str, [*expected.seal_keys, *expected.seal_identities]))
    if not expects:
        raise Rejected("no key or identity was given whose seals are accepted: give --key, or --identity with --issuer")
    if not bundle.has_certificate:
        if not expected.seal_keys:
            raise Rejected(f"{what} is signed with a key; expected a keyless signature of {expects}")
        return by_key(data, expected.seal_keys, predicate_type, what)
    if not expected.seal_identities:
        raise Rejected(f"{what} is signed keyless; expected {expects}")
    envelope.of_type(IN_TOTO)
    _keyless(bundle, expected)
    return _of_kind(envelope.payload, predicate_type, what)


def _keyless(bundle: Bundle, expected: SealPolicy) -> None:
    from promotion.signing.trust_policy import Trust
    from promotion.signing.verification import of_bundle

    of_bundle(bundle, Trust(identities=tuple(expected.seal_identities), root=expected.trust_root))


def _envelope(bundle: Bundle, what: str) -> Envelope:
    if bundle.envelope is None:
        raise Rejected(f"{what} is signed as a bare file")
    return bundle.envelope


def _of_kind(payload: bytes, predicate_type: str, what: str) -> Statement:
    statement = Statement.parse(payload)
    if statement.predicate_type != predicate_type:
        raise Rejected(f"{what} is of another kind: {statement.predicate_type[:80]}")
    return statement
