"""What the tests of the judgement attach to an image, and how they ask."""

import json
from dataclasses import replace

from promotion.signing.bundle import SIGNATURE_PREDICATE
from promotion.signing.image import signatures
from promotion.signing.signatures_found import BundleManifest, Material, SigLayer
from promotion.signing.statement import V01, V1, Statement, Subject

HEX, OTHER = "ab" * 32, "cd" * 32
DIGEST = f"sha256:{HEX}"
REPOSITORY = "registry.example.com/shop"
SBOM = "https://cyclonedx.org/bom"
VSA = "https://slsa.dev/verification_summary/v1"


def statement(kind=SBOM, predicate=None, hexes=(HEX,), version=V01) -> bytes:
    """Write a statement."""
    return Statement(kind, tuple(Subject({"sha256": each}) for each in hexes), predicate or {"a": 1}, version).write()


def rewrite(bundle: BundleManifest, **envelope) -> BundleManifest:
    """Change fields of the envelope in a bundle."""
    fields = json.loads(bundle.bundle)
    fields["dsseEnvelope"] |= envelope
    return replace(bundle, bundle=json.dumps(fields).encode())


def look(trust, *things):
    """Judge things as signatures."""
    return signatures(
        Material(
            signatures=tuple(each for each in things if isinstance(each, SigLayer)),
            bundles=tuple(each for each in things if isinstance(each, BundleManifest)),
        ),
        DIGEST,
        trust,
    )


SIGNS = statement(SIGNATURE_PREDICATE, version=V1)
"""What a cosign 3 signature says."""
SAYS = statement("https://example.com/says")
