"""Faults of section 1: the bill of materials."""

from copy import deepcopy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from promotion.sandbox.catalogue import fault
from promotion.sandbox.wire_faults import wire_fault

if TYPE_CHECKING:
    from promotion.sandbox.faulted_world import Seeded as World

SBOM = "sbom-attached"
_TYPE = "https://cyclonedx.org/bom"
_SPDX = "https://spdx.dev/Document"


@fault("sbom-missing", item=SBOM)
def _(world: "World") -> None:
    """Nobody attested a bill of materials."""
    world.supply_chain.take_away(_TYPE)


@fault("sbom-attached-unsigned", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials is at the tag `.sbom`, which nobody signs."""
    world.supply_chain.take_away(_TYPE)
    world.supply_chain.put_unsigned_sbom(_document(world))


@fault("sbom-by-another-key", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials is attested with a key that nobody declared."""
    from promotion.sandbox.world.supply_chain import new_key

    _attest(world, _document(world), key=new_key("another"))


@fault("sbom-by-the-image-key", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials is attested with the key that signs images, and not with the one that attests."""
    from promotion.sandbox.world.supply_chain import IMAGE_KEY, new_key

    _attest(world, _document(world), key=new_key(IMAGE_KEY))


@fault("sbom-attested-of-another-digest", item=SBOM)
def _(world: "World") -> None:
    """The statement with the bill of materials is about the previous image."""
    _attest(world, _document(world), digest=world.previous_digest)


@fault("sbom-of-another-image", item=SBOM)
def _(world: "World") -> None:
    """The statement is about this image, and the document in it says that it is of the previous image."""
    from promotion.sandbox.world import predicates

    _attest(world, predicates.bill_of_materials(world.releases[-2], world.supply_chain.made))


@fault("sbom-changed-after-signing", item=SBOM)
def _(world: "World") -> None:
    """A component was taken out of the bill of materials after it was signed."""
    from promotion.sandbox.world.supply_chain import change_statement

    world.supply_chain.change_bundle(
        _TYPE, lambda bundle: change_statement(bundle, lambda statement: statement["predicate"]["components"].pop(0))
    )


@fault("sbom-empty", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials lists nothing."""
    _attest(world, {**_document(world), "components": []})


@fault("sbom-without-base-system", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials lists what Python installed, and nothing of the operating system."""
    _keep(world, lambda component: component.get("purl", "").startswith("pkg:pypi/"))


@fault("sbom-without-application", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials lists everything but the application itself."""
    _keep(world, lambda component: component["name"] != "shop")


@fault("sbom-much-smaller", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials lists less than half of what that of the image in prod lists."""
    _keep(world, lambda component: component["name"] in {"shop", "libc6", "debian"})


@fault("sbom-older-than-the-image", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials was made before the image."""
    _attest(world, _document(world, world.releases[-1].built - timedelta(days=2)))


@fault("sbom-invalid", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials has a component of a type that CycloneDX does not know."""
    document = _document(world)
    document["components"][0]["type"] = "librarry"
    _attest(world, document)


@fault("sbom-too-old", item=SBOM)
def _(world: "World") -> None:
    """The bill of materials is three days old, and the team wants one of today."""
    from promotion.sandbox.settings_edits import edit_settings

    edit_settings(world, "[image.sbom]\n", "[image.sbom]\nmax_age_days = 1\n")
    _attest(world, _document(world, world.supply_chain.made - timedelta(days=3)))


@fault("sbom-in-spdx", item=SBOM, kind="clean")
def _(world: "World") -> None:
    """The bill of materials is in SPDX 2.3."""
    world.supply_chain.take_away(_TYPE)
    world.supply_chain.attest(_SPDX, _spdx(world))


@fault("sbom-attested-as-cosign-2", item=SBOM, kind="clean")
def _(world: "World") -> None:
    """The bill of materials is attested at the tag `.att`."""
    from promotion.sandbox.world.supply_chain import ATTESTATION_KEY, new_key
    from promotion.signing.artifacts import attestations_artifact
    from promotion.signing.sign import attestation_layer
    from promotion.signing.statement import V01, Statement, Subject

    chain = world.supply_chain
    subject = Subject({"sha256": world.digest.removeprefix("sha256:")})
    statement = Statement(_TYPE, (subject,), _document(world), V01).write()
    chain.take_away(_TYPE)
    chain.put(attestations_artifact(world.digest, [attestation_layer(statement, new_key(ATTESTATION_KEY))]))


@fault("sbom-twice", item=SBOM, kind="clean")
def _(world: "World") -> None:
    """Beside the right bill of materials there are an unsigned one, and an empty one by an unknown key."""
    from promotion.sandbox.world.supply_chain import new_key

    empty = {**_document(world), "components": []}
    world.supply_chain.put_unsigned_sbom(empty)
    world.supply_chain.attest(_TYPE, empty, new_key("another"))


@fault("sbom-a-little-smaller", item=SBOM, kind="clean")
def _(world: "World") -> None:
    """The bill of materials lists one component less than that of the image in prod."""
    _keep(world, lambda component: component["name"] != "certifi")


@fault("sbom-of-prod-missing", item=SBOM, kind="clean")
def _(world: "World") -> None:
    """The image in prod has no bill of materials to compare with."""
    from promotion.sandbox.world.supply_chain import SupplyChain

    SupplyChain(world.registry, world.releases[-2], world.supply_chain.made).take_away(_TYPE)


wire_fault(
    "prod-denied-for-comparison",
    "Which image runs in prod is unknown, so there is nothing to compare with.",
    "deny",
    "lambda:GetFunction",
    item=SBOM,
    kind="clean",
    on="prod",
)


@fault("application-not-known", item=SBOM, kind="blind")
def _(world: "World") -> None:
    """The image does not say where it was built from, and nobody says what the application is called."""
    from promotion.sandbox.images import build_image
    from promotion.sandbox.world.swap import promote_instead

    was, label = world.releases[-1], "org.opencontainers.image.source"
    promote_instead(
        world, build_image(revision=was.commit, version=was.version, created=was.built, labels={label: None})
    )


@fault("sbom-malformed", item=SBOM, kind="blind")
def _(world: "World") -> None:
    """The components of the bill of materials are a text."""
    _attest(world, {**_document(world), "components": "see the attached file"})


@fault("sbom-of-an-unknown-kind", item=SBOM, kind="blind")
def _(world: "World") -> None:
    """The bill of materials is in SPDX 3, which is not read."""
    _attest(world, {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []})


@fault("sbom-from-the-future", item=SBOM, kind="blind")
def _(world: "World") -> None:
    """The bill of materials says that it was made tomorrow."""
    _attest(world, _document(world, world.supply_chain.made + timedelta(days=1)))


@fault(
    "sbom-signer-missing",
    item=SBOM,
    kind="blind",
    falls_with=("no-critical-vulnerabilities", "build-workflow", "digest-immutable[record]"),
)
def _(world: "World") -> None:
    """The file of the key that attests is not there."""
    from promotion.sandbox.settings_edits import edit_settings

    edit_settings(world, "attestations.pub", "attestations-of-last-year.pub")


def _document(world: "World", at: Any = None) -> dict[str, Any]:
    from promotion.sandbox.world import predicates

    return deepcopy(predicates.bill_of_materials(world.releases[-1], at or world.supply_chain.made))


def _attest(world: "World", document: Any, **how: Any) -> None:
    """Attest this document in place of the right one."""
    world.supply_chain.take_away(_TYPE)
    world.supply_chain.attest(_TYPE, document, **how)


def _keep(world: "World", keeps: Any) -> None:
    """Attest a document with those components alone."""
    document = _document(world)
    document["components"] = [component for component in document["components"] if keeps(component)]
    _attest(world, document)


def _spdx(world: "World") -> dict[str, Any]:
    """Say in SPDX 2.3 what the CycloneDX document says, as syft does."""
    bom = _document(world)
    packages = [
        {
            "SPDXID": f"SPDXRef-Package-{number}",
            "name": component["name"],
            "versionInfo": component["version"],
            "downloadLocation": "NOASSERTION",
            **(
                {"primaryPackagePurpose": "OPERATING-SYSTEM"}
                if component["type"] == "operating-system"
                else {
                    "externalRefs": [
                        {
                            "referenceCategory": "PACKAGE-MANAGER",
                            "referenceType": "purl",
                            "referenceLocator": component["purl"],
                        }
                    ]
                }
            ),
        }
        for number, component in enumerate(bom["components"])
    ]
    image = {
        "SPDXID": "SPDXRef-Image",
        "name": "shop",
        "versionInfo": world.digest,
        "downloadLocation": "NOASSERTION",
        "primaryPackagePurpose": "CONTAINER",
    }
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": "shop",
        "documentNamespace": f"https://example.com/sbom/{world.releases[-1].version}",
        "creationInfo": {"created": f"{world.supply_chain.made:%Y-%m-%dT%H:%M:%SZ}", "creators": ["Tool: syft-1.18.1"]},
        "packages": [image, *packages],
        "relationships": [
            {
                "spdxElementId": "SPDXRef-DOCUMENT",
                "relationshipType": "DESCRIBES",
                "relatedSpdxElement": "SPDXRef-Image",
            }
        ],
    }
