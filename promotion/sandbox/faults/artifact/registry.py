"""Faults of section 1: a registry that refuses, cuts answers off, lists something else, or serves wrong content."""

import json
from typing import TYPE_CHECKING

from promotion.sandbox.catalogue import fault
from promotion.sandbox.patience import HANGS, READ_SECONDS, STRICT_READ_SECONDS

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

SIGNED, SIZE = "image-signed", "image-size"
ATTACHED = ("sbom-attached", "no-critical-vulnerabilities", "build-workflow", "digest-immutable[record]")
ALL = (*ATTACHED, SIGNED, SIZE, "digest-immutable")
EVERYTHING = "GET /v2/*"
_V1 = "https://sigstore.dev/cosign/sign/v1"


@fault("registry-denies", item=SIZE, kind="blind", falls_with=(*ALL, "previous-version", "rollback-plan"))
def _(world: "World") -> None:
    """The registry answers everything with 403."""
    world.edges["registry"].deny(EVERYTHING)


@fault("registry-refuses-the-login", item=SIZE, kind="blind", falls_with=(*ALL, "previous-version", "rollback-plan"))
def _(world: "World") -> None:
    """The registry wants a login, and refuses ECR's token with 401."""
    world.registry.door.mode = "basic"
    world.registry.door.users = {"AWS": "another token"}


@fault("ecr-gives-no-token", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """The registry wants a login, and GetAuthorizationToken is denied."""
    world.registry.door.mode = "basic"
    world.wire.deny("ecr:GetAuthorizationToken")


@fault("registry-throttles", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """The registry answers everything with 429."""
    world.edges["registry"].throttle(EVERYTHING)


@fault("registry-broken", item=SIZE, kind="blind", falls_with=(*ALL, "previous-version", "rollback-plan"))
def _(world: "World") -> None:
    """The registry answers everything with 500."""
    world.edges["registry"].fail(EVERYTHING)


@fault("registry-behind-a-proxy-page", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """A proxy answers 503 in the registry's place."""
    world.edges["registry"].fail(EVERYTHING, 503)


@fault("registry-hangs", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """The registry takes longer than the gate waits."""
    from promotion.sandbox.settings_edits import edit_settings

    edit_settings(world, f"read_timeout = {READ_SECONDS}", f"read_timeout = {STRICT_READ_SECONDS}")
    world.edges["registry"].hang(EVERYTHING, HANGS)


@fault("registry-cuts-off", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """Every answer of the registry ends half-way."""
    world.edges["registry"].cut(EVERYTHING)


@fault("registry-closes-the-connection", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """The registry closes the connection without an answer."""
    world.edges["registry"].drop(EVERYTHING)


@fault("registry-recovers", item=SIZE, kind="clean")
def _(world: "World") -> None:
    """The registry's first answer is 503, its next ones are right."""
    world.edges["registry"].fail(f"GET /v2/shop/manifests/{world.digest}", 503, times=1)


@fault("registry-wants-ecr-login", item=SIZE, kind="clean")
def _(world: "World") -> None:
    """The registry wants a login, and takes the token that ECR gives."""
    from base64 import b64decode

    given = world.tools.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = b64decode(given).decode().partition(":")
    world.registry.door.mode = "basic"
    world.registry.door.users = {user: password}


@fault("registry-wants-a-bearer-token", item=SIZE, kind="clean")
def _(world: "World") -> None:
    """The registry is not Amazon's, and wants a token for a name and a password from the environment."""
    _elsewhere(world, 'username = "reader"\npassword = "${SHOP_REGISTRY_PASSWORD}"')
    world.registry.door.mode = "bearer"
    world.registry.door.users = {"reader": "correct horse battery"}
    written = world.environment
    vars(world)["environment"] = lambda places: {**written(places), "SHOP_REGISTRY_PASSWORD": "correct horse battery"}


@fault("registry-password-not-set", item=SIZE, kind="blind", falls_with=ALL)
def _(world: "World") -> None:
    """The environment variable with the registry's password is not set."""
    _elsewhere(world, 'username = "reader"\npassword = "${SHOP_REGISTRY_PASSWORD_OF_NOBODY}"')
    world.registry.door.mode = "bearer"


@fault("registry-of-another-kind", item="digest-immutable", kind="clean")
def _(world: "World") -> None:
    """The registry is not Amazon's, and the team says what keeps its tags."""
    _elsewhere(world, "")


@fault("nobody-says-that-tags-stay", item="digest-immutable", kind="blind")
def _(world: "World") -> None:
    """The registry is not Amazon's, and nobody says what keeps its tags."""
    from promotion.sandbox.settings_edits import edit_settings

    _elsewhere(world, "")
    edit_settings(world, 'immutable_by = "project rule', '# "')


@fault("referrers-off", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The registry has no referrers API, and clients keep an index at a tag."""
    world.registry.turn_off_referrers()


@fault("referrers-paged", item=SIGNED, kind="clean")
def _(world: "World") -> None:
    """The registry lists one referrer a page."""
    world.registry.referrers_per_page = 1


@fault("referrers-denied", item=SIGNED, kind="blind", falls_with=ATTACHED)
def _(world: "World") -> None:
    """Listing the referrers of the image is denied, and there is no signature of cosign 2."""
    world.supply_chain.take_signature(2)
    world.edges["registry"].deny("GET /v2/shop/referrers/*")


@fault("referrers-denied-beside-a-signature", item="sbom-attached", kind="blind", falls_with=ATTACHED)
def _(world: "World") -> None:
    """Listing the referrers of the image is denied, and there is a signature of cosign 2, which counts."""
    world.edges["registry"].deny("GET /v2/shop/referrers/*")


@fault("referrers-listed-and-gone", item=SIGNED, kind="blind", falls_with=ATTACHED)
def _(world: "World") -> None:
    """The registry lists the signature bundle and no longer has it."""
    from promotion.sandbox.answer import Answer

    world.supply_chain.take_signature(2)
    (manifest,) = world.supply_chain.bundles(_V1)
    missing = json.dumps({"errors": [{"code": "MANIFEST_UNKNOWN"}]}).encode()
    answer = Answer(404, (("Content-Type", "application/json"),), missing)
    world.edges["registry"].add(f"GET /v2/shop/manifests/{manifest}", lambda _request, _proceed: answer)


@fault("too-many-referrers", item=SIGNED, kind="blind", falls_with=ATTACHED)
def _(world: "World") -> None:
    """More than a thousand things refer to the image, and there is no signature of cosign 2."""
    world.supply_chain.take_signature(2)
    for number in range(1001):
        world.registry.attach("shop", world.digest, "application/vnd.example.note", [("text/plain", b"%d" % number)])


@fault("attached-blob-altered", item=SIGNED, falls_with=ATTACHED)
def _(world: "World") -> None:
    """The registry serves another content for a signature bundle than its manifest names."""
    (manifest,) = world.supply_chain.bundles(_V1)
    store = world.supply_chain.store
    layer = json.loads(store.manifests[manifest].content)["layers"][0]["digest"]
    store.blobs[layer] = store.blobs[layer].replace(b"hint", b"tnih")


@fault("registry-halves-its-answers", item="digest-immutable", falls_with=(SIZE, *ATTACHED))
def _(world: "World") -> None:
    """The registry serves half of the manifest, and says that it is all."""
    world.edges["registry"].truncate(f"GET /v2/shop/manifests/{world.digest}")


@fault("image-in-a-directory", item=SIZE, kind="clean")
def _(world: "World") -> None:
    """The image is read from an OCI image layout on disk, with everything that is attached to it."""
    from pathlib import Path

    written = world.promotion_toml
    store = world.supply_chain.store

    def told(places: object) -> str:
        text = written(places)  # type: ignore[arg-type]
        folder = Path(places.ca_file).with_name("layout")  # type: ignore[attr-defined]
        _write_layout(store, folder)
        return text.replace("[image]\n", f'[image]\nlayout = "{folder}"\n', 1)

    vars(world)["promotion_toml"] = told
    world.edges["registry"].deny("*")


def _write_layout(store: object, folder: "object") -> None:
    """Write a repository of the registry as an OCI image layout."""
    from pathlib import Path

    from promotion.sandbox.images import INDEX, canonical
    from promotion.sandbox.registry_store import Repository

    assert isinstance(store, Repository)
    assert isinstance(folder, Path)
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    contents = {**store.blobs, **{digest: one.content for digest, one in store.manifests.items()}}
    for digest, content in contents.items():
        (blobs / digest.removeprefix("sha256:")).write_bytes(content)
    names = {digest: tag for tag, digest in store.tags.items()}
    entries = [
        {
            "mediaType": one.media_type,
            "digest": digest,
            "size": len(one.content),
            **({"annotations": {"org.opencontainers.image.ref.name": names[digest]}} if digest in names else {}),
        }
        for digest, one in store.manifests.items()
    ]
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")
    index = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    (folder / "index.json").write_bytes(canonical(index))


def _elsewhere(world: "World", lines: str) -> None:
    """Let the registry be one that is not Amazon's."""
    from promotion.sandbox.settings_edits import edit_settings
    from promotion.sandbox.world.names import REPOSITORY_URI

    declared = 'immutable_by = "project rule: tags cannot be overwritten"'
    edit_settings(
        world, f'repository = "{REPOSITORY_URI}"', f'repository = "registry.example/shop"\n{declared}\n{lines}'
    )
