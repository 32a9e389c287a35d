"""What the pipeline attached to the images in the registry: signatures and attestations, and the keys to them."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from promotion.sandbox.images import MANIFEST, descriptor
from promotion.sandbox.world import predicates
from promotion.sandbox.world.names import REPOSITORY, REPOSITORY_URI

if TYPE_CHECKING:
    from promotion.sandbox.github import Repository as GitHubRepository
    from promotion.sandbox.registry import Registry
    from promotion.sandbox.world.image import Release
    from promotion.signing.sign import Signer
    from promotion.signing.signatures_found import BundleManifest, SigLayer

SIGNATURE = "https://sigstore.dev/cosign/sign/v1"
IMAGE_KEY, ATTESTATION_KEY = "cosign.pub", "attestations.pub"
"""Files beside promotion.toml. Two, because to cosign 3 any statement by the image's key is a signature."""
_PREDICATE = "dev.sigstore.bundle.predicateType"


@cache
def new_key(name: str) -> "Signer":
    """Make a key pair, one of each name in a process. The private half is nowhere but in memory."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from promotion.signing.sign import Signer

    return Signer.of(ec.generate_private_key(ec.SECP256R1()), name)


@dataclass(repr=False)
class SupplyChain:
    """What is attached to a release, and how to attach more, or something else."""

    registry: "Registry"
    release: "Release"
    made: datetime
    """When the pipeline attached it: UTC."""

    @property
    def digest(self) -> str:
        """The image, `sha256:…`."""
        return self.release.digest

    @property
    def store(self) -> Any:
        """The repository in the registry."""
        return self.registry.repository(REPOSITORY)

    # Attaching

    def sign(self, key: "Signer | None" = None, digest: str | None = None, *, forms: tuple[int, ...] = (2, 3)) -> None:
        """Sign as cosign 2 (at the tag `.sig`) and as cosign 3 (a bundle), by default with the image's key."""
        from promotion.signing.sign import image_bundle, image_signature

        key, digest = key or new_key(IMAGE_KEY), digest or self.digest
        if 2 in forms:
            self.put_signatures(image_signature(digest, REPOSITORY_URI, key))
        if 3 in forms:
            self.put_bundle(image_bundle(digest, key))

    def attest(
        self, kind: str, predicate: Any, key: "Signer | None" = None, digest: str | None = None
    ) -> "BundleManifest":
        """Attach a signed statement about the image, or about another digest, by default with the attestations' key."""
        from promotion.signing.sign import attestation_bundle
        from promotion.signing.statement import Statement, Subject

        subject = Subject({"sha256": (digest or self.digest).removeprefix("sha256:")}, REPOSITORY_URI)
        statement = Statement(kind, (subject,), predicate).write()
        bundle = attestation_bundle(statement, key or new_key(ATTESTATION_KEY))
        self.put_bundle(bundle)
        return bundle

    def put_signatures(self, *layers: "SigLayer") -> None:
        """Put these, and no others, at the tag `.sig`."""
        from promotion.signing.artifacts import signatures_artifact

        self.put(signatures_artifact(self.digest, layers))

    def put_bundle(self, bundle: "BundleManifest") -> str:
        """Let a bundle refer to the image, and give the digest of its manifest."""
        from promotion.signing.artifacts import Target, bundle_artifact

        target = Target(self.release.image.media_type, self.digest, len(self.release.image.manifest))
        return self.put(bundle_artifact(target, bundle, self.made))

    def put_unsigned_sbom(self, document: Mapping[str, Any]) -> None:
        """Put a bill of materials at the tag `.sbom`, which nobody signs."""
        content = json.dumps(document).encode()
        self.store.put_blob(descriptor("", content)["digest"], content)
        self.store.put_blob(descriptor("", b"{}")["digest"], b"{}")
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor("application/vnd.oci.image.config.v1+json", b"{}"),
            "layers": [descriptor("application/vnd.cyclonedx+json", content)],
        }
        self.registry.put_manifest(REPOSITORY, json.dumps(manifest).encode(), tag=self._tag("sbom"))

    def put(self, artifact: Any) -> str:
        """Push a manifest (`promotion.signing.artifacts.Artifact`) with its blobs, and give its digest."""
        for content in artifact.blobs.values():
            self.registry.put_blob(REPOSITORY, content)
        return self.registry.put_manifest(REPOSITORY, artifact.manifest, tag=artifact.tag)

    def _tag(self, suffix: str) -> str:
        return f"{self.digest.replace(':', '-')}.{suffix}"

    # Taking away and changing

    def bundles(self, kind: str) -> list[str]:
        """Digests of the manifests of the bundles with that predicate type."""
        return [
            one["digest"]
            for one in self.store.referrers(self.digest)
            if one.get("annotations", {}).get(_PREDICATE) == kind
        ]

    def take_away(self, kind: str) -> None:
        """Take away the bundles with that predicate type; of signatures, those at the tag `.sig` too."""
        for digest in self.bundles(kind):
            del self.store.manifests[digest]
        if kind == SIGNATURE:
            self.store.tags.pop(self._tag("sig"), None)

    def take_signature(self, form: int) -> None:
        """Take away the signature of cosign 2 or of cosign 3, and leave the other."""
        if form == 2:
            self.store.tags.pop(self._tag("sig"))
        else:
            for digest in self.bundles(SIGNATURE):
                del self.store.manifests[digest]

    def bundle(self, kind: str) -> dict[str, Any]:
        """Read the one bundle with that predicate type."""
        (digest,) = self.bundles(kind)
        layer = json.loads(self.store.manifests[digest].content)["layers"][0]["digest"]
        found: dict[str, Any] = json.loads(self.store.blobs[layer])
        return found

    def change_bundle(self, kind: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the one bundle with that predicate type after it was signed."""
        from promotion.signing.signatures_found import BundleManifest

        bundle = self.bundle(kind)
        annotations = {"dev.sigstore.bundle.content": "dsse-envelope", _PREDICATE: kind}
        for digest in self.bundles(kind):
            del self.store.manifests[digest]
        change(bundle)
        self.put_bundle(BundleManifest(json.dumps(bundle, separators=(",", ":")).encode(), annotations))

    def change_signature(self, change: "Callable[[SigLayer], SigLayer]") -> None:
        """Change the signature at the tag `.sig` after it was made."""
        from promotion.signing.signatures_found import SigLayer

        manifest = json.loads(self.store.find(self._tag("sig"))[1].content)
        (layer,) = manifest["layers"]
        self.put_signatures(change(SigLayer(self.store.blobs[layer["digest"]], layer["annotations"])))


def change_statement(bundle: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> None:
    """Change the statement in a bundle and leave its signature as it was."""
    envelope = bundle["dsseEnvelope"]
    statement = json.loads(b64decode(envelope["payload"]))
    change(statement)
    envelope["payload"] = b64encode(json.dumps(statement, separators=(",", ":")).encode()).decode()


def attach(
    registry: "Registry", releases: "tuple[Release, ...]", github: "GitHubRepository", now: datetime
) -> SupplyChain:
    """Attach to the last two releases what the pipeline attaches, and give that of the last; `now` is without a zone.

    An image for several platforms is scanned for each of them.
    """
    moment = now.replace(tzinfo=UTC)
    for age, release in reversed([*zip((0, 2), reversed(releases), strict=False)]):
        at = moment - timedelta(days=age, hours=2)
        run = github.newest_run("build.yml", release.commit)
        chain = SupplyChain(registry, release, at)
        chain.sign()
        chain.attest(predicates.CYCLONEDX, predicates.bill_of_materials(release, at))
        for platform in range(len(predicates.images_of(release))):
            report = predicates.trivy_report(release, at, platform=platform)
            chain.attest(predicates.TRIVY, predicates.cosign_vuln(report, at))
        chain.attest(predicates.PROVENANCE, predicates.provenance(release.commit, run))
    return chain
